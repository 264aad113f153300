"""The worklist: one row a customer who is late, by day; what a person does with it stays with the row."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from zhiji.data.store.models import Customer


class WorkItem(models.Model):
    """A call to make. Figures are those of the refresh that last put it on the list; money in micros.

    ``overdue_days``: days since the last order less the customer's usual gap. ``at_stake_micros``: the spend that would
    normally have come in by now, see ``services.overdue``. ``rest_until``: the first company day on which a customer
    who was called may come back to the list. ``call_ref``: the call that was recorded with ``done``, a plain number.
    """

    scope_object: ClassVar[str] = "worklist"
    scope_owner: ClassVar[str] = "customer__owner"
    scope_team: ClassVar[str] = "customer__team"

    class State(models.TextChoices):
        OPEN = "open"
        DONE = "done"
        SNOOZED = "snoozed"
        EXPIRED = "expired"  # the customer ordered, or the list was made anew without them

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    as_of = models.DateField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    rank = models.IntegerField()
    overdue_days = models.FloatField()
    usual_gap_days = models.FloatField()
    days_since_last_order = models.FloatField()
    usual_order_micros = models.BigIntegerField()
    at_stake_micros = models.BigIntegerField()
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    snoozed_until = models.DateField(null=True)
    outcome = models.CharField(max_length=30, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    done_at = models.DateTimeField(null=True)
    call_ref = models.BigIntegerField(null=True)
    rest_until = models.DateField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["customer"], condition=models.Q(state__in=["open", "snoozed"]), name="one_open_item"
            ),
        )
        indexes = (
            models.Index(fields=["state", "-at_stake_micros"], name="work_by_stake"),
            models.Index(fields=["state", "-done_at"], name="work_by_done"),
        )
