"""Amounts and quantities: from the text of a column to exact integers, the decimal mark decided for the column.

Grammar of one value, after folding (half width, ``'`` and ``="…"`` off): an optional minus (before, after, or as
parentheses), an optional currency sign or code before or after, digits with groups of three (`,` `.` ``'`` or a blank),
an optional fraction, an optional 万 or 亿. Refused, each with its code: a per cent, an exponent (digits were lost),
NaN and
infinities, more decimals than are kept, more than 64 bits, and everything else.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from zhiji.kernel import Reason
from zhiji.processing.cleaning.folding import folded, is_nothing, quoted

_MONEY = "CNY|RMB|USD|US\\$|HKD|HK\\$|TWD|NT\\$|GBP|EUR|JPY|KRW|SGD|AUD|CAD|[¥$£€₩]|元|圆|块"
_DOT = "^\\d+\\.\\d*$|^\\.\\d+$|^[1-9]\\d{0,2}(,\\d{3})+(\\.\\d*)?$"
_COMMA = "^\\d+,\\d*$|^,\\d+$|^[1-9]\\d{0,2}(\\.\\d{3})+(,\\d*)?$"
_MIXED_SHARE = 0.05


@dataclass(frozen=True)
class NumberColumn:
    """``table`` holds raw → value (scaled integer), code. ``decimal``: the mark that was decided."""

    table: str
    decimal: str
    findings: list[Reason]


def parse_numbers(
    connection: duckdb.DuckDBPyConnection, *, field: str, column: str, shown: str, decimals: int,
    mark: str | None = None,
) -> NumberColumn:  # fmt: skip
    """Reads the distinct values of ``received.column`` into ``number_<field>(raw, value BIGINT, code VARCHAR)``.

    decimals: kept after the point (6: micros, 3: thousandths). mark: the decimal mark, where the column does not decide
    it. ``value`` NULL with ``code`` NULL: nothing stood there.
    """
    table = f"number_{field}"
    connection.execute(f"CREATE TEMP TABLE {table}_split AS {_split(column)}")
    mark, mixed, findings = (mark, False, []) if mark else _decide(connection, f"{table}_split", shown)
    connection.execute(f"CREATE TEMP TABLE {table} AS {_scaled(f'{table}_split', mark, mixed, decimals)}")
    connection.execute(f"DROP TABLE {table}_split")
    return NumberColumn(table, mark, findings)


def _split(column: str) -> str:
    """raw, n, sign, core (digits and marks alone), times, dot and comma (whether it can be read so), code."""
    return f"""
    WITH values AS (
        SELECT {column} AS raw, count(*) AS n FROM received WHERE broken IS NULL AND {column} IS NOT NULL GROUP BY 1
    ), flat AS (SELECT *, {folded("raw")} AS flat FROM values),
    inside AS (
        SELECT *, regexp_matches(flat, '^\\(.*\\)$') AS in_parentheses,
            regexp_replace(flat, '^\\((.*)\\)$', '\\1') AS body FROM flat
    ), bare AS (
        SELECT *, regexp_replace(regexp_replace(body, '(?i)^([-+]?)\\s*(?:{_MONEY})\\s*', '\\1'),
            '(?i)\\s*(万|亿|)(?:{_MONEY})?(-?)$', '\\1\\2') AS bare FROM inside
    ), parts AS (
        SELECT *, regexp_extract(bare, '^([-+]?)\\s*([0-9.,'' ]*[0-9][.,]?)\\s*(万|亿|)\\s*(-?)$',
            ['before', 'digits', 'scale', 'after']) AS part FROM bare
    ), signed AS (
        SELECT raw, n, flat, part.before, part.after, in_parentheses,
            CASE part.scale WHEN '万' THEN 10000 WHEN '亿' THEN 100000000 ELSE 1 END AS times,
            CASE WHEN regexp_matches(part.digits, '^\\d{{1,3}}(['' ]\\d{{3}})+([.,]\\d*)?$')
                 THEN regexp_replace(part.digits, '['' ]', '', 'g') ELSE part.digits END AS core FROM parts
    )
    SELECT raw, n, times, core,
        CASE WHEN in_parentheses OR before = '-' OR after = '-' THEN -1 ELSE 1 END AS sign,
        regexp_matches(core, '^\\d+$|{_DOT}') AS dot, regexp_matches(core, '^\\d+$|{_COMMA}') AS comma,
        CASE WHEN {is_nothing("flat")} THEN 'nothing'
            WHEN flat LIKE '%\\%%' ESCAPE '\\' THEN 'amount_percent'
            WHEN regexp_matches(flat, '(?i)^[-+]?(nan|<na>|nat|inf|infinity|∞)$') THEN 'amount_not_finite'
            WHEN regexp_matches(flat, '(?i)^[-+]?\\d+(\\.\\d+)?e[-+]?\\d+$') THEN 'amount_exponent'
            WHEN core = '' OR (in_parentheses AND (before <> '' OR after <> '')) OR (before <> '' AND after <> '')
                THEN 'amount_unreadable' END AS code
    FROM signed"""


def _decide(connection: duckdb.DuckDBPyConnection, table: str, shown: str) -> tuple[str, bool, list[Reason]]:
    """The decimal mark; whether both marks are so frequent that values that fit both are lost; what to say."""
    row = connection.execute(
        f"""SELECT coalesce(sum(n) FILTER (dot AND NOT comma), 0), coalesce(sum(n) FILTER (comma AND NOT dot), 0),
            coalesce(sum(n) FILTER (dot AND comma AND NOT regexp_matches(core, '^\\d+$')), 0)
            FROM {table} WHERE code IS NULL"""
    ).fetchone()
    dots, commas, both = (int(count) for count in row or (0, 0, 0))
    mark = "," if commas > dots else "."
    findings = []
    if dots and commas:
        params = {"mark": mark, "other": min(dots, commas), "count": max(dots, commas)}
        findings.append(Reason("amount_marks_mixed", params, {"column": shown}))
    elif both and not dots and not commas:
        findings.append(Reason("amount_mark_assumed", {"mark": mark, "count": both}, {"column": shown}))
    elif commas:
        findings.append(Reason("amount_mark_comma", {"count": commas}, {"column": shown}))
    return mark, min(dots, commas) >= _MIXED_SHARE * max(1, dots + commas) and min(dots, commas) > 0, findings


def _scaled(table: str, mark: str, mixed: bool, decimals: int) -> str:
    fits, other = ("comma", "dot") if mark == "," else ("dot", "comma")
    grouping = "." if mark == "," else ","
    unclear = f"WHEN {other} AND NOT regexp_matches(core, '^\\d+$') THEN 'amount_mark_unclear'" if mixed else ""
    largest = 2**63 - 1
    # Thousandths are of pieces and marks: who wrote "two boxes" is not told that it is no sum of money.
    unreadable = "number_unreadable" if decimals == 3 else "amount_unreadable"
    return f"""
    WITH read AS (
        SELECT *, replace(replace(core, {quoted(grouping)}, ''), ',', '.') AS plain FROM {table}
    ), cut AS (
        SELECT *, ltrim(split_part(plain, '.', 1), '0') AS whole, rtrim(split_part(plain, '.', 2), '0') AS fraction
        FROM read
    ), scaled AS (
        SELECT *, CASE WHEN code IS NULL AND length(whole) <= 20 AND length(fraction) <= {decimals}
            THEN ('0' || whole || rpad(fraction, {decimals}, '0'))::HUGEINT * times * sign END AS huge FROM cut
    )
    , judged AS (SELECT raw, huge,
        CASE WHEN code = 'nothing' THEN NULL
            WHEN code = 'amount_unreadable' OR (code IS NULL AND NOT {fits} AND NOT {other}) THEN '{unreadable}'
            WHEN code IS NOT NULL THEN code
            WHEN NOT {fits} THEN 'amount_mark_differs' {unclear}
            WHEN length(fraction) > {decimals} THEN 'amount_too_precise'
            WHEN huge IS NULL OR abs(huge) > {largest} THEN 'amount_too_large' END AS code,
        code = 'nothing' AS empty FROM scaled)
    SELECT raw, CASE WHEN code IS NULL AND empty IS NOT TRUE THEN huge::BIGINT END AS value, code FROM judged"""
