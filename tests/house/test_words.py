"""One thing has one word in Chinese, in messages, commands, screens and documents: the words are the glossary's."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from house.tree import PACKAGE, ROOT, project_files, shown
from zhiji.kernel.messages import catalogue

# The glossary's word; what else it was once called, as a pattern; and a text of then, in which it must be found.
WORDS = [
    ("预演", "试算", "正在试算"),
    ("隔离区", "拦下", "3行被拦下"),
    ("拒收", r"行.{0,2}被拒绝|被?拒绝的?行|拒绝 ?[\d{]", "已有 2 行，拒绝 1 行"),
    ("入库", "存下|存入|已存内容|可以存(?!为)", "已存下3行"),
    ("重复送达", r"已有 ?\{+redelivered", "已有 {redelivered:,} 行"),
    ("账本", "台账|预测账本", "写入台账"),
    ("经营看板", "(?<!经营)看板", "看板"),
    ("刷新", "正在更新|更新(期间|列表|分群|预测|数字|名单|一次)|次更新", "正在更新分群和预测"),
    ("仍活跃的概率", "还会买的可能|活跃客户的可能|活跃的?可能|活跃概率", "还会买的可能（0–1）"),
    ("档位", "分档", "实用分档"),
    ("国家或地区", "国家(?!或地区)", "不止一个国家（{examples}）"),
    ("涉及金额", "平常金额|平常价值", "平常金额"),
    ("项目目录", "检出", "检出目录里的文件"),
    ("您", "你", "告诉你"),
]
HAN = re.compile("[一-鿿]")


def said() -> Iterator[tuple[str, str]]:
    """(place, text) of all that people read in Chinese."""
    for code, texts in catalogue("zh").items():
        yield code, " ".join(texts.values())
    for path in project_files():
        text = path.read_text("utf-8") if path.suffix in (".md", ".py") or path.name == "zh.json" else ""
        if path.suffix in (".md", ".json"):
            yield from ((f"{shown(path)}:{number}", line) for number, line in enumerate(text.splitlines(), start=1))
        elif path.is_relative_to(PACKAGE / "cli") or path == PACKAGE / "platform" / "environment.py":
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield f"{shown(path)}:{node.lineno}", node.value


@pytest.mark.parametrize(("word", "variants", "once"), WORDS)
def test_a_thing_has_one_word(word: str, variants: str, once: str) -> None:
    assert re.search(variants, once), "the search is broken"
    found = {place: match[0] for place, text in said() if HAN.search(text) and (match := re.search(variants, text))}
    assert found == {}, f"the word is {word}"


def test_the_words_stand_in_the_glossary() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    things = {word for word, _, _ in WORDS} - {"您", "项目目录"}
    assert {word for word in things if f"| {word} |" not in glossary} == set()
