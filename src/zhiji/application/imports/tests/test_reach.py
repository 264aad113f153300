"""Amounts that fit one by one, and whose sums would not: refused by code, before anything is stored."""

from __future__ import annotations

import pytest

from importing import bring, check, orders, told
from zhiji.application.imports import queries
from zhiji.application.imports.models import Import
from zhiji.data.store.models import Order
from zhiji.platform.accounts import user_create

pytestmark = [pytest.mark.databases, pytest.mark.django_db(transaction=True)]

FIVE_MILLION_MILLIONS = "5000000000000"


def assert_refused(row: Import, at: int) -> None:
    assert (row.state, row.reason["code"], row.reason["where"]["row"]) == ("failed", "amounts_out_of_reach", at)


@pytest.mark.parametrize("second", ["A1,2025-01-04,C1,cup", "A2,2025-01-04,C1,cup", "A2,2025-02-04,C2,cup"])
def test_a_file_whose_sum_does_not_fit_is_refused(second: str) -> None:
    """Of one order, of one customer and month, of the company."""
    row = check(orders(f"A1,2025-01-03,C1,tea,1,{FIVE_MILLION_MILLIONS}", f"{second},1,5000000000001"))
    assert_refused(row, 2)
    assert not Order.objects.exists()


def test_a_sum_with_what_is_stored_that_does_not_fit_is_refused_and_changes_nothing() -> None:
    bring(orders(f"A1,2025-01-03,C1,tea,1,{FIVE_MILLION_MILLIONS}"))
    before = told()
    row = check(orders(f"B1,2025-03-03,C2,tea,1,{FIVE_MILLION_MILLIONS}"), name="later.csv")
    assert_refused(row, 1)
    assert told() == before
    admin = user_create(email="a@example.com", password=None, roles=["administrator"])
    assert queries.summary(admin)


def test_rejected_amounts_are_summed_too() -> None:
    lines = (f"A{n},no day,C1,tea,1,{FIVE_MILLION_MILLIONS}" for n in range(2))
    assert_refused(check(orders("A9,2025-01-03,C1,tea,1,30", *lines)), 2)
