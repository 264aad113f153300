"""Where the money of a file went, month by month, in exact integers: nothing is left unexplained."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from zhiji.data.store import states

# Each line is in exactly one part. Order is precedence: a repeated guest line is a guest's, so that goods, repeats,
# refunds, returns, cancellations and discounts together are what the known customers spent.
PARTS = {
    # Beside an order that brings nothing: neither received nor spent.
    "void_refunds": f"made_from = 'refund_amount' AND {states.without_value('line_state')}",
    "guest_refunds": "made_from = 'refund_amount' AND customer_external_id IS NULL",
    "refunds": "made_from = 'refund_amount'",
    "postage": "line_kind = 'postage'",
    "tax": "line_kind = 'tax'",
    "fees": "line_kind = 'fee'",
    "adjustments": "line_kind = 'adjustment'",
    "other": "line_kind = 'other'",
    "without_value": states.without_value("line_state"),
    "guests": "customer_external_id IS NULL",
    "repeats": "is_repeat",
    "returns": "line_kind = 'return'",
    "cancellations": "line_kind = 'cancellation'",
    "discounts": "line_kind = 'discount'",
    "goods": "true",
}
# What came after the sale and is no part of what was received: a column of refunds beside the order's total.
LATER = ("void_refunds", "guest_refunds", "refunds")


def reconcile(
    clean: str | Path,
    rejected: str | Path,
    *,
    zone: str,
    months: Sequence[dict[str, Any]] | None = None,
    currency: str | None = None,
) -> pa.Table:
    """One row a month and currency, from the files that ``clean_orders`` wrote.

    ``month`` VARCHAR (``2011-08``, of the
    company's zone; NULL where a rejected row has no readable date), ``currency``,
    ``received_lines``, ``received_micros``; for each of ``PARTS`` ``<part>_micros`` and ``<part>_lines``;
    ``rejected_micros`` (as far as it could be read), ``rejected_lines``, ``rejected_unknown_lines`` (without a readable
    amount); ``difference_micros`` = received − all parts but ``LATER`` − rejected, which is 0 unless rows were lost or
    doubled. Lines count rows of the file; of parts that were made from columns, orders.

    months: ``Cleaned.months``, the totals taken before any row was sorted or judged. With it, ``received_*`` comes from
    there (rows that could not even be split come from the rejects), so the difference is a check by another route;
    without it, it is the sum of both files and says only that the parts are complete.

    currency: of the books. Rows in another are all in quarantine; their amounts are then unknown rather than added to
    amounts of the books.
    """
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone='UTC'")
        parts = _parts(connection, Path(clean), Path(rejected), zone, currency)
        if months is not None:
            _replace_received(connection, _in_the_books(months, currency))
        names = [f"{part}_micros" for part in PARTS if part not in LATER]
        return connection.sql(
            f"SELECT *, (received_micros - rejected_micros - {' - '.join(names)})::BIGINT AS difference_micros "
            f"FROM {parts} "
            "ORDER BY month NULLS LAST, currency NULLS LAST"
        ).to_arrow_table()


def _in_the_books(months: Sequence[dict[str, Any]], currency: str | None) -> list[dict[str, Any]]:
    if currency is None:
        return list(months)
    together: dict[str | None, dict[str, Any]] = {}
    for entry in months:
        total = together.setdefault(
            entry["month"], {"month": entry["month"], "currency": currency, "lines": 0, "micros": 0}
        )
        total["lines"] += entry["lines"]
        total["micros"] += entry["micros"] if entry["currency"] == currency else 0
    return list(together.values())


def _parts(connection: duckdb.DuckDBPyConnection, clean: Path, rejected: Path, zone: str, currency: str | None) -> str:
    month = f"strftime(timezone('{zone}', timezone('UTC', event_at)), '%Y-%m')"
    whens = " ".join(f"WHEN {test} THEN '{part}'" for part, test in PARTS.items())
    sums = ", ".join(
        f"coalesce(sum(micros) FILTER (part = '{part}'), 0)::BIGINT AS {part}_micros, "
        f"count(*) FILTER (part = '{part}') AS {part}_lines"
        for part in (*PARTS, "rejected")
    )
    later = ", ".join(f"'{part}'" for part in LATER)
    foreign = f"currency IS DISTINCT FROM '{currency}'" if currency else "false"
    known = f"'{currency}'" if currency else "currency"
    connection.execute(
        f"""CREATE TEMP TABLE parts AS SELECT month, currency,
            count(*) FILTER (NOT is_made) AS received_lines,
            coalesce(sum(micros) FILTER (part NOT IN ({later})), 0)::BIGINT AS received_micros, {sums},
            count(*) FILTER (part = 'rejected' AND micros IS NULL) AS rejected_unknown_lines
        FROM (
            SELECT {month} AS month, currency, amount_micros AS micros, CASE {whens} END AS part,
                made_from IS NOT NULL AS is_made FROM read_parquet($clean)
            UNION ALL
            SELECT {month}, {known}, CASE WHEN NOT {foreign} THEN amount_micros END, 'rejected', false
                FROM read_parquet($rejected)
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
