"""What was said of two who are one customer now is held against what each of them did; and the other way round."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from zhiji.application.predictions import ledger, settling
from zhiji.application.predictions.models import LedgerOutcome, LedgerSettlement, LedgerSnapshot, ModelVersion
from zhiji.application.predictions.queries import entries
from zhiji.data.landing.models import Batch, Source
from zhiji.data.store.models import Customer, Identity
from zhiji.kernel import MICROS

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
DAY = date(2024, 1, 1)
NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def people() -> list[int]:
    """Three customers, each with an identity of its own."""
    batch = Batch.objects.create(source=Source.objects.create(code="shop"), kind="orders", received_at=NOON)
    found = []
    for name in ("A", "B", "C"):
        customer = Customer.objects.create(known_at=NOON)
        Identity.objects.create(
            source=batch.source, external_id=name, customer=customer, home=customer, first_batch_id=batch.pk
        )
        found.append(customer.pk)
    return found


def merge(one: int, other: int) -> None:
    Identity.objects.filter(home=other).update(customer=one)
    Customer.objects.filter(pk=other).update(merged_into=one)


def part(other: int) -> None:
    Identity.objects.filter(home=other).update(customer=other)
    Customer.objects.filter(pk=other).update(merged_into=None)


def frozen(ids: list[int]) -> LedgerSnapshot:
    count = len(ids)
    frame = pd.DataFrame(
        {
            "customer_id": ids, "value_rank": range(1, count + 1), "value_score": 10.0, "rule_score": 8.0,
            **{name: pd.array([10 * MICROS] * count, dtype="Int64") for name in
               ("expected_value_micros", "value_low_micros", "value_high_micros")},
        }
    )  # fmt: skip
    version = ModelVersion.objects.create(
        task="customer_value", version=1, as_of=DAY, horizon_days=91, state="published"
    )
    made = ledger.freeze(version, frame, known_to=DAY)
    assert made is not None
    return made


def came(*rows: tuple[int, int, int]) -> pd.DataFrame:
    """rows: customer as if nobody had been merged, days after ``DAY``, amount."""
    listed = [(who, pd.Timestamp(DAY + timedelta(days=after)), amount * MICROS) for who, after, amount in rows]
    return pd.DataFrame(listed, columns=["customer_id", "value_on", "amount_micros"])


def outcomes() -> dict[int, tuple[int, int]]:
    assert ledger.broken() is None
    return {
        row.entry.customer_ref: (row.actual_value_micros // MICROS, row.actual_orders)
        for row in LedgerOutcome.objects.select_related("entry")
    }


def test_two_who_were_merged_since_are_each_held_against_their_own(people: list[int]) -> None:
    a, b, c = people
    frozen(people)
    merge(a, b)
    assert settling.settle(came((a, 9, 5), (b, 9, 7), (b, 20, 1), (c, 9, 2)), DAY + timedelta(days=91)) == 1
    assert outcomes() == {a: (5, 1), b: (8, 2), c: (2, 1)}
    shown = {row.customer_ref: row.number_now for row in entries(LedgerSnapshot.objects.get())}
    assert shown == {a: a, b: a, c: c}


def test_who_was_parted_since_is_held_against_what_both_did(people: list[int]) -> None:
    a, b, c = people
    merge(a, b)
    frozen([a, c])
    part(b)
    assert settling.settle(came((a, 9, 5), (b, 9, 7), (b, 20, 1), (c, 9, 2)), DAY + timedelta(days=91)) == 1
    # Both bought on one day: for one customer that is one day of purchase.
    assert outcomes() == {a: (13, 2), c: (2, 1)}


def test_a_merge_after_the_settlement_corrects_nothing(people: list[int]) -> None:
    a, b, c = people
    frozen(people)
    days = came((a, 9, 5), (b, 9, 7), (c, 9, 2))
    assert settling.settle(days, DAY + timedelta(days=91)) == 1
    merge(a, b)
    assert settling.settle(days, DAY + timedelta(days=91)) == 0
    assert LedgerSettlement.objects.count() == 1


def test_of_one_who_was_several_the_rest_is_found_after_an_undo(people: list[int]) -> None:
    """The import that brought the one under whose number both stood is undone."""
    a, b, c = people
    merge(a, b)
    frozen([a, c])
    part(b)
    Identity.objects.filter(home=a).delete()
    Customer.objects.filter(pk=a).delete()
    assert settling.settle(came((b, 9, 7), (c, 9, 2)), DAY + timedelta(days=91)) == 1
    assert outcomes() == {a: (7, 1), c: (2, 1)}
