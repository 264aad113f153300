"""Making the list anew: who is late now comes on, who ordered goes off, who is being called stays."""

from __future__ import annotations

from datetime import date

import pandas as pd
from django.db import transaction
from django.db.models import Q

from zhiji.application.worklists.models import WorkItem
from zhiji.data.store.models import Customer
from zhiji.platform import audit, live

_OPEN = (WorkItem.State.OPEN, WorkItem.State.SNOOZED)
_FIGURES = (
    "as_of", "rank", "overdue_days", "usual_gap_days", "days_since_last_order", "usual_order_micros",
    "at_stake_micros", "state",
)  # fmt: skip


@transaction.atomic
def worklist_refresh(frame: pd.DataFrame, as_of: date) -> int:
    """Bring the open items in line with ``frame``; returns how many are open.

    frame: one row a customer with ``customer_id, usual_gap_days, overdue_days, at_stake_micros,
    days_since_last_order, mean_order_micros``; customers who are not late have no ``at_stake_micros``. Customers who
    asked not to be contacted are left out. Snoozed items wake when their day has come.
    """
    late = frame[frame["at_stake_micros"].notna()].sort_values(
        ["at_stake_micros", "customer_id"], ascending=[False, True]
    )
    refused = set(
        Customer.objects.filter(Q(contact_allowed=False) | Q(deleted_at__isnull=False)).values_list("pk", flat=True)
    )
    late = late[~late["customer_id"].isin(refused)]
    there = {item.customer_id: item for item in WorkItem.objects.filter(state__in=_OPEN)}
    fresh, kept = [], []
    for rank, row in enumerate(late.itertuples(index=False), start=1):
        item = there.pop(int(row.customer_id), None) or WorkItem(customer_id=int(row.customer_id))
        item.as_of, item.rank = as_of, rank
        item.overdue_days, item.usual_gap_days = float(row.overdue_days), float(row.usual_gap_days)
        item.days_since_last_order = float(row.days_since_last_order)
        item.usual_order_micros, item.at_stake_micros = round(row.mean_order_micros), int(row.at_stake_micros)
        if item.state == WorkItem.State.SNOOZED and (item.snoozed_until is None or item.snoozed_until <= as_of):
            item.state = WorkItem.State.OPEN
        (kept if item.pk else fresh).append(item)
    WorkItem.objects.filter(pk__in=[item.pk for item in there.values()]).update(state=WorkItem.State.EXPIRED)
    WorkItem.objects.bulk_create(fresh, batch_size=500)
    WorkItem.objects.bulk_update(kept, _FIGURES, batch_size=500)
    audit.record("worklist_refresh", "worklist", as_of.isoformat(), opened=len(fresh), expired=len(there))
    live.publish("worklist", as_of=as_of.isoformat())
    return len(fresh) + len(kept)
