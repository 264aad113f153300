"""What the documents promise is there: links, commands, generated parts, and both languages alike."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import generated_docs
from house.tree import PACKAGE, ROOT, project_files, shown
from zhiji.platform.environment import SETTINGS

LINK = re.compile(r"!?\[[^\]]*\]\(<?([^)\s>]+)>?[^)]*\)")
HEADING = re.compile(r"^(#{1,6}) +(.+?) *$", re.M)
FENCE = re.compile(r"^```.*?^```", re.M | re.S)
DOCUMENTS = [path for path in project_files() if path.suffix == ".md"]
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")


def commands(text: str, program: str) -> set[str]:
    """First words after a program's name where a command begins, in code: fences and inline."""
    code = "\n".join([*FENCE.findall(text), *re.findall(r"`([^`\n]+)`", FENCE.sub("", text))])
    return set(re.findall(rf"(?:^|[;&|]) *(?:\S*/)?{program} ([a-z][a-z-]*)", code, re.MULTILINE))


def anchors(path: Path) -> set[str]:
    """GitHub's anchors of a document's headings."""
    headings = [title for _, title in HEADING.findall(FENCE.sub("", path.read_text("utf-8")))]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=shown)
def test_links_lead_somewhere(document: Path) -> None:
    broken = []
    for target in LINK.findall(FENCE.sub("", document.read_text("utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        there = (document.parent / file).resolve() if file else document
        if not there.exists() or (anchor and there.suffix == ".md" and anchor not in anchors(there)):
            broken.append(target)
    assert broken == []


def test_every_setting_that_is_read_is_in_the_table_and_the_other_way_round() -> None:
    told = {one.name for one in SETTINGS}
    inner = {"ZHIJI_PARENT"}  # told by the supervisor to its children, never by a person
    read = set()
    for path in project_files():
        if path.suffix == ".py" and path.is_relative_to(PACKAGE) and "tests" not in path.parts:
            text = path.read_text("utf-8") if path.name != "environment.py" else ""
            read |= set(re.findall(r"\"(ZHIJI_[A-Z_]*[A-Z])\"", text))
    assert read - told - inner == set()
    assert told - read - {"ZHIJI_DATASETS", "DATABASE_URL", "ZHIJI_HOME"} == set()


def test_every_make_command_in_a_document_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    unknown = {f"{shown(d)}: make {c}" for d in DOCUMENTS for c in commands(d.read_text("utf-8"), "make") - targets}
    assert unknown == set()


def test_every_zhiji_command_in_a_document_exists() -> None:
    named = {command: shown(d) for d in DOCUMENTS for command in commands(d.read_text("utf-8"), "zhiji")}
    program = Path(sys.executable).with_name("zhiji")
    help_text = subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout
    offered = set(re.findall(r"^  ([a-z][a-z-]*) ", help_text, re.M))
    assert {f"{place}: zhiji {command}" for command, place in named.items() if command not in offered} == set()


def test_both_readmes_have_the_same_sections_and_commands() -> None:
    english, chinese = (path.read_text("utf-8") for path in READMES)
    levels = [[len(marks) for marks, _ in HEADING.findall(FENCE.sub("", text))] for text in (english, chinese)]
    assert levels[0] == levels[1]
    lines = [
        [re.sub(r"\s*#.*", "", line) for fence in FENCE.findall(text) for line in fence.splitlines()]
        for text in (english, chinese)
    ]
    assert lines[0] == lines[1]
    # Each leads to the same places, to those in its own language where there are two.
    places = [{re.sub(r"\.zh(-CN)?(?=\.)", "", link) for link in LINK.findall(text)} for text in (english, chinese)]
    assert places[0] == places[1]


def test_generated_parts_are_what_the_commands_print_now() -> None:
    blocks = [path for path in generated_docs.documents() if generated_docs.BLOCK.search(path.read_text("utf-8"))]
    assert blocks, "no document has a generated part: the search is broken"
    assert [shown(path) for path in generated_docs.stale()] == []


def test_a_stale_part_is_caught() -> None:
    aged = "<!-- generated as code: make help -->\n\n```text\nmake nothing\n```\n\n<!-- end -->"
    assert "make test" in generated_docs.renewed(aged)


def test_documents_run_no_other_command() -> None:
    with pytest.raises(generated_docs.CommandNotAllowedError):
        generated_docs.renewed("<!-- generated: ls -->\n<!-- end -->")


def test_decision_records_are_numbered_and_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    records = sorted(path for path in folder.glob("[0-9]*.md") if not path.name.startswith("0000"))
    assert [int(path.name[:4]) for path in records] == list(range(1, len(records) + 1))
    index = (folder / "README.md").read_text("utf-8")
    assert [path.name for path in records if f"({path.name})" not in index] == []
    for path in records:
        titles = [title for _, title in HEADING.findall(path.read_text("utf-8"))]
        assert titles[1:] == ["Context", "Decision", "What it costs"], path.name
