"""Ids of other systems: folded, never guessed. A column whose long numbers were rounded is refused whole."""

from __future__ import annotations

import duckdb

from zhiji.kernel import Reason
from zhiji.processing.cleaning.errors import IdentifierRounded
from zhiji.processing.cleaning.folding import folded, identifier

_KEPT_DIGITS = 15
_DIGITS_OF_PROOF = 3


def parse_ids(
    connection: duckdb.DuckDBPyConnection, *, field: str, column: str, shown: str, is_row_by_row: bool = False
) -> tuple[str, list[Reason]]:
    """Makes ``id_<field>(raw, value)`` of the distinct cells of ``received.column``; returns its name and what to say.

    ``1.23457E+17``, or numbers of 16 digits and more that all end in zeros behind the fifteenth, are what a spreadsheet
    leaves of long numbers: IdentifierRounded, with the first row. ``17850.0`` in a column of such numbers loses its
    ``.0``, which a table program added because some cells were empty. Both are told by the column as a whole: rows that
    stand for themselves (``is_row_by_row``) did not come out of a spreadsheet.
    """
    table = f"id_{field}"
    if is_row_by_row:
        cells = f"(SELECT DISTINCT {column} AS raw FROM received WHERE broken IS NULL AND {column} IS NOT NULL)"
        connection.execute(f"CREATE TEMP TABLE {table} AS SELECT raw, {identifier('raw')} AS value FROM {cells}")
        return table, []
    connection.execute(
        f"""CREATE TEMP TABLE {table}_flat AS SELECT raw, n, row, {folded("raw")} AS flat, {identifier("raw")} AS value
        FROM (SELECT {column} AS raw, count(*) AS n, min(row) AS row FROM received
            WHERE broken IS NULL AND {column} IS NOT NULL GROUP BY 1)"""
    )
    seen = _look(connection, f"{table}_flat")
    where = {"column": shown}
    if seen["exponents"]:
        raise IdentifierRounded(count=seen["exponents"], where={**where, "row": seen["exponent_row"]})
    # That all end in zeros by chance: one in ten for each digit cut.
    if seen["long"] and seen["zeros"] == seen["long"] and seen["cut"] >= _DIGITS_OF_PROOF:
        raise IdentifierRounded(count=seen["zeros"], where={**where, "row": seen["zero_row"]})
    pointed = bool(seen["pointed"]) and seen["pointed"] == seen["filled"]
    value = "regexp_replace(value, '\\.0$', '')" if pointed else "value"
    connection.execute(
        f"CREATE TEMP TABLE {table} AS SELECT raw, {value} AS value FROM {table}_flat; DROP TABLE {table}_flat"
    )
    return table, [Reason("ids_without_point", {"count": seen["pointed"]}, where)] if pointed else []


def _look(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, int]:
    # Spreadsheets write so from twelve digits on; ``1E+5`` is somebody's code.
    exponent = "regexp_matches(flat, '(?i)^\\d(\\.\\d+)?e\\+(1[1-9]|[2-9]\\d|\\d{3,})$')"
    zeros = "regexp_matches(flat, '^\\d{15}0{1,15}$')"
    long = "regexp_matches(flat, '^\\d{16,30}$')"
    parts = {
        "exponents": f"sum(n) FILTER ({exponent})",
        "exponent_row": f"min(row) FILTER ({exponent})",
        "long": f"sum(n) FILTER ({long})",
        "zeros": f"sum(n) FILTER ({zeros})",
        "zero_row": f"min(row) FILTER ({zeros})",
        "cut": f"sum(length(flat) - {_KEPT_DIGITS}) FILTER ({long})",
        "pointed": "sum(n) FILTER (regexp_matches(value, '^\\d+\\.0$'))",
        "filled": "sum(n) FILTER (value IS NOT NULL)",
    }
    row = connection.execute(f"SELECT {', '.join(parts.values())} FROM {table}").fetchone() or ()
    return {name: int(value or 0) for name, value in zip(parts, row, strict=True)}
