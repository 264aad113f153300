"""Is it alive (the process), is it ready (database, schema, queue, disk)."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

from zhiji.kernel import clock
from zhiji.platform import problems
from zhiji.platform.models import Job, LiveEvent

LEAST_FREE_BYTES = 200 * 1024 * 1024
WRITE_EVERY_SECONDS = 5.0


def livez(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """503 with the failing checks by name; the queue's age is told, not judged: a long import is no fault."""
    checks: dict[str, bool] = {"disk": shutil.disk_usage(settings.WORKSPACE.root).free > LEAST_FREE_BYTES}
    waiting = None
    try:
        executor = MigrationExecutor(connection)
        checks["schema"] = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        now = clock.now()
        oldest = Job.objects.filter(state=Job.State.QUEUED, not_before__lte=now).order_by("not_before").first()
        waiting = (now - oldest.not_before).total_seconds() if oldest else 0
        checks["database"] = _takes_writes()
    except (*problems.DATABASE_FAULTS, DatabaseError):
        checks["database"] = False
    ready = all(checks.values())
    body = {"status": "ok" if ready else "unavailable", "checks": checks, "oldest_job_seconds": waiting}
    return JsonResponse(body, status=200 if ready else 503)


_seen: dict[str, tuple[float, bool]] = {}


def _takes_writes() -> bool:
    """A write that is taken back. Anybody may ask whether we are ready, so it is tried every few seconds at most."""
    name = str(connection.settings_dict["NAME"])
    tried, found = _seen.get(name, (0.0, False))
    if not found or time.monotonic() - tried > WRITE_EVERY_SECONDS:
        _seen[name] = (time.monotonic(), _try_write())
    return _seen[name][1]


def _try_write() -> bool:
    try:
        with _patience(), transaction.atomic():
            LiveEvent.objects.create(at=clock.now(), topic="ready", payload={})
            transaction.set_rollback(True)
    except OperationalError as error:
        # Another writer is at it: so writes are taken.
        return problems.waited_too_long(error)
    except DatabaseError:
        return False
    return True


@contextmanager
def _patience() -> Iterator[None]:
    """Whoever asks whether we are ready gives up long before a request would."""
    if connection.vendor != "sqlite":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '1s'")
            yield
        return
    connection.ensure_connection()
    connection.connection.execute("PRAGMA busy_timeout = 1000")
    try:
        yield
    finally:
        seconds = float(connection.settings_dict["OPTIONS"].get("timeout", 5))
        connection.connection.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
