"""Notes, tasks and calls. A customer somebody worked on cannot be deleted from under that work.

``PROTECT`` is deliberate: undoing an import removes customers that only it knew, and must ask
``queries.customers_with_activity`` first and keep those; nothing that a person wrote is ever lost to an undo.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from zhiji.data.store.models import Customer


class Note(models.Model):
    """What somebody wants others to know of a customer; plain text."""

    scope_object: ClassVar[str] = "activity"
    scope_owner: ClassVar[str] = "customer__owner"
    scope_team: ClassVar[str] = "customer__team"

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=10_000)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["customer", "created_at"], name="note_by_customer"),)


class Task(models.Model):
    """Something to do about a customer, on a company day, by somebody."""

    scope_object: ClassVar[str] = "activity"
    scope_owner: ClassVar[str] = "customer__owner"
    scope_team: ClassVar[str] = "customer__team"

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    details = models.TextField(max_length=10_000, blank=True)
    due_on = models.DateField(null=True)
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes = (
            models.Index(fields=["customer", "created_at"], name="task_by_customer"),
            models.Index(fields=["assignee", "done_at", "due_on"], name="task_by_assignee"),
        )


class Call(models.Model):
    """A call and how it ended. A callback also makes a task."""

    class Outcome(models.TextChoices):
        REACHED = "reached"
        NO_ANSWER = "no_answer"
        CALLBACK = "callback"
        ORDER_PLACED = "order_placed"
        NOT_INTERESTED = "not_interested"
        WRONG_NUMBER = "wrong_number"
        DO_NOT_CONTACT = "do_not_contact"

    scope_object: ClassVar[str] = "activity"
    scope_owner: ClassVar[str] = "customer__owner"
    scope_team: ClassVar[str] = "customer__team"

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    text = models.TextField(max_length=10_000, blank=True)
    task = models.ForeignKey(Task, null=True, on_delete=models.SET_NULL, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    called_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["customer", "called_at"], name="call_by_customer"),)
