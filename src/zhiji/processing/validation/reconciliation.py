"""Where the money of a file went, month by month, in exact integers: nothing is left unexplained."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

# Each line is in exactly one part. Order is precedence: a repeated guest line is a guest's, so that goods, repeats,
# returns, cancellations and discounts together are what the known customers spent.
PARTS = {
    "postage": "line_kind = 'postage'",
    "tax": "line_kind = 'tax'",
    "fees": "line_kind = 'fee'",
    "adjustments": "line_kind = 'adjustment'",
    "other": "line_kind = 'other'",
    "without_value": "order_state IN ('open', 'closed', 'cancelled', 'refunded')",
    "guests": "customer_external_id IS NULL",
    "repeats": "is_repeat",
    "returns": "line_kind = 'return'",
    "cancellations": "line_kind = 'cancellation'",
    "discounts": "line_kind = 'discount'",
    "goods": "true",
}


def reconcile(
    clean: str | Path,
    rejected: str | Path,
    *,
    zone: str,
    months: Sequence[dict[str, Any]] | None = None,
) -> pa.Table:
    """One row a month and currency, from the files that ``clean_orders`` wrote.

    ``month`` VARCHAR (``2011-08``, of the
    company's zone; NULL where a rejected row has no readable date), ``currency``,
    ``received_lines``, ``received_micros``; for each of ``PARTS`` ``<part>_micros`` and ``<part>_lines``;
    ``rejected_micros`` (as far as it could be read), ``rejected_lines``, ``rejected_unknown_lines`` (without a readable
    amount); ``difference_micros`` = received − all parts − rejected, which is 0 unless rows were lost or doubled.

    months: ``Cleaned.months``, the totals taken before any row was sorted or judged. With it, ``received_*`` comes from
    there (rows that could not even be split come from the rejects), so the difference is a check by another route;
    without it, it is the sum of both files and says only that the parts are complete.
    """
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone='UTC'")
        parts = _parts(connection, Path(clean), Path(rejected), zone)
        if months is not None:
            _replace_received(connection, months)
        names = [f"{part}_micros" for part in PARTS]
        return connection.sql(
            f"SELECT *, (received_micros - rejected_micros - {' - '.join(names)})::BIGINT AS difference_micros "
            f"FROM {parts} "
            "ORDER BY month NULLS LAST, currency NULLS LAST"
        ).to_arrow_table()


def _parts(connection: duckdb.DuckDBPyConnection, clean: Path, rejected: Path, zone: str) -> str:
    month = f"strftime(timezone('{zone}', timezone('UTC', event_at)), '%Y-%m')"
    whens = " ".join(f"WHEN {test} THEN '{part}'" for part, test in PARTS.items())
    sums = ", ".join(
        f"coalesce(sum(micros) FILTER (part = '{part}'), 0)::BIGINT AS {part}_micros, "
        f"count(*) FILTER (part = '{part}') AS {part}_lines"
        for part in (*PARTS, "rejected")
    )
    connection.execute(
        f"""CREATE TEMP TABLE parts AS SELECT month, currency, count(*) AS received_lines,
            coalesce(sum(micros), 0)::BIGINT AS received_micros, {sums},
            count(*) FILTER (part = 'rejected' AND micros IS NULL) AS rejected_unknown_lines
        FROM (
            SELECT {month} AS month, currency, amount_micros AS micros, CASE {whens} END AS part FROM
            read_parquet($clean)
            UNION ALL
            SELECT {month}, currency, amount_micros, 'rejected' FROM read_parquet($rejected)
        ) GROUP BY 1, 2""",
        {"clean": str(clean), "rejected": str(rejected)},
    )
    return "parts"


def _replace_received(connection: duckdb.DuckDBPyConnection, months: Sequence[dict[str, Any]]) -> None:
    """Received figures by the other route. Records that could not be split have neither month nor currency there."""
    connection.execute(
        "CREATE TEMP TABLE received_months (month VARCHAR, currency VARCHAR, lines BIGINT, micros BIGINT)"
    )
    if months:
        rows = [(entry["month"], entry["currency"], entry["lines"], entry["micros"]) for entry in months]
        connection.executemany("INSERT INTO received_months VALUES (?, ?, ?, ?)", rows)
    connection.execute(
        """UPDATE parts p SET received_micros = coalesce((SELECT m.micros FROM received_months m
            WHERE m.month IS NOT DISTINCT FROM p.month AND m.currency IS NOT DISTINCT FROM p.currency), 0)"""
    )
    connection.execute(
        """INSERT INTO parts BY NAME SELECT month, currency, lines AS received_lines, micros AS received_micros,
            0 AS rejected_micros, 0 AS rejected_lines, 0 AS rejected_unknown_lines FROM received_months m
        WHERE NOT EXISTS (SELECT 1 FROM parts p WHERE m.month IS NOT DISTINCT FROM p.month
            AND m.currency IS NOT DISTINCT FROM p.currency)"""
    )
    zeros = ", ".join(f"{part}_{unit} = coalesce({part}_{unit}, 0)" for part in PARTS for unit in ("micros", "lines"))
    connection.execute(f"UPDATE parts SET {zeros}")
