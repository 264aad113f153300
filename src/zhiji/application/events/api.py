"""Routes of events."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Query, Router, Schema, Status
from pydantic import StringConstraints

from zhiji.application.events import queries, services
from zhiji.application.events.errors import EventConflict, EventRefused
from zhiji.data.landing.inbox import ACCEPTED, CONFLICT, DUPLICATE
from zhiji.data.landing.models import Batch, InboxEvent
from zhiji.data.sources.events import LIMITS, Event, Sent, read_events
from zhiji.data.sources.events.errors import EventsTooLarge
from zhiji.kernel import Reason
from zhiji.platform import idempotency, problems
from zhiji.platform.schemas import After, Limit, Page, PathId, Problem, SignedRequest, Strict, answers, cut
from zhiji.platform.scope import require

PREFIX = "/events"
router = Router(tags=["events"])
Failed = Literal["rejected", "dead"]
SourceFilter = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{0,40}$"), Query("")]


class EventOutcome(Schema):
    """``conflict``: another event is there under this id, and stays. ``refused``: see ``problem``."""

    event_id: str
    outcome: Literal["accepted", "duplicate", "conflict", "refused"]
    problem: Problem | None = None


class EventsAnswer(Schema):
    """One outcome for each event, in the order of the request."""

    accepted: int
    results: list[EventOutcome]


class InboxState(Schema):
    waiting: int
    rejected: int
    dead: int
    oldest_waiting_at: datetime | None
    last_received_at: datetime | None


class FailedEvent(Schema):
    """An event that was rejected or put aside, with why."""

    id: int
    source: str
    event_id: str
    type: str
    state: Failed
    event_at: datetime
    received_at: datetime
    problem: Problem | None


class FailedEventsPage(Page):
    items: list[FailedEvent]


class EventDay(Schema):
    """What came in on one of the company's days from one source and became one kind of record."""

    id: int
    source: str
    kind: str
    day: date
    state: Literal["stored", "undoing", "withdrawn"]
    received_at: datetime


class EventDaysPage(Page):
    items: list[EventDay]


class ReplayIn(Strict):
    state: Failed


class ReplayOut(Schema):
    replayed: int


def _body() -> dict[str, Any]:
    """The body is read by us, to keep each event as it was sent; this is what it must be."""
    event = Event.model_json_schema(ref_template="#/components/schemas/{model}")
    party = event.pop("$defs")["Party"]
    event["properties"]["customer"] = {"anyOf": [party, {"type": "null"}]}
    several = {"type": "array", "items": event, "maxItems": LIMITS.EVENTS}
    return {"required": True, "content": {"application/json": {"schema": {"anyOf": [event, several]}}}}


@router.post(
    "",
    response=answers({202: EventsAnswer, 207: EventsAnswer}, 409, 413),
    openapi_extra={"requestBody": _body()},
)
@idempotency.question  # an event's own id does what a key would do
def events_receive(request: SignedRequest) -> Any:
    """One event or a list of up to a hundred. 202: all are taken in, or were already; 207: some are not, each says why.
    One event sent alone that cannot be taken in is refused as any request is."""
    sent = _read(request)
    results = services.events_receive(user=request.user, events=sent.events)
    if sent.is_one:
        _expect_taken(sent, results[0])
    taken = sum(result["outcome"] in (ACCEPTED, DUPLICATE) for result in results)
    answer = {
        "accepted": sum(result["outcome"] == ACCEPTED for result in results),
        "results": [{**result, "problem": _problem(request, result["reason"])} for result in results],
    }
    return Status(202 if taken == len(results) else 207, answer)


def _read(request: SignedRequest) -> Sent:
    require(request.user, "event", "write")
    if int(request.headers.get("Content-Length") or 0) > LIMITS.REQUEST_BYTES:
        raise EventsTooLarge(most=LIMITS.REQUEST_BYTES)
    return read_events(request.body)


def _expect_taken(sent: Sent, result: dict[str, Any]) -> None:
    if result["reason"] is not None:
        reason: Reason = result["reason"]
        raise EventRefused(**reason.params, where=reason.where)
    if result["outcome"] == CONFLICT:
        raise EventConflict(event_id=result["event_id"], source=getattr(sent.events[0], "source", ""))


def _problem(request: SignedRequest, reason: Reason | dict[str, Any] | None) -> dict[str, Any] | None:
    if reason is None:
        return None
    known = reason if isinstance(reason, Reason) else Reason.from_json(reason)
    return problems.problem(known, problems.language_of(request), getattr(request, "request_id", ""))


@router.get("", response=answers({200: InboxState}))
def inbox_state(request: SignedRequest) -> dict[str, Any]:
    """How many events wait, were rejected, were put aside."""
    require(request.user, "event", "read")
    return queries.inbox_state(request.user)


@router.get("/failed", response=answers({200: FailedEventsPage}))
def failed_events(
    request: SignedRequest, state: Failed = "rejected", source: SourceFilter = "", after: After = 0, limit: Limit = 50
) -> dict[str, Any]:
    """Events that were rejected or put aside, newest first."""
    require(request.user, "event", "read")
    found = queries.event_page(request.user, state=state, source=source, after=after, limit=limit + 1)
    rows, following = cut(found, limit)
    return {"items": [_event_of(request, row) for row in rows], "next": following}


def _event_of(request: SignedRequest, row: InboxEvent) -> dict[str, Any]:
    names = ("id", "source", "event_id", "type", "state", "event_at", "received_at")
    return {**{name: getattr(row, name) for name in names}, "problem": _problem(request, row.reason)}


@router.post("/replay", response=answers({200: ReplayOut}))
def events_replay(request: SignedRequest, payload: ReplayIn) -> dict[str, int]:
    """Try rejected or put-aside events again, up to a thousand at a time."""
    return {"replayed": services.events_replay(user=request.user, state=payload.state)}


@router.get("/days", response=answers({200: EventDaysPage}))
def event_days(request: SignedRequest, after: After = 0, limit: Limit = 50) -> dict[str, Any]:
    """What came in, by day, source and kind, newest first: what can be taken back at once."""
    require(request.user, "import", "read")
    rows, following = cut(queries.day_page(request.user, after=after, limit=limit + 1), limit)
    return {"items": [_day_of(row) for row in rows], "next": following}


@router.post("/days/{int:day_id}/undo", response=answers({200: EventDay}, 404, 409))
def event_day_undo(request: SignedRequest, day_id: PathId) -> dict[str, Any]:
    """Take back what the events of a day brought. The inbox keeps them."""
    return _day_of(services.day_undo(user=request.user, batch_id=day_id))


def _day_of(row: Batch) -> dict[str, Any]:
    names = ("id", "kind", "day", "state", "received_at")
    return {**{name: getattr(row, name) for name in names}, "source": row.source.code}
