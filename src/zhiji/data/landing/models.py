"""Tables of landing: append-only but for the state of a batch."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Source(models.Model):
    """A system of the company that data comes from (shop, ERP, …). Identities are unique within it."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=100, blank=True)


class LandedFile(models.Model):
    """A file as received, kept byte for byte under its SHA-256 in the workspace's ``landing`` folder."""

    sha256 = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=255)
    size = models.BigIntegerField()
    received_at = models.DateTimeField()


class Batch(models.Model):
    """One delivery of one kind of thing from one source: what an undo takes back.

    ``is_history``: the rows are taken as known when they happened plus ``lag_days``; otherwise as known on receipt.
    """

    class State(models.TextChoices):
        OPEN = "open"
        STORED = "stored"
        WITHDRAWN = "withdrawn"

    scope_object: ClassVar[str] = "import"
    scope_owner: ClassVar[None] = None

    source = models.ForeignKey(Source, on_delete=models.PROTECT)
    file = models.ForeignKey(LandedFile, null=True, on_delete=models.PROTECT)
    kind = models.CharField(max_length=20)
    is_history = models.BooleanField(default=True)
    lag_days = models.PositiveSmallIntegerField(default=0)
    mapping = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    received_at = models.DateTimeField()
    stored_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)


class RejectedRow(models.Model):
    """A row in quarantine: where, why (code and parameters), and the whole original row for correction."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="rejected_rows")
    row = models.BigIntegerField()
    column = models.CharField(max_length=200, blank=True)
    value = models.CharField(max_length=500, blank=True)
    code = models.CharField(max_length=60)
    params = models.JSONField(default=dict)
    original = models.JSONField(default=dict)
    corrected_by = models.ForeignKey(Batch, null=True, on_delete=models.SET_NULL, related_name="corrects")

    class Meta:
        indexes = (models.Index(fields=["batch", "row"], name="rejected_by_row"),)
