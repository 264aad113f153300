"""Routes of the worklist: whom to call today, and what came of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Query, Router, Schema
from pydantic import Field

from zhiji.application.worklists import presentation, queries, services
from zhiji.application.worklists.models import WorkItem
from zhiji.platform.problems import language_of
from zhiji.platform.schemas import (
    Line,
    Named,
    PathId,
    PlacedPage,
    PlacedQuery,
    Prose,
    RowId,
    SignedRequest,
    Strict,
    Words,
    answers,
)

PREFIX = "/worklists"
router = Router(tags=["worklists"])
Outcome = Literal[
    "reached", "no_answer", "callback", "order_placed", "not_interested", "wrong_number", "do_not_contact"
]


class WorkCustomer(Schema):
    id: int
    name: str
    external_id: str
    city: str
    country: str
    phone: str
    email: str
    segment: str
    last_order_on: date | None


class WorkItemOut(Schema):
    """A call to make or made. ``at_stake_micros``: usual order × overdue days / usual gap."""

    id: int
    customer: WorkCustomer
    state: Literal["open", "snoozed", "done", "expired"]
    as_of: date
    overdue_days: float
    usual_gap_days: float
    days_since_last_order: float
    usual_order_micros: int
    at_stake_micros: int
    assignee: Named | None
    owner: Named | None
    snoozed_until: date | None
    outcome: str
    done_at: datetime | None
    done_by: Named | None
    reason: Words
    may_write: bool


class WorkItemDone(WorkItemOut):
    note: str


class WorkToday(PlacedPage):
    """ "Call these ``to_call`` today; ``at_stake_micros`` usually at stake": of the first ``calls_per_day``.

    ``open`` counts all that wait, of ``whose``. ``scores_as_of`` with ``data_to``: the last refresh looked back from a
    day before the data's last, so it put nobody on the list.
    """

    as_of: date | None
    scores_as_of: date | None
    data_to: date | None
    currency: str
    calls_per_day: int
    open: int
    to_call: int
    at_stake_micros: int
    done_today: int
    items: list[WorkItemOut]


class WorkHistory(PlacedPage):
    items: list[WorkItemDone]


class WorkTodayQuery(PlacedQuery):
    whose: Literal["all", "mine", "nobody"] = "all"
    state: Literal["open", "snoozed"] = "open"


class WorkAssign(Strict):
    """``assignee``: a user, or null for nobody; ``to_me`` instead of it."""

    ids: Annotated[list[RowId], Field(min_length=1, max_length=services.MOST_AT_ONCE)]
    assignee: RowId | None = None
    to_me: bool = False


class WorkAssigned(Schema):
    changed: int


class WorkDone(Strict):
    outcome: Outcome
    note: Annotated[str, Prose(10_000)] = ""
    follow_up_on: date | None = None
    follow_up_title: Annotated[str, Line(200)] = ""


class WorkSnooze(Strict):
    until: date


def _one(request: SignedRequest, item: WorkItem) -> Any:
    return presentation.shown(request.user, [item], language_of(request))[0]


@router.get("/today", response=answers({200: WorkToday}), operation_id="worklist_today")
def worklist_today(request: SignedRequest, asked: Query[WorkTodayQuery]) -> Any:
    """Whom to call today, most at stake first."""
    page = queries.list_today(
        request.user, whose=asked.whose, state=asked.state, cursor=asked.after, limit=asked.limit
    )  # fmt: skip
    return {**page, "items": presentation.shown(request.user, page["items"], language_of(request))}


@router.get("/history", response=answers({200: WorkHistory}), operation_id="worklist_history")
def worklist_history(request: SignedRequest, asked: Query[PlacedQuery]) -> Any:
    """Calls made, newest first."""
    found, following = queries.history(request.user, cursor=asked.after, limit=asked.limit)
    return {"items": presentation.history(request.user, found, language_of(request)), "next": following}


@router.post("/assign", response=answers({200: WorkAssigned}), operation_id="worklist_assign")
def worklist_assign(request: SignedRequest, payload: WorkAssign) -> Any:
    """Give calls to somebody; those beyond reach are passed over."""
    assignee = request.user.pk if payload.to_me else payload.assignee
    return {"changed": services.items_assign(user=request.user, ids=payload.ids, assignee_id=assignee)}


@router.post("/{item_id}/done", response=answers({200: WorkItemOut}, 404, 409), operation_id="worklist_done")
def worklist_done(request: SignedRequest, item_id: PathId, payload: WorkDone) -> Any:
    """What came of the call; with a note and a day to follow up on."""
    return _one(request, services.item_done(user=request.user, item_id=item_id, **payload.model_dump()))


@router.post("/{item_id}/snooze", response=answers({200: WorkItemOut}, 404, 409), operation_id="worklist_snooze")
def worklist_snooze(request: SignedRequest, item_id: PathId, payload: WorkSnooze) -> Any:
    """Off the list until a day."""
    return _one(request, services.item_snooze(user=request.user, item_id=item_id, until=payload.until))


@router.post("/{item_id}/reopen", response=answers({200: WorkItemOut}, 404, 409), operation_id="worklist_reopen")
def worklist_reopen(request: SignedRequest, item_id: PathId) -> Any:
    """Back on the list."""
    return _one(request, services.item_reopen(user=request.user, item_id=item_id))
