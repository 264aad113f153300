"""Which rows come next: from a position to a later one, and where an open window ends."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from zhiji.data.sources.sql.model import Position
from zhiji.data.sources.sql.reading import Reader, Window, as_text
from zhiji.data.sources.sql.tables import family
from zhiji.kernel import clock

if TYPE_CHECKING:
    from sqlalchemy import Connection

_AHEAD = timedelta(days=1)


def next_window(reader: Reader, connection: Connection, since: Position | None, rows: int) -> tuple[Window, int, int]:
    """From the position to the ``rows``-th row after it, open where there are fewer; rows without a cursor value (told
    of at the start only), rows from the future."""
    import sqlalchemy as sa

    cursor, shown = _cursor(reader)
    after = [] if since is None else [cursor >= reader.bound(since)]
    nth = sa.select(shown).where(cursor.is_not(None), *after).order_by(cursor).limit(1).offset(rows - 1)
    high = reader.asked(connection, nth)
    if high is not None and since is not None and high.value == since.value:
        # More rows with one value than a window holds: all of them, and on to the next value.
        following = sa.select(shown).where(cursor > reader.bound(since)).order_by(cursor).limit(1)
        high = reader.asked(connection, following)
    if high is not None and _future(reader, connection, [cursor <= reader.bound(high)]):
        high = None
    late = 0
    if since is None:
        count = sa.select(sa.func.count()).select_from(reader.table).where(cursor.is_(None))
        late = int(connection.execute(count).scalar() or 0)
    return Window(since, high), late, _future(reader, connection, [])


def _cursor(reader: Reader) -> tuple[Any, Any]:
    """The column, and how its value is shown: dates as the database writes them."""
    if reader.cursor is None:
        raise LookupError("no cursor column")
    is_date = family(reader.cursor.type) in ("instant", "date") and reader.engine.dialect.name != "sqlite"
    import sqlalchemy as sa

    raw = sa.type_coerce(reader.cursor, sa.types.NullType())
    return reader.cursor, as_text(reader.cursor, reader.engine.dialect.name) if is_date else raw


def _horizon(reader: Reader) -> Any | None:
    """A day from now as the cursor column has it; None where it holds no times."""
    if reader.cursor is None or family(reader.cursor.type) not in ("instant", "date"):
        return None
    ahead = clock.now() + _AHEAD
    return reader.bound(Position(f"{ahead:%Y-%m-%d %H:%M:%S}", "text"))


def _future(reader: Reader, connection: Connection, more: list[Any]) -> int:
    import sqlalchemy as sa

    horizon = _horizon(reader)
    if horizon is None or reader.cursor is None:
        return 0
    count = sa.select(sa.func.count()).select_from(reader.table).where(reader.cursor > horizon, *more)
    return int(connection.execute(count).scalar() or 0)


def furthest(reader: Reader, connection: Connection, since: Position | None) -> Position | None:
    """The largest value that is not from the future; where an open window ends."""
    import sqlalchemy as sa

    cursor, shown = _cursor(reader)
    horizon = _horizon(reader)
    bounds = [cursor.is_not(None)] + ([] if horizon is None else [cursor <= horizon])
    bounds += [] if since is None else [cursor >= reader.bound(since)]
    return reader.asked(connection, sa.select(shown).where(*bounds).order_by(cursor.desc()).limit(1))
