"""An actual that changed because the record was corrected is a correction: seen, sealed, with the earlier one kept."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from django.db import connection
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
from zhiji.application.predictions.queries import entries
from zhiji.data.landing.models import Batch, Source
from zhiji.data.store.models import Customer, Identity
from zhiji.kernel import MICROS
from zhiji.platform.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
DAY = date(2024, 1, 1)
DUE = DAY + timedelta(days=91)
NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)


def brought(*names: str) -> dict[str, int]:
    source, _ = Source.objects.get_or_create(code="shop")
    batch = Batch.objects.create(source=source, kind="orders", received_at=NOON)
    found = {}
    for name in names:
        customer = Customer.objects.create(known_at=NOON)
        Identity.objects.create(source=source, external_id=name, customer=customer, first_batch_id=batch.pk)
        found[name] = customer.pk
    return found


def gone(*numbers: int) -> None:
    Identity.objects.filter(customer_id__in=numbers).delete()
    Customer.objects.filter(pk__in=numbers).delete()


def frozen(ids: dict[str, int]) -> LedgerSnapshot:
    """Each customer is said to spend ten."""
    version = ModelVersion.objects.create(
        task="customer_value", version=1, as_of=DAY, horizon_days=91, state="published"
    )
    said = {"expected_value_micros": 10 * MICROS, "value_low_micros": 0, "value_high_micros": 20 * MICROS}
    columns = {"customer_id": list(ids.values()), "value_rank": range(1, len(ids) + 1), "value_score": 10.0}
    made = ledger.freeze(version, pd.DataFrame({**columns, "rule_score": 8.0, **said}), known_to=DAY)
    assert made is not None
    return made


def came(*rows: tuple[int, int, int]) -> pd.DataFrame:
    """Customer, day of the horizon, amount; and an order a day before it, so that no silence is longer than usual."""
    days = [(number, pd.Timestamp(DAY + timedelta(days=day)), amount * MICROS) for number, day, amount in rows]
    before = [(0, pd.Timestamp(DAY - timedelta(days=200 * back)), MICROS) for back in range(2)]
    return pd.DataFrame([*before, *days], columns=["customer_id", "value_on", "amount_micros"])


def told(snapshot: LedgerSnapshot) -> list[tuple[int, int, int, int]]:
    """Number, of how many customers, what came in units, of how many that is a correction."""
    rows = LedgerSettlement.objects.filter(snapshot=snapshot).order_by("number")
    assert ledger.broken() is None
    return [
        (row.number, row.summary["customers"], row.summary["actual_micros"] // MICROS, row.summary.get("corrected", 0))
        for row in rows
    ]


def shown(snapshot: LedgerSnapshot) -> dict[int, tuple[int | None, int | None]]:
    return {row.number_now: (row.value_now, row.orders_now) for row in entries(snapshot)}


def test_orders_that_come_late_correct_what_was_settled_without_them() -> None:
    ids = brought("A", "B", "C")
    snapshot = frozen(ids)
    assert settling.settle(came((ids["C"], 95, 4)), DUE + timedelta(days=9)) == 1
    assert told(snapshot) == [(1, 3, 0, 0)]
    late = came((ids["A"], 20, 5), (ids["A"], 91, 2), (ids["B"], 92, 50), (ids["C"], 95, 4))
    assert settling.settle(late, DUE + timedelta(days=9)) == 1
    assert told(snapshot) == [(1, 3, 0, 0), (2, 3, 7, 1)]
    assert shown(snapshot) == {ids["A"]: (7 * MICROS, 2), ids["B"]: (0, 0), ids["C"]: (0, 0)}
    # What did not change is not written again; what was settled first stands.
    assert list(LedgerCorrection.objects.values_list("entry__customer_ref", "actual_value_micros")) == [
        (ids["A"], 7 * MICROS)
    ]
    assert set(LedgerOutcome.objects.values_list("actual_value_micros", flat=True)) == {0}
    (audited,) = AuditEntry.objects.filter(action=ledger.CORRECTED)
    assert audited.details["digest"] == LedgerSettlement.objects.get(number=2).digest
    # And back again, as after an undo.
    assert settling.settle(came((ids["C"], 95, 4)), DUE + timedelta(days=9)) == 1
    assert told(snapshot) == [(1, 3, 0, 0), (2, 3, 7, 1), (3, 3, 0, 1)]
    assert shown(snapshot)[ids["A"]] == (0, 0)


def test_where_no_sum_is_another_nothing_is_written_and_next_to_nothing_read() -> None:
    ids = brought("A", "B")
    snapshot = frozen(ids)
    known = came((ids["A"], 20, 5))
    settling.settle(known, DUE)
    stranger = pd.concat([known, came((999, 30, 8)).tail(1)])
    assert settling.settle(stranger, DUE) == 0, "orders of somebody of whom nothing was said"
    outside = pd.concat([stranger, came((ids["B"], 92, 8), (ids["B"], 0, 3)).tail(2)])
    for days in (stranger, outside, outside.sample(frac=1, random_state=1)):
        with CaptureQueriesContext(connection) as seen:
            assert settling.settle(days, DUE) == 0
        assert len(seen) == 2, [query["sql"] for query in seen]
    assert told(snapshot) == [(1, 2, 5, 0)]


def test_free_orders_count_as_in_the_back_test() -> None:
    ids = brought("A", "B")
    snapshot = frozen(ids)
    settling.settle(came((ids["A"], 3, 0), (ids["A"], 4, 6), (ids["B"], 5, -2)), DUE)
    assert shown(snapshot) == {ids["A"]: (6 * MICROS, 2), ids["B"]: (-2 * MICROS, 0)}


def test_who_is_no_longer_there_keeps_what_was_known_and_who_comes_again_is_told() -> None:
    ids = brought("A", "B", "C")
    snapshot = frozen(ids)
    gone(ids["C"])
    settling.settle(came((ids["A"], 20, 5), (ids["B"], 20, 3)), DUE)
    assert told(snapshot) == [(1, 2, 8, 0)]
    # B's import is undone: nothing is known of B that could correct anything; of A nothing changed.
    gone(ids["B"])
    assert settling.settle(came((ids["A"], 20, 5)), DUE) == 0
    # C is brought in again under another number, and without an order in the horizon.
    again = brought("C")
    assert settling.settle(came((ids["A"], 20, 5)), DUE) == 1
    assert told(snapshot) == [(1, 2, 8, 0), (2, 3, 8, 1)]
    assert LedgerSettlement.objects.get(number=2).summary["unknown"] == 0
    assert shown(snapshot) == {
        ids["A"]: (5 * MICROS, 1), ids["B"]: (3 * MICROS, 1), again["C"]: (0, 0),
    }  # fmt: skip


def test_while_the_data_do_not_cover_it_a_settlement_stands() -> None:
    """The files of the horizon were undone: the record says nothing of those days, not that nobody bought."""
    ids = brought("A")
    snapshot = frozen(ids)
    settling.settle(came((ids["A"], 20, 5)), DUE)
    assert settling.settle(came(), DAY) == 0
    assert told(snapshot) == [(1, 1, 5, 0)]


def test_a_silence_longer_than_ever_is_said() -> None:
    ids = brought("A")
    snapshot = frozen(ids)
    weekly = [(0, pd.Timestamp(DAY - timedelta(days=9 * week)), MICROS) for week in range(20)]
    before = pd.DataFrame(weekly, columns=["customer_id", "value_on", "amount_micros"])
    settling.settle(pd.concat([before, came((ids["A"], 9, 1), (ids["A"], 100, 1)).tail(2)]), DUE)
    # From the 10th to the 91st day.
    assert LedgerSettlement.objects.get().summary["silent_days"] == 82
    every = [(ids["A"], 9 * week, 1) for week in range(1, 11)]
    settling.settle(pd.concat([before, came(*every).tail(10)]), DUE)
    assert "silent_days" not in LedgerSettlement.objects.get(number=2).summary
    assert told(snapshot) == [(1, 1, 1, 0), (2, 1, 10, 1)]


@pytest.fixture
def unlocked() -> LedgerSnapshot:
    """Settled and corrected twice; by somebody with the database's own console, who takes the triggers away."""
    ids = brought("A", "B")
    snapshot = frozen(ids)
    for amount in (1, 2, 3):
        settling.settle(came((ids["A"], 20, amount), (ids["B"], 20, amount)), DUE)
    assert told(snapshot) == [(1, 2, 2, 0), (2, 2, 4, 2), (3, 2, 6, 2)]
    with connection.cursor() as cursor:
        for model in (LedgerSettlement, LedgerCorrection, LedgerOutcome, LedgerEntry):
            table = model._meta.db_table
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER {table}_frozen{on}")
            cursor.execute(f"DROP TRIGGER {table}_kept{on}")
    return snapshot


