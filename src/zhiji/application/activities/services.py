"""Writes of notes, tasks and calls: one function an action, each audited. The trail never holds what was written."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import models, transaction

from zhiji.application.activities.errors import CallbackDayMissing, NoteNotYours, TaskAssigneeBlind
from zhiji.application.activities.models import Call, Note, Task
from zhiji.data.store.models import Customer
from zhiji.kernel import clock
from zhiji.platform import audit, live
from zhiji.platform.errors import NotAllowed
from zhiji.platform.models import User
from zhiji.platform.permissions import reach
from zhiji.platform.scope import get_scoped, require, scope


def _customer(user: User, customer_id: int) -> Customer:
    require(user, "activity", "write")
    return get_scoped(user, Customer, customer_id)


def _must_be_writable(user: User, row: models.Model) -> None:
    """One who sees a customer by one role may still not work on it by another; the row itself is asked."""
    if not scope(user, type(row), "write").filter(pk=row.pk).exists():
        raise NotAllowed(object="activity", action="write")


def _told(customer_id: int) -> None:
    live.publish("customer", id=customer_id, changed="activity")


@transaction.atomic
def note_create(*, user: User, customer_id: int, text: str) -> Note:
    customer = _customer(user, customer_id)
    note = Note.objects.create(customer=customer, text=text, author=user, created_at=clock.now())
    _must_be_writable(user, note)
    audit.record("note_create", "activity", note.pk, customer=customer.pk)
    _told(customer.pk)
    return note


@transaction.atomic
def note_update(*, user: User, note_id: int, text: str) -> Note:
    note = get_scoped(user, Note, note_id, "write")
    if note.author_id != user.pk:
        raise NoteNotYours()
    before, note.text, note.edited_at = note.text, text, clock.now()
    note.save(update_fields=["text", "edited_at"])
    audit.record("note_update", "activity", note.pk, changed=audit.changes({"text": before}, {"text": text}))
    _told(note.customer_id)
    return note


@transaction.atomic
def note_delete(*, user: User, note_id: int) -> None:
    note = get_scoped(user, Note, note_id, "write")
    if note.author_id != user.pk:
        raise NoteNotYours()
    audit.record("note_delete", "activity", note.pk, customer=note.customer_id)
    _told(note.customer_id)
    note.delete()


def _assignee(assignee_id: int | None, customer: Customer) -> User | None:
    if assignee_id is None:
        return None
    found = User.objects.filter(pk=assignee_id, is_active=True).first()
    if (
        found is None
        or not scope(found, Customer).filter(pk=customer.pk).exists()
        or not reach(found, "activity", "write")
    ):
        raise TaskAssigneeBlind(where={"field": "assignee_id"})
    return found


@transaction.atomic
def task_create(*, user: User, customer_id: int, title: str, details: str = "", due_on: date | None = None,
                assignee_id: int | None = None) -> Task:  # fmt: skip
    customer = _customer(user, customer_id)
    task = Task.objects.create(
        customer=customer, title=title, details=details, due_on=due_on, created_by=user, created_at=clock.now(),
        assignee=_assignee(assignee_id, customer),
    )  # fmt: skip
    _must_be_writable(user, task)
    audit.record("task_create", "activity", task.pk, customer=customer.pk, assignee=assignee_id, due_on=str(due_on))
    _told(customer.pk)
    return task


@transaction.atomic
def task_update(*, user: User, task_id: int, changes: dict[str, Any]) -> Task:
    """Set any of ``title, details, due_on, assignee_id``."""
    task = get_scoped(user, Task, task_id, "write")
    before = {name: getattr(task, name) for name in changes}
    if "assignee_id" in changes:
        _assignee(changes["assignee_id"], task.customer)
    for name, value in changes.items():
        setattr(task, name, value)
    task.save(update_fields=list(changes))
    audit.record("task_update", "activity", task.pk, changed=audit.changes(before, changes))
    _told(task.customer_id)
    return task


@transaction.atomic
def task_done(*, user: User, task_id: int) -> Task:
    """Done twice is done once: the first day and person stay."""
    task = get_scoped(user, Task, task_id, "write")
    if Task.objects.filter(pk=task.pk, done_at=None).update(done_at=clock.now(), done_by=user):
        audit.record("task_done", "activity", task.pk, customer=task.customer_id)
        _told(task.customer_id)
    task.refresh_from_db()
    return task


@transaction.atomic
def task_reopen(*, user: User, task_id: int) -> Task:
    task = get_scoped(user, Task, task_id, "write")
    if Task.objects.filter(pk=task.pk).exclude(done_at=None).update(done_at=None, done_by=None):
        audit.record("task_reopen", "activity", task.pk, customer=task.customer_id)
        _told(task.customer_id)
    task.refresh_from_db()
    return task


@transaction.atomic
def call_record(*, user: User, customer_id: int, outcome: str, text: str = "", callback_on: date | None = None,
                callback_title: str = "") -> Call:  # fmt: skip
    """Remember how a call ended. ``callback`` makes a task for the caller on ``callback_on``."""
    customer = _customer(user, customer_id)
    task = None
    if outcome == Call.Outcome.CALLBACK:
        if callback_on is None:
            raise CallbackDayMissing(where={"field": "callback_on"})
        task = task_create(
            user=user, customer_id=customer.pk, title=callback_title or text[:200] or outcome, due_on=callback_on,
            assignee_id=user.pk,
        )  # fmt: skip
    call = Call.objects.create(
        customer=customer, outcome=outcome, text=text, task=task, by=user, called_at=clock.now()
    )  # fmt: skip
    _must_be_writable(user, call)
    audit.record("call_record", "activity", call.pk, customer=customer.pk, outcome=outcome)
    _told(customer.pk)
    return call


@transaction.atomic
def tasks_follow(*, customer_ids: Collection[int], owner_id: int | None) -> int:
    """Customers have a new owner: their open tasks go to them from the old owners, who may not see them any more.

    To be called before the customers change; tasks of third persons stay. Returns the tasks moved.
    """
    open_tasks = Task.objects.filter(customer_id__in=customer_ids, done_at=None).exclude(assignee=None)
    moved = open_tasks.filter(assignee=models.F("customer__owner")).exclude(assignee_id=owner_id)
    ids = list(moved.values_list("pk", flat=True))
    if ids and owner_id is not None:
        Task.objects.filter(pk__in=ids).update(assignee_id=owner_id)
        audit.record("tasks_follow", "activity", "", tasks=len(ids), owner=owner_id)
        return len(ids)
    return 0
