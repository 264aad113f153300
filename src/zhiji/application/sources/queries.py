"""Reads of sources, through the scope of the asking user."""

from __future__ import annotations

from datetime import timedelta
from importlib.util import find_spec
from typing import Any

from django.db.models import Prefetch, QuerySet

from zhiji.application.sources.models import Connection, Run, Stream
from zhiji.data.sources.rest.presets import Preset, presets
from zhiji.data.sources.sql.model import DIALECTS
from zhiji.kernel import clock
from zhiji.platform.models import User
from zhiji.platform.scope import get_scoped, scope

__all__ = [
    "Connection", "Run", "Stream", "connection_get", "connections", "dialects", "health", "preset_list", "runs",
    "stream_get",
]  # fmt: skip
# A stream is late once it has missed its time so often.
_MISSED = 3
_GRACE = timedelta(minutes=5)


def connections(user: User) -> QuerySet[Connection]:
    """Oldest first, each with its streams."""
    streams = Stream.objects.order_by("pk")
    return scope(user, Connection).prefetch_related(Prefetch("streams", queryset=streams)).order_by("pk")


def connection_get(user: User, pk: int, action: str = "read") -> Connection:
    return get_scoped(user, Connection, pk, action)


def stream_get(user: User, pk: int, action: str = "read") -> Stream:
    return get_scoped(user, Stream, pk, action)


def runs(stream: Stream) -> QuerySet[Run]:
    """Newest first."""
    return Run.objects.filter(stream=stream).order_by("-pk")


def health(stream: Stream) -> str:
    """``stopped``, ``paused``, ``troubled`` (it is tried again), ``new`` (nothing came yet), ``late`` or ``healthy``.

    Late is who was due and has not been seen: the worker is away, or does not get round to it.
    """
    if stream.state != Stream.State.RUNNING:
        return str(stream.state)
    if stream.trouble:
        return "troubled"
    if stream.seen_at is None:
        return "new"
    allowed = timedelta(minutes=stream.every_minutes) * _MISSED + _GRACE
    return "late" if clock.now() - stream.seen_at > allowed else "healthy"


def dialects() -> list[dict[str, Any]]:
    """Databases that can be reached, each with its usual port and whether its driver is there."""
    return [
        {"name": name, "port": port, "is_there": find_spec(module) is not None}
        for name, (_, module, port) in DIALECTS.items()
    ]


def preset_list() -> list[Preset]:
    """Ready configurations, by name."""
    return sorted(presets().values(), key=lambda preset: preset.en.casefold())
