"""Databases as a kind of source."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from zhiji.application.sources import secret
from zhiji.application.sources.drift import expect_columns
from zhiji.application.sources.models import Connection, Run, Stream
from zhiji.application.sources.systems import Brought, Offered
from zhiji.data.sources import sql
from zhiji.data.sources.sql import Database, Position, Table
from zhiji.kernel import Reason
from zhiji.platform.jobs import Task


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

    def position(self, connection: Connection, definition: dict[str, Any], value: str) -> dict[str, Any]:
        with sql.opened(_of(connection), seconds=60) as engine:
            return sql.position_of(engine, _table(definition), definition["cursor"], value).to_json()

    def pull(self, stream: Stream, run: Run, out: Path, task: Task) -> Brought | None:
        definition = stream.definition
        whole_by = stream.mapping.get("order_number", "") if stream.kind == "orders" and definition["cursor"] else ""
        with task.held(), sql.opened(_of(stream.connection)) as engine:
            now = {column.name: column.family for column in sql.columns(engine, _table(definition))}
            expect_columns(stream, now)
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
        return Brought(found.path, found.rows, until, found.is_last, columns=now, notes=notes)


def _table(definition: dict[str, Any]) -> Table:
    return Table(definition["table"], definition["table_schema"])


def _of(connection: Connection) -> Database:
    return _database(connection.settings, secret.opened(connection))


def _database(settings: dict[str, Any], secrets: dict[str, str]) -> Database:
    return Database(**settings, password=secrets.get("password", ""))
