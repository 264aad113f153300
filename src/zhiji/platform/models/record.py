"""What the platform remembers of work: audit, idempotency keys, jobs, live events, saved views."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from zhiji.platform.models.accounts import User


class AuditEntry(models.Model):
    """Append-only. ``hash`` covers the row and the hash before it, so an edit, a cut or a swap shows.

    ``details`` names fields and digests, never personal data itself: erasure keeps the chain whole.
    """

    scope_object: ClassVar[str] = "audit"
    scope_owner: ClassVar[None] = None

    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_kind = models.CharField(max_length=10)
    action = models.CharField(max_length=60)
    object_kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=64, blank=True)
    details = models.JSONField(default=dict)
    request_id = models.CharField(max_length=32, blank=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        indexes = (models.Index(fields=["object_kind", "object_id"], name="audit_by_object"),)


class AuditHead(models.Model):
    """One row: how many entries there are and how the last one ends, sealed with a key that is not in the database.

    A chain alone cannot show that its end was cut off, or that all of it was written anew; this can.
    """

    entries = models.BigIntegerField()
    last_id = models.BigIntegerField()
    last_hash = models.CharField(max_length=64)
    seal = models.CharField(max_length=64)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="one_audit_head"),)


class IdempotencyKey(models.Model):
    """The stored answer of a write, kept for a day: the same key gives the same answer and one effect.

    ``body`` is encrypted with a key outside the database: answers hold tokens and links that are shown only once.
    """

    actor_id = models.BigIntegerField()
    route = models.CharField(max_length=200)
    key = models.CharField(max_length=200)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.BinaryField(null=True)
    content_type = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["actor_id", "route", "key"], name="idempotency_once"),)


class Job(models.Model):
    """Long work in steps of at most 20 seconds, each under a lease, resumed from ``checkpoint`` after a kill."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        WAITING = "waiting"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    scope_object: ClassVar[str] = "job"
    scope_owner: ClassVar[None] = None

    kind = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    checkpoint = models.JSONField(default=dict)
    stage = models.CharField(max_length=40, blank=True)
    progress_done = models.BigIntegerField(default=0)
    progress_total = models.BigIntegerField(default=0)
    result = models.JSONField(default=dict)
    reason = models.JSONField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    lease_owner = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True)
    cancel_requested = models.BooleanField(default=False)
    # At most one unfinished job per key: ``refresh`` asked for ten times runs once.
    unique_key = models.CharField(max_length=100, blank=True)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["state", "not_before"], name="job_due"),)
        constraints = (
            models.UniqueConstraint(
                fields=["unique_key"],
                condition=models.Q(state__in=["queued", "running", "waiting"]) & ~models.Q(unique_key=""),
                name="job_once_per_key",
            ),
        )


class LiveEvent(models.Model):
    """What browsers are told: a topic and a small payload without personal data; kept for an hour."""

    at = models.DateTimeField(db_index=True)
    topic = models.CharField(max_length=40)
    payload = models.JSONField(default=dict)
    # Empty: everybody who is signed in may know.
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE)


class SavedView(models.Model):
    """A named combination of filters, columns and sort of a list; private unless shared."""

    scope_object: ClassVar[str] = "view"
    scope_owner: ClassVar[str] = "owner"

    owner = models.ForeignKey(User, on_delete=models.CASCADE)
    place = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    definition = models.JSONField(default=dict)
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
