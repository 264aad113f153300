"""Reads of notes, tasks and calls, always through the scope of who asks."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime
from typing import Any, Literal, TypeVar

from django.db.models import Count, F, Q, QuerySet

from zhiji.application.activities.models import Call, Note, Task
from zhiji.data.store import bulk, cursors, merged
from zhiji.data.store.models import Customer
from zhiji.platform.models import User
from zhiji.platform.permissions import Reach, reach
from zhiji.platform.scope import scope

TaskState = Literal["open", "done", "all"]
Written = TypeVar("Written", Note, Task, Call)
KINDS = ("note", "task", "call")


def customers_with_activity(customer_ids: Collection[int]) -> set[int]:
    """Which of these customers somebody has worked on: whoever removes customers must keep them.

    Not scoped: it answers the undo of an import, not a person.
    """
    ids = bulk.many(sorted(pk for pk in customer_ids if pk is not None))
    found: set[int] = set()
    for model in (Note, Task, Call):
        sql = f"SELECT DISTINCT customer_id FROM {model._meta.db_table} WHERE {bulk.among('customer_id')}"  # noqa: S608
        found |= {row[0] for row in bulk.look_up(sql, [ids])}
    return found


def _person(user: User | None) -> dict[str, Any] | None:
    return None if user is None else {"id": user.pk, "name": user.name or user.email}


def note_json(note: Note) -> dict[str, Any]:
    return {
        "id": note.pk, "customer_id": note.customer_id, "text": note.text, "author": _person(note.author),
        "created_at": note.created_at, "edited_at": note.edited_at,
    }  # fmt: skip


def task_json(task: Task) -> dict[str, Any]:
    """Needs ``customer`` with ``merged_into``, ``assignee``, ``created_by`` and ``done_by`` loaded. Who was merged is
    called by the name of who is left."""
    customer = task.customer.merged_into or task.customer
    return {
        "id": task.pk, "customer_id": customer.pk, "customer_name": customer.name or customer.company,
        "title": task.title, "details": task.details, "due_on": task.due_on, "assignee": _person(task.assignee),
        "created_by": _person(task.created_by), "created_at": task.created_at, "done_at": task.done_at,
        "done_by": _person(task.done_by),
    }  # fmt: skip


def call_json(call: Call) -> dict[str, Any]:
    return {
        "id": call.pk, "customer_id": call.customer_id, "outcome": call.outcome, "text": call.text,
        "by": _person(call.by), "called_at": call.called_at, "task_id": call.task_id,
    }  # fmt: skip


def notes(user: User) -> QuerySet[Note]:
    return _open_to(user, Note).select_related("author")


def tasks(user: User) -> QuerySet[Task]:
    return _open_to(user, Task).select_related("customer__merged_into", "assignee", "created_by", "done_by")


def calls(user: User) -> QuerySet[Call]:
    return _open_to(user, Call).select_related("by")


def _open_to(user: User, model: type[Written]) -> QuerySet[Written]:
    """What was written of customers that are there. What was written of one that was merged is shown under the one that
    is left: for who may see that one, and for nobody while that one is deleted."""
    if reach(user, "activity", "read") == Reach.NONE:
        return model.objects.none()
    there = Q(customer__deleted_at=None)
    left = scope(user, Customer).filter(deleted_at=None).values("pk")
    merged_ones = model.objects.filter(there, customer__merged_into__in=left)
    return scope(user, model).filter(there, customer__merged_into=None) | merged_ones


def written_of(user: User, customer_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """Customer → how many ``notes``, ``tasks`` and ``calls`` the user may see of it; of exactly these numbers, those
    of customers merged into them apart."""
    found: dict[int, dict[str, int]] = {pk: {"notes": 0, "tasks": 0, "calls": 0} for pk in customer_ids}
    for name, rows in (("notes", notes(user)), ("tasks", tasks(user)), ("calls", calls(user))):
        counted = (
            rows.filter(customer__in=list(customer_ids)).order_by().values_list("customer").annotate(n=Count("pk"))
        )
        for pk, n in counted:
            found[pk][name] = n
    return found


def task_page(user: User, *, mine: bool = True, state: TaskState = "open", customer_id: int | None = None,
              due_by: date | None = None, cursor: str = "", limit: int = 50) -> tuple[list[Task], str]:  # fmt: skip
    """Tasks by their day (those without one last), and the cursor of the next page or ``""``."""
    rows = tasks(user)
    if mine:
        rows = rows.filter(assignee=user)
    if customer_id is not None:
        rows = rows.filter(customer_id__in=merged.family(customer_id))
    if state != "all":
        rows = rows.filter(done_at__isnull=state == "open")
    if due_by is not None:
        rows = rows.filter(due_on__lte=due_by)
    place = f"tasks:{user.pk}:{mine}:{state}:{customer_id}:{due_by}"
    if cursor:
        day, pk = cursors.opened(place, cursor)
        if day is None:
            rows = rows.filter(due_on=None, pk__gt=pk)
        else:
            rows = rows.filter(Q(due_on__gt=day) | Q(due_on=day, pk__gt=pk) | Q(due_on=None))
    found = list(rows.order_by(F("due_on").asc(nulls_last=True), "pk")[: limit + 1])
    if len(found) <= limit:
        return found, ""
    last = found[limit - 1]
    return found[:limit], cursors.sealed(place, [last.due_on and last.due_on.isoformat(), last.pk])


def of_customer(user: User, customer_id: int, kind: str, *, last: tuple[datetime, int] | None,
                limit: int) -> list[tuple[datetime, int, dict[str, Any]]]:  # fmt: skip
    """The newest ``(instant, id, fields)`` of one kind with a customer, below ``last`` in that order; newest first."""
    kinds: dict[str, tuple[QuerySet[Any], str, Callable[[Any], dict[str, Any]]]] = {
        "note": (notes(user), "created_at", note_json),
        "task": (tasks(user), "created_at", task_json),
        "call": (calls(user), "called_at", call_json),
    }
    rows, at, shown = kinds[kind]
    rows = rows.filter(customer_id__in=merged.family(customer_id))
    if last is not None:
        rows = rows.filter(Q(**{f"{at}__lt": last[0]}) | Q(**{at: last[0], "pk__lt": last[1]}))
    return [(getattr(row, at), row.pk, shown(row)) for row in rows.order_by(f"-{at}", "-pk")[:limit]]
