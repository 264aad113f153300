"""What each source said, immutable: everything else is derived from it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from zhiji.data.landing.models import Batch, Source


class SourceRecord(models.Model):
    """One thing as one source delivered it: an order (its lines are ``OrderLine`` rows) or a customer.

    ``payload`` is what was said of it; of an order, of its head (see ``data.store.heads``). Immutable but for
    ``is_current``, which the derivation sets, and for what goes over to a later delivery on undo (see
    ``data.store.deliveries``). A changed thing is a new version. ``mode`` says how a later version of an order stands
    to the earlier ones: ``replace`` supersedes them, ``add`` adds its lines, ``complete`` (corrected rejects) adds
    lines that an earlier file should have brought.
    """

    kind = models.CharField(max_length=12)
    source = models.ForeignKey(Source, on_delete=models.PROTECT)
    external_id = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1)
    mode = models.CharField(max_length=8, default="replace")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="source_records")
    digest = models.CharField(max_length=32)
    landing_row = models.BigIntegerField()
    event_at = models.DateTimeField(null=True)
    known_at = models.DateTimeField()
    payload = models.JSONField(null=True)
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["kind", "source", "external_id", "version"], name="record_version_once"),
        )


class Delivery(models.Model):
    """A batch delivered a record. The same record in two files stays until both are undone.

    ``landing_row``, ``line_rows`` (of an order's lines, by digest and occurrence) and ``known_at`` are of this batch's
    file; null for the first delivery, of which the record says them (see ``data.store.deliveries``). ``said``: what its
    file says of the head of an order, ``{"head", "digest"}``, where that is not the record's payload.
    """

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="deliveries")
    record = models.ForeignKey(SourceRecord, on_delete=models.CASCADE, related_name="deliveries")
    landing_row = models.BigIntegerField(null=True)
    line_rows = models.JSONField(null=True)
    known_at = models.DateTimeField(null=True)
    said = models.JSONField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["record", "batch"], name="delivered_once"),)


class Interaction(models.Model):
    """Something that passed between a customer and the company: a mail, a call, a visit."""

    scope_object: ClassVar[str] = "customer"
    scope_owner: ClassVar[str] = "customer__owner"
    scope_team: ClassVar[str] = "customer__team"

    record = models.OneToOneField(SourceRecord, on_delete=models.CASCADE)
    customer = models.ForeignKey("store.Customer", null=True, on_delete=models.SET_NULL, related_name="interactions")
    identity = models.ForeignKey("store.Identity", null=True, on_delete=models.SET_NULL)
    kind = models.CharField(max_length=40)
    event_at = models.DateTimeField()
    known_at = models.DateTimeField()
    text = models.TextField(blank=True)

    class Meta:
        indexes = (models.Index(fields=["customer", "event_at"], name="interaction_by_customer"),)
