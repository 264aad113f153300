"""Routes of events."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Header, Query, Router, Schema, Status
from pydantic import StringConstraints

from zhiji.application.events import queries, services
from zhiji.application.events.errors import EventConflict, EventRefused
from zhiji.application.events.models import Hook
from zhiji.data.landing.inbox import ACCEPTED, CONFLICT, DUPLICATE
from zhiji.data.landing.models import Batch, InboxEvent
from zhiji.data.sources.events import LIMITS, Event, Sent, read_events
from zhiji.data.sources.events.errors import EventsTooLarge
from zhiji.data.store.online import WINDOWS
from zhiji.kernel import Reason
from zhiji.platform import idempotency, problems
from zhiji.platform.schemas import After, Limit, Page, PathId, Problem, SignedRequest, Strict, answers, cut
from zhiji.platform.scope import require

PREFIX = "/events"
router = Router(tags=["events"])
Failed = Literal["rejected", "dead"]
SourceCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
HookSource = Annotated[str, StringConstraints(max_length=40), Query(...)]
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


class HookOut(Schema):
    """path: where its source sends to."""

    id: int
    source: str
    path: str
    created_at: datetime


class HookMade(HookOut):
    secret: str


class HookIn(Strict):
    source: SourceCode


class Windows(Schema):
    """Of what happened in the last hour, day, week, month and quarter."""

    last_1_hour: int
    last_24_hours: int
    last_7_days: int
    last_30_days: int
    last_90_days: int


class ActivityOut(Schema):
    """What one customer did lately, as of ``as_of``. Spend in micros of the company's currency; touches are
    interactions."""

    as_of: datetime
    last_order_at: datetime | None
    last_touch_at: datetime | None
    orders: Windows
    spend_micros: Windows
    touches: Windows


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
    return _answer(request, sent, services.events_receive(user=request.user, events=sent.events))


def _answer(request: HttpRequest, sent: Sent, results: list[dict[str, Any]]) -> Any:
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
    return read_events(_body_of(request))


def _body_of(request: HttpRequest) -> bytes:
    if int(request.headers.get("Content-Length") or 0) > LIMITS.REQUEST_BYTES:
        raise EventsTooLarge(most=LIMITS.REQUEST_BYTES)
    return bytes(request.body)


def _expect_taken(sent: Sent, result: dict[str, Any]) -> None:
    if result["reason"] is not None:
        reason: Reason = result["reason"]
        raise EventRefused(**reason.params, where=reason.where)
    if result["outcome"] == CONFLICT:
        raise EventConflict(event_id=result["event_id"], source=getattr(sent.events[0], "source", ""))


def _problem(request: HttpRequest, reason: Reason | dict[str, Any] | None) -> dict[str, Any] | None:
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


@router.get("/activity/{int:customer_id}", response=answers({200: ActivityOut}, 404))
def activity_get(request: SignedRequest, customer_id: PathId) -> dict[str, Any]:
    """Counts and sums of one customer over windows that end now."""
    found = queries.activity(request.user, customer_id)
    parts = {"orders": ("orders_", ""), "spend_micros": ("spend_", "_micros"), "touches": ("touches_", "")}
    windows = {
        what: {f"last_{name}": found[f"{begin}{name}{end}"] for name in WINDOWS} for what, (begin, end) in parts.items()
    }
    return {**{name: found[name] for name in ("as_of", "last_order_at", "last_touch_at")}, **windows}


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


@router.post(
    "/hook",
    auth=None,
    response=answers({202: EventsAnswer, 207: EventsAnswer}, 409, 413),
    openapi_extra={"requestBody": _body(), "security": []},
)
@idempotency.question
def hook_receive(
    request: HttpRequest,
    source: HookSource,
    said_at: Annotated[str, Header(alias="X-Zhiji-Time")] = "",
    signature: Annotated[str, Header(alias="X-Zhiji-Signature")] = "",
) -> Any:
    """As ``events_receive``, for a system that signs. ``X-Zhiji-Time``: seconds since 1970, at most five minutes away;
    ``X-Zhiji-Signature``: HMAC-SHA256 in hex over that time, a point and the body. Events need no ``source``."""
    body = _body_of(request)
    sent, results = services.events_deliver(source=source, said_at=said_at, signature=signature, body=body)
    return _answer(request, sent, results)


@router.get("/hooks", response=answers({200: list[HookOut]}))
def hook_list(request: SignedRequest) -> list[dict[str, Any]]:
    """Doors for systems that sign; at most one a source."""
    require(request.user, "source", "read")
    return [_hook_of(row) for row in queries.hook_list(request.user)]


@router.post("/hooks", response=answers({201: HookMade}, 409))
def hook_create(request: SignedRequest, payload: HookIn) -> Any:
    """A door for one source. Its secret is told once."""
    hook, secret = services.hook_create(user=request.user, source=payload.source)
    return Status(201, {**_hook_of(hook), "secret": secret})


@router.delete("/hooks/{int:hook_id}", response=answers({204: None}, 404))
def hook_delete(request: SignedRequest, hook_id: PathId) -> Any:
    services.hook_delete(user=request.user, hook_id=hook_id)
    return Status(204, None)


def _hook_of(row: Hook) -> dict[str, Any]:
    return {"id": row.pk, "source": row.source, "path": f"/api/v1/events/hook?source={row.source}",
            "created_at": row.created_at}  # fmt: skip
