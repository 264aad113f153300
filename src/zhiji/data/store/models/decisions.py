"""What people decided of identities, by the keys of their sources; and of whose word of a field stands."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from zhiji.data.landing.models import Source


class IdentityDecision(models.Model):
    """One act of a person: customers joined, identities parted, or pairs of the review queue answered.

    Nothing of it is ever deleted. An act that was taken back says nothing any more, and what earlier acts say of the
    same pairs counts again. ``customer_ids``: the customers that it concerned, as they were numbered then.
    """

    class Kind(models.TextChoices):
        JOIN = "join"
        PART = "part"
        REVIEW = "review"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    customer_ids = models.JSONField(default=list)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")


class DecidedPair(models.Model):
    """What an act says of two identities, by (source, external id): it holds also after the import that brought one of
    them was undone and the file came again. Of a pair the newest act that stands counts; ``left`` is the smaller key.

    ``LATER`` says nothing of whether they are one customer, only that the pair need not be asked for now.
    """

    class Word(models.TextChoices):
        SAME = "same"
        DIFFERENT = "different"
        LATER = "later"

    # What an identity link holds where nobody has said anything.
    UNSAID: ClassVar[str] = ""

    decision = models.ForeignKey(IdentityDecision, on_delete=models.CASCADE, related_name="pairs")
    left_source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    left_external_id = models.CharField(max_length=200)
    right_source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    right_external_id = models.CharField(max_length=200)
    word = models.CharField(max_length=9, choices=Word.choices)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["decision", "left_source", "left_external_id", "right_source", "right_external_id"],
                name="decided_once",
            ),
        )
        indexes = (
            models.Index(fields=["left_source", "left_external_id"], name="decided_by_left"),
            models.Index(fields=["right_source", "right_external_id"], name="decided_by_right"),
        )


class SurvivorshipRules(models.Model):
    """Which source's word of a field stands where several say something; the newest row holds, earlier ones are kept.

    ``rules``: field → ``{"rule": "newest" | "trusted" | "complete", "sources": [codes, the most trusted first]}``, only
    fields that do not go by the usual rule (``processing.pipelines.field_words``).
    """

    rules = models.JSONField(default=dict)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
