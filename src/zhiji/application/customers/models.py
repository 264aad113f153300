"""What only this capability remembers: who edited what by hand, who owned whom, and the scores of deleted customers.

``customer_ref`` is a plain number: these rows say nothing of a person, and undoing an import must be able to remove
customers without asking here.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from zhiji.data.store.models import SourceRecord


class HandEdit(models.Model):
    """Who made a hand edit; what it says is its source record."""

    record = models.OneToOneField(SourceRecord, on_delete=models.CASCADE, primary_key=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")


class Assignment(models.Model):
    """A customer changed hands. Users and teams by their ids, so that the history outlives them."""

    scope_object: ClassVar[str] = "customer"
    scope_owner: ClassVar[None] = None

    customer_ref = models.BigIntegerField()
    owner_before = models.BigIntegerField(null=True)
    owner_after = models.BigIntegerField(null=True)
    team_before = models.BigIntegerField(null=True)
    team_after = models.BigIntegerField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["customer_ref", "at"], name="assignment_by_customer"),)


class DeletedScores(models.Model):
    """The scores of a deleted customer's list row, put back when it is restored before the next refresh."""

    customer_ref = models.BigIntegerField(primary_key=True)
    scores = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
