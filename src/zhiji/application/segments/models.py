"""What a refresh found of segments, and the segments that people define."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models


class SegmentRun(models.Model):
    """One segmentation of all customers as of a day. The newest is shown; labels stand on the customers' list rows.

    ``rfm``: edges, totals, the segments' counts, the 25 cells of the map, the fewest customers who carry half of the
    spend (see ``refreshing``). ``groups``: kind (natural_segments | practical_bands), evidence, reasons, what sets each
    apart. ``afterwards``: spend of each segment in the window after an earlier day, out of time, see
    ``algorithms.segmentation.spend_afterwards``. All codes and figures, no words. ``run``: the refresh that made it; a
    refresh that is taken up again after a kill writes it anew instead of a second one.
    """

    scope_object: ClassVar[str] = "segment"
    scope_owner: ClassVar[None] = None

    as_of = models.DateField()
    rfm = models.JSONField(default=dict)
    groups = models.JSONField(default=dict)
    afterwards = models.JSONField(default=dict)
    path = models.CharField(max_length=300, blank=True)
    run = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["run"], condition=~models.Q(run=""), name="segmented_once_a_run"),
        )


class Segment(models.Model):
    """A segment by rule: an AND/OR tree over the fields of the customer list; its members are always those of now.

    Seen by its owner, and by everybody who may read segments where it ``is_shared`` or its owner is gone.
    """

    scope_object: ClassVar[str] = "segment"
    scope_owner: ClassVar[str] = "owner"

    name = models.CharField(max_length=100)
    definition = models.JSONField()
    is_shared = models.BooleanField(default=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
