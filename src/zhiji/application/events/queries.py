"""Reads of the inbox, through the scope of the asking user."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from zhiji.application.events.models import Hook
from zhiji.data.landing.models import Batch, InboxEvent
from zhiji.data.store import online
from zhiji.data.store.models import Customer
from zhiji.kernel import clock
from zhiji.platform.models import User
from zhiji.platform.scope import get_scoped, require, scope

# A count of more than these would walk a table of millions to say "many".
MOST_COUNTED = 10_000
MOST_HOOKS = 200


def inbox_state(user: User) -> dict[str, Any]:
    """``waiting``, ``rejected``, ``dead``: how many, at most ``MOST_COUNTED``; ``oldest_waiting_at`` and
    ``last_received_at``: null where there is none."""
    events = scope(user, InboxEvent)
    counts = {
        state: events.filter(state=state).order_by("pk")[:MOST_COUNTED].values("pk").count()
        for state in (InboxEvent.State.WAITING, InboxEvent.State.REJECTED, InboxEvent.State.DEAD)
    }
    return {
        **{str(state): count for state, count in counts.items()},
        "oldest_waiting_at": _time(events.filter(state=InboxEvent.State.WAITING).order_by("pk")),
        "last_received_at": _time(events.order_by("-pk")),
    }


def day_page(user: User, *, after: int = 0, limit: int) -> QuerySet[Batch]:
    """Days of events by source and kind, newest first."""
    days = scope(user, Batch).filter(day__isnull=False).select_related("source")
    return (days.filter(pk__lt=after) if after else days).order_by("-pk")[:limit]


def activity(user: User, customer_id: int) -> dict[str, Any]:
    """The online features of one customer as of now (``CustomerActivity``)."""
    require(user, "order", "read")
    customer = get_scoped(user, Customer, customer_id)
    return online.of_customer(customer.pk, clock.now())


def hook_list(user: User) -> list[Hook]:
    return list(scope(user, Hook).order_by("source")[:MOST_HOOKS])


def _time(events: QuerySet[InboxEvent]) -> datetime | None:
    return events.values_list("received_at", flat=True).first()


def event_page(user: User, *, state: str, source: str = "", after: int = 0, limit: int) -> QuerySet[InboxEvent]:
    """Events that were rejected or put aside, newest first."""
    events = scope(user, InboxEvent).filter(state=state)
    if source:
        events = events.filter(source=source)
    return (events.filter(pk__lt=after) if after else events).order_by("-pk")[:limit]
