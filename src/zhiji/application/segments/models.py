"""What a refresh found of segments, and the segments that people define."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models


class SegmentRun(models.Model):
    """One segmentation of all customers as of a day. The newest is shown; labels stand on the customers' list rows.

    ``rfm``: edges and counts. ``groups``: kind (natural_segments | practical_bands), evidence, reasons, what sets each
    apart. ``afterwards``: spend of each segment in the window after an earlier day, out of time, see
    ``algorithms.segmentation.spend_afterwards``. All codes and figures, no words.
    """

    scope_object: ClassVar[str] = "segment"
    scope_owner: ClassVar[None] = None

    as_of = models.DateField()
    rfm = models.JSONField(default=dict)
    groups = models.JSONField(default=dict)
    afterwards = models.JSONField(default=dict)
    path = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)


class Segment(models.Model):
    """A segment by rule: an AND/OR tree over the fields of the customer list; its members are always those of now."""

    scope_object: ClassVar[str] = "segment"
    scope_owner: ClassVar[str] = "owner"

    name = models.CharField(max_length=100)
    definition = models.JSONField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
