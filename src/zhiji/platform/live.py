"""Telling browsers what changed: rows of ``LiveEvent``, streamed by the server, polled beyond its capacity."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from zhiji.kernel import clock
from zhiji.platform.models import LiveEvent

KEPT = timedelta(hours=1)


def publish(topic: str, *, user_id: int | None = None, **payload: Any) -> None:
    """Write one event; it becomes visible with the caller's commit, so nobody hears of what was rolled back."""
    LiveEvent.objects.create(at=clock.now(), topic=topic, payload=payload, user_id=user_id)


def prune() -> None:
    LiveEvent.objects.filter(at__lt=clock.now() - KEPT).delete()
