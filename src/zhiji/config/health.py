"""Is it alive (the process), is it ready (database, schema, queue, disk)."""

from __future__ import annotations

import shutil

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

from zhiji.kernel import clock
from zhiji.platform.models import Job

LEAST_FREE_BYTES = 200 * 1024 * 1024


def livez(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """503 with the failing checks by name; the queue's age is told, not judged: a long import is no fault."""
    checks: dict[str, bool] = {"disk": shutil.disk_usage(settings.WORKSPACE.root).free > LEAST_FREE_BYTES}
    waiting = None
    try:
        executor = MigrationExecutor(connection)
        checks["schema"] = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        oldest = Job.objects.filter(state=Job.State.QUEUED).order_by("created_at").first()
        waiting = (clock.now() - oldest.created_at).total_seconds() if oldest else 0
        checks["database"] = True
    except DatabaseError:
        checks["database"] = False
    ready = all(checks.values())
    body = {"status": "ok" if ready else "unavailable", "checks": checks, "oldest_job_seconds": waiting}
    return JsonResponse(body, status=200 if ready else 503)
