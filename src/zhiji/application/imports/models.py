"""One row an import: what a person sees of a batch."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from zhiji.data.landing.models import Batch, LandedFile


class Import(models.Model):
    """A file on its way in. ``dry_run`` and ``report`` hold counts and codes, never words (see ``services``).

    A file that could not be opened has neither profile nor mapping, and ``kind`` is as it was asked for (``auto``).
    ``options``: ``options.ImportOptions``. ``changed``: what was decided of orders that differ from stored ones; None
    where nobody was asked. ``shape``: a digest of its columns, by which a later file with the same ones is known (see
    ``matching``).
    """

    scope_object: ClassVar[str] = "import"
    scope_owner: ClassVar[None] = None

    class State(models.TextChoices):
        MATCHING = "matching"  # looked at; waits for the columns to be confirmed
        CHECKING = "checking"  # the dry run is under way
        CHECKED = "checked"  # waits for the person's word
        STORING = "storing"
        STORED = "stored"
        UNDOING = "undoing"
        UNDONE = "undone"
        FAILED = "failed"

    class Changed(models.TextChoices):
        REPLACE = "replace"
        ADD = "add"

    file = models.ForeignKey(LandedFile, on_delete=models.PROTECT, related_name="+")
    batch = models.OneToOneField(Batch, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)
    kind = models.CharField(max_length=20)
    source_code = models.CharField(max_length=40)
    shape = models.CharField(max_length=64, default="", db_index=True)
    is_matched_anew = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.MATCHING)
    is_history = models.BooleanField(default=True)
    currency = models.CharField(max_length=3)
    profile = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    changed = models.CharField(max_length=7, choices=Changed.choices, null=True)
    dry_run = models.JSONField(default=dict)
    report = models.JSONField(default=dict)
    reason = models.JSONField(null=True)
    job_id = models.BigIntegerField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    stored_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["-created_at"], name="import_newest"),)

    @property
    def is_readable(self) -> bool:
        """Whether the file could be opened at all."""
        return bool(self.profile)
