"""What can be done with segments."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from zhiji.application.segments import queries
from zhiji.application.segments.errors import SegmentsFull, SegmentTooLarge
from zhiji.application.segments.labelling import labels_renew
from zhiji.application.segments.models import Segment
from zhiji.application.segments.refreshing import is_anything_shown, segments_clear, segments_refresh
from zhiji.platform import audit, live
from zhiji.platform.models import User
from zhiji.platform.scope import require

__all__ = [
    "is_anything_shown", "labels_renew", "segment_create", "segment_delete", "segment_update", "segments_clear",
    "segments_refresh",
]  # fmt: skip
# The customer list takes 20,000 characters; what is left serves further filters on the members.
MOST_CHARACTERS = 18_000
MOST_OWN = 200


def _check(user: User, definition: dict[str, Any]) -> None:
    """Raises FilterInvalid, FieldUnreadable, SegmentTooLarge."""
    size = len(queries.filter_text(definition))
    if size > MOST_CHARACTERS:
        raise SegmentTooLarge(size=size, most=MOST_CHARACTERS, where={"field": "definition"})
    queries.asked(user, definition)


def _told(segment: Segment) -> None:
    """A private segment is nobody else's business."""
    live.publish("segment", user_id=None if segment.is_shared else segment.owner_id, id=segment.pk)


@transaction.atomic
def segment_create(*, user: User, name: str, definition: dict[str, Any], is_shared: bool = False) -> Segment:
    require(user, "segment", "write")
    _check(user, definition)
    if Segment.objects.filter(owner=user).count() >= MOST_OWN:
        raise SegmentsFull(most=MOST_OWN)
    segment = Segment.objects.create(name=name, definition=definition, is_shared=is_shared, owner=user)
    audit.record("segment_create", "segment", segment.pk, definition=audit.digest(definition), shared=is_shared)
    _told(segment)
    return segment


@transaction.atomic
def segment_update(*, user: User, segment_id: int, changes: dict[str, Any]) -> Segment:
    """Set any of ``name, definition, is_shared``."""
    segment = queries.segment_get(user, segment_id, "write")
    if "definition" in changes:
        _check(user, changes["definition"])
    before = {name: getattr(segment, name) for name in changes}
    for name, value in changes.items():
        setattr(segment, name, value)
    segment.save(update_fields=[*changes, "updated_at"])
    audit.record("segment_update", "segment", segment.pk, changed=audit.changes(before, changes))
    _told(segment)
    return segment


@transaction.atomic
def segment_delete(*, user: User, segment_id: int) -> None:
    segment = queries.segment_get(user, segment_id, "write")
    audit.record("segment_delete", "segment", segment.pk, definition=audit.digest(segment.definition))
    _told(segment)
    segment.delete()
