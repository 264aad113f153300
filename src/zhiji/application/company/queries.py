"""Reads of the company's pages, always through the scope of the asking user."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from zhiji.data.landing.models import Batch
from zhiji.platform.models import AuditEntry, Job, LiveEvent, SavedView, User
from zhiji.platform.permissions import OBJECTS, Reach, reach
from zhiji.platform.scope import scope

# What a topic of live events is about, where the topic is not itself an object of the permission table.
OBJECT_OF_TOPIC = {
    "refresh": "prediction", "score": "prediction", "ledger": "prediction", "demo": "job", "customers": "customer",
}  # fmt: skip
MOST_EVENTS = 500


def has_imports() -> bool:
    """Is anything stored whose days and sums rest on the company's zone and currency?"""
    return Batch.objects.exclude(state=Batch.State.WITHDRAWN).exists()


def audit_page(asking: User, *, after: int = 0, limit: int, **filters: Any) -> QuerySet[AuditEntry]:
    """Newest first. filters: ``action, object_kind, object_id, actor_id``; empty ones do not count."""
    rows = scope(asking, AuditEntry).filter(**{key: value for key, value in filters.items() if value})
    return (rows.filter(pk__lt=after) if after else rows).order_by("-pk")[:limit]


def job_page(asking: User, *, after: int = 0, limit: int, **filters: Any) -> QuerySet[Job]:
    """Newest first. filters: ``state, kind``."""
    rows = scope(asking, Job).filter(**{key: value for key, value in filters.items() if value})
    return (rows.filter(pk__lt=after) if after else rows).order_by("-pk")[:limit]


def view_list(asking: User, place: str) -> QuerySet[SavedView]:
    """One's own views and those that others share; nobody, not even an administrator, lists private ones of others."""
    if reach(asking, "view", "read") == Reach.NONE:
        return SavedView.objects.none()
    rows = SavedView.objects.filter(Q(owner=asking) | Q(is_shared=True))
    return (rows.filter(place=place) if place else rows).order_by("place", "name", "pk")[:MOST_EVENTS]


class Audience:
    """What one listener may hear, worked out once, so that a stream needs no database afterwards.

    An event for one user is for that user. Others are heard by whoever may read what the topic is about; who may read
    only a part of it hears that something happened, without the payload, and asks again through ``scope``.
    """

    def __init__(self, user: User) -> None:
        self.user_id = user.pk
        self._is_token = hasattr(user, "token_scopes")
        self._reach = {kind: reach(user, kind, "read") for kind in OBJECTS}

    def hears(self, event: LiveEvent) -> dict[str, Any] | None:
        """The payload for this listener, or ``None`` for silence."""
        far = self._reach.get(OBJECT_OF_TOPIC.get(event.topic, event.topic), Reach.NONE)
        if event.user_id is not None:
            mine = event.user_id == self.user_id and (far > Reach.NONE or not self._is_token)
            return dict(event.payload) if mine else None
        if far == Reach.NONE:
            return None
        return dict(event.payload) if far == Reach.ALL else {}


def events_after(after: int, limit: int = MOST_EVENTS) -> list[LiveEvent]:
    return list(LiveEvent.objects.filter(pk__gt=after).order_by("pk")[:limit])


def last_event_id() -> int:
    return LiveEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
