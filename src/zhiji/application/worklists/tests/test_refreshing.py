"""Who comes on the list, who goes off, who is left in peace."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pandas as pd
import pytest

from zhiji.application.worklists import services
from zhiji.application.worklists.models import WorkItem
from zhiji.application.worklists.queries import today
from zhiji.data.store.models import Customer
from zhiji.kernel import MICROS
from zhiji.platform.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
State = WorkItem.State
Late = Callable[..., WorkItem]


def test_late_is_arithmetic_on_paper() -> None:
    """Five orders every 20 days with a deviation of 4, the last one 30 days ago: half a gap over, half an order."""
    features = pd.DataFrame(
        [
            # customer, order days, days since, mean gap, deviation, mean order in units
            (1, 5, 30.0, 20.0, 4.0, 100),  # late: 30 > 24; 10 over; 100 × 10/20 = 50
            (2, 5, 24.0, 20.0, 4.0, 100),  # just as far as its spread: not late
            (3, 5, 61.0, 20.0, 4.0, 100),  # beyond three gaps: lapsed
            (4, 5, 60.0, 20.0, 4.0, 300),  # at three gaps: 300 × 40/20 = 600
            (5, 2, 30.0, 20.0, float("nan"), 100),  # one gap is no habit
            (6, 3, 30.0, 20.0, 4.0, 0),  # nothing at stake
            (7, 3, 30.0, 20.0, 0.0, 100),  # as 1, found after it
            (8, 1, 30.0, float("nan"), float("nan"), 100),
        ],
        columns=["customer_id", "order_days", "days_since_last_order", "mean_gap_days", "gap_deviation_days", "mean"],
    )
    features["mean_order_micros"] = features.pop("mean") * float(MICROS)
    found = services.overdue(features)
    assert found.to_dict("list") == {
        "customer_id": [4, 1, 7],
        "usual_gap_days": [20.0, 20.0, 20.0],
        "overdue_days": [40.0, 10.0, 10.0],
        "at_stake_micros": [600 * MICROS, 50 * MICROS, 50 * MICROS],
    }


def test_late_begins_where_the_band_of_the_usual_gap_ends() -> None:
    """One rhythm: three order days are enough for both, and the last day of the band is the last that is not late."""
    features = pd.DataFrame(
        {
            "customer_id": [1, 2, 3, 4],
            "order_days": [3, 3, 3, 2],
            "days_since_last_order": [24.0, 25.0, 25.0, 25.0],
            "mean_gap_days": [20.0, 20.0, 3.0, 20.0],
            "gap_deviation_days": [4.0, 4.0, 5.0, float("nan")],
            "mean_order_micros": 100.0 * MICROS,
        }
    )
    band = services.usual_gap(features)
    assert band.loc[:2].to_dict("list") == {
        "usual_gap_days": [20.0, 20.0, 3.0],
        "usual_gap_low_days": [16.0, 16.0, 0.0],  # who comes at very different times may come the same day again
        "usual_gap_high_days": [24.0, 24.0, 8.0],
    }
    assert band.loc[3].isna().all()
    assert services.overdue(features)["customer_id"].tolist() == [2]


def frame(*rows: tuple[int, int | None]) -> pd.DataFrame:
    """Customers with their stake in units; None is not late."""
    return pd.DataFrame(
        {
            "customer_id": [pk for pk, _ in rows],
            "usual_gap_days": 20.0,
            "overdue_days": 10.0,
            "days_since_last_order": 30.0,
            "mean_order_micros": 100.0 * MICROS,
            "at_stake_micros": [float("nan") if stake is None else float(stake * MICROS) for _, stake in rows],
        }
    )


def states() -> dict[int, str]:
    return dict(WorkItem.objects.values_list("customer_id", "state"))


def test_items_come_stay_and_go(users: dict[str, User], late: Late) -> None:
    stays, orders = late(5, assignee=users["li"]), late(6)
    comes = Customer.objects.create(name="new", known_at=stays.created_at)
    refuses = Customer.objects.create(name="no", known_at=stays.created_at, contact_allowed=False)
    gone = Customer.objects.create(name="gone", known_at=stays.created_at, deleted_at=stays.created_at)
    for _ in range(2):
        told = frame((stays.customer_id, 8), (orders.customer_id, None), (comes.pk, 9), (refuses.pk, 5), (gone.pk, 5))
        assert services.worklist_refresh(told, today()) == 2
    assert states() == {stays.customer_id: "open", orders.customer_id: "expired", comes.pk: "open"}
    stays.refresh_from_db()
    assert (stays.at_stake_micros, stays.rank, stays.assignee, stays.as_of) == (8 * MICROS, 2, users["li"], today())
    assert WorkItem.objects.count() == 3


def test_who_was_called_rests(users: dict[str, User], late: Late) -> None:
    reached, silent = late(5), late(6)
    services.item_done(user=users["admin"], item_id=reached.pk, outcome="reached")
    services.item_done(user=users["admin"], item_id=silent.pk, outcome="no_answer")
    told = frame((reached.customer_id, 5), (silent.customer_id, 6))
    assert services.worklist_refresh(told, today()) == 0
    WorkItem.objects.filter(pk=silent.pk).update(rest_until=today())
    assert services.worklist_refresh(told, today()) == 1
    assert WorkItem.objects.get(state=State.OPEN).customer_id == silent.customer_id
    reached.refresh_from_db()
    assert reached.rest_until == today() + timedelta(days=services.REST_DAYS)


def test_snoozed_items_wake_on_their_day_and_keep_their_state_before(users: dict[str, User], late: Late) -> None:
    early = late(5, state=State.SNOOZED, snoozed_until=today() + timedelta(days=1))
    due = late(6, state=State.SNOOZED, snoozed_until=today())
    services.worklist_refresh(frame((early.customer_id, 5), (due.customer_id, 6)), today())
    assert states() == {early.customer_id: "snoozed", due.customer_id: "open"}


def test_a_refresh_that_looks_back_leaves_the_list_as_it_is(late: Late) -> None:
    """Who was late on an earlier day may have ordered since."""
    kept = late(5)
    other = Customer.objects.create(name="late then", known_at=kept.created_at)
    before = list(WorkItem.objects.values())
    told = frame((other.pk, 9))
    assert services.worklist_refresh(told, today() - timedelta(days=2), covered_to=today() - timedelta(days=1)) == 1
    assert list(WorkItem.objects.values()) == before
    assert services.worklist_refresh(told, today(), covered_to=today()) == 1
    assert states() == {kept.customer_id: "expired", other.pk: "open"}


def test_a_list_of_thousands(late: Late) -> None:
    first = late(1)
    made = Customer.objects.bulk_create(Customer(name=f"c{n}", known_at=first.created_at) for n in range(1_200))
    told = frame((first.customer_id, 1), *((row.pk, 2) for row in made))
    assert services.worklist_refresh(told, today()) == 1_201
    assert services.worklist_refresh(told, today()) == 1_201
    assert services.worklist_refresh(frame((first.customer_id, 1)), today()) == 1
    assert WorkItem.objects.filter(state=State.EXPIRED).count() == 1_200