def _edited(snapshot: LedgerSnapshot) -> None:
    LedgerCorrection.objects.filter(pk=LedgerCorrection.objects.latest("pk").pk).update(actual_orders=7)


def _row_cut(snapshot: LedgerSnapshot) -> None:
    LedgerCorrection.objects.earliest("pk").delete()


def _last_cut(snapshot: LedgerSnapshot) -> None:
    LedgerCorrection.objects.filter(settlement__number=3).delete()
    LedgerSettlement.objects.filter(number=3).delete()


def _middle_cut(snapshot: LedgerSnapshot) -> None:
    LedgerCorrection.objects.filter(settlement__number=2).delete()
    LedgerSettlement.objects.filter(number=2).delete()


def _slipped_under_the_first(snapshot: LedgerSnapshot) -> None:
    LedgerCorrection.objects.create(
        settlement=LedgerSettlement.objects.get(number=1), entry=LedgerEntry.objects.earliest("pk"),
        actual_value_micros=1, actual_orders=1, customer_ref=1,
    )  # fmt: skip


def _summary_edited(snapshot: LedgerSnapshot) -> None:
    row = LedgerSettlement.objects.get(number=2)
    LedgerSettlement.objects.filter(pk=row.pk).update(summary={**row.summary, "actual_micros": 1})


def _forged(snapshot: LedgerSnapshot) -> None:
    """One more, sealed as ours are; but the audit trail has none of it."""
    last = LedgerSettlement.objects.get(number=3)
    digest = ledger.correction_digest(last, last.summary, [])
    LedgerSettlement.objects.create(snapshot=snapshot, number=4, summary=last.summary, digest=digest)


@pytest.mark.parametrize(
    "touch", [_edited, _row_cut, _last_cut, _middle_cut, _slipped_under_the_first, _summary_edited, _forged]
)
def test_a_touched_correction_is_found(unlocked: LedgerSnapshot, touch: Any) -> None:
    touch(unlocked)
    assert ledger.broken() == unlocked.pk
