"""Values as they stand in sentences: dates in words, counts with their noun."""

from __future__ import annotations

import pytest

from zhiji.kernel import Language, Reason, messages, place, render


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch) -> None:
    text = {"what": "{on:day}: {n:line|lines}, {n:,}, {word} {absent}"}
    monkeypatch.setattr(messages, "catalogue", lambda language: {"said": text})


@pytest.mark.usefixtures("texts")
@pytest.mark.parametrize(
    ("language", "on", "n", "shown"),
    [
        ("en", "2026-09-03", 1, "3 Sept 2026: 1 line, 1, {0} …"),
        ("en", "2026-12-31", 0, "31 Dec 2026: 0 lines, 0, {0} …"),
        ("zh", "2026-09-03", 541_909, "2026年9月3日: 541,909 lines, 541,909, {0} …"),
        ("en", "tomorrow", "12", "tomorrow: 12 lines, 12, {0} …"),
    ],
)
def test_a_value_is_shown_as_the_text_says(language: Language, on: str, n: int | str, shown: str) -> None:
    # A value that looks like a placeholder is no placeholder.
    assert render(Reason("said", {"on": on, "n": n, "word": "{0}"}), language).what == shown


def test_a_reason_within_a_reason_is_said_in_the_readers_language(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {
        "en": {"outer": {"what": "Nothing: {first}"}, "inner": {"what": "no {thing}"}},
        "zh": {"outer": {"what": "没有：{first}"}, "inner": {"what": "无{thing}"}},
    }
    monkeypatch.setattr(messages, "catalogue", lambda language: texts[language])
    stored = Reason("outer", {"first": Reason("inner", {"thing": "day"}).to_json()})
    assert render(stored, "en").what == "Nothing: no day"
    assert render(stored, "zh").what == "没有：无day"


def test_states_and_fields_are_words_and_what_has_none_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {
        "said": {"what": "{state:word of import}, {state:word}, {fields:words}, {other:word}"},
        "word_failed": {"what": "failed"}, "word_import_failed": {"what": "refused"}, "word_city": {"what": "Town"},
    }  # fmt: skip
    monkeypatch.setattr(messages, "catalogue", lambda language: texts)
    reason = Reason("said", {"state": "failed", "fields": ["city", "--map"], "other": "--map"})
    assert render(reason, "en").what == "refused, failed, Town, --map, --map"
    assert render(reason, "zh").what == "refused, failed, Town、--map, --map"


def test_a_list_has_the_commas_of_the_language_and_what_people_typed_keeps_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(messages, "catalogue", lambda language: {"said": {"what": "{columns:list} | {others}"}})
    reason = Reason("said", {"columns": ["Price, net", "Qty"], "others": [1, 2]})
    assert render(reason, "en").what == "Price, net, Qty | 1, 2"
    assert render(reason, "zh").what == "Price, net、Qty | 1、2"
    # As reasons were stored before: one text, of which nobody knows which commas are whose.
    assert render(Reason("said", {"columns": "Price, net, Qty", "others": ""}), "zh").what == "Price, net, Qty | "


def test_reasons_stored_before_are_still_told(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {"said": {"what": "{fields:words} {format|kind} {gone|lost}"}, "word_city": {"what": "Town"}}
    monkeypatch.setattr(messages, "catalogue", lambda language: texts)
    before = Reason("said", {"fields": "city, order_id", "kind": "PDF"})
    assert render(before, "en").what == "Town, order_id PDF …"
    assert render(before, "zh").what == "Town、order_id PDF …"
    assert render(Reason("said", {"fields": ["city"], "format": "ZIP", "kind": "PDF"}), "en").what == "Town ZIP …"


def test_a_place_is_said_in_words_and_what_people_named_stays() -> None:
    where = {"path": "a.xlsx", "sheet": "Sheet 2", "row": 3, "column": "city", "field": "city"}
    assert place(Reason("said", {}, where), "en") == "path a.xlsx, sheet Sheet 2, row 3, column city, field city"
    assert place(Reason("said", {}, where), "zh") == "路径 a.xlsx，工作表 Sheet 2，行 3，列 city，字段 城市"
    assert place(Reason("said", {}, {"id": "7", "port": 80}), "zh") == "编号 7，端口 80"
    assert place(Reason("said"), "zh") == ""
