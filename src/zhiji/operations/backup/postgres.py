"""A moment of a PostgreSQL database, by its own tools: ``pg_dump`` in custom format, ``pg_restore``, ``psql``."""

from __future__ import annotations

import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql as pg

from zhiji.kernel import clock
from zhiji.operations.backup import digests
from zhiji.operations.backup.errors import BackupDamaged, BackupToolFailed, BackupToolMissing, RestoreTargetTaken

FILE = "database.dump"
PACKAGE = "postgresql-client"
_SCHEMA = "public"
_PRIMARY_KEY = """
    SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
    WHERE i.indrelid = %s::regclass AND i.indisprimary ORDER BY array_position(i.indkey::int[], a.attnum::int)
"""


def _run(tool: str, *words: str) -> None:
    path = shutil.which(tool)
    if path is None:
        raise BackupToolMissing(tool=tool, package=PACKAGE)
    done = subprocess.run([path, *words], capture_output=True, text=True, check=False)  # noqa: S603 - a fixed tool
    if done.returncode != 0:
        raise BackupToolFailed(tool=tool, detail=done.stderr.strip()[-300:])


class Held:
    """The database as it was at one moment; valid until the block of ``held`` ends."""

    engine = "postgresql"

    def __init__(self, connection: psycopg.Connection[Any], url: str, snapshot: str) -> None:
        self._connection, self._url, self._snapshot = connection, url, snapshot

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        return list(self._connection.execute(pg.SQL(sql)).fetchall())

    def names(self) -> list[str]:
        return _names(self._connection)

    def tables(self) -> dict[str, dict[str, Any]]:
        return tables_of(self._connection)

    def save(self, folder: Path) -> Path:
        target = folder / FILE
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--schema={_SCHEMA}",
             f"--snapshot={self._snapshot}", f"--file={target}", f"--dbname={self._url}")  # fmt: skip
        return target


@contextmanager
def held(url: str, frozen: Callable[[], None]) -> Iterator[Held]:
    """Hold one moment. ``frozen`` runs at that very moment, while no import and no job can change its state."""
    for tool in ("pg_dump", "pg_restore", "psql"):
        if shutil.which(tool) is None:
            raise BackupToolMissing(tool=tool, package=PACKAGE)
    with psycopg.connect(url) as gate, psycopg.connect(url) as reader:
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        there = [name for name in ("imports_import", "platform_job") if name in _names(gate)]
        for name in there:
            gate.execute(pg.SQL("LOCK TABLE {} IN SHARE MODE").format(pg.Identifier(name)))
        frozen()
        snapshot = reader.execute("SELECT pg_export_snapshot()").fetchone()
        gate.rollback()
        yield Held(reader, url, snapshot[0] if snapshot else "")
        reader.rollback()


def _names(connection: psycopg.Connection[Any]) -> list[str]:
    rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [_SCHEMA]).fetchall()
    return [row[0] for row in rows]


def tables_of(connection: psycopg.Connection[Any]) -> dict[str, dict[str, Any]]:
    """Rows and digest of every table, in the order of its primary key (without one: of all columns as text)."""
    found = {}
    for name in _names(connection):
        rows = connection.execute(_PRIMARY_KEY, [f'{_SCHEMA}."{name}"']).fetchall()
        keys = [row[0] for row in rows]
        table = pg.Identifier(_SCHEMA, name)
        order = pg.SQL(", ").join([pg.Identifier(key) for key in keys]) if keys else pg.SQL("t::text")
        with connection.cursor(name=f"digest_{secrets.token_hex(4)}") as cursor:
            cursor.execute(pg.SQL("SELECT * FROM {} t ORDER BY {}").format(table, order))
            columns = [column.name for column in cursor.description or ()]
            found[name] = digests.of_rows(columns, cursor)
    return found


def checked(dump: Path, url: str) -> dict[str, dict[str, Any]] | None:
    """The tables of a dump, restored into a scratch database that is dropped again.

    ``None`` where the user may not create databases: then the dump was only read through. Raises BackupDamaged.
    """
    try:
        _run("pg_restore", "--file=/dev/null", str(dump))
    except BackupToolFailed as error:
        raise BackupDamaged(part=FILE, detail=error.params["detail"]) from error
    name = f"zhiji_verify_{secrets.token_hex(6)}"
    scratch = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    with psycopg.connect(url, autocommit=True) as server:
        may = server.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
        if not may or not may[0]:
            return None
        server.execute(pg.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(pg.Identifier(name)))
        try:
            lay_out(dump, scratch, replace=True)
            with psycopg.connect(scratch) as connection:
                return tables_of(connection)
        finally:
            server.execute(pg.SQL("DROP DATABASE {} WITH (FORCE)").format(pg.Identifier(name)))


def is_empty(url: str) -> bool:
    with psycopg.connect(url) as connection:
        return not _names(connection)


def lay_out(dump: Path, url: str, *, replace: bool) -> str:
    """The dump into the database, in one transaction: all or nothing. The tables that were there move, with their
    schema, to ``zhiji_before_<time>``, whose name is returned. Raises RestoreTargetTaken, BackupToolFailed."""
    if not replace and not is_empty(url):
        raise RestoreTargetTaken(name=urlsplit(url).path.lstrip("/"))
    before = f"zhiji_before_{clock.now():%Y%m%dt%H%M%S%f}"
    script = dump.with_name(f"restore-{secrets.token_hex(4)}.sql")
    try:
        _run("pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(dump))
        text = f'ALTER SCHEMA {_SCHEMA} RENAME TO "{before}"'
        make = f"CREATE SCHEMA IF NOT EXISTS {_SCHEMA}"
        body = script.read_text(encoding="utf-8").replace(f"CREATE SCHEMA {_SCHEMA};", f"{make};")
        script.write_text(body, encoding="utf-8")
        _run("psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", f"--dbname={url}",
             f"--command={text}", f"--command={make}", f"--file={script}")  # fmt: skip
    finally:
        script.unlink(missing_ok=True)
    return before
