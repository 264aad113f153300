"""Ids of other systems: folded, never guessed. A column whose long numbers were rounded is refused whole."""

from __future__ import annotations

import duckdb

from zhiji.kernel import Reason
from zhiji.processing.cleaning.errors import IdentifierRounded
from zhiji.processing.cleaning.folding import folded, identifier

_KEPT_DIGITS = 15


def id_expression(
    connection: duckdb.DuckDBPyConnection, *, column: str, shown: str
) -> tuple[str, list[Reason]]:
    """SQL over ``received`` that gives the id of a column, and what to say of it.

    ``1.23457E+17``, or numbers of 16 digits and more that all end in zeros behind the fifteenth, are what a spreadsheet
    leaves of long numbers: IdentifierRounded, with the first row. ``17850.0`` in a column of such numbers loses its
    ``.0``, which a table program added because some cells were empty.
    """
    flat = folded("raw")
    row = connection.execute(
        f"""
        WITH flat AS (SELECT {flat} AS flat, row FROM (SELECT {column} AS raw, row FROM received WHERE broken IS NULL AND {column} IS NOT NULL))
        SELECT count(*) FILTER (regexp_matches(flat, '(?i)^\\d(\\.\\d+)?e\\+?\\d+$') AND flat LIKE '%+%') AS exponents,
            min(row) FILTER (regexp_matches(flat, '(?i)^\\d(\\.\\d+)?e\\+\\d+$')) AS exponent_row,
            count(*) FILTER (regexp_matches(flat, '^\\d{{16,30}}$')) AS long,
            count(*) FILTER (regexp_matches(flat, '^\\d{{15}}0{{1,15}}$')) AS zeros,
            min(row) FILTER (regexp_matches(flat, '^\\d{{15}}0{{1,15}}$')) AS zero_row,
            coalesce(sum(length(flat) - {_KEPT_DIGITS}) FILTER (regexp_matches(flat, '^\\d{{16,30}}$')), 0) AS cut,
            count(*) FILTER (regexp_matches(flat, '^\\d+\\.0$')) AS pointed,
            count(*) FILTER (regexp_matches(flat, '^\\d+\\.0$') OR regexp_matches(upper(flat), '^(NAN|NULL|NONE|)$')) AS whole,
            count(*) AS n
        FROM flat"""  # noqa: S608 - our own names
    ).fetchone()
    exponents, exponent_row, long, zeros, zero_row, cut, pointed, whole, total = row or (0,) * 9
    if exponents:
        raise IdentifierRounded(count=int(exponents), where={"column": shown, "row": exponent_row})
    # That all end in zeros by chance: one in ten for each digit cut.
    if long and zeros == long and cut >= 3:
        raise IdentifierRounded(count=int(zeros), where={"column": shown, "row": zero_row})
    expression = identifier(column)
    if pointed and whole == total:
        where = {"column": shown}
        return f"regexp_replace({expression}, '\\.0$', '')", [Reason("ids_without_point", {"count": int(pointed)}, where)]
    return expression, []
