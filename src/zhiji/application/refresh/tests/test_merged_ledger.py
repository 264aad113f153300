"""A prediction is settled against whom it was made of, whoever that one was merged with since."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from importing import bring, orders
from zhiji.application.identities.decisions import customers_join
from zhiji.application.predictions import ledger
from zhiji.application.predictions.models import LedgerSettlement, LedgerSnapshot
from zhiji.application.predictions.queries import entries
from zhiji.application.refresh import services as refresh
from zhiji.data.store.models import CustomerListRow, Identity
from zhiji.kernel import MICROS, clock
from zhiji.platform import accounts, jobs
from zhiji.platform.company import company_update, zone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


def ago(days: int) -> date:
    return clock.day_of(clock.now(), zone()) - timedelta(days=days)


def refreshed(as_of: date) -> None:
    job = jobs.run_inline(refresh.refresh_start(as_of=as_of))
    assert job.state == "done", job.reason


def customer(name: str) -> int:
    found = Identity.objects.get(external_id=name).customer_id
    assert found is not None
    return found


def test_two_who_are_one_now_are_each_held_against_their_own() -> None:
    company_update(zone="UTC", currency="GBP")
    admin = accounts.user_create(email="a@example.com", password=None, name="a", roles=["administrator"])
    # Every ten days an order of 100 of each; within the ninety-one days after the day there are nine of each.
    lines = [f"O{days}-{one},{ago(days)} 10:00,C{one},P,1,100" for days in range(365, 4, -10) for one in range(12)]
    bring(orders(*lines))
    refreshed(ago(100))
    snapshot = LedgerSnapshot.objects.get()
    first, second = customer("C1"), customer("C2")
    said = {row.customer_ref: (row.value_now, row.orders_now) for row in entries(snapshot)}
    assert set(said.values()) == {(900 * MICROS, 9)}

    assert customers_join(user=admin, customer_ids=[first, second]).customer_ids == [first]
    bring(orders(f"late,{ago(50)} 10:00,C2,P,1,1000"), name="late.csv")
    refreshed(ago(100))
    now = {row.customer_ref: (row.value_now, row.orders_now) for row in entries(snapshot)}
    # The late order falls on a day without one.
    assert now == said | {second: (1900 * MICROS, 10)}
    assert {row.customer_ref: row.number_now for row in entries(snapshot)}[second] == first
    assert LedgerSettlement.objects.filter(snapshot=snapshot).count() == 2
    assert ledger.broken() is None
    # Lists and new predictions are of the one who is left.
    assert CustomerListRow.objects.get(pk=first).orders == 37 * 2 + 1
    latest = LedgerSnapshot.objects.order_by("-pk").first()
    assert latest is not None
    assert (latest.pk, latest.entries) != (snapshot.pk, 12)
    whole = {row.customer_ref: (row.value_now, row.orders_now) for row in entries(latest)}
    assert whole[first] == (2800 * MICROS, 10)
    assert second not in whole
