"""A moment of a PostgreSQL database, by its own tools: ``pg_dump`` in custom format, ``pg_restore``, ``psql``.

``url`` is of ``platform.database.database_url`` throughout: it says which schema is the workspace's.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql as pg

from zhiji.kernel import clock
from zhiji.operations.backup import digests
from zhiji.operations.backup.errors import BackupDamaged, BackupToolFailed, BackupToolMissing, RestoreTargetTaken
from zhiji.platform.database import in_database, schema_of, without_password
from zhiji.platform.durable import sync_tree

FILE = "database.dump"
PACKAGE = "postgresql-client"
_TOOLS = ("pg_dump", "pg_restore", "psql")
_MADE = re.compile(r"^CREATE SCHEMA ([a-z_][a-z0-9_]*);$", re.MULTILINE)
_PRIMARY_KEY = """
    SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
    WHERE i.indrelid = %s::regclass AND i.indisprimary ORDER BY array_position(i.indkey::int[], a.attnum::int)
"""


def _run(tool: str, *words: str, url: str = "") -> None:
    path = shutil.which(tool)
    if path is None:
        raise BackupToolMissing(tool=tool, package=PACKAGE)
    environment = dict(os.environ)
    if url:
        url, password = without_password(url)
        words = (f"--dbname={url}", *words)
        if password:
            environment["PGPASSWORD"] = password
    line = [path, *words]
    done = subprocess.run(line, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - a fixed tool
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
        return _names(self._connection, schema_of(self._url))

    def tables(self) -> dict[str, dict[str, Any]]:
        return tables_of(self._connection, schema_of(self._url))

    def save(self, folder: Path) -> Path:
        target = folder / FILE
        _dump(self._url, target, f"--snapshot={self._snapshot}")
        return target


def _dump(url: str, target: Path, *more: str) -> None:
    where = (f"--schema={schema_of(url)}", f"--file={target}")
    _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", *where, *more, url=url)


def dump_whole(url: str, target: Path) -> None:
    """The schema as it is now into one durable file that was read through; nothing stays of one that failed.

    Raises BackupToolMissing, BackupToolFailed.
    """
    target.touch(mode=0o600, exist_ok=False)
    try:
        check_tools()
        _dump(url, target)
        _run("pg_restore", "--file=/dev/null", str(target))
        sync_tree(target.parent)
    except BaseException:
        target.unlink()
        raise


def check_tools() -> None:
    for tool in _TOOLS:
        if shutil.which(tool) is None:
            raise BackupToolMissing(tool=tool, package=PACKAGE)


@contextmanager
def held(url: str, frozen: Callable[[], None]) -> Iterator[Held]:
    """Hold one moment. ``frozen`` runs at that very moment, while no import and no job can change its state."""
    check_tools()
    with psycopg.connect(url) as gate, psycopg.connect(url) as reader:
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        there = [name for name in ("imports_import", "platform_job") if name in _names(gate, schema_of(url))]
        for name in there:
            gate.execute(pg.SQL("LOCK TABLE {} IN SHARE MODE").format(pg.Identifier(name)))
        frozen()
        snapshot = reader.execute("SELECT pg_export_snapshot()").fetchone()
        gate.rollback()
        yield Held(reader, url, snapshot[0] if snapshot else "")
        reader.rollback()


def _names(connection: psycopg.Connection[Any], schema: str) -> list[str]:
    rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [schema]).fetchall()
    return [row[0] for row in rows]


def tables_of(connection: psycopg.Connection[Any], schema: str) -> dict[str, dict[str, Any]]:
    """Rows and digest of every table, in the order of its primary key (without one: of all columns as text)."""
    found = {}
    for name in _names(connection, schema):
        rows = connection.execute(_PRIMARY_KEY, [f'"{schema}"."{name}"']).fetchall()
        keys = [row[0] for row in rows]
        table = pg.Identifier(schema, name)
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
    scratch = in_database(url, name)
    with psycopg.connect(url, autocommit=True) as server:
        may = server.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
        if not may or not may[0]:
            return None
        server.execute(pg.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(pg.Identifier(name)))
        try:
            lay_out(dump, scratch, replace=True)
            with psycopg.connect(scratch) as connection:
                return tables_of(connection, schema_of(url))
        finally:
            server.execute(pg.SQL("DROP DATABASE {} WITH (FORCE)").format(pg.Identifier(name)))


def is_empty(url: str) -> bool:
    with psycopg.connect(url) as connection:
        return not _names(connection, schema_of(url))


def set_aside(url: str) -> str:
    """Give the schema that is there another name, so that its workspace may begin anew; that name, or empty."""
    schema, before = schema_of(url), _name_before()
    with psycopg.connect(url) as connection:
        if not _names(connection, schema):
            return ""
        connection.execute(pg.SQL("ALTER SCHEMA {} RENAME TO {}").format(pg.Identifier(schema), pg.Identifier(before)))
        connection.execute(pg.SQL("CREATE SCHEMA {}").format(pg.Identifier(schema)))
    return before


def drop_aside(url: str, before: str) -> None:
    """Drop for good what ``lay_out`` set aside."""
    with psycopg.connect(url) as connection:
        connection.execute(pg.SQL("DROP SCHEMA {} CASCADE").format(pg.Identifier(before)))


def _name_before() -> str:
    return f"zhiji_before_{clock.now():%Y%m%dt%H%M%S%f}"


def lay_out(dump: Path, url: str, *, replace: bool) -> str:
    """The dump into the database, in one transaction: all or nothing. The tables that were there move, with their
    schema, to ``zhiji_before_<time>``, whose name is returned. Raises RestoreTargetTaken, BackupToolFailed."""
    if not replace and not is_empty(url):
        raise RestoreTargetTaken(name=urlsplit(url).path.lstrip("/"))
    schema = schema_of(url)
    before = _name_before()
    kept = f"{before}_kept"
    script = dump.with_name(f"restore-{secrets.token_hex(4)}.sql")
    try:
        _run("pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(dump))
        text = script.read_text(encoding="utf-8")
        made = _MADE.search(text)
        came = made[1] if made else schema
        text = text.replace(f"CREATE SCHEMA {came};", f"CREATE SCHEMA IF NOT EXISTS {came};")
        script.write_text(text, encoding="utf-8")
        first = [f"CREATE SCHEMA IF NOT EXISTS {schema}", f"ALTER SCHEMA {schema} RENAME TO {before}"]
        last = []
        if came != schema:
            # A backup of another workspace: its tables come under their own schema's name, which may be taken here.
            first += [f"CREATE SCHEMA IF NOT EXISTS {came}", f"ALTER SCHEMA {came} RENAME TO {kept}"]
            last = [f"ALTER SCHEMA {came} RENAME TO {schema}", f"ALTER SCHEMA {kept} RENAME TO {came}"]
        first.append(f"CREATE SCHEMA {came}")
        _run("psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1",
             *(f"--command={each}" for each in first), f"--file={script}",
             *(f"--command={each}" for each in last), url=url)  # fmt: skip
    finally:
        script.unlink(missing_ok=True)
    return before
