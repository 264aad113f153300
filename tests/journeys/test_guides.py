"""The guides, followed to the letter: what they quote is what the commands print now."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path

import pytest

import guides
from zhiji.application.customers import filters
from zhiji.application.imports.options import ImportOptions

FOLDER = guides.ROOT / "docs" / "guides"
CODE = re.compile(r"`([^`]+)`")


def outputs(name: str) -> list[str]:
    return [body for kind, body in guides.FENCE.findall((FOLDER / name).read_text("utf-8")) if kind == "text"]


def commands(name: str) -> list[str]:
    return [body for kind, body in guides.FENCE.findall((FOLDER / name).read_text("utf-8")) if kind != "text"]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "printed"), [("first-import.md", 4), ("filters.md", 2)])
def test_it_goes_as_the_guide_says(name: str, printed: int) -> None:
    text = (FOLDER / name).read_text("utf-8")
    assert len(outputs(name)) == printed
    assert guides.followed(text, "en") == text


def rows(name: str, heading: str) -> list[tuple[str, str]]:
    """Of the table below a heading: each name in its first column with the first code of its second."""
    table = (FOLDER / name).read_text("utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    found = re.findall(r"^\| (`.+?`) \| (.+?) \|$", table, re.MULTILINE)
    return [(each, (CODE.findall(value) or [""])[0]) for names, value in found for each in CODE.findall(names)]


@pytest.mark.parametrize(
    ("name", "filtering", "reading"),
    [("filters.md", "Filters", "Options of a file"), ("filters.zh-CN.md", "筛选条件", "文件选项")],
)
def test_the_guide_to_filters_names_every_one_and_each_example_holds(name: str, filtering: str, reading: str) -> None:
    fields = rows(name, filtering)
    assert sorted(field for field, _ in fields) == sorted(filters.CustomerFilter.model_fields)
    for field, example in fields:
        if field != "rules":
            assert filters.parse(f'{{"{field}": {example}}}') != filters.CustomerFilter()
    assert [option for option, _ in rows(name, reading)] == list(ImportOptions.model_fields)
    (body,) = re.findall(r"^```json\n(.*?)^```$", (FOLDER / name).read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert ImportOptions(**json.loads(body)["options"]) != ImportOptions()


@pytest.mark.parametrize("name", ["first-import", "filters", "real-data"])
def test_both_languages_have_the_same_commands_and_figures(name: str) -> None:
    english, chinese = f"{name}.md", f"{name}.zh-CN.md"
    assert commands(english) == commands(chinese)
    # Dates are words in one language and figures in the other; amounts and shares are alike.
    for left, right in zip(outputs(english), outputs(chinese), strict=True):
        found = [set(re.findall(r"[0-9][0-9,]*[.][0-9]+%?", part)) for part in (left, right)]
        assert found[0] == found[1]


@pytest.mark.dataset("cdnow")
def test_cdnow_comes_out_as_the_guides_say(dataset_path: Path) -> None:
    report = runpy.run_path(str(guides.ROOT / "benchmarks" / "cdnow.py"))["report"](dataset_path)
    for name in ("real-data.md", "real-data.zh-CN.md"):
        assert report + "\n" in outputs(name)
