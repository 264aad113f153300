"""Local times of a zone to UTC, as a table that SQL can join: the offsets of Python's own zone data.

A time that a change of clocks skips (02:30 in spring) counts as if the clocks had not yet changed: it moves forward by
the gap. A time that happens twice (01:30 in autumn) is its first happening. Both are what ``fold=0`` of PEP 495 says,
and both are counted and told.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


def zone_table(connection: duckdb.DuckDBPyConnection, zone: str, first_year: int, last_year: int) -> None:
    """Makes two tables of local times.

    ``zone_offsets(local_from TIMESTAMP, offset_us BIGINT)``: from ``local_from`` on, UTC is local − offset; for an ASOF
    join. ``zone_edges(edge_from TIMESTAMP, edge_until TIMESTAMP, skipped BOOLEAN)``: from ``edge_from`` to before
    ``edge_until`` times do not exist, where ``skipped``, or happen twice.
    """
    rows = _changes(ZoneInfo(zone), first_year, last_year)
    connection.execute("CREATE OR REPLACE TEMP TABLE zone_offsets (local_from TIMESTAMP, offset_us BIGINT)")
    connection.executemany("INSERT INTO zone_offsets VALUES (?, ?)", [row[:2] for row in rows])
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE zone_edges (edge_from TIMESTAMP, edge_until TIMESTAMP, skipped BOOLEAN)"
    )
    edges = [(row[2], row[3], row[4]) for row in rows if row[2] != row[3]]
    if edges:
        connection.executemany("INSERT INTO zone_edges VALUES (?, ?, ?)", edges)


def _changes(zone: ZoneInfo, first_year: int, last_year: int) -> list[tuple[datetime, int, datetime, datetime, bool]]:
    at = datetime(max(1, first_year - 1), 1, 1, tzinfo=UTC)
    end = datetime(min(9998, last_year + 1), 12, 31, tzinfo=UTC)
    before = _offset(at, zone)
    start = datetime(1, 1, 1)  # noqa: DTZ001 - a local time
    rows = [(start, _micros(before), start, start, False)]
    while at < end:
        following = at + _DAY
        after = _offset(following, zone)
        if after != before:
            instant = _moment(at, following, zone)
            # With fold=0 the old offset rules until the later of the two clocks reaches the change.
            low = (instant + min(before, after)).replace(tzinfo=None)
            high = (instant + max(before, after)).replace(tzinfo=None)
            rows.append((high, _micros(after), low, high, after > before))
            before = after
        at = following
    return rows


def _moment(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """The minute of the change, between two instants with different offsets."""
    target = _offset(high, zone)
    while high - low > _MINUTE:
        middle = (low + (high - low) / 2).replace(second=0, microsecond=0)
        if middle <= low:
            break
        low, high = (low, middle) if _offset(middle, zone) == target else (middle, high)
    return high


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta(0)


def _micros(offset: timedelta) -> int:
    return offset // timedelta(microseconds=1)
