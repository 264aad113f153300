"""Reads of the worklist, always through the scope of who asks."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any, Literal

from django.db.models import Max, Q, QuerySet

from zhiji.application.activities import queries as activities
from zhiji.application.predictions import queries as predictions
from zhiji.application.worklists.models import WorkItem
from zhiji.data.store import cursors
from zhiji.data.store.models import CustomerListRow
from zhiji.kernel import clock
from zhiji.platform.company import company, zone
from zhiji.platform.errors import NotAllowed, NotFound
from zhiji.platform.models import User
from zhiji.platform.permissions import Reach, reach
from zhiji.platform.scope import require, scope

Whose = Literal["all", "mine", "nobody"]
Shown = Literal["open", "snoozed"]


_SOURCES = ("customer", "order")


def _require(user: User) -> None:
    for kind in ("worklist", *_SOURCES):
        require(user, kind, "read")


def today() -> date:
    return clock.day_of(clock.now(), zone())


def items(user: User, action: str = "read") -> QuerySet[WorkItem]:
    """Items of customers that are there. Figures come from orders and names from customers: both must be readable."""
    rows = scope(user, WorkItem, action).filter(customer__deleted_at=None)
    if any(reach(user, kind, "read") == Reach.NONE for kind in _SOURCES):
        rows = rows.none()
    return rows.select_related("customer", "assignee", "done_by", "customer__owner")


def item_get(user: User, item_id: int, action: str = "read") -> WorkItem:
    found = items(user, action).filter(pk=item_id).first()
    if found is not None:
        return found
    if action != "read" and items(user).filter(pk=item_id).exists():
        raise NotAllowed(object="worklist", action=action)
    raise NotFound(object="worklist", where={"id": str(item_id)})


def _whose(user: User, whose: Whose) -> Q:
    """Mine: given to me, or with customers of mine and given to nobody else."""
    if whose == "mine":
        return Q(assignee=user.pk) | Q(assignee=None, customer__owner=user.pk)
    return Q(assignee=None, customer__owner=None) if whose == "nobody" else Q()


def _waiting(state: Shown) -> Q:
    """Snoozed items are open again on their day, whether or not a refresh came since."""
    day = today()
    if state == "snoozed":
        return Q(state=WorkItem.State.SNOOZED, snoozed_until__gt=day)
    return Q(state=WorkItem.State.OPEN) | Q(state=WorkItem.State.SNOOZED, snoozed_until__lte=day)


def callable_items(user: User, whose: Whose = "all", state: Shown = "open") -> QuerySet[WorkItem]:
    """Items to call, most at stake first; never of somebody who does not want to be contacted."""
    willing = Q(customer__contact_allowed=True) | Q(customer__contact_allowed=None)
    return items(user).filter(willing, _waiting(state), _whose(user, whose)).order_by("-at_stake_micros", "pk")


def list_today(user: User, *, whose: Whose, state: Shown, cursor: str, limit: int) -> dict[str, Any]:
    """The sentence's numbers and one page. ``items`` are rows; ``next`` the cursor of the next page or None.

    ``scores_as_of`` and ``data_to`` where the last refresh looked back, and so left the list as it was; else None.
    """
    _require(user)
    opened = callable_items(user, whose)
    calls = company().calls_per_day
    stakes = list(opened.values_list("at_stake_micros", flat=True)[:calls])
    place = f"worklist:{user.pk}:{whose}:{state}"
    rows = callable_items(user, whose, state)
    if cursor:
        stake, pk = cursors.opened(place, cursor)
        rows = rows.filter(Q(at_stake_micros__lt=stake) | Q(at_stake_micros=stake, pk__gt=pk))
    found = list(rows[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    scores_as_of, data_to = predictions.look_back() or (None, None)
    return {
        "scores_as_of": scores_as_of,
        "data_to": data_to,
        "as_of": opened.order_by().aggregate(day=Max("as_of"))["day"],
        "currency": company().currency,
        "calls_per_day": calls,
        "open": opened.order_by().count(),
        "to_call": len(stakes),
        "at_stake_micros": sum(stakes),
        "done_today": _done_today(user, whose),
        "items": found[:limit],
        "next": cursors.sealed(place, [last.at_stake_micros, last.pk]) if last else None,
    }


def _done_today(user: User, whose: Whose) -> int:
    began = datetime.combine(today(), time.min, tzinfo=zone())
    done = items(user).filter(state=WorkItem.State.DONE, done_at__gte=began)
    return done.filter(done_by=user.pk).count() if whose == "mine" else done.filter(_whose(user, whose)).count()


def history(user: User, *, cursor: str, limit: int) -> tuple[list[WorkItem], str | None]:
    """What was done, newest first."""
    _require(user)
    place = f"worklist-history:{user.pk}"
    rows = items(user).filter(state=WorkItem.State.DONE).order_by("-done_at", "-pk")
    if cursor:
        at, pk = cursors.opened(place, cursor)
        instant = datetime.fromisoformat(at)
        rows = rows.filter(Q(done_at__lt=instant) | Q(done_at=instant, pk__lt=pk))
    found = list(rows[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    following = cursors.sealed(place, [last.done_at.isoformat(), last.pk]) if last and last.done_at else None
    return found[:limit], following


def list_rows(found: list[WorkItem]) -> dict[int, CustomerListRow]:
    """What the customer list says of these items' customers, in one query."""
    return CustomerListRow.objects.in_bulk([item.customer_id for item in found])


def notes(user: User, found: list[WorkItem]) -> dict[int, str]:
    """The text of the call of each item, by call."""
    wanted = [item.call_ref for item in found if item.call_ref]
    return dict(activities.calls(user).filter(pk__in=wanted).values_list("pk", "text"))


def writable(user: User, found: list[WorkItem]) -> set[int]:
    """Which of these items the user may work with."""
    ids = [item.pk for item in found]
    return set(scope(user, WorkItem, "write").filter(pk__in=ids).values_list("pk", flat=True))
