"""What the worker does by the clock: nightly jobs, folders that are watched, and forgetting what has expired.

A capability's ``jobs.py`` may have ``NIGHTLY``, kinds of jobs that are queued once a night without parameters, and
``POLLED``, functions that are called every half minute. Both must be quick and safe to call twice.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, time, timedelta

import structlog
from django.contrib.sessions.models import Session
from django.db import connection

from zhiji.config import discovery
from zhiji.kernel import clock
from zhiji.platform import company, idempotency, jobs, live
from zhiji.platform.models import Job

log = structlog.get_logger(__name__)
NIGHT_AT = time(3, 0)
TICK_SECONDS = 30.0
PRUNE_EVERY = timedelta(minutes=10)


def last_night(now: datetime) -> datetime:
    """The latest 03:00 of the company's clock that is not in the future."""
    there = now.astimezone(company.zone())
    at = there.replace(hour=NIGHT_AT.hour, minute=NIGHT_AT.minute, second=0, microsecond=0)
    return at if at <= there else at - timedelta(days=1)


def nightly(now: datetime) -> list[str]:
    """Queue each nightly job that was not queued since the last 03:00; a laptop that slept does it on waking."""
    since, queued = last_night(now), []
    for module in discovery.parts("jobs"):
        for kind in getattr(module, "NIGHTLY", ()):
            if not Job.objects.filter(kind=kind, created_at__gte=since).exists():
                jobs.enqueue(kind, unique_key=kind)
                queued.append(kind)
    return queued


def prune() -> None:
    live.prune()
    idempotency.prune()
    Session.objects.filter(expire_date__lt=clock.now()).delete()


def _each(functions: list[Callable[[], object]]) -> None:
    for function in functions:
        try:
            function()
        except Exception:
            log.exception("scheduled_work_broke", work=getattr(function, "__qualname__", "?"))


def run(stopped: threading.Event) -> None:
    """The scheduler's loop, in a thread of the worker."""
    polled = [function for module in discovery.parts("jobs") for function in getattr(module, "POLLED", ())]
    pruned_at: datetime | None = None
    while not stopped.is_set():
        now = clock.now()
        due: list[Callable[[], object]] = [*polled, lambda now=now: nightly(now)]  # type: ignore[misc]
        if pruned_at is None or now - pruned_at > PRUNE_EVERY:
            due.append(prune)
            pruned_at = now
        _each(due)
        connection.close()
        stopped.wait(TICK_SECONDS)
