"""What each kind of system can do for a stream: show what there is, a sample of it, and what came since a position."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from zhiji.application.sources import secret
from zhiji.application.sources.models import Connection, Run, Stream
from zhiji.data.sources import sql
from zhiji.data.sources.sql import Database, Position, Table
from zhiji.kernel import Reason
from zhiji.platform.jobs import Task


@dataclass(frozen=True)
class Offered:
    """Something that can become a stream. definition: what is sent back to take it."""

    name: str
    is_view: bool
    definition: dict[str, Any]


@dataclass(frozen=True)
class Brought:
    """path: None where nothing came. until: the position once it is stored. columns: name → family, as they are now."""

    path: Path | None
    rows: int
    until: dict[str, Any] | None
    is_last: bool
    columns: dict[str, str] = field(default_factory=dict)
    notes: list[Reason] = field(default_factory=list)


class System(Protocol):
    """One kind of system. All but ``position`` open a connection, and close it again."""

    suffix: str

    def offered(self, settings: dict[str, Any], secrets: dict[str, str]) -> list[Offered]: ...

    def sample(self, connection: Connection, definition: dict[str, Any], out: Path, rows: int) -> dict[str, str]:
        """Write the first rows; name → family of all columns."""
        ...

    def columns(self, connection: Connection, definition: dict[str, Any]) -> dict[str, str]:
        """As they are now; nothing where only the rows themselves can say."""
        ...

    def position(self, connection: Connection, definition: dict[str, Any], value: str) -> dict[str, Any]:
        """Where a back-fill from a value begins."""
        ...

    def pull(self, stream: Stream, run: Run, out: Path, task: Task) -> Brought | None:
        """What came since ``run.since``, in ``out``; None: not all yet, call again."""
        ...


class SqlSystem:
    """Tables and views of a database."""

    suffix = "parquet"

    def offered(self, settings: dict[str, Any], secrets: dict[str, str]) -> list[Offered]:
        with sql.opened(_database(settings, secrets), seconds=60) as engine:
            return [
                Offered(table.name, table.is_view, {"table": table.name, "table_schema": table.schema})
                for table in sql.tables(engine)
            ]

    def sample(self, connection: Connection, definition: dict[str, Any], out: Path, rows: int) -> dict[str, str]:
        with sql.opened(_of(connection), seconds=60) as engine:
            table = _table(definition)
            found = {column.name: column.family for column in sql.columns(engine, table)}
            sql.sample(engine, table, out, rows)
        return found

    def columns(self, connection: Connection, definition: dict[str, Any]) -> dict[str, str]:
        with sql.opened(_of(connection), seconds=60) as engine:
            return {column.name: column.family for column in sql.columns(engine, _table(definition))}

    def position(self, connection: Connection, definition: dict[str, Any], value: str) -> dict[str, Any]:
        with sql.opened(_of(connection), seconds=60) as engine:
            return sql.position_of(engine, _table(definition), definition["cursor"], value).to_json()

    def pull(self, stream: Stream, run: Run, out: Path, task: Task) -> Brought | None:
        definition = stream.definition
        whole_by = stream.mapping.get("order_number", "") if stream.kind == "orders" and definition["cursor"] else ""
        with task.held(), sql.opened(_of(stream.connection)) as engine:
            found = sql.pull(
                engine, _table(definition), out, cursor=definition["cursor"], since=Position.from_json(run.since),
                whole_by=whole_by, overlap=definition["overlap"], mark=f"run {run.pk}",
            )  # fmt: skip
        notes = []
        if found.late:
            notes.append(Reason("source_rows_without_cursor", {"count": found.late, "column": definition["cursor"]}))
        if found.future:
            notes.append(Reason("source_rows_of_the_future", {"count": found.future, "column": definition["cursor"]}))
        until = found.position.to_json() if found.position else None
        return Brought(found.path, found.rows, until, found.is_last, notes=notes)


def _table(definition: dict[str, Any]) -> Table:
    return Table(definition["table"], definition["table_schema"])


def _of(connection: Connection) -> Database:
    return _database(connection.settings, secret.opened(connection))


def _database(settings: dict[str, Any], secrets: dict[str, str]) -> Database:
    return Database(**settings, password=secrets.get("password", ""))


SYSTEMS: dict[str, System] = {Connection.Kind.SQL: SqlSystem()}
