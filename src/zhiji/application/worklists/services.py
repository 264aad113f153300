"""What can be done with the worklist: one function an action, audited, with no second effect when it is repeated."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from django.db import IntegrityError, transaction

from zhiji.application.activities import services as activities
from zhiji.application.customers import services as customers
from zhiji.application.worklists import queries
from zhiji.application.worklists.errors import (
    WorkAssigneeUnfit,
    WorkDayUnfit,
    WorkItemAnotherOpen,
    WorkItemClosed,
    WorkItemExpired,
)
from zhiji.application.worklists.models import WorkItem
from zhiji.application.worklists.overdue import USUAL_GAP_COLUMNS, overdue, usual_gap
from zhiji.application.worklists.refreshing import FRAME_COLUMNS, worklist_refresh
from zhiji.kernel import clock
from zhiji.platform import audit, live
from zhiji.platform.models import User
from zhiji.platform.permissions import Reach, reach
from zhiji.platform.scope import require, scope, team_ids

__all__ = [
    "FRAME_COLUMNS",
    "USUAL_GAP_COLUMNS",
    "item_done",
    "item_reopen",
    "item_snooze",
    "items_assign",
    "items_release",
    "overdue",
    "usual_gap",
    "worklist_refresh",
]
State = WorkItem.State
MOST_AT_ONCE = 1_000
FURTHEST_DAYS = 366
# A customer who was called is left in peace for so long; one who did not answer is tried again the next day.
REST_DAYS = 14
REST_DAYS_BY_OUTCOME = {"no_answer": 1}
REFUSES = "do_not_contact"


def _told(item: WorkItem) -> None:
    live.publish("worklist", id=item.pk, customer=item.customer_id, state=item.state)


def _check_day(day: date, field: str) -> None:
    if not queries.today() < day <= queries.today() + timedelta(days=FURTHEST_DAYS):
        raise WorkDayUnfit(day=day.isoformat(), where={"field": field})


def _is_waiting(item: WorkItem) -> bool:
    return item.state in (State.OPEN, State.SNOOZED) and item.customer.contact_allowed is not False


@transaction.atomic
def item_done(*, user: User, item_id: int, outcome: str, note: str = "", follow_up_on: date | None = None,
              follow_up_title: str = "") -> WorkItem:  # fmt: skip
    """Finish a call: its outcome is recorded with the customer, a follow-up becomes a task of the caller.

    The same outcome sent again by the same person changes nothing. Raises WorkItemClosed where somebody else was
    faster, CallbackDayMissing for a call-back without a day. ``do_not_contact`` is kept with the customer.
    """
    item = queries.item_get(user, item_id, "write")
    if follow_up_on is not None:
        _check_day(follow_up_on, "follow_up_on")
    rest = queries.today() + timedelta(days=REST_DAYS_BY_OUTCOME.get(outcome, REST_DAYS))
    waiting = WorkItem.objects.filter(pk=item.pk, state__in=[State.OPEN, State.SNOOZED])
    taken = _is_waiting(item) and waiting.update(
        state=State.DONE, outcome=outcome, done_by=user, done_at=clock.now(), snoozed_until=None,
        rest_until=max(rest, follow_up_on or rest),
    )  # fmt: skip
    item = queries.item_get(user, item_id, "write")
    if not taken:
        if item.state == State.DONE and item.done_by_id == user.pk and item.outcome == outcome:
            return item
        raise WorkItemClosed(state=item.state)
    is_callback = outcome == "callback"
    call = activities.call_record(
        user=user, customer_id=item.customer_id, outcome=outcome, text=note,
        callback_on=follow_up_on if is_callback else None, callback_title=follow_up_title,
    )  # fmt: skip
    if follow_up_on is not None and not is_callback:
        title = follow_up_title or " ".join(note.split())[:200] or outcome
        activities.task_create(
            user=user, customer_id=item.customer_id, title=title, due_on=follow_up_on, assignee_id=user.pk
        )
    if outcome == REFUSES:
        changes = {"contact_allowed": False}
        customers.customer_update(
            user=user, customer_id=item.customer_id, revision=item.customer.revision, changes=changes
        )  # fmt: skip
        item.customer.refresh_from_db()
    item.call_ref = call.pk
    item.save(update_fields=["call_ref"])
    audit.record("worklist_done", "worklist", item.pk, customer=item.customer_id, outcome=outcome, call=call.pk)
    _told(item)
    return item


@transaction.atomic
def item_snooze(*, user: User, item_id: int, until: date) -> WorkItem:
    """Off the list until a day. Raises WorkDayUnfit, WorkItemClosed."""
    item = queries.item_get(user, item_id, "write")
    _check_day(until, "until")
    waiting = WorkItem.objects.filter(pk=item.pk, state__in=[State.OPEN, State.SNOOZED])
    if not (_is_waiting(item) and waiting.update(state=State.SNOOZED, snoozed_until=until)):
        raise WorkItemClosed(state=item.state)
    item.state, item.snoozed_until = State.SNOOZED, until
    audit.record("worklist_snooze", "worklist", item.pk, customer=item.customer_id, until=until.isoformat())
    _told(item)
    return item


@transaction.atomic
def item_reopen(*, user: User, item_id: int) -> WorkItem:
    """Back on the list, as after a slip of the finger; the call that was recorded stays with the customer.

    Open already: nothing happens. Raises WorkItemExpired, WorkItemAnotherOpen.
    """
    item = queries.item_get(user, item_id, "write")
    if item.state == State.OPEN:
        return item
    if item.state == State.EXPIRED or item.customer.contact_allowed is False:
        raise WorkItemExpired()
    before = item.state
    item.state, item.snoozed_until, item.outcome = State.OPEN, None, ""
    item.done_by, item.done_at, item.rest_until, item.call_ref = None, None, None, None
    try:
        with transaction.atomic():
            item.save()
    except IntegrityError:
        raise WorkItemAnotherOpen() from None
    audit.record("worklist_reopen", "worklist", item.pk, customer=item.customer_id, before=before)
    _told(item)
    return item


@transaction.atomic
def items_assign(*, user: User, ids: Collection[int], assignee_id: int | None) -> int:
    """Give waiting items to somebody, or to nobody; returns how many changed. Ids beyond reach are passed over.

    Raises WorkAssigneeUnfit unless the assignee may be chosen by the user and works with every one of the items.
    """
    require(user, "worklist", "write")
    rows = queries.items(user, "write").filter(pk__in=list(ids)[:MOST_AT_ONCE])
    found = dict(rows.filter(state__in=[State.OPEN, State.SNOOZED]).values_list("pk", "assignee_id"))
    _check_assignee(user, assignee_id, list(found))
    moved = [pk for pk, before in found.items() if before != assignee_id]
    if not moved:
        return 0
    for start in range(0, len(moved), 500):
        WorkItem.objects.filter(pk__in=moved[start : start + 500]).update(assignee=assignee_id)
    audit.record("worklist_assign", "worklist", "", items=moved, assignee=assignee_id)
    live.publish("worklist", changed="assigned", count=len(moved))
    return len(moved)


def items_release(customer_ids: Collection[int]) -> None:
    """Forget the items of customers that are about to be removed; a call that was recorded stays with its customer,
    who then is not removed (``activities.queries.customers_with_activity``)."""
    WorkItem.objects.filter(customer__in=list(customer_ids)).delete()


def _check_assignee(user: User, assignee_id: int | None, item_ids: list[int]) -> None:
    if assignee_id is None or assignee_id == user.pk:
        return
    assignee = User.objects.filter(pk=assignee_id, is_active=True).first()
    far = reach(user, "worklist", "write")
    teams = team_ids(user, below=far >= Reach.SUBTREE) if far >= Reach.TEAM else []
    fits = assignee is not None and (far == Reach.ALL or assignee.team_id in teams)
    if (
        not fits
        or assignee is None
        or scope(assignee, WorkItem, "write").filter(pk__in=item_ids).count() < len(item_ids)
    ):
        raise WorkAssigneeUnfit(where={"field": "assignee"})
