"""The guides, followed to the letter: what they quote is what the commands print now."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

import guides

FOLDER = guides.ROOT / "docs" / "guides"


def outputs(name: str) -> list[str]:
    return [body for kind, body in guides.FENCE.findall((FOLDER / name).read_text("utf-8")) if kind == "text"]


def commands(name: str) -> list[str]:
    return [body for kind, body in guides.FENCE.findall((FOLDER / name).read_text("utf-8")) if kind != "text"]


@pytest.mark.slow
def test_the_first_import_goes_as_its_guide_says() -> None:
    text = (FOLDER / "first-import.md").read_text("utf-8")
    assert len(outputs("first-import.md")) == 4
    assert guides.followed(text, "en") == text


@pytest.mark.parametrize("name", ["first-import", "real-data"])
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
