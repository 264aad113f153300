"""A moment of an SQLite database, held while others go on writing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from zhiji.operations.backup import digests
from zhiji.operations.backup.errors import BackupDamaged

FILE = "database.db"
WAIT_SECONDS = 60


def _open(path: Path, mode: str = "rw") -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None,
                           timeout=WAIT_SECONDS)  # fmt: skip


def database_copy(source: Path, target: Path) -> None:
    """One moment of a live database as a single file, mode 0600. Writers are not held up."""
    target.touch(mode=0o600, exist_ok=False)
    with closing(_open(source)) as live:
        _copy(live, target)


def _copy(live: sqlite3.Connection, target: Path) -> None:
    with closing(sqlite3.connect(target, isolation_level=None)) as kept:
        live.backup(kept)
        # One file, without a log beside it: the live settings come back when it is next served.
        kept.execute("PRAGMA journal_mode=DELETE")


class Held:
    """The database as it was at one moment; valid until the block of ``held`` ends."""

    engine = "sqlite"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        return list(self._connection.execute(sql).fetchall())

    def names(self) -> list[str]:
        return [row[0] for row in self.query("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]

    def tables(self) -> dict[str, dict[str, Any]]:
        return tables_of(self._connection)

    def save(self, folder: Path) -> Path:
        target = folder / FILE
        target.touch(mode=0o600, exist_ok=False)
        _copy(self._connection, target)
        return target


@contextmanager
def held(path: Path, frozen: Callable[[], None]) -> Iterator[Held]:
    """Hold one moment. ``frozen`` runs at that very moment, while nobody can commit; it must be quick."""
    with closing(_open(path)) as gate, closing(_open(path)) as reader:
        gate.execute("BEGIN IMMEDIATE")
        try:
            frozen()
            reader.execute("BEGIN")
            reader.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        finally:
            gate.execute("ROLLBACK")
        yield Held(reader)
        reader.execute("ROLLBACK")


def tables_of(connection: sqlite3.Connection) -> dict[str, dict[str, Any]]:
    """Rows and digest of every table that holds something of its own (a virtual one shows what its shadows hold)."""
    found = {}
    listed = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    for name, sql in listed:
        if (sql or "").lstrip().upper().startswith("CREATE VIRTUAL"):
            continue
        columns = connection.execute(f'PRAGMA table_info("{name}")').fetchall()
        keys = [f'"{column[1]}"' for column in sorted(columns, key=lambda column: column[5]) if column[5]]
        order = ", ".join(keys) or "rowid"
        rows = connection.execute(f'SELECT * FROM "{name}" ORDER BY {order}')  # noqa: S608 - its own table names
        found[name] = digests.of_rows([column[1] for column in columns], rows)
    return found


def checked(path: Path) -> dict[str, dict[str, Any]]:
    """The tables of a database file after SQLite itself has found it whole. Raises BackupDamaged."""
    try:
        with closing(_open(path, "ro")) as connection:
            said = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if said != "ok":
                raise BackupDamaged(part=FILE, detail=said)
            return tables_of(connection)
    except sqlite3.DatabaseError as error:
        raise BackupDamaged(part=FILE, detail=str(error)) from error
