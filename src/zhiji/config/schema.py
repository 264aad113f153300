"""Bringing a workspace's schema up to date: a copy first, all or nothing, never backwards."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import structlog
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from zhiji.kernel import CodedError, clock
from zhiji.operations.backup import database_copy
from zhiji.platform.workspace import Workspace, workspace

log = structlog.get_logger(__name__)
COPIES_KEPT = 5


class SchemaNewer(CodedError):
    code = "schema_newer"
    status = 503


class MigrationFailed(CodedError):
    code = "migration_failed"
    status = 503


def prepare() -> dict[str, Any]:
    """Folders, keys, schema. Returns ``workspace, migrated`` (number of steps) and ``copy`` (path, or empty).

    Errors: SchemaNewer (nothing was touched), MigrationFailed (the copy was put back).
    """
    place = workspace()
    _ = place.secret_key, place.model_key, place.audit_key, place.answer_key
    with _alone(place):
        executor = MigrationExecutor(connection)
        applied = set(executor.loader.applied_migrations)
        if unknown := sorted(f"{app}.{name}" for app, name in applied - set(executor.loader.disk_migrations)):
            raise SchemaNewer(names=", ".join(unknown[:5]))
        steps = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        copy = _copy(place) if steps and applied else None
        if steps:
            _migrate(place, copy)
    connection.close()
    return {"workspace": place.name, "migrated": steps, "copy": str(copy or "")}


@contextmanager
def _alone(place: Workspace) -> Iterator[None]:
    """Two starters at once: the second waits, and then finds nothing left to do."""
    handle = os.open(place.database.with_name("prepare.lock"), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _migrate(place: Workspace, copy: Path | None) -> None:
    try:
        call_command("migrate", verbosity=0, interactive=False)
    except Exception as error:
        log.exception("migration_failed")
        connection.close()
        if copy is not None:
            with closing(sqlite3.connect(copy)) as kept, closing(sqlite3.connect(place.database)) as broken:
                kept.backup(broken)
        raise MigrationFailed(detail=f"{type(error).__name__}: {error}"[:300], copy=str(copy or "")) from error


def _copy(place: Workspace) -> Path | None:
    """The database as it was, beside it; PostgreSQL keeps its own backups and changes a schema in transactions."""
    if connection.vendor != "sqlite":
        return None
    target = place.backups / f"before-migration-{clock.now():%Y%m%dT%H%M%S%f}.db"
    database_copy(place.database, target)
    for old in sorted(place.backups.glob("before-migration-*.db"))[:-COPIES_KEPT]:
        old.unlink()
    return target
