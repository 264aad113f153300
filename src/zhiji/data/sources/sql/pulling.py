"""Reading rows that came or changed, a window at a time, into one Parquet file.

dlt reads, in Arrow, and remembers nothing: where to begin is said by the caller, where to go on is what it is told. A
little before the position is read again each time, because a row may become visible after another that bears a later
value; that changes nothing, and where nothing but those same rows is there, no file is made.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from zhiji.data.sources.sql.errors import SqlCursorUnfit, SqlTooLarge
from zhiji.data.sources.sql.model import Position, Pulled, Table
from zhiji.data.sources.sql.reading import Reader, Window, digest, reader_of, written
from zhiji.data.sources.sql.tables import family
from zhiji.data.sources.sql.windows import furthest, next_window

if TYPE_CHECKING:
    from sqlalchemy import Engine

WINDOW_ROWS = 200_000
WHOLE_ROWS = 5_000_000
_TAIL_ROWS = 10_000
# A minute, or sixty numbers: longer than a transaction that writes a row is open.
OVERLAP = 60


def pull(
    engine: Engine,
    table: Table,
    out: Path,
    *,
    cursor: str = "",
    since: Position | None = None,
    whole_by: str = "",
    mark: str = "",
    overlap: int = OVERLAP,
    window_rows: int = WINDOW_ROWS,
) -> Pulled:
    """Rows since a position, at most about ``window_rows`` of them, into ``out``.

    cursor: the column that grows with each change; without one the whole table is read. mark: written into the file, so
    that the same rows brought at another time are another file. overlap: how far before the position is read again:
    seconds, or values of a number. Raises SqlTableMissing, SqlColumnMissing, SqlCursorUnfit, SqlTooLarge; ``out`` is
    not there then.
    """
    reader = reader_of(engine, table, cursor, whole_by, overlap)
    if reader.cursor is None:
        return _pull_whole(reader, out, since, mark)
    with engine.connect() as connection:
        window, late, future = next_window(reader, connection, since, window_rows)
        reached = window.high or furthest(reader, connection, since) or since
    is_last = window.high is None
    if reached is not None:
        # Before the rows themselves: what becomes visible in between is then a difference the next time, never missed.
        reached = Position(reached.value, reached.kind, _tail(reader, reached, out) if is_last else "")
    rows = written(reader.pages(reader.within(window)), out, mark)
    is_known = is_last and since is not None and bool(since.tail) and rows <= _TAIL_ROWS
    if rows == 0 or (is_known and since is not None and digest(out) == since.tail):
        out.unlink(missing_ok=True)
        return Pulled(None, 0, reached, is_last, late, future)
    return Pulled(out, rows, reached, is_last, late, future)


def sample(engine: Engine, table: Table, out: Path, rows: int) -> int:
    """The first rows as they come, for somebody to look at; how many."""
    return written(reader_of(engine, table, "", "", 0).pages(limit=rows), out, "sample")


def position_of(engine: Engine, table: Table, cursor: str, value: str) -> Position:
    """The position that a person means. Raises SqlColumnMissing, SqlCursorUnfit."""
    column = reader_of(engine, table, cursor, "", 0).cursor
    if column is None or family(column.type) != "number":
        return Position(value.strip(), "text")
    try:
        number = Decimal(value.strip())
    except ArithmeticError as error:
        raise SqlCursorUnfit(column=cursor, where={"field": "since"}) from error
    return Position(str(int(number)), "integer") if number == int(number) else Position(repr(float(number)), "real")


def _pull_whole(reader: Reader, out: Path, since: Position | None, mark: str) -> Pulled:
    import sqlalchemy as sa

    with reader.engine.connect() as connection:
        beyond = sa.select(sa.literal(1)).select_from(reader.table).limit(1).offset(WHOLE_ROWS)
        if connection.execute(beyond).first() is not None:
            raise SqlTooLarge(table=reader.table.name, most=WHOLE_ROWS)
    rows = written(reader.pages(), out, mark)
    if rows == 0:
        out.unlink(missing_ok=True)
        return Pulled(None, 0, since, True)
    found = digest(out)
    if since is not None and since.tail == found:
        out.unlink()
        return Pulled(None, 0, since, True)
    return Pulled(out, rows, Position(tail=found), True)


def _tail(reader: Reader, reached: Position, out: Path) -> str:
    """Digest of the rows that the next pull reads again, or nothing where they are many."""
    beside = out.with_name(f"{out.name}.tail")
    try:
        condition = reader.within(Window(reached, None))
        rows = written(reader.pages(condition, _TAIL_ROWS + 1), beside, "")
        return digest(beside) if rows <= _TAIL_ROWS else ""
    finally:
        beside.unlink(missing_ok=True)
