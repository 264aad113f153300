"""Routes of the company: settings, audit, jobs, saved views, live events."""

from __future__ import annotations

import os
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import Query, Router, Status
from pydantic import StringConstraints

from zhiji.application.company import queries, services
from zhiji.application.company.errors import StreamsFull
from zhiji.application.company.schemas import (
    AuditPage,
    AuditState,
    CompanyOut,
    CompanyPatch,
    EventPage,
    JobOut,
    JobPage,
    JobState,
    RegionOut,
    SettingOut,
    ViewIn,
    ViewOut,
    ViewPatch,
)
from zhiji.application.company.stream import MOST_STREAMS, EventStream, hub
from zhiji.kernel import Reason
from zhiji.platform import audit, problems
from zhiji.platform.company import company
from zhiji.platform.environment import SETTINGS
from zhiji.platform.models import AuditEntry, Company, Job, SavedView, User
from zhiji.platform.regions import regions
from zhiji.platform.schemas import LARGEST_ID, After, Limit, Line, PathId, SignedRequest, answers, cut
from zhiji.platform.scope import get_scoped, require, require_all

PREFIX = "/company"
router = Router(tags=["company"])
Filter = Annotated[str, Line(64), Query("")]
PlaceFilter = Annotated[str, StringConstraints(pattern=r"^[a-z_]{0,40}$"), Query("")]
ActorFilter = Annotated[int | None, Query(None, ge=1, le=LARGEST_ID)]
EventAfter = Annotated[int | None, Query(None, ge=0, le=LARGEST_ID)]


def _company_of(row: Company) -> dict[str, Any]:
    names = (
        "name", "currency", "zone", "region", "language", "is_sample", "margin_percent", "history_lag_days",
        "count_identical_lines_once", "calls_per_day",
    )  # fmt: skip
    return {**{name: getattr(row, name) for name in names}, "zone_and_currency_fixed": queries.has_imports()}


@router.get("", response=answers({200: CompanyOut}))
def company_read(request: SignedRequest) -> dict[str, Any]:
    require(request.user, "company", "read")
    return _company_of(company())


@router.patch("", response=answers({200: CompanyOut}, 409))
def company_update(request: SignedRequest, payload: CompanyPatch) -> dict[str, Any]:
    """Zone and currency are refused (409) once anything is imported."""
    sent = payload.dict(exclude_unset=True)
    fields = {key: value for key, value in sent.items() if value is not None or key == "margin_percent"}
    return _company_of(services.company_update(by=request.user, **fields))


@router.get("/regions", auth=None, response=answers({200: list[RegionOut]}))
def region_list(request: HttpRequest) -> list[dict[str, Any]]:  # noqa: ARG001
    """Countries of phone numbers, for anybody: set-up asks for one before there is a user."""
    return [vars(region) for region in regions()]


@router.get("/audit", response=answers({200: AuditPage}))
def audit_list(
    request: SignedRequest, after: After = 0, limit: Limit = 50, action: Filter = "", object_kind: Filter = "",
    object_id: Filter = "", actor_id: ActorFilter = None,
) -> dict[str, Any]:  # fmt: skip
    """Who did what to what, newest first."""
    require_all(request.user, "audit", "read")
    filters = {"action": action, "object_kind": object_kind, "object_id": object_id, "actor_id": actor_id}
    rows, following = cut(queries.audit_page(request.user, after=after, limit=limit + 1, **filters), limit)
    people = {row.actor_id for row in rows if row.actor_id}
    names = {user.pk: user.name or user.email for user in User.objects.filter(pk__in=people)}
    fields = [field.name for field in AuditEntry._meta.fields if "hash" not in field.name]
    items = [
        {**{name: getattr(row, name) for name in fields}, "actor_name": names.get(row.actor_id or 0, "")}
        for row in rows
    ]
    return {"items": items, "next": following}


@router.get("/audit/verify", response=answers({200: AuditState}))
def audit_verify(request: SignedRequest) -> dict[str, Any]:
    """Walk the whole chain: is every row as it was written, and none missing?"""
    require_all(request.user, "audit", "read")
    broken = audit.first_broken()
    return {"whole": broken is None, "first_broken": broken, "entries": AuditEntry.objects.count()}


def _job_of(request: SignedRequest, job: Job) -> dict[str, Any]:
    names = [name for name in JobOut.model_fields if name != "reason"]
    reason = None
    if job.reason:
        reason = problems.problem(Reason.from_json(job.reason), problems.language_of(request), f"job-{job.pk}")
    return {**{name: getattr(job, name) for name in names}, "reason": reason}


