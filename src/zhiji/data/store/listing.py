"""The list projection: one narrow row a customer, made from the record and from the scores.

Two writers, each with its own columns: ``write_rows`` what the record says, ``write_scores`` what a refresh found.
Neither touches the other's, and both may be run again at any time.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from django.db import connection, transaction

from zhiji.data.store import bulk, derive
from zhiji.data.store.names import sort_key
from zhiji.kernel import clock
from zhiji.platform import company

RECORD_COLUMNS = (
    "external_id", "name", "name_sort", "country", "city", "owner_id", "team_id", "orders", "spend_micros",
    "first_order_on", "last_order_on", "mean_order_micros", "contact_allowed",
)  # fmt: skip
SCORE_COLUMNS = (
    "rfm_segment", "band", "value_score", "value_rank", "expected_orders", "expected_value_micros", "value_low_micros",
    "value_high_micros", "probability_active", "overdue_days", "at_stake_micros", "usual_gap_days",
    "usual_gap_low_days", "usual_gap_high_days", "as_of",
)  # fmt: skip
_TEXT_SCORES = ("rfm_segment", "band")
_WHOLE_SCORES = (
    "value_rank", "expected_value_micros", "value_low_micros", "value_high_micros", "at_stake_micros",
)  # fmt: skip
BLOCK = 5_000


def write_rows(customer_ids: Iterable[int] | None = None) -> int:
    """Make the list rows of these customers (of all, for ``None``) what the record says; returns the rows written.

    Customers that are deleted or gone lose their row. ``orders``, ``spend_micros`` and the days of the first and the
    last order are what the features say of all that is known, by ``Order.is_order`` and ``is_void``: an order wholly
    cancelled counts for nothing on both sides, a free one is an order. Days are the company's. Scores are left alone;
    a new row has none. A block of customers is a transaction with a fixed number of statements.
    """
    everybody = customer_ids is None
    if customer_ids is None:
        customer_ids = [row[0] for row in bulk.look_up("SELECT id FROM store_customer", [])]
    zone = company.zone()
    written = sum(_write_block(block, zone) for block in derive.blocks(customer_ids, BLOCK))
    if everybody:
        renew_statistics()
    return written


def renew_statistics() -> None:
    """After many rows changed at once: PostgreSQL plans by statistics, and its own worker may come a minute later."""
    if connection.vendor == "postgresql":
        bulk.execute("ANALYZE store_customerlistrow")
        bulk.execute("ANALYZE store_customersearch")
        # What waits to go into the index is read through by every search.
        bulk.look_up("SELECT gin_clean_pending_list('store_customersearch_vector'::regclass)", [])


@transaction.atomic
def _write_block(customer_ids: list[int], zone: ZoneInfo) -> int:
    ids = bulk.many(customer_ids)
    facts = bulk.look_up(
        f"""
        WITH bought AS (
            SELECT customer_id, SUM(CASE WHEN is_order THEN 1 ELSE 0 END) AS orders,
                SUM(CASE WHEN is_void THEN 0 ELSE value_micros END) AS spend,
                MIN(CASE WHEN is_order THEN ordered_at END) AS first_at,
                MAX(CASE WHEN is_order THEN ordered_at END) AS last_at
            FROM store_order WHERE {bulk.among("customer_id")} GROUP BY customer_id
        ), known AS (
            SELECT customer_id, MIN(id) AS first_id FROM store_identity
            WHERE {bulk.among("customer_id")} GROUP BY customer_id
        )
        SELECT c.id, i.external_id, c.name, c.company, c.country, c.city, c.owner_id, c.team_id, c.contact_allowed,
            bought.orders, bought.spend, bought.first_at, bought.last_at
        FROM store_customer c LEFT JOIN bought ON bought.customer_id = c.id
        LEFT JOIN known ON known.customer_id = c.id LEFT JOIN store_identity i ON i.id = known.first_id
        WHERE {bulk.among("c.id")} AND c.deleted_at IS NULL AND c.merged_into_id IS NULL
        """,
        [ids, ids, ids],
    )
    there = {fact[0] for fact in facts}
    gone = [pk for pk in customer_ids if pk not in there]
    if gone:
        bulk.execute(f"DELETE FROM store_customerlistrow WHERE {bulk.among('customer_id')}", [bulk.many(gone)])
    assignments = ", ".join(f"{name} = excluded.{name}" for name in RECORD_COLUMNS)
    names = ("customer_id", *RECORD_COLUMNS, *_TEXT_SCORES)
    bulk.execute_many(
        f"INSERT INTO store_customerlistrow ({', '.join(names)}) VALUES ({', '.join(['%s'] * len(names))}) "
        f"ON CONFLICT (customer_id) DO UPDATE SET {assignments}",
        [(*_row(fact, zone), "", "") for fact in facts],
    )
    return len(facts)


def _row(fact: Sequence[Any], zone: ZoneInfo) -> tuple[Any, ...]:
    pk, external_id, name, organisation, country, city, owner, team, contact, orders, spend, first_at, last_at = fact
    external_id, orders, spend = external_id or "", int(orders or 0), int(spend or 0)
    shown = name or organisation
    return (
        pk, external_id, shown, sort_key(shown or external_id), country, city, owner, team, orders, spend,
        _stored_day(_day(first_at, zone)), _stored_day(_day(last_at, zone)), _mean(spend, orders), contact,
    )  # fmt: skip


def _mean(spend: int, orders: int) -> int:
    """Micros an order, half away from zero, in integers; no order, no mean."""
    if orders == 0:
        return 0
    size = (2 * abs(spend) + orders) // (2 * orders)
    return size if spend >= 0 else -size


def _day(instant: datetime | str | None, zone: ZoneInfo) -> date | None:
    if instant is None:
        return None
    # A plain read of SQLite gives the stored text, always UTC.
    at = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    return clock.day_of(at.replace(tzinfo=UTC) if at.tzinfo is None else at, zone)


def _stored_day(day: date | None) -> Any:
    return day.isoformat() if day is not None and connection.vendor == "sqlite" else day


def present(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of customers who are there: an import may have been undone since ``frame`` was computed."""
    there = {row[0] for row in bulk.look_up("SELECT id FROM store_customer", [])}
    return frame[frame["customer_id"].isin(there)]


