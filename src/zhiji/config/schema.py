"""Bringing a workspace's schema up to date: a copy first, all or nothing, never backwards."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from zhiji.kernel import CodedError
from zhiji.operations.backup import copy_before_migration, copy_put_back
from zhiji.platform.database import database_url, schema_of
from zhiji.platform.workspace import Workspace, workspace

log = structlog.get_logger(__name__)


class SchemaNewer(CodedError):
    code = "schema_newer"
    status = 503


class MigrationFailed(CodedError):
    code = "migration_failed"
    status = 503


def prepare() -> dict[str, Any]:
    """Folders, keys, schema. Returns ``workspace, migrated`` (number of steps) and ``copy`` (path, or empty).

    Errors: SchemaNewer (nothing was touched), MigrationFailed (the copy was put back), and those of
    ``copy_before_migration``: without a copy the schema is not changed.
    """
    place = workspace()
    _ = place.secret_key, place.model_key, place.audit_key, place.answer_key, place.factor_key, place.mail_key
    _ = place.source_key
    with _alone(place):
        _make_schema()
        executor = MigrationExecutor(connection)
        applied = set(executor.loader.applied_migrations)
        if unknown := sorted(f"{app}.{name}" for app, name in applied - set(executor.loader.disk_migrations)):
            raise SchemaNewer(names=unknown[:5])
        steps = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        copy = copy_before_migration(place, database_url()) if steps and applied else None
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
            copy_put_back(place, database_url(), copy)
        raise MigrationFailed(detail=f"{type(error).__name__}: {error}"[:300], copy=str(copy or "")) from error


def _make_schema() -> None:
    """The PostgreSQL schema of a workspace that has one of its own; looked for first, as making it needs a right."""
    if connection.vendor != "postgresql":
        return
    schema = schema_of(database_url())
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema])
        if cursor.fetchone() is None:
            cursor.execute(f'CREATE SCHEMA "{schema}"')
