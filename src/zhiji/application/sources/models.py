"""A connection to a system, its streams (one table or endpoint each), and the runs of each stream."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings as project
from django.db import models

from zhiji.data.landing.models import LandedFile


class Connection(models.Model):
    """How a system is reached. ``settings`` hold no secret; those are in ``sealed``, under the workspace's key and
    bound to ``seal_label``. ``source_code`` is the source of all that comes through it (``data.landing.Source``)."""

    scope_object: ClassVar[str] = "source"
    scope_owner: ClassVar[None] = None

    class Kind(models.TextChoices):
        SQL = "sql"
        REST = "rest"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=100)
    source_code = models.SlugField(max_length=40, unique=True)
    settings = models.JSONField(default=dict)
    sealed = models.BinaryField(null=True)
    seal_label = models.CharField(max_length=32)
    created_by = models.ForeignKey(project.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)


class Stream(models.Model):
    """One table or endpoint, brought in as one kind of import.

    ``definition``: see ``shapes``. ``mapping``: every field of the kind → its column, "" where it has none.
    ``changed``: what becomes of stored orders that differ. ``columns``: name → family, as they were when the
    mapping was made; ``offered``: new ones since, kept as further attributes meanwhile. ``position``: how far it has
    been stored, moved by ``settling`` alone. ``reason``: why it has stopped; ``trouble``: why the last attempt failed,
    where it is tried again. ``notes``: coded remarks of the last run. Counts are rows.
    """

    scope_object: ClassVar[str] = "source"
    scope_owner: ClassVar[None] = None

    class State(models.TextChoices):
        RUNNING = "running"
        PAUSED = "paused"
        STOPPED = "stopped"

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="streams")
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=20)
    definition = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)
    changed = models.CharField(max_length=7, default="replace")
    every_minutes = models.PositiveIntegerField(default=15)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    reason = models.JSONField(null=True)
    trouble = models.JSONField(null=True)
    notes = models.JSONField(default=list)
    failures = models.PositiveIntegerField(default=0)
    columns = models.JSONField(default=dict)
    offered = models.JSONField(default=list)
    position = models.JSONField(null=True)
    stored_rows = models.BigIntegerField(default=0)
    rejected_rows = models.BigIntegerField(default=0)
    next_at = models.DateTimeField(db_index=True)
    seen_at = models.DateTimeField(null=True)
    stored_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["connection", "name"], name="stream_name_once"),)


class Run(models.Model):
    """One pull and its import, written before anything is fetched: after a kill it is taken up where it stands.

    ``since``: the stream's position at its start; ``until``: that to which the stream moves once the import is stored.
    ``progress``: of a pull that takes several steps. ``is_last``: nothing more was there. Only the last window of a
    back-fill moves the stream.
    """

    scope_object: ClassVar[str] = "source"
    scope_owner: ClassVar[None] = None

    class State(models.TextChoices):
        PULLING = "pulling"
        LANDED = "landed"
        IMPORTING = "importing"
        STORED = "stored"
        NOTHING = "nothing"  # nothing had changed
        REJECTED = "rejected"  # every row is in quarantine
        FAILED = "failed"
        UNDONE = "undone"

    UNDER_WAY: ClassVar[tuple[str, ...]] = (State.PULLING, State.LANDED, State.IMPORTING)

    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="runs")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PULLING)
    is_history = models.BooleanField(default=False)
    is_backfill = models.BooleanField(default=False)
    is_last = models.BooleanField(default=False)
    since = models.JSONField(null=True)
    until = models.JSONField(null=True)
    progress = models.JSONField(default=dict)
    file = models.ForeignKey(LandedFile, null=True, on_delete=models.PROTECT, related_name="+")
    import_id = models.BigIntegerField(null=True, db_index=True)
    pulled_rows = models.BigIntegerField(default=0)
    counts = models.JSONField(default=dict)
    reason = models.JSONField(null=True)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["stream", "-id"], name="run_newest"),)
        constraints = (
            models.UniqueConstraint(
                fields=["stream"],
                condition=models.Q(state__in=["pulling", "landed", "importing"]),
                name="one_run_under_way",
            ),
        )
