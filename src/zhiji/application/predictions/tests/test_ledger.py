"""The ledger: append-only in the database itself, every touch found, and settled as pandas settles it."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from zhiji.application.predictions import ledger, settling
from zhiji.application.predictions.models import (
    LedgerCorrection,
    LedgerEntry,
    LedgerOutcome,
    LedgerSettlement,
    LedgerSnapshot,
    ModelVersion,
)
from zhiji.data.store.models import Customer
from zhiji.kernel import MICROS, clock
from zhiji.platform.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
DAY = date(2024, 1, 1)
CUSTOMERS = 40


def said(seed: int, *, shown: bool = True) -> pd.DataFrame:
    """What a model said of everybody, as ``predictions_refresh`` hands it over."""
    rng = np.random.default_rng(seed)
    value = np.sort(rng.gamma(1.0, 80.0, CUSTOMERS))[::-1]
    micros = pd.array(np.rint(value * MICROS).astype("int64"), dtype="Int64")
    frame = pd.DataFrame(
        {
            "customer_id": rng.permutation(CUSTOMERS) + 1,
            "value_score": value,
            "value_rank": np.arange(1, CUSTOMERS + 1),
            "rule_score": rng.gamma(1.0, 80.0, CUSTOMERS),
            "expected_value_micros": micros,
            "value_low_micros": pd.array(np.zeros(CUSTOMERS, "int64"), dtype="Int64"),
            "value_high_micros": micros * 2,
        }
    )
    if not shown:
        frame[["expected_value_micros", "value_low_micros", "value_high_micros"]] = pd.NA
    return frame


def version(number: int, as_of: date = DAY) -> ModelVersion:
    return ModelVersion.objects.create(task="customer_value", version=number, as_of=as_of, horizon_days=91,
                                       state="published", is_serving=False)  # fmt: skip


def happened(seed: int = 9) -> pd.DataFrame:
    """Customer-days around the window, returns and strangers among them."""
    rng = np.random.default_rng(seed)
    size = 400
    return pd.DataFrame(
        {
            "customer_id": rng.integers(1, CUSTOMERS + 20, size),
            "value_on": pd.to_datetime(DAY) + pd.to_timedelta(rng.integers(-30, 130, size), unit="D"),
            "amount_micros": np.rint(rng.normal(30, 40, size) * MICROS).astype("int64"),
        }
    )


@pytest.fixture
def frozen() -> list[LedgerSnapshot]:
    """Three snapshots, the first two settled."""
    Customer.objects.bulk_create(Customer(pk=pk, known_at=clock.now()) for pk in range(1, CUSTOMERS + 1))
    found = []
    for number in range(3):
        day = DAY + timedelta(days=number)
        made = ledger.freeze(version(number + 1, day), said(number, shown=number != 1), known_to=day)
        assert made is not None
        found.append(made)
    assert settling.settle(happened(), DAY + timedelta(days=92)) == 2
    assert ledger.broken() is None
    return found


@pytest.fixture
def corrected(frozen: list[LedgerSnapshot]) -> list[LedgerSnapshot]:
    """The record was corrected: other days."""
    assert settling.settle(happened(seed=10), DAY + timedelta(days=92)) == 2
    return frozen


@pytest.fixture
def unlocked(frozen: list[LedgerSnapshot]) -> list[LedgerSnapshot]:
    """As somebody with the database's own console could do it: without the triggers."""
    tables = [
        model._meta.db_table
        for model in (LedgerSnapshot, LedgerEntry, LedgerSettlement, LedgerOutcome, LedgerCorrection)
    ]
    with connection.cursor() as cursor:
        for table in tables:
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER {table}_frozen{on}")
            cursor.execute(f"DROP TRIGGER {table}_kept{on}")
    return frozen


