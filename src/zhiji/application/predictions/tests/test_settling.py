"""Settling beside other work: nobody waits for a comparison, and a stranger reopens nothing. Sums are whole numbers."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any

import pandas as pd
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhiji.application.predictions import ledger, settling
from zhiji.application.predictions.models import LedgerCorrection, LedgerOutcome, LedgerSettlement
from zhiji.application.predictions.tests.test_corrections import DAY, DUE, brought, came, frozen, gone, told
from zhiji.kernel import MICROS

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


def at_each_read_of_entries(then: Callable[[], None]) -> Any:
    """Runs something whenever the rows of a snapshot are read."""

    def wrapper(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith("SELECT") and "predictions_ledgerentry" in sql:
            then()
        return execute(sql, parameters, many, context)

    return connection.execute_wrapper(wrapper)


def another_writes() -> None:
    """Another process writes, and waits for nobody."""
    with closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=0, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("COMMIT")


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite has one writer at a time")
def test_while_a_snapshot_is_compared_others_can_write() -> None:
    ids = brought("A", "B", "C")
    snapshot = frozen(ids)
    gone(ids["C"])
    first, stranger = came((ids["A"], 20, 5)), brought("S")["S"]
    looks: list[str] = []

    def look() -> None:
        looks.append("")
        another_writes()

    with at_each_read_of_entries(look):
        assert settling.settle(first, DUE) == 1
        assert settling.settle(came((ids["A"], 20, 5), (stranger, 30, 1)), DUE) == 0, "compared, and found right"
        assert settling.settle(came((ids["A"], 20, 6)), DUE) == 1
    assert len(looks) >= 3
    assert told(snapshot) == [(1, 2, 5, 0), (2, 2, 6, 1)]


@pytest.mark.parametrize("settled_before", [False, True])
def test_what_another_settled_meanwhile_is_not_settled_twice(settled_before: bool) -> None:
    ids = brought("A", "B")
    snapshot = frozen(ids)
    if settled_before:
        settling.settle(came((ids["A"], 20, 1)), DUE)
    days, inside = came((ids["A"], 20, 5)), []

    def another_settles() -> None:
        if not inside:
            inside.append(1)
            assert settling.settle(days, DUE) == 1

    with at_each_read_of_entries(another_settles):
        assert settling.settle(days, DUE) == 0
    assert told(snapshot) == ([(1, 2, 1, 0), (2, 2, 5, 1)] if settled_before else [(1, 2, 5, 0)])
    assert settling.settle(days, DUE) == 0


def statements(days: pd.DataFrame) -> list[str]:
    with CaptureQueriesContext(connection) as seen:
        assert settling.settle(days, DUE) == 0
    return [query["sql"] for query in seen]


def test_a_stranger_reopens_nothing_and_whoever_is_waited_for_does() -> None:
    ids = brought("A", "B")
    snapshot = frozen(ids)
    gone(ids["B"])
    days = came((ids["A"], 20, 5))
    settling.settle(days, DUE)
    before = statements(days)
    assert not any("ledgeroutcome" in sql or "ledgerentry" in sql for sql in before)
    brought("S", "T")
    assert len(statements(days)) == len(before)
    again = brought("B")
    assert settling.settle(came((ids["A"], 20, 5), (again["B"], 20, 2)), DUE) == 1
    assert told(snapshot) == [(1, 1, 5, 0), (2, 2, 7, 1)]


def test_many_who_are_unknown_are_waited_for_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than are kept with the look."""
    monkeypatch.setattr(settling, "_FEW_UNKNOWN", 1)
    ids = brought("A", "B", "C")
    snapshot = frozen(ids)
    gone(ids["B"], ids["C"])
    days = came((ids["A"], 20, 5))
    settling.settle(days, DUE)
    brought("S")
    assert settling.settle(days, DUE) == 0
    brought("C")
    assert settling.settle(days, DUE) == 1
    assert told(snapshot) == [(1, 1, 5, 0), (2, 2, 5, 1)]


def test_a_silence_that_others_orders_end_is_taken_back() -> None:
    """The missing file brings only customers of whom nothing was said."""
    ids = brought("A")
    snapshot = frozen(ids)
    weekly = [(0, pd.Timestamp(DAY - timedelta(days=9 * week)), MICROS) for week in range(20)]
    before = pd.DataFrame(weekly, columns=["customer_id", "value_on", "amount_micros"])
    known = pd.concat([before, came((ids["A"], 9, 1), (ids["A"], 100, 1)).tail(2)])
    settling.settle(known, DUE)
    assert LedgerSettlement.objects.get().summary["silent_days"] == 82
    new = brought("X")["X"]
    filled = pd.concat([known, came(*[(new, 9 * week, 50) for week in range(1, 11)]).tail(10)])
    assert settling.settle(filled, DUE) == 1
    assert told(snapshot) == [(1, 1, 1, 0), (2, 1, 1, 0)]
    last = LedgerSettlement.objects.get(number=2).summary
    assert "silent_days" not in last
    assert last["corrected"] == 0
    assert not LedgerCorrection.objects.exists()
    assert settling.settle(filled, DUE) == 0
    # And the other way: an older file shows that this company is used to such silences.
    settling.settle(known, DUE)
    assert LedgerSettlement.objects.get(number=3).summary["silent_days"] == 82
    long_ago = pd.DataFrame([(0, pd.Timestamp(DAY - timedelta(days=400)), MICROS)], columns=before.columns)
    assert settling.settle(pd.concat([known, long_ago]), DUE) == 1
    assert "silent_days" not in LedgerSettlement.objects.get(number=4).summary


def test_another_number_of_orders_is_a_correction() -> None:
    ids = brought("A")
    snapshot = frozen(ids)
    settling.settle(came((ids["A"], 20, 5)), DUE)
    assert settling.settle(came((ids["A"], 20, 3), (ids["A"], 21, 2)), DUE) == 1
    assert told(snapshot) == [(1, 1, 5, 0), (2, 1, 5, 1)]


# Above 2**53, where a float holds no odd number.
BIG = 9_007_199_254_740_993


def micros(*rows: tuple[int, int]) -> pd.DataFrame:
    on = pd.Timestamp(DAY + timedelta(days=3))
    return pd.concat([came(), pd.DataFrame([(pk, on, amount) for pk, amount in rows], columns=came().columns)])


def test_sums_are_exact_to_the_last_micro() -> None:
    ids = brought("A", "B")
    frozen(ids)
    settling.settle(micros((ids["A"], BIG)), DUE)
    kept = LedgerOutcome.objects.get(entry__customer_ref=ids["A"]).actual_value_micros
    assert kept == BIG == LedgerSettlement.objects.get().summary["actual_micros"]
    assert settling.settle(micros((ids["A"], BIG - 1)), DUE) == 1
    assert LedgerCorrection.objects.get().actual_value_micros == BIG - 1
    assert ledger.broken() is None


@pytest.mark.parametrize("each", [10**18, 5 * 10**18])
def test_a_total_may_be_larger_than_any_of_its_parts_could(each: int) -> None:
    """Beyond 63 bits, and beyond 64."""
    ids = brought(*"ABCDEFGHIJKL")
    frozen(ids)
    settling.settle(micros(*[(pk, each) for pk in ids.values()]), DUE)
    summary = LedgerSettlement.objects.get().summary
    assert summary["actual_micros"] == 12 * each == sum(tenth["actual_micros"] for tenth in summary["tenths"])
    assert sum(tenth["actual_by_rule_micros"] for tenth in summary["tenths"]) == 12 * each
    assert ledger.broken() is None
