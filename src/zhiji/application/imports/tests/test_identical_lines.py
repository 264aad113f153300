"""Of identical lines one stands for all: with the switch on a sale counts once, and never not at all."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from importing import HEADER, bring, check, orders, store, told, undo
from zhiji.application.imports import presentation, queries, services
from zhiji.application.imports.models import Import
from zhiji.data.store import derive
from zhiji.data.store.models import Order, OrderLine
from zhiji.platform import accounts, jobs
from zhiji.platform.models import User

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]

WITH_STATE = HEADER.replace("\n", ",status\n")
TEA = "A1,2025-01-03,C1,tea,1,30"
BAD = "A1,2025-01-03,C1,tea,x,30"
DEAD = ("cancelled", "refunded")


@pytest.fixture
def user() -> User:
    return accounts.user_create(email="a@b.test", password="correct horse battery 9", roles=["administrator"])


def teas(*states: str) -> str:
    """One order with the same line in these states."""
    return WITH_STATE + "".join(f"{TEA},{state}\n" for state in states)


def bought(*states: str) -> str:
    """The same in a file without order numbers: each row is an order."""
    return "date,customer,amount,status\n" + "".join(f"2025-01-03,C1,30,{state}\n" for state in states)


def once(on: bool = True) -> None:
    jobs.run_inline(services.identical_lines_switch(once=on))


def value() -> int:
    return sum(Order.objects.values_list("value_micros", flat=True)) // 1_000_000


def flagged() -> int:
    return OrderLine.objects.filter(is_current=True, is_repeat=True).count()


def settled(user: User) -> bool:
    """The Imports page finds nothing that it cannot explain."""
    summary = queries.summary(user)
    return summary["unsettled_micros"] == 0 and all(month["difference_micros"] == 0 for month in summary["months"])


# What comes of it: worth as often as it came, worth once, lines flagged.
CASES: list[tuple[tuple[str, ...], int, int, int]] = [
    *[((dead, "completed"), 30, 30, 1) for dead in DEAD],
    (("completed", "cancelled"), 30, 30, 1),
    (("completed", "cancelled", "completed"), 60, 30, 2),
    (("cancelled", "cancelled"), 0, 0, 1),
]


@pytest.mark.parametrize("text", [teas, bought], ids=["numbered", "a row an order"])
@pytest.mark.parametrize(("states", "often", "single", "flags"), CASES)
def test_a_line_is_left_out_only_where_another_counts(user, text, states, often, single, flags) -> None:
    row = bring(text(*states))
    promised = queries.identical_lines()
    assert (value(), flagged(), promised["lines"]) == (often, flags, flags)
    assert promised["amount_micros"] == row.dry_run["repeats"]["amount_micros"] == (often - single) * 1_000_000
    months = queries.summary(user)["months"][0]
    told_in = [(part["repeats_micros"], part["goods_micros"]) for part in (row.report["months"][0], months)]
    assert told_in == [((often - single) * 1_000_000, single * 1_000_000)] * 2
    once()
    assert (value(), settled(user)) == (single, True)
    after = told()
    derive.orders(Order.objects.values_list("pk", flat=True), count_repeats_once=True)
    assert told() == after
    undo(row)
    bring(text(*states))
    assert told() == after, "the bulk path, the switch and the derivation agree"
    once(False)
    assert value() == often


@pytest.mark.parametrize("text", [teas, bought], ids=["numbered", "a row an order"])
def test_the_other_line_counts_when_the_first_is_called_off(user: User, text) -> None:
    once()
    bring(text("completed", "completed"))
    before = told()
    later = bring(text("cancelled", "completed"), changed="replace")
    assert (value(), flagged(), settled(user)) == (30, 1, True)
    undo(later)
    assert told() == before
    bring(text("cancelled"), changed="add", name="one.csv")
    assert (value(), flagged(), settled(user)) == (30, 1, True)


def test_a_row_that_comes_later_counts_beside_an_order_that_was_called_off(user: User) -> None:
    once()
    bring(bought("cancelled"))
    bring("date,customer,amount\n2025-01-03,C1,30\n2025-01-03,C1,30\n", name="plain.csv", changed="add")
    assert (value(), flagged(), settled(user)) == (30, 1, True)


def rejects(row: Import) -> str:
    return "".join(presentation.rejected_file(RequestFactory().get("/"), row)).lstrip("\ufeff")


@pytest.mark.parametrize("is_on", [False, True])
def test_a_line_is_alone_again_when_the_import_that_it_repeated_is_undone(user: User, is_on: bool) -> None:
    once(is_on)
    first = check(orders(TEA, BAD))
    mended = rejects(first).replace(",x,", ",1,")
    store(first)
    bring(mended, name="rejects.csv")
    assert (value(), flagged()) == (30 if is_on else 60, 1)
    undo(first)
    assert (value(), flagged(), queries.identical_lines()["lines"], settled(user)) == (30, 0, 0, True)
    once(not is_on)
    assert (value(), flagged()) == (30, 0)


def test_strangers_with_rows_of_their_own_stay_flagged() -> None:
    once()
    text = "date,product,amount\n2025-01-03,tea,30\n2025-01-03,tea,30\n"
    first = bring(text)
    bring(text + "2025-01-04,tea,5\n", name="more.csv")
    assert (value(), flagged()) == (35, 1)
    undo(first)
    assert (value(), flagged()) == (35, 1)


def strangers(*states: str) -> str:
    return "date,amount,status\n" + "".join(f"2025-01-03,30,{state}\n" for state in states)


def test_of_strangers_too_the_other_row_counts_when_the_first_is_called_off(user: User) -> None:
    once()
    bring(strangers("completed", "completed"))
    before = told()
    assert (value(), flagged()) == (30, 1)
    later = bring(strangers("cancelled", "completed"), changed="replace", name="later.csv")
    assert (value(), flagged(), settled(user)) == (30, 1, True)
    again = bring(strangers("completed", "completed"), changed="replace", name="again.csv")
    assert (value(), flagged()) == (30, 1)
    undo(again)
    undo(later)
    assert told() == before


def test_a_row_of_a_stranger_is_alone_again_when_the_other_is_taken_back(user: User) -> None:
    """The first row came broken and is mended: the second sale of that content, until its file is gone."""
    once()
    first = check("date,amount\n2025-01-03,30\n2025-01-03,x\n")
    mended = rejects(first).replace(",x", ",30")
    store(first)
    bring(mended, name="rejects.csv")
    assert (value(), flagged()) == (30, 1)
    undo(first)
    assert (value(), flagged(), settled(user)) == (30, 0, True)


@pytest.mark.parametrize("first", ["completed", "cancelled"])
def test_two_strangers_who_are_told_apart_by_their_phones_are_no_repeats(user: User, first: str) -> None:
    once()
    head = "date,customer,phone,amount,status\n"
    text = head + "2025-01-03,,13800138000,30,completed\n2025-01-03,,13900139000,30,completed\n"
    bring(text)
    assert (value(), flagged()) == (60, 0)
    bring(text.replace("completed", first, 1) + "2025-01-04,,,5,completed\n", changed="replace", name="later.csv")
    assert (value(), flagged()) == (65 if first == "completed" else 35, 0)
