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
    ``day``: the company's day whose events it holds; None for a file. What came out of a file is counted by its rows,
    what came as events by ``InboxEvent.id``.
    """

    class State(models.TextChoices):
        OPEN = "open"
        STORED = "stored"
        UNDOING = "undoing"  # of a day's events; what comes in meanwhile begins a batch of its own
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
    day = models.DateField(null=True)

    class Meta:
        constraints = (
            # A day that was taken back stays so; what comes in later that day has a batch of its own.
            models.UniqueConstraint(
                fields=["source", "kind", "day"],
                condition=models.Q(day__isnull=False) & ~models.Q(state__in=["undoing", "withdrawn"]),
                name="one_batch_a_day",
            ),
        )


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


class InboxEvent(models.Model):
    """Something that a system sent the moment it happened, kept exactly as it came: the landing of events.

    Durable before it is acknowledged, and once for each ``(source, event_id)``. ``kind``: the kind of record that it
    becomes (``processing.cleaning.KINDS``). ``body``: its JSON as received; ``digest``: of the same with its keys in
    order, by which another event under the same id is told apart. What became of it stands here in the transaction of
    its effect: ``batch`` and ``reason``, a code with parameters. ``due_at``: when it is tried again.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        REJECTED = "rejected"  # it cannot be read; in the quarantine of its batch with what it holds
        DEAD = "dead"  # tried again and again in vain; waits for a person

    scope_object: ClassVar[str] = "event"
    scope_owner: ClassVar[None] = None

    # The code of a ``Source``, which is made when the first event is stored: to take events in, one table is enough.
    source = models.CharField(max_length=40)
    event_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    type = models.CharField(max_length=40)
    body = models.TextField()
    digest = models.CharField(max_length=32)
    event_at = models.DateTimeField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING, db_default="waiting")
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    due_at = models.DateTimeField(null=True)
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, related_name="events")
    reason = models.JSONField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["source", "event_id"], name="event_once"),)
        indexes = (
            # Both hold the few that are not done: a table of many millions is never walked.
            models.Index(fields=["id"], condition=models.Q(state="waiting"), name="event_waiting"),
            models.Index(
                fields=["state", "id"], condition=models.Q(state__in=["rejected", "dead"]), name="event_failed"
            ),
        )
