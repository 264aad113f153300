"""Whose word of a field stands: cases by hand, each rule and what stands above all rules."""

from __future__ import annotations

from typing import Any

import pytest

from zhiji.processing.pipelines.field_words import Rule, Said, in_order, standing, words

SHOP, DESK, ERP = 1, 2, 3


def said(record: int, kind: str, at: str, source: int, **payload: Any) -> Said:
    return Said(kind, at, 1, source * 10, record, payload, source, f"of {source}")


def stands(records: list[Said], field: str, rule: Rule = Rule()) -> Any:  # noqa: B008 - immutable
    found = standing(words(in_order(records), field), rule)
    return None if found is None else (found.value, found.said.record_id)


RECORDS = [
    said(1, "customer", "2024-01-01", SHOP, name="Li"),
    said(2, "customer", "2024-03-01", DESK, name="Li Na"),
    said(3, "buyer", "2024-05-01", ERP, name="L"),
]


@pytest.mark.parametrize(
    ("rule", "record"),
    [
        (Rule(), 2),
        (Rule("newest"), 3),
        (Rule("complete"), 2),
        (Rule("trusted", (SHOP, DESK)), 1),
        (Rule("trusted", (ERP,)), 3),
        (Rule("trusted", ()), 2),
    ],
)
def test_each_rule_takes_its_word(rule: Rule, record: int) -> None:
    assert stands(RECORDS, "name", rule)[1] == record
    assert stands(list(reversed(RECORDS)), "name", rule)[1] == record, "whatever the order they come in"


def test_a_word_that_nobody_says_is_none() -> None:
    assert stands(RECORDS, "phone") is None


@pytest.mark.parametrize("rule", [Rule(), Rule("newest"), Rule("complete"), Rule("trusted", (DESK,))])
def test_a_masked_number_replaces_no_full_one_by_any_rule(rule: Rule) -> None:
    records = [
        said(1, "buyer", "2024-01-01", SHOP, phone="+8613812340001", phone_masked=False),
        said(2, "customer", "2024-03-01", DESK, phone="138****00011111", phone_masked=True),
    ]
    assert stands(records, "phone", rule) == ("+8613812340001", 1)
    assert stands(records[1:], "phone", rule) == ("138****00011111", 2)


def test_the_newest_word_of_a_person_stands_above_every_rule() -> None:
    typed = [said(4, "hand", "2024-02-01", SHOP, name="By hand"), said(5, "hand", "2024-02-02", DESK, name="")]
    assert stands([*RECORDS, typed[0]], "name", Rule("newest")) == ("By hand", 4)
    assert stands([*RECORDS, *typed], "name", Rule("newest")) == ("", 5), "also that there is none"


def chosen(record: int, at: str, source: int | None, field: str = "name") -> Said:
    of = None if source is None else {"source": source, "external_id": f"of {source}", "value": "then"}
    return said(record, "choice", at, SHOP, chosen={field: of})


def test_a_choice_follows_its_source_and_says_nothing_where_that_one_is_not() -> None:
    assert stands([*RECORDS, chosen(6, "2024-06-01", SHOP)], "name") == ("Li", 1)
    newer = said(7, "customer", "2024-07-01", SHOP, name="Li Nana")
    assert stands([*RECORDS, chosen(6, "2024-06-01", SHOP), newer], "name") == ("Li Nana", 7)
    parted = [one for one in RECORDS if one.source_id != SHOP]
    assert stands([*parted, chosen(6, "2024-06-01", SHOP)], "name") == stands(parted, "name")


def test_of_typing_and_choosing_the_later_stands_and_both_can_be_taken_back() -> None:
    typed = said(4, "hand", "2024-06-02", DESK, name="By hand")
    assert stands([*RECORDS, chosen(6, "2024-06-01", SHOP), typed], "name") == ("By hand", 4)
    assert stands([*RECORDS, typed, chosen(6, "2024-06-03", SHOP)], "name") == ("Li", 1)
    assert stands([*RECORDS, typed, chosen(8, "2024-06-04", DESK)], "name") == ("By hand", 4), "a hand is of its source"
    assert stands([*RECORDS, typed, chosen(9, "2024-06-05", None)], "name") == stands(RECORDS, "name")
