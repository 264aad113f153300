"""Names: readings as families say them, one spelling, one order."""

from __future__ import annotations

import pytest

from zhiji.data.store.names import folded, sort_key, syllables


# Readings from the Xinhua dictionary's list of surnames.
@pytest.mark.parametrize(
    ("name", "reading"),
    [
        ("单雄信", "shan xiong xin"),
        ("曾國藩", "zeng guo fan"),
        ("解缙", "xie jin"),
        ("仇英", "qiu ying"),
        ("查良镛", "zha liang yong"),
        ("尉迟恭", "yuchi gong"),
        ("欧阳修", "ouyang xiu"),
        ("万俟卨", "moqi xie"),
        ("王伟", "wang wei"),
        # Not a person: the first character is a word.
        ("重庆火锅餐饮公司", "chong qing huo guo can yin gong si"),
    ],
)
def test_han_names_are_read_as_families_say_them(name: str, reading: str) -> None:
    assert " ".join(syllables(folded(name))) == reading
    assert sort_key(name) == reading


def test_full_width_case_accents_and_traditional_characters_are_one_spelling() -> None:
    assert folded("ＡＢＣ") == folded("abc") == "abc"
    assert folded("Jürgen ÉMILE") == "jurgen emile"
    assert folded("貿易") == folded("贸易")
    assert folded("한국") == "한국"


def test_both_scripts_stand_in_one_order() -> None:
    names = ["Zoe", "王伟", "anna", "李娜", "Wang Ai", "单雄信"]
    assert sorted(names, key=sort_key) == ["anna", "李娜", "单雄信", "Wang Ai", "王伟", "Zoe"]


def test_what_stands_around_a_han_name_stays() -> None:
    assert sort_key("单雄信 (VIP)") == "shan xiong xin (vip)"
    assert sort_key("A" * 500) == "a" * 200
    assert "\0" not in sort_key("王\0伟")