def write_scores(frame: pd.DataFrame) -> int:
    """Set the score columns of list rows from a frame; returns the rows written.

    frame: ``customer_id`` and any of ``SCORE_COLUMNS`` (money in micros as integers, ``as_of`` a date; missing values
    as None or NaN); other columns are passed over, score columns that are absent stay as they are, and so do customers
    without a row. Raises KeyError where no score column is there at all.
    """
    columns = [name for name in SCORE_COLUMNS if name in frame.columns]
    if not columns:
        raise KeyError(f"none of {SCORE_COLUMNS}")
    assignments = ", ".join(f"{name} = %s" for name in columns)
    prepared = [_stored(name, frame[name]) for name in columns]
    keys = [int(pk) for pk in frame["customer_id"]]
    written = 0
    for start in range(0, len(keys), BLOCK):
        part = slice(start, start + BLOCK)
        rows = list(zip(*(column[part] for column in prepared), keys[part], strict=True))
        with transaction.atomic():
            bulk.execute_many(f"UPDATE store_customerlistrow SET {assignments} WHERE customer_id = %s", rows)
        written += len(rows)
    if written >= BLOCK:
        renew_statistics()
    return written


def _stored(name: str, column: pd.Series[Any]) -> list[Any]:
    """Plain Python values as the database stores them."""
    found: list[Any] = []
    for value in column.tolist():
        missing = value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value))
        if name in _TEXT_SCORES:
            found.append("" if missing else str(value))
        elif missing:
            found.append(None)
        elif name == "as_of":
            found.append(_stored_day(value.date() if isinstance(value, datetime) else value))
        else:
            found.append(int(value) if name in _WHOLE_SCORES else float(value))
    return found
