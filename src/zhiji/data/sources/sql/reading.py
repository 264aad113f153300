"""One table as it is read: which rows, in which columns, through dlt, into one Parquet file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from zhiji.data.sources.sql.errors import SqlBroken, SqlColumnMissing, SqlCursorUnfit
from zhiji.data.sources.sql.model import Position, Table
from zhiji.data.sources.sql.positions import before
from zhiji.data.sources.sql.tables import family, reflected, travels_typed
from zhiji.kernel import CodedError

if TYPE_CHECKING:
    import pyarrow as pa
    import sqlalchemy as sa
    from sqlalchemy import Connection, Engine

CHUNK_ROWS = 10_000
_CURSORS = ("number", "text", "instant", "date")


@dataclass(frozen=True)
class Window:
    """Rows with ``low <= cursor <= high``; None is open. The first window also takes rows without a cursor value."""

    low: Position | None
    high: Position | None


@dataclass(frozen=True)
class Reader:
    """One table, how it is read. whole_by: a column whose rows belong together (the number of an order): where one of
    them is in the window, all are read. overlap: how far before a position is read again, in seconds or values."""

    engine: Engine
    table: sa.Table
    cursor: sa.Column[Any] | None
    whole_by: sa.Column[Any] | None
    overlap: int = 0

    def pages(self, conditions: tuple[Any, ...] = (), limit: int | None = None) -> Iterator[pa.Table]:
        """The rows of any of some conditions that exclude each other, through dlt, in chunks; without one, all."""
        import sqlalchemy as sa
        from dlt.common.exceptions import DltException
        from dlt.sources.sql_database import sql_table

        dialect = self.engine.dialect.name
        kept = [column for column in self.table.columns if family(column.type) != "binary"]

        def query(*_: Any) -> Any:
            chosen: Any = sa.select(*(_cell(column, dialect) for column in kept))
            if conditions:
                parts = [chosen.where(condition) for condition in conditions]
                chosen = parts[0] if len(parts) == 1 else sa.union_all(*parts)
            return chosen if limit is None else chosen.limit(limit)

        def adapted(kind: Any) -> Any:
            return kind if travels_typed(kind, dialect) else sa.Text()

        try:
            yield from sql_table(
                self.engine, self.table.name, schema=self.table.schema, metadata=self.table.metadata,
                backend="pyarrow", chunk_size=CHUNK_ROWS, included_columns=[column.name for column in kept],
                reflection_level="full", type_adapter_callback=adapted, query_adapter_callback=query,
            )  # fmt: skip
        except DltException as error:
            raise _unwrapped(error, dialect) from None

    def within(self, window: Window) -> tuple[Any, ...]:
        """The rows of a window, with all that belong to one of them; nothing where every row is meant.

        Apart from each other, not joined by OR: that would be looked up row by row instead of once.
        """
        import sqlalchemy as sa

        if self.cursor is None or (window.low is None and window.high is None):
            return ()
        condition = self._bounds(window, self.cursor)
        if self.whole_by is None:
            return (condition,)
        inner = self.table.alias("changed")
        changed = sa.select(inner.c[self.whole_by.name]).where(self._bounds(window, inner.c[self.cursor.name]))
        return self.whole_by.in_(changed), sa.and_(self.whole_by.is_(None), condition)

    def _bounds(self, window: Window, cursor: Any) -> Any:
        import sqlalchemy as sa

        bounds = []
        if window.low is not None:
            bounds.append(cursor >= self.bound(before(window.low, self.overlap)))
        if window.high is not None:
            bounds.append(cursor <= self.bound(window.high))
        condition = sa.and_(*bounds)
        return condition if window.low is not None else sa.or_(condition, cursor.is_(None))

    def bound(self, position: Position) -> Any:
        """The value of a position, as the database compares it with the cursor."""
        import sqlalchemy as sa

        dialect = self.engine.dialect.name
        if position.kind == "integer":
            return sa.literal(int(position.value))
        if position.kind == "real":
            return sa.literal(float(position.value))
        if dialect == "postgresql" and self.cursor is not None and family(self.cursor.type) != "text":
            return sa.cast(sa.literal(position.value, sa.Text()), self.cursor.type)
        return sa.literal(position.value, sa.Text())

    def asked(self, connection: Connection, query: Any) -> Position | None:
        """The single cursor value that a query finds."""
        found = connection.execute(query).first()
        if found is None or found[0] is None:
            return None
        value = found[0]
        if isinstance(value, bool):
            raise SqlCursorUnfit(column=self.cursor.name if self.cursor is not None else "", where={"field": "cursor"})
        if isinstance(value, int):
            return Position(str(value), "integer")
        return Position(repr(value), "real") if isinstance(value, float) else Position(str(value), "text")


def _unwrapped(error: BaseException, dialect: str) -> Exception:
    """What the library wraps: our own refusal, or the database's; nothing that it says of values goes further."""
    from sqlalchemy import exc

    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, CodedError | exc.DBAPIError):
            return cause
        kind, cause = type(cause).__name__, cause.__cause__ or cause.__context__
    return SqlBroken(dialect=dialect, fault=kind)


def _cell(column: sa.Column[Any], dialect: str) -> Any:

    if travels_typed(column.type, dialect):
        return column
    return as_text(column, dialect).label(column.name)


def as_text(column: Any, dialect: str) -> Any:
    import sqlalchemy as sa

    kind = sa.CHAR() if dialect in ("mysql", "mariadb") else sa.Text()
    return sa.cast(column, kind)


def reader_of(engine: Engine, table: Table, cursor: str, whole_by: str, overlap: int) -> Reader:
    found = reflected(engine, table)
    for name in (cursor, whole_by):
        if name and name not in found.c:
            raise SqlColumnMissing(column=name, table=table.name, where={"column": name})
    column = found.c[cursor] if cursor else None
    if column is not None and family(column.type) not in _CURSORS and engine.dialect.name != "sqlite":
        raise SqlCursorUnfit(column=cursor, where={"field": "cursor"})
    return Reader(engine, found, column, found.c[whole_by] if whole_by else None, overlap)


def written(pages: Iterator[pa.Table], out: Path, mark: str) -> int:
    """One Parquet file of all pages; how many rows. No page, no rows: no file."""
    import pyarrow.parquet as pq

    rows, writer = 0, None
    try:
        for page in pages:
            if writer is None:
                schema = page.schema.with_metadata({"zhiji_mark": mark})
                writer = pq.ParquetWriter(out, schema, compression="zstd", write_page_checksum=True)
            writer.write_table(page.cast(writer.schema))
            rows += page.num_rows
    except BaseException:
        if writer is not None:
            writer.close()
            writer = None
        out.unlink(missing_ok=True)
        raise
    finally:
        if writer is not None:
            writer.close()
    return rows


def digest(path: Path) -> str:
    """Of the rows of a file, whatever their order: how many, and the sum of what each hashes to."""
    import pyarrow.parquet as pq

    if not path.exists():
        return "0:0"
    total, count = 0, 0
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(CHUNK_ROWS):
            for row in batch.to_pylist():
                total += int.from_bytes(hashlib.blake2b(orjson.dumps(row, default=str), digest_size=16).digest())
                count += 1
    return f"{count}:{total % (1 << 128):x}"