@pytest.mark.parametrize(
    ("model", "column"),
    [
        (LedgerSnapshot, "digest"),
        (LedgerSnapshot, "known_to"),
        (LedgerEntry, "value_score"),
        (LedgerEntry, "pseudonyms"),
        (LedgerSettlement, "digest"),
        (LedgerOutcome, "actual_value_micros"),
    ],
)
def test_no_update_comes_through(frozen: list[LedgerSnapshot], model: type[Model], column: str) -> None:
    before = list(model.objects.order_by("pk").values())
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        model.objects.filter(pk=before[0][model._meta.pk.attname]).update(**{column: None})
    row = model.objects.order_by("pk").first()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        row.save()
    statement = f"UPDATE {model._meta.db_table} SET {column} = {column}"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert list(model.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("model", [LedgerSnapshot, LedgerEntry, LedgerSettlement, LedgerOutcome, LedgerCorrection])
def test_no_deletion_comes_through(corrected: list[LedgerSnapshot], model: type[Model]) -> None:
    before = list(model.objects.order_by("pk").values())
    assert before
    statement = f"DELETE FROM {model._meta.db_table}"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert list(model.objects.order_by("pk").values()) == before


LEDGER = (LedgerSnapshot, LedgerEntry, LedgerSettlement, LedgerOutcome, LedgerCorrection)
# One of each table's figures, to be seen changed.
FIGURE = {LedgerSnapshot: "entries", LedgerEntry: "rank", LedgerSettlement: "settled_at",
          LedgerOutcome: "actual_orders", LedgerCorrection: "actual_orders"}  # fmt: skip


@pytest.mark.skipif(connection.vendor != "sqlite", reason="an insertion that replaces is SQLite's")
@pytest.mark.parametrize("by_key", [True, False])
@pytest.mark.parametrize("model", LEDGER)
def test_no_replacement_comes_through(corrected: list[LedgerSnapshot], model: type[Model], by_key: bool) -> None:
    """Another row in the place of one: under its key, or under what else there is one of."""
    before, table = list(model.objects.order_by("pk").values()), model._meta.db_table
    names = [field.column for field in model._meta.concrete_fields if by_key or field.column != "id"]
    figures = ", ".join("0" if name == FIGURE[model] else name for name in names)
    statement = f"INSERT OR REPLACE INTO {table} ({', '.join(names)}) SELECT {figures} FROM {table} LIMIT 1"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert list(model.objects.order_by("pk").values()) == before


@pytest.mark.postgres
@pytest.mark.parametrize("model", LEDGER)
def test_no_table_is_emptied(corrected: list[LedgerSnapshot], model: type[Model]) -> None:
    before = list(model.objects.order_by("pk").values())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {model._meta.db_table} CASCADE")
    assert list(model.objects.order_by("pk").values()) == before


def test_an_edited_time_is_found(unlocked: list[LedgerSnapshot]) -> None:
    """By a microsecond; and of what was written before the trail had the row's own time, by more than a wait."""
    later = unlocked[2].created_at + timedelta(microseconds=1)
    LedgerSnapshot.objects.filter(pk=unlocked[2].pk).update(created_at=later)
    assert ledger.broken() == unlocked[2].pk
    settled_at = LedgerSettlement.objects.get(snapshot=unlocked[1]).settled_at
    LedgerSettlement.objects.filter(snapshot=unlocked[1]).update(settled_at=settled_at - timedelta(microseconds=1))
    assert ledger.broken() == unlocked[1].pk
    for entry in AuditEntry.objects.filter(details__has_key="written_at"):
        AuditEntry.objects.filter(pk=entry.pk).update(details={"digest": entry.details["digest"]})
    assert ledger.broken() is None, "a microsecond is the wait for the trail"
    LedgerSettlement.objects.filter(snapshot=unlocked[1]).update(settled_at=settled_at - timedelta(hours=1))
    assert ledger.broken() == unlocked[1].pk


def test_an_edited_entry_is_found(unlocked: list[LedgerSnapshot]) -> None:
    entry = LedgerEntry.objects.filter(snapshot=unlocked[1]).first()
    LedgerEntry.objects.filter(pk=entry.pk).update(rank=entry.rank + 1)
    assert ledger.broken() == unlocked[1].pk


def test_an_entry_led_to_another_customer_is_found(unlocked: list[LedgerSnapshot]) -> None:
    LedgerEntry.objects.filter(snapshot=unlocked[2], rank=7).update(pseudonyms=None)
    assert ledger.broken() == unlocked[2].pk
    LedgerOutcome.objects.filter(entry__snapshot=unlocked[1], entry__rank=7).update(customer_ref=1)
    assert ledger.broken() == unlocked[1].pk


def test_an_edited_outcome_is_found(unlocked: list[LedgerSnapshot]) -> None:
    entry = LedgerOutcome.objects.filter(entry__snapshot=unlocked[0]).first()
    LedgerOutcome.objects.filter(pk=entry.pk).update(actual_value_micros=entry.actual_value_micros + 1)
    assert ledger.broken() == unlocked[0].pk


def test_an_edited_summary_or_due_day_is_found(unlocked: list[LedgerSnapshot]) -> None:
    LedgerSnapshot.objects.filter(pk=unlocked[2].pk).update(due_on=DAY)
    assert ledger.broken() == unlocked[2].pk
    LedgerSnapshot.objects.filter(pk=unlocked[1].pk).update(known_to=None)
    assert ledger.broken() == unlocked[1].pk
    LedgerSettlement.objects.filter(snapshot=unlocked[0]).update(summary={"said_micros": 1})
    assert ledger.broken() == unlocked[0].pk


def test_a_deleted_row_is_found(unlocked: list[LedgerSnapshot]) -> None:
    LedgerEntry.objects.filter(snapshot=unlocked[2], rank=7).delete()
    assert ledger.broken() == unlocked[2].pk


def test_a_deleted_outcome_is_found(unlocked: list[LedgerSnapshot]) -> None:
    LedgerOutcome.objects.filter(entry__snapshot=unlocked[1], entry__rank=3).delete()
    assert ledger.broken() == unlocked[1].pk


def test_an_inserted_row_is_found(unlocked: list[LedgerSnapshot]) -> None:
    LedgerEntry.objects.create(snapshot=unlocked[0], customer_ref=10_000, rank=41, value_score=1.0)
    assert ledger.broken() == unlocked[0].pk


def test_a_snapshot_cut_from_the_middle_or_the_end_is_found(unlocked: list[LedgerSnapshot]) -> None:
    def cut(snapshot: LedgerSnapshot) -> None:
        LedgerOutcome.objects.filter(entry__snapshot=snapshot).delete()
        LedgerSettlement.objects.filter(snapshot=snapshot).delete()
        LedgerEntry.objects.filter(snapshot=snapshot).delete()
        snapshot.delete()

    last = unlocked[2].pk
    cut(unlocked[2])
    assert ledger.broken() == last
    cut(unlocked[0])
    assert ledger.broken() == unlocked[1].pk


def test_a_settlement_that_was_taken_back_to_settle_again_is_found(unlocked: list[LedgerSnapshot]) -> None:
    LedgerOutcome.objects.filter(entry__snapshot=unlocked[0]).delete()
    LedgerSettlement.objects.filter(snapshot=unlocked[0]).delete()
    assert ledger.broken() == unlocked[0].pk
    settling.settle(happened(seed=10), DAY + timedelta(days=92))
    assert ledger.broken() == unlocked[0].pk


def test_the_first_word_of_a_day_stands_and_another_is_put_beside_it(frozen: list[LedgerSnapshot]) -> None:
    before = list(LedgerEntry.objects.order_by("pk").values())
    assert ledger.freeze(version(10), said(0), known_to=DAY) is None, "the same said again is no further word"
    second = ledger.freeze(version(11), said(99), known_to=DAY)
    assert second is not None
    assert (second.number, frozen[0].number, second.as_of) == (2, 1, frozen[0].as_of)
    assert list(LedgerEntry.objects.exclude(snapshot=second).order_by("pk").values()) == before
    assert dict(second.rows.values_list("customer_ref", "value_score")) == dict(
        said(99)[["customer_id", "value_score"]].itertuples(index=False)
    )
    assert ledger.freeze(version(12), said(99), known_to=DAY) is None
    third = ledger.freeze(version(13), said(0), known_to=DAY)
    assert third is not None
    assert third.number == 3
    assert settling.settle(happened(), second.due_on) == 2, "each word is settled"
    first, later = (LedgerSettlement.objects.get(snapshot=row).summary for row in (frozen[0], second))
    assert first["actual_micros"] == later["actual_micros"]
    assert first["said_micros"] != later["said_micros"]
    assert ledger.broken() is None


@pytest.mark.parametrize("beforehand_first", [True, False])
def test_a_look_back_and_a_word_given_beforehand_do_not_stand_in_each_others_way(beforehand_first: bool) -> None:
    days = [DAY, DAY + timedelta(days=3)]
    made = [
        ledger.freeze(version(number), said(1), known_to=known_to)
        for number, known_to in enumerate(days if beforehand_first else days[::-1], 1)
    ]
    assert [row.number for row in made if row is not None] == [1, 1]
    assert ledger.broken() is None


def test_a_number_in_the_place_of_another_is_found(unlocked: list[LedgerSnapshot]) -> None:
    second = ledger.freeze(version(10), said(99), known_to=DAY)
    assert second is not None
    LedgerSnapshot.objects.filter(pk=unlocked[0].pk).update(number=3)
    LedgerSnapshot.objects.filter(pk=second.pk).update(number=1)
    assert ledger.broken() == unlocked[0].pk


def test_settled_is_what_pandas_finds(frozen: list[LedgerSnapshot]) -> None:
    for number, snapshot in enumerate(frozen[:2]):
        told, days = said(number, shown=number != 1), happened()
        since, until = pd.Timestamp(snapshot.as_of), pd.Timestamp(snapshot.due_on)
        inside = days[days["value_on"].between(since + pd.Timedelta(days=1), until)]
        value = told["customer_id"].map(
            lambda pk, rows=inside: int(rows.query("customer_id == @pk").amount_micros.sum())
        )
        orders = told["customer_id"].map(
            lambda pk, rows=inside: int((rows.query("customer_id == @pk").amount_micros > 0).sum())
        )
        stored = LedgerOutcome.objects.filter(entry__snapshot=snapshot).order_by("entry__rank")
        assert list(stored.values_list("entry__customer_ref", "actual_value_micros", "actual_orders")) == list(
            zip(told["customer_id"], value, orders, strict=True)
        )
        summary = LedgerSettlement.objects.get(snapshot=snapshot).summary
        assert (summary["customers"], summary["unknown"]) == (CUSTOMERS, 0)
        assert summary["actual_micros"] == int(value.sum())
        assert [tenth["customers"] for tenth in summary["tenths"]] == [4] * 10
        assert [tenth["actual_micros"] for tenth in summary["tenths"]] == [
            int(value.iloc[4 * k : 4 * k + 4].sum()) for k in range(10)
        ]
        by_rule = value.iloc[np.lexsort((told["customer_id"], -told["rule_score"]))]
        assert [tenth["actual_by_rule_micros"] for tenth in summary["tenths"]] == [
            int(by_rule.iloc[4 * k : 4 * k + 4].sum()) for k in range(10)
        ]
        rule = (told["rule_score"] * MICROS).round().astype("int64")
        assert summary["rule_micros"] == int(rule.sum()) == sum(tenth["rule_micros"] for tenth in summary["tenths"])
        assert [tenth["rule_micros"] for tenth in summary["tenths"]] == [
            int(rule.iloc[4 * k : 4 * k + 4].sum()) for k in range(10)
        ]
        if number == 1:
            assert (summary["said_micros"], summary["coverage"]) == (None, None)
        else:
            assert summary["said_micros"] == int(told["expected_value_micros"].sum())
            within = (value >= told["value_low_micros"]) & (value <= told["value_high_micros"])
            assert summary["coverage"] == round(float(within.mean()), 4)


def test_the_chain_is_gone_through_in_parts_with_few_statements(unlocked: list[LedgerSnapshot]) -> None:
    """Whatever the number of customers: a snapshot costs at most two reads, and time is looked at after each."""
    with CaptureQueriesContext(connection) as seen:
        whole = ledger.check()
    assert (whole.first_broken, whole.checked, whole.total, whole.next) == (None, 3, 3, None)
    assert len(seen) <= 6 + 2 * 3
    at, parts = 0, []
    for _ in unlocked:
        parts.append(ledger.check(at, seconds=0))
        at = parts[-1].next or 0
    assert [(part.first_broken, part.checked, part.next) for part in parts] == [
        (None, 1, unlocked[0].pk), (None, 2, unlocked[1].pk), (None, 3, None),
    ]  # fmt: skip
    LedgerEntry.objects.filter(snapshot=unlocked[2], rank=7).delete()
    assert ledger.check(unlocked[1].pk, seconds=0).first_broken == unlocked[2].pk


def test_nothing_is_settled_before_the_data_covers_it(frozen: list[LedgerSnapshot]) -> None:
    assert settling.settle(happened(), frozen[2].due_on - timedelta(days=1)) == 0
    assert settling.settle(happened(), frozen[2].due_on) == 1
    assert settling.settle(happened(), frozen[2].due_on) == 0
    assert ledger.broken() is None
