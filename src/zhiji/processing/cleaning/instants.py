"""Dates and times: from the text of a column to UTC, day-first or month-first decided for the whole column and said.

Forms: ISO and other year-first (``2011-8-31``, ``2011/08/31 09:05``, ``2011年8月31日 9时05分``), ``20110831`` with or
without
time, day or month first (``31/12/2011``, ``12.31.11``), month names, seconds or milliseconds since 1970, and days of a
spreadsheet where the column holds nothing else. With AM/PM, 上午/下午, fractions, and offsets (``Z``, ``+08:00``).
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from zhiji.kernel import Reason
from zhiji.processing.cleaning.errors import DateOrderMixed
from zhiji.processing.cleaning.folding import folded, is_nothing
from zhiji.processing.cleaning.habits import DAY_FIRST, MONTH_FIRST, SEVERAL, Habit
from zhiji.processing.cleaning.zones import zone_table

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_YMD = "^(\\d{4})\\s*[-/.年]\\s*(\\d{1,2})\\s*[-/.月]\\s*(\\d{1,2})(\\D.*)?$"
_COMPACT = "^(\\d{4})(\\d{2})(\\d{2})(?:[T ]+(.*))?$"
_LONG = "^(\\d{4})(\\d{2})(\\d{2})(\\d{2})(\\d{2})(\\d{2})?$"
_EITHER = "^(\\d{1,2})[-/.](\\d{1,2})[-/.](\\d{4}|\\d{2})(\\D.*)?$"
_DAY_NAME = f"^(\\d{{1,2}})(?:ST|ND|RD|TH)?[- ./]*({'|'.join(_MONTHS)})[A-Z]*\\.?[- ,/]*(\\d{{4}}|\\d{{2}})(\\D.*)?$"
_NAME_DAY = f"^({'|'.join(_MONTHS)})[A-Z]*\\.?[- ]*(\\d{{1,2}})(?:ST|ND|RD|TH)?[, ]+(\\d{{4}})(\\D.*)?$"
_WEEKDAY = "^(?:MON|TUE|WED|THU|FRI|SAT|SUN)[A-Z]*\\.?,?\\s+|\\s*(?:星期|周)[一二三四五六日天]"
_TIME = (
    "^[\\sT,日]*(上午|下午|AM|PM)?\\s*(\\d{1,2})[:时点](\\d{1,2})(?:[:分](\\d{1,2})(?:[.,](\\d{1,9}))?秒?)?分?"
    "\\s*(AM|PM|A\\.M\\.|P\\.M\\.)?\\s*(Z|UTC|GMT|[+-]\\d{2}(?::?\\d{2})?)?$"
)
_NO_TIME = "^[\\sT,日]*(Z|00)?$"
# One date in twenty against the rest is too many to call them slips.
_MIXED_SHARE = 0.05
_FIRST_YEAR, _LAST_YEAR = 1900, 2100


@dataclass(frozen=True)
class InstantColumn:
    """``table`` holds raw → value (TIMESTAMP, UTC), code. ``habit``: the order of day and month as decided; where
    nothing hung on it, as it was known before."""

    table: str
    habit: Habit | None
    findings: list[Reason]

    @property
    def day_first(self) -> bool | None:
        return None if self.habit is None else self.habit.reading == DAY_FIRST


def parse_instants(
    connection: duckdb.DuckDBPyConnection,
    *,
    field: str,
    column: str,
    shown: str,
    zone: str,
    day_first: bool | None,
    known: Habit | None = None,
    is_settled: bool = False,
) -> InstantColumn:
    """Reads the distinct values of ``received.column`` into ``instant_<field>(raw, value TIMESTAMP, code VARCHAR)``.

    day_first: what a person says of this file. known: how an earlier file with this column was read; it settles what
    this one does not show, and all of one that ``is_settled``: the very file again, or its rejects.
    Raises DateOrderMixed with the first row of the rarer order.
    """
    table = f"instant_{field}"
    connection.execute(f"CREATE TEMP TABLE {table}_split AS {_split(column)}")
    habit: Habit | None
    findings: list[Reason]
    if day_first is not None:
        habit, findings = Habit(DAY_FIRST if day_first else MONTH_FIRST, "given"), []
    elif known is not None and is_settled:
        habit, findings = known, _as_its_file(connection, f"{table}_split", shown, known)
    else:
        habit, findings = _decide(connection, f"{table}_split", shown, zone, known)
    read = InstantColumn(table, habit, findings)
    connection.execute(f"CREATE TEMP TABLE {table}_local AS {_local(f'{table}_split', read.day_first)}")
    years = connection.execute(
        f"SELECT coalesce(min(year(local)), 2000), coalesce(max(year(local)), 2000) FROM {table}_local "
        "WHERE code IS NULL"
    ).fetchone()
    zone_table(connection, zone, *(years or (2000, 2000)))
    connection.execute(f"CREATE TEMP TABLE {table} AS {_in_utc(f'{table}_local')}")
    findings += _edges(connection, f"{table}_local", shown, zone)
    connection.execute(f"DROP TABLE {table}_split; DROP TABLE {table}_local")
    return read


def _split(column: str) -> str:
    """raw, n, row (its first), form, a b c (the three parts as they stand), rest (the time)."""
    months = " ".join(f"WHEN '{month}' THEN '{number}'" for number, month in enumerate(_MONTHS, start=1))
    return f"""
    WITH values AS (
        SELECT {column} AS raw, count(*) AS n, min(row) AS row FROM received
        WHERE broken IS NULL AND {column} IS NOT NULL GROUP BY 1
    ), flat AS (
        SELECT *, trim(regexp_replace(upper({folded("raw")}), '{_WEEKDAY}', '', 'g')) AS flat FROM values
    ), formed AS (
        SELECT *, CASE WHEN {is_nothing("flat")} OR flat IN ('NAT', 'NAN') THEN 'nothing'
            WHEN regexp_matches(flat, '{_YMD}') THEN 'ymd'
            WHEN regexp_matches(flat, '{_COMPACT}') THEN 'compact'
            WHEN regexp_matches(flat, '{_EITHER}') THEN 'either'
            WHEN regexp_matches(flat, '{_DAY_NAME}') THEN 'day_name'
            WHEN regexp_matches(flat, '{_NAME_DAY}') THEN 'name_day'
            WHEN regexp_matches(flat, '^\\d{{5}}(\\.\\d+)?$') THEN 'serial'
            WHEN regexp_matches(flat, '^[1-4]\\d{{9}}(\\.\\d{{1,6}})?$') THEN 'seconds'
            WHEN regexp_matches(flat, '^[1-4]\\d{{12}}$') THEN 'millis'
            WHEN regexp_matches(flat, '{_LONG}') THEN 'long' END AS form FROM flat
    ), parted AS (
        SELECT *, CASE form
            WHEN 'ymd' THEN regexp_extract(flat, '{_YMD}', ['a', 'b', 'c', 'rest'])
            WHEN 'compact' THEN regexp_extract(flat, '{_COMPACT}', ['a', 'b', 'c', 'rest'])
            WHEN 'long' THEN {{'a': flat[1:4], 'b': flat[5:6], 'c': flat[7:8],
                'rest': flat[9:10] || ':' || flat[11:12] || CASE WHEN length(flat) > 12 THEN ':' || flat[13:14] ELSE
                '' END}}
            WHEN 'either' THEN regexp_extract(flat, '{_EITHER}', ['a', 'b', 'c', 'rest'])
            WHEN 'day_name' THEN regexp_extract(flat, '{_DAY_NAME}', ['c', 'b', 'a', 'rest'])
            WHEN 'name_day' THEN regexp_extract(flat, '{_NAME_DAY}', ['b', 'c', 'a', 'rest']) END AS p FROM formed
    )
    SELECT raw, n, row, form, flat, p.a AS a, CASE p.b {months} ELSE p.b END AS b, p.c AS c, p.rest AS rest FROM
    parted"""


def _decide(
    connection: duckdb.DuckDBPyConnection, table: str, shown: str, zone: str, known: Habit | None
) -> tuple[Habit | None, list[Reason]]:
    row = connection.execute(
        f"""SELECT coalesce(sum(n) FILTER (try_cast(a AS INT) > 12 AND try_cast(b AS INT) <= 12), 0),
            coalesce(sum(n) FILTER (try_cast(b AS INT) > 12 AND try_cast(a AS INT) <= 12), 0), coalesce(sum(n), 0),
            min(row) FILTER (try_cast(a AS INT) > 12 AND try_cast(b AS INT) <= 12), min(row) FILTER (try_cast(b AS
            INT) > 12 AND try_cast(a AS INT) <= 12)
            FROM {table} WHERE form = 'either'"""
    ).fetchone()
    days, months, total, day_row, month_row = row or (0, 0, 0, None, None)
    where = {"column": shown}
    if total == 0:
        return known, []
    if min(days, months) > 0 and min(days, months) >= _MIXED_SHARE * (days + months):
        if known is not None and known.by == "given":
            return known, [_as_before(known, int(total), where)]
        rarer = month_row if months <= days else day_row
        raise DateOrderMixed(day_first=int(days), month_first=int(months), where={**where, "row": rarer})
    if days or months:
        shows = Habit(DAY_FIRST if days > months else MONTH_FIRST, "shown", count=int(max(days, months)))
        if known is not None and _is_slip(shows, known) and shows.count < total:
            return known, [
                Reason(f"dates_{known.reading}_kept", {"count": shows.count, "earlier": known.earlier}, where)
            ]
        shares = {"count": shows.count, "total": int(total)}
        findings = [Reason(f"dates_read_{shows.reading}", shares, where)]
        if min(days, months):
            findings.append(Reason("dates_order_minority", {"count": int(min(days, months))}, where))
        if known is not None and known.reading != shows.reading:
            findings.append(Reason(f"dates_{shows.reading}_unlike_before", {"earlier": known.earlier}, where))
        return shows, findings
    if known is not None and known.is_known:
        return known, [_as_before(known, int(total), where)]
    assumed = Habit(MONTH_FIRST if zone.startswith(("America/", "US/")) else DAY_FIRST, "assumed")
    return assumed, [Reason(f"dates_assumed_{assumed.reading}", {"count": int(total)}, where)]


def _is_slip(shows: Habit, known: Habit) -> bool:
    """Fewer than three rows against three or more of earlier files: these are wrong, rather than all the others."""
    is_shown = known.by == "shown" and known.count >= SEVERAL
    return is_shown and known.reading != shows.reading and shows.count < SEVERAL


def _as_before(known: Habit, count: int, where: dict[str, str]) -> Reason:
    return Reason(f"dates_{known.reading}_as_before", {"count": count, "earlier": known.earlier}, where)


def _as_its_file(connection: duckdb.DuckDBPyConnection, table: str, shown: str, known: Habit) -> list[Reason]:
    row = connection.execute(f"SELECT coalesce(sum(n), 0) FROM {table} WHERE form = 'either'").fetchone()
    count = int(row[0]) if row else 0
    told = Reason(f"dates_{known.reading}_as_its_file", {"count": count, "earlier": known.earlier}, {"column": shown})
    return [told] if count else []


def _local(table: str, day_first: bool | None) -> str:
    """raw, n, local (time of the zone, or already UTC), is_utc, code."""
    day, month = ("a", "b") if day_first is not False else ("b", "a")
    day_count = "TIMESTAMP '1899-12-30'"
    time = ["early", "hour", "minute", "second", "fraction", "late", "offset"]
    return f"""
    WITH share AS (
        SELECT sum(n) FILTER (form = 'serial') >= 0.9 * sum(n) FILTER (form <> 'nothing') AS serials FROM {table}
    ), parts AS (
        SELECT raw, n, row, form, flat, rest,
            CASE WHEN form = 'either' THEN c ELSE a END AS y,
            CASE WHEN form = 'either' THEN {month} ELSE b END AS m,
            CASE WHEN form = 'either' THEN {day} ELSE c END AS d,
            a, b, regexp_extract(coalesce(rest, ''), '{_TIME}', {time}) AS t, serials FROM {table}, share
    ), dated AS (
        SELECT *, try_cast(printf('%04d-%02d-%02d', CASE WHEN length(y) = 2
            THEN try_cast(y AS INT) + CASE WHEN try_cast(y AS INT) < 69 THEN 2000 ELSE 1900 END ELSE try_cast(y AS
            INT) END, try_cast(m AS INT), try_cast(d AS INT)) AS DATE) AS day,
            CASE WHEN coalesce(rest, '') = '' OR regexp_matches(rest, '{_NO_TIME}') THEN false
                 WHEN t.hour <> '' THEN true END AS timed,
            t.early IN ('下午', 'PM') OR t.late IN ('PM', 'P.M.') AS afternoon,
            t.early IN ('上午', 'AM') OR t.late IN ('AM', 'A.M.') AS morning
        FROM parts
    ), clocked AS (
        SELECT *, CASE WHEN timed THEN CASE WHEN afternoon AND try_cast(t.hour AS INT) < 12 THEN try_cast(t.hour AS
        INT) + 12
                WHEN morning AND try_cast(t.hour AS INT) = 12 THEN 0 ELSE try_cast(t.hour AS INT) END ELSE 0 END AS
                hour,
            CASE WHEN timed THEN try_cast(t.minute AS INT) ELSE 0 END AS minute,
            CASE WHEN timed AND t.second <> '' THEN try_cast(t.second AS INT) ELSE 0 END AS second,
            CASE WHEN timed AND t.fraction <> '' THEN try_cast(rpad(t.fraction, 6, '0')[1:6] AS INT) ELSE 0 END AS
            micro,
            CASE WHEN timed THEN t.offset ELSE '' END AS shift FROM dated
    )
    SELECT raw, n, row, CASE
            WHEN form = 'serial' THEN {day_count} + to_microseconds(round(try_cast(flat AS DECIMAL(30,9)) *
            86400)::BIGINT * 1000000)
            WHEN form = 'seconds' THEN make_timestamp((try_cast(flat AS DECIMAL(30,6)) * 1000000)::BIGINT)
            WHEN form = 'millis' THEN make_timestamp(try_cast(flat AS BIGINT) * 1000)
            ELSE day::TIMESTAMP + to_microseconds(((hour * 60 + minute) * 60 + second) * 1000000::BIGINT + micro)
                - to_microseconds(CASE WHEN regexp_matches(shift, '^[+-]') THEN try_cast((shift[1:1] || '1') AS INT)
                    * (try_cast(shift[2:3] AS INT) * 60 + coalesce(try_cast(replace(shift, ':', '')[4:5] AS INT), 0))
                    ELSE 0 END
                    * 60000000::BIGINT) END AS local,
        coalesce(form IN ('seconds', 'millis') OR shift <> '', false) AS is_utc,
        CASE WHEN form = 'nothing' THEN 'nothing' WHEN form = 'serial' AND serials THEN NULL
            WHEN form IN ('seconds', 'millis') THEN NULL
            WHEN form IS NULL OR form = 'serial' OR timed IS NULL THEN 'instant_unreadable'
            WHEN form = 'either' AND day IS NULL AND try_cast(a AS INT) BETWEEN 1 AND 31 AND try_cast(b AS INT)
            BETWEEN 1 AND 31
                AND (try_cast(a AS INT) > 12) <> (try_cast(b AS INT) > 12) AND try_cast(printf('%04d-%02d-%02d', 2000,
                try_cast({day} AS INT), try_cast({month} AS INT)) AS DATE)
                IS NOT NULL THEN 'instant_order_differs'
            WHEN day IS NULL OR hour > 23 OR minute > 59 OR second > 59 THEN 'instant_impossible'
            WHEN year(day) < {_FIRST_YEAR} OR year(day) > {_LAST_YEAR} THEN 'instant_out_of_range' END AS code
    FROM clocked"""


def _in_utc(table: str) -> str:
    return f"""
    SELECT l.raw, CASE WHEN l.code IS NULL THEN CASE WHEN l.is_utc THEN l.local
            ELSE l.local - to_microseconds(z.offset_us) END END AS value,
        nullif(l.code, 'nothing') AS code
    FROM {table} l ASOF LEFT JOIN zone_offsets z ON l.local >= z.local_from"""


def _edges(connection: duckdb.DuckDBPyConnection, table: str, shown: str, zone: str) -> list[Reason]:
    rows = connection.execute(
        f"""SELECT e.skipped, sum(l.n) FROM {table} l JOIN zone_edges e
            ON l.local >= e.edge_from AND l.local < e.edge_until
            WHERE l.code IS NULL AND NOT l.is_utc AND l.local <> date_trunc('day', l.local) GROUP BY 1 ORDER BY 1"""
    ).fetchall()
    names = {True: "times_skipped_by_clock_change", False: "times_repeated_by_clock_change"}
    return [Reason(names[skipped], {"count": int(count), "zone": zone}, {"column": shown}) for skipped, count in rows]
