"""Routes of notes, tasks and calls."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Query, Router, Schema, Status
from pydantic import Field

from zhiji.application.activities import queries, services
from zhiji.platform.schemas import (
    Limit,
    Line,
    Named,
    PathId,
    PlacedPage,
    PlacedQuery,
    Prose,
    RowId,
    SignedRequest,
    Strict,
    answers,
)
from zhiji.platform.scope import require

PREFIX = "/activities"
router = Router(tags=["activities"])

Title = Annotated[str, Line(200, 1)]
Body = Annotated[str, Prose(10_000)]
Text = Annotated[str, Field(min_length=1), Prose(10_000)]
Customer = Annotated[int, Query(ge=1, le=2**63 - 1)]
Outcome = Literal[
    "reached", "no_answer", "callback", "order_placed", "not_interested", "wrong_number", "do_not_contact"
]


class NoteOut(Schema):
    id: int
    customer_id: int
    text: str
    author: Named | None
    created_at: datetime
    edited_at: datetime | None


class TaskOut(Schema):
    id: int
    customer_id: int
    customer_name: str
    title: str
    details: str
    due_on: date | None
    assignee: Named | None
    created_by: Named | None
    created_at: datetime
    done_at: datetime | None
    done_by: Named | None


class CallOut(Schema):
    id: int
    customer_id: int
    outcome: Outcome
    text: str
    by: Named | None
    called_at: datetime
    task_id: int | None


class TaskPage(PlacedPage):
    items: list[TaskOut]


class NoteIn(Strict):
    customer_id: RowId
    text: Text


class NoteChange(Strict):
    text: Text


class TaskIn(Strict):
    customer_id: RowId
    title: Title
    details: Body = ""
    due_on: date | None = None
    assignee_id: RowId | None = None


class TaskChange(Strict):
    title: Title | None = None
    details: Body | None = None
    due_on: date | None = None
    assignee_id: RowId | None = None


class CallIn(Strict):
    customer_id: RowId
    outcome: Outcome
    text: Body = ""
    callback_on: date | None = None
    callback_title: Annotated[str, Line(200)] = ""


class TaskFilter(PlacedQuery):
    mine: bool = True
    state: Literal["open", "done", "all"] = "open"
    customer_id: RowId | None = None
    due_by: date | None = None


@router.get(
    "/notes",
    response=answers({200: list[NoteOut]}),
    operation_id="note_list",
    summary="Notes on a customer, newest first",
)
def note_list(request: SignedRequest, customer_id: Customer, limit: Limit) -> Any:
    require(request.user, "activity", "read")
    rows = queries.notes(request.user).filter(customer_id=customer_id)
    return [queries.note_json(note) for note in rows.order_by("-created_at", "-pk")[:limit]]


@router.post("/notes", response=answers({201: NoteOut}, 404), operation_id="note_create", summary="Write a note")
def note_create(request: SignedRequest, payload: NoteIn) -> Any:
    note = services.note_create(user=request.user, **payload.model_dump())
    return Status(201, queries.note_json(note))


@router.patch(
    "/notes/{note_id}",
    response=answers({200: NoteOut}, 404),
    operation_id="note_update",
    summary="Change one's own note",
)
def note_update(request: SignedRequest, note_id: PathId, payload: NoteChange) -> Any:
    note = services.note_update(user=request.user, note_id=note_id, text=payload.text)
    return queries.note_json(note)


@router.delete(
    "/notes/{note_id}", response=answers({204: None}, 404), operation_id="note_delete", summary="Delete one's own note"
)
def note_delete(request: SignedRequest, note_id: PathId) -> Any:
    services.note_delete(user=request.user, note_id=note_id)
    return Status(204, None)


@router.get(
    "/tasks",
    response=answers({200: TaskPage}),
    operation_id="task_list",
    summary="Tasks by their day; mine and open unless asked otherwise",
)
def task_list(request: SignedRequest, filters: Query[TaskFilter]) -> Any:
    require(request.user, "activity", "read")
    asked = filters.dict()
    found, following = queries.task_page(request.user, cursor=asked.pop("after"), **asked)
    return {"items": [queries.task_json(task) for task in found], "next": following or None}


@router.post("/tasks", response=answers({201: TaskOut}, 404), operation_id="task_create", summary="Make a task")
def task_create(request: SignedRequest, payload: TaskIn) -> Any:
    task = services.task_create(user=request.user, **payload.model_dump())
    return Status(201, queries.task_json(task))


@router.patch(
    "/tasks/{task_id}", response=answers({200: TaskOut}, 404), operation_id="task_update", summary="Change a task"
)
def task_update(request: SignedRequest, task_id: PathId, payload: TaskChange) -> Any:
    changes = payload.model_dump(exclude_unset=True)
    changes = {name: value for name, value in changes.items() if value is not None or name in ("due_on", "assignee_id")}
    task = services.task_update(user=request.user, task_id=task_id, changes=changes)
    return queries.task_json(task)


@router.post(
    "/tasks/{task_id}/done",
    response=answers({200: TaskOut}, 404),
    operation_id="task_done",
    summary="Mark a task as done",
)
def task_done(request: SignedRequest, task_id: PathId) -> Any:
    return queries.task_json(services.task_done(user=request.user, task_id=task_id))


@router.post(
    "/tasks/{task_id}/reopen",
    response=answers({200: TaskOut}, 404),
    operation_id="task_reopen",
    summary="Open a task again",
)
def task_reopen(request: SignedRequest, task_id: PathId) -> Any:
    return queries.task_json(services.task_reopen(user=request.user, task_id=task_id))


@router.get(
    "/calls",
    response=answers({200: list[CallOut]}),
    operation_id="call_list",
    summary="Calls with a customer, newest first",
)
def call_list(request: SignedRequest, customer_id: Customer, limit: Limit) -> Any:
    require(request.user, "activity", "read")
    rows = queries.calls(request.user).filter(customer_id=customer_id)
    return [queries.call_json(call) for call in rows.order_by("-called_at", "-pk")[:limit]]


@router.post(
    "/calls", response=answers({201: CallOut}, 404), operation_id="call_record", summary="Record how a call ended"
)
def call_record(request: SignedRequest, payload: CallIn) -> Any:
    call = services.call_record(user=request.user, **payload.model_dump())
    return Status(201, queries.call_json(call))