@router.get("/jobs", response=answers({200: JobPage}))
def job_list(
    request: SignedRequest, after: After = 0, limit: Limit = 50, state: JobState | Literal[""] = "",
    kind: Filter = "",
) -> dict[str, Any]:  # fmt: skip
    require(request.user, "job", "read")
    found = queries.job_page(request.user, after=after, limit=limit + 1, state=state, kind=kind)
    rows, following = cut(found, limit)
    return {"items": [_job_of(request, row) for row in rows], "next": following}


@router.get("/jobs/{int:job_id}", response=answers({200: JobOut}, 404))
def job_read(request: SignedRequest, job_id: PathId) -> dict[str, Any]:
    return _job_of(request, get_scoped(request.user, Job, job_id))


@router.post("/jobs/{int:job_id}/cancel", response=answers({200: JobOut}, 404, 409))
def job_cancel(request: SignedRequest, job_id: PathId) -> dict[str, Any]:
    return _job_of(request, services.job_cancel(by=request.user, job_id=job_id))


@router.post("/jobs/{int:job_id}/retry", response=answers({200: JobOut}, 404, 409))
def job_retry(request: SignedRequest, job_id: PathId) -> dict[str, Any]:
    """A failed job goes on from its checkpoint."""
    return _job_of(request, services.job_retry(by=request.user, job_id=job_id))


def _view_of(view: SavedView, user: User) -> dict[str, Any]:
    names = ("place", "name", "definition", "is_shared")
    return {"id": view.pk, "is_mine": view.owner_id == user.pk, **{name: getattr(view, name) for name in names}}


@router.get("/views", response=answers({200: list[ViewOut]}))
def view_list(request: SignedRequest, place: PlaceFilter = "") -> list[dict[str, Any]]:
    """One's own views and shared ones, of one list (``place``) or of all."""
    require(request.user, "view", "read")
    return [_view_of(view, request.user) for view in queries.view_list(request.user, place)]


@router.post("/views", response=answers({201: ViewOut}))
def view_create(request: SignedRequest, payload: ViewIn) -> Any:
    return Status(201, _view_of(services.view_create(by=request.user, **payload.dict()), request.user))


@router.patch("/views/{int:view_id}", response=answers({200: ViewOut}, 404))
def view_update(request: SignedRequest, view_id: PathId, payload: ViewPatch) -> dict[str, Any]:
    fields = {key: value for key, value in payload.dict(exclude_unset=True).items() if value is not None}
    return _view_of(services.view_update(by=request.user, view_id=view_id, **fields), request.user)


@router.delete("/views/{int:view_id}", response=answers({204: None}, 404))
def view_delete(request: SignedRequest, view_id: PathId) -> Any:
    services.view_delete(by=request.user, view_id=view_id)
    return Status(204, None)


@router.get("/settings-table", response=answers({200: list[SettingOut]}))
def setting_list(request: SignedRequest) -> list[dict[str, Any]]:
    """The server's settings and their meaning; never their values."""
    require_all(request.user, "company", "write")
    return [{**vars(setting), "is_set": bool(os.environ.get(setting.name))} for setting in SETTINGS]


_STREAM = {"description": "A stream of events", "content": {"text/event-stream": {"schema": {"type": "string"}}}}


@router.get("/events", response=answers({}), openapi_extra={"responses": {200: _STREAM}})
def event_stream(request: SignedRequest) -> Any:
    """Server-sent events (``text/event-stream``), for a minute; the browser opens it again with ``Last-Event-ID``."""
    slot = hub.take_slot()
    if slot is None:
        refused: HttpResponse = problems.answer(request, StreamsFull(most=MOST_STREAMS))
        refused["Retry-After"] = "5"
        return refused
    given = request.headers.get("Last-Event-ID", "")
    after = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None
    body = EventStream(hub, slot, queries.Audience(request.user), after)
    response = StreamingHttpResponse(body, content_type="text/event-stream")
    # A proxy that collects the answer would keep the news from the browser.
    response["X-Accel-Buffering"] = "no"
    return response


@router.get("/events/poll", response=answers({200: EventPage}))
def event_list(request: SignedRequest, after: EventAfter = None) -> dict[str, Any]:
    """For browsers beyond the streams' number: events after ``after``; without it, only where to begin."""
    if after is None:
        return {"items": [], "last_id": queries.last_event_id()}
    audience, events = queries.Audience(request.user), queries.events_after(after)
    heard = [(event, audience.hears(event)) for event in events]
    items = [{"id": event.pk, "topic": event.topic, "payload": told} for event, told in heard if told is not None]
    return {"items": items, "last_id": events[-1].pk if events else after}
