"""A copy of the database alone, made before its schema is changed, and the way back to it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from zhiji.kernel import clock
from zhiji.operations.backup import postgres
from zhiji.operations.backup.errors import BackupNotWritten
from zhiji.operations.backup.sqlite import database_copy
from zhiji.platform.workspace import Workspace

KEPT = 5
_PREFIX = "before-migration-"


def copy_before_migration(place: Workspace, database_url: str) -> Path:
    """One moment of the workspace's database in its folder of backups; the oldest beyond ``KEPT`` go.

    Raises BackupNotWritten (disk full, no permission), on PostgreSQL BackupToolMissing and BackupToolFailed; then
    nothing of it stays.
    """
    ending = "dump" if database_url else "db"
    target = place.backups / f"{_PREFIX}{clock.now():%Y%m%dT%H%M%S%f}.{ending}"
    try:
        if database_url:
            postgres.dump_whole(database_url, target)
        else:
            database_copy(place.database, target)
    except (OSError, sqlite3.Error) as error:
        target.unlink(missing_ok=True)
        raise BackupNotWritten(path=str(target), detail=str(error), where={"path": str(target)}) from error
    for old in sorted(place.backups.glob(f"{_PREFIX}*"))[:-KEPT]:
        old.unlink()
    return target


def copy_put_back(place: Workspace, database_url: str, copy: Path) -> None:
    """The database as the copy has it. Nobody else may be connected to it."""
    if database_url:
        postgres.drop_aside(database_url, postgres.lay_out(copy, database_url, replace=True))
        return
    with closing(sqlite3.connect(copy)) as kept, closing(sqlite3.connect(place.database)) as broken:
        kept.backup(broken)
