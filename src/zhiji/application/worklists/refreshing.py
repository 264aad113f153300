"""Making the list anew: who is late now comes on, who ordered goes off, who is being called stays."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
from django.db import connection, transaction
from django.db.models import Q

from zhiji.application.worklists.models import WorkItem
from zhiji.data.store import bulk
from zhiji.data.store.models import Customer
from zhiji.kernel import clock
from zhiji.platform import audit, live
from zhiji.platform.company import zone

_OPEN = (WorkItem.State.OPEN, WorkItem.State.SNOOZED)
_FIGURES = (
    "as_of", "rank", "overdue_days", "usual_gap_days", "days_since_last_order", "usual_order_micros",
    "at_stake_micros", "state",
)  # fmt: skip
_BLOCK = 500
FRAME_COLUMNS = (
    "customer_id", "usual_gap_days", "overdue_days", "at_stake_micros", "days_since_last_order", "mean_order_micros",
)  # fmt: skip


@transaction.atomic
def worklist_refresh(frame: pd.DataFrame, as_of: date, *, covered_to: date | None = None) -> int:
    """Bring the open items in line with ``frame``; returns how many are open or snoozed.

    frame: one row a customer with ``FRAME_COLUMNS``; customers who are not late have no ``at_stake_micros``. Left out
    are customers who asked not to be contacted, and those who were called and rest (``WorkItem.rest_until``). Snoozed
    items wake when their day has come.

    covered_to: how far the data reach. From an earlier day nobody is put on the list and nobody taken off it: who was
    late then may have ordered since, and a call is made today.
    """
    if covered_to is not None and as_of < covered_to:
        return WorkItem.objects.filter(state__in=_OPEN).count()
    today = clock.day_of(clock.now(), zone())
    late = frame[frame["at_stake_micros"].notna()].sort_values(
        ["at_stake_micros", "customer_id"], ascending=[False, True]
    )
    late = late[~late["customer_id"].isin(_left_out(today))]
    # Locked: somebody may be finishing a call at this moment, and must not find it open again.
    there = {item.customer_id: item for item in WorkItem.objects.select_for_update().filter(state__in=_OPEN)}
    fresh: list[WorkItem] = []
    kept: list[WorkItem] = []
    rows: Any = late.itertuples(index=False)
    for rank, row in enumerate(rows, start=1):
        item = there.pop(int(row.customer_id), None) or WorkItem(customer_id=int(row.customer_id))
        item.as_of, item.rank = as_of, rank
        item.overdue_days, item.usual_gap_days = float(row.overdue_days), float(row.usual_gap_days)
        item.days_since_last_order = float(row.days_since_last_order)
        item.usual_order_micros, item.at_stake_micros = round(row.mean_order_micros), int(row.at_stake_micros)
        if item.state == WorkItem.State.SNOOZED and (item.snoozed_until is None or item.snoozed_until <= today):
            item.state, item.snoozed_until = WorkItem.State.OPEN, None
        (kept if item.pk else fresh).append(item)
    gone = [item.pk for item in there.values()]
    for start in range(0, len(gone), _BLOCK):
        WorkItem.objects.filter(pk__in=gone[start : start + _BLOCK]).update(state=WorkItem.State.EXPIRED)
    WorkItem.objects.bulk_create(fresh, batch_size=_BLOCK)
    _write(kept)
    audit.record("worklist_refresh", "worklist", as_of.isoformat(), opened=len(fresh), expired=len(gone))
    live.publish("worklist", as_of=as_of.isoformat())
    return len(fresh) + len(kept)


def _left_out(today: date) -> set[int]:
    refused = Customer.objects.filter(Q(contact_allowed=False) | Q(deleted_at__isnull=False))
    resting = WorkItem.objects.filter(state=WorkItem.State.DONE, rest_until__gt=today)
    return {*refused.values_list("pk", flat=True), *resting.values_list("customer_id", flat=True)}


def _write(items: list[WorkItem]) -> None:
    """The figures of items that stay, one prepared statement for all of them."""
    if not items:
        return
    assignments = ", ".join(f"{name} = %s" for name in _FIGURES)
    rows: list[tuple[Any, ...]] = [
        (connection.ops.adapt_datefield_value(item.as_of), *(getattr(item, name) for name in _FIGURES[1:]), item.pk)
        for item in items
    ]
    bulk.execute_many(f"UPDATE {WorkItem._meta.db_table} SET {assignments} WHERE id = %s", rows)  # noqa: S608
