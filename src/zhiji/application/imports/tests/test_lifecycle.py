"""What follows an import: the refresh after it, the undo after that, and the ways out where a step broke."""

from __future__ import annotations

import pytest

from importing import bring, orders, undo
from zhiji.application.predictions.models import CustomerScore, LedgerEntry
from zhiji.application.refresh import services as refresh
from zhiji.application.worklists.models import WorkItem
from zhiji.data.store.models import Customer, Order
from zhiji.platform import jobs
from zhiji.platform.models import Job

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]

# C1 came every month and then no more, so that the worklist has somebody to call.
REGULAR = [f"A{month},2025-0{month}-03 10:00,C1,tea,2,30.5" for month in range(1, 6)]
OTHERS = [f"B{day},2025-{5 + day % 2:02d}-{day:02d} 10:00,C{2 + day % 4},cup,1,12" for day in range(1, 25)]


def refreshed() -> Job:
    """Bring everything derived up to date, as the worker does after an import."""
    job = jobs.run_inline(refresh.refresh_start())
    assert job.state == Job.State.DONE, job.reason
    return job


def test_an_import_is_undone_after_its_customers_were_scored_and_put_on_the_worklist():
    row = bring(orders(*REGULAR, *OTHERS))
    later = bring(orders("L1,2025-06-25 10:00,C2,tea,1,30.5"))
    refreshed()
    assert WorkItem.objects.filter(customer__identities__external_id="C1").exists()
    assert CustomerScore.objects.count() == 5
    frozen = LedgerEntry.objects.count()
    undo(row)
    row.refresh_from_db()
    assert row.state == "undone"
    assert list(Customer.objects.values_list("identities__external_id", flat=True)) == ["C2"]
    assert list(Order.objects.values_list("external_id", flat=True)) == ["L1"]
    assert CustomerScore.objects.exclude(customer__identities__external_id="C2").count() == 0
    assert not WorkItem.objects.exclude(customer__identities__external_id="C2").exists()
    # The ledger is append-only: it keeps its figures under numbers that name nobody.
    assert LedgerEntry.objects.count() == frozen == 5
    undo(later)
    assert not Customer.objects.exists()
