"""Quarantine: which rows failed which expectations, kept with all they held."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from zhiji.kernel import Reason
from zhiji.processing.cleaning.folding import quoted
from zhiji.processing.cleaning.kinds import KINDS
from zhiji.processing.cleaning.stage import Stage
from zhiji.processing.validation.expectations import Expectation

_READ_AT_ONCE = 8_192  # quarantine is read page by page: a row group is about a page
_VALUE_CHARS = 200


def judge(stage: Stage, table: str, expectations: Sequence[Expectation]) -> list[Reason]:
    """Makes ``failures(row, failed INTEGER[])``, the expectations that each bad row fails; returns flags with
    counts."""
    active = [one for one in expectations if not one.needs or stage.has(one.needs)]
    rejecting = [(i, one) for i, one in enumerate(expectations) if one in active and one.severity == "reject"]
    tests = [f"CASE WHEN ({one.predicate}) IS NOT TRUE THEN {i} END" for i, one in rejecting]
    any_failed = " OR ".join(f"({one.predicate}) IS NOT TRUE" for _, one in rejecting) or "false"
    stage.connection.execute(
        f"CREATE TEMP TABLE failures AS SELECT row, list_filter([{', '.join(tests)}]::INTEGER[], "
        f"lambda x: x IS NOT NULL) AS failed FROM {table} WHERE {any_failed}"
    )
    flags = [one for one in active if one.severity == "flag"]
    if not flags or stage.settings.is_row_by_row:
        return []
    counted = ", ".join(f"count(*) FILTER (({one.predicate}) IS FALSE)" for one in flags)
    counts = stage.connection.execute(f"SELECT {counted} FROM {table} ANTI JOIN failures USING (row)").fetchone() or ()
    return [
        Reason(one.code, {"count": int(count)}, {"column": stage.mapping.shown(one.field)})
        for one, count in zip(flags, counts, strict=True)
        if count
    ]


def write_rejected(
    stage: Stage, table: str, expectations: Sequence[Expectation], path: Path, money: str, when: str
) -> int:
    """Writes quarantine (see ``rejected_sql``) and returns its size."""
    rejected = rejected_sql(stage, table, expectations, money, when)
    stage.connection.execute(
        f"COPY ({rejected}) TO {quoted(str(path))} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_READ_AT_ONCE})"
    )
    row = stage.connection.execute(f"SELECT count(*) FROM read_parquet({quoted(str(path))})").fetchone()
    return int(row[0]) if row else 0


def rejected_sql(stage: Stage, table: str, expectations: Sequence[Expectation], money: str, when: str) -> str:
    """SQL of the rows in quarantine, after ``judge``.

    Columns: ``row``; ``column`` (the person's name for it), ``value``, ``code``, ``params`` (JSON) of the first reason;
    ``also`` (JSON list of further ones); ``event_at`` TIMESTAMP and ``amount_micros`` BIGINT and ``currency`` as far as
    they could be read; ``corrects_row``, ``corrects_file``; ``raw`` (text of a record that could not be split);
    ``c0`` … as received.
    """
    currency = "t.currency" if "currency" in KINDS[stage.mapping.kind].fields else "NULL::VARCHAR"
    whens = "\n".join(_reason_case(stage, i, one) for i, one in enumerate(expectations))
    cells = ", ".join(f"r.c{i}" for i in range(len(stage.mapping.columns)))
    return f"""
        WITH reasons AS (
            SELECT t.row, t.{money} AS amount_micros, t.{when} AS event_at, {currency} AS currency, t.corrects_row,
                t.corrects_file, list_transform(f.failed, lambda i: CASE i {whens} END) AS reasons
            FROM {table} t JOIN failures f USING (row) JOIN received r USING (row)
        ), all_reasons AS (
            SELECT row, reasons[1] AS first, to_json(reasons[2:])::VARCHAR AS also, event_at, amount_micros, currency,
                corrects_row, corrects_file FROM reasons
            UNION ALL BY NAME
            SELECT row, {{'column': broken->'where'->>'column', 'value': left(raw, {_VALUE_CHARS}),
                'code': broken->>'code', 'params': (broken->'params')::VARCHAR}} AS first, '[]' AS also,
                NULL::TIMESTAMP AS event_at, NULL::BIGINT AS amount_micros, NULL::VARCHAR AS currency,
                NULL::BIGINT AS corrects_row, NULL::VARCHAR AS corrects_file
            FROM (SELECT row, raw, broken::JSON AS broken FROM received WHERE broken IS NOT NULL)
        )
        SELECT a.row, first.column AS "column", first.value AS value, first.code AS code,
            coalesce(first.params, '{{}}') AS params, also, event_at, amount_micros, currency, corrects_row,
            corrects_file, r.raw, {cells}
        FROM all_reasons a JOIN received r USING (row) ORDER BY a.row"""


def _reason_case(stage: Stage, number: int, one: Expectation) -> str:
    column = stage.mapping.column(one.field)
    value = f"left(r.{column}, {_VALUE_CHARS})" if column else "NULL::VARCHAR"
    shown = quoted(stage.mapping.shown(one.field))
    return (
        f"WHEN {number} THEN {{'column': {shown}, 'value': {value}, 'code': t_code({number}), 'params': '{{}}'}}"
    ).replace(f"t_code({number})", _prefixed(one))


def _prefixed(one: Expectation) -> str:
    return f"t.{one.code_sql}" if one.code_sql else f"'{one.code}'"
