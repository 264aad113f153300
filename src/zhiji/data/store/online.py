"""The online features of customers: derived from the record, for those who are touched and for those whose time is up.

A counter that each event adds to would have to know of every way in which the record changes besides: an event that
comes late or twice, an order that is cancelled, an import, an undo, two customers who become one. Here the few rows of
the customers at hand are looked at again instead; so the same record gives the same numbers, however it came about.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pandas as pd
from django.db import connection, transaction

from zhiji.data.store import bulk, derive
from zhiji.data.store.models import CustomerActivity
from zhiji.kernel import clock

# Ascending; what is counted of each of them is in the columns ``<what>_<name>``.
WINDOWS = {
    "1_hour": timedelta(hours=1),
    "24_hours": timedelta(hours=24),
    "7_days": timedelta(days=7),
    "30_days": timedelta(days=30),
    "90_days": timedelta(days=90),
}
BLOCK = 5_000
_LONGEST = max(WINDOWS.values())
_COLUMNS = tuple(field.attname for field in CustomerActivity._meta.concrete_fields)
Numbers = dict[str, Any]


def renew_all(now: datetime) -> tuple[int, int]:
    """Make the row of every customer anew; returns how many customers there are, and of how many it said otherwise
    than the record does at ``now``, which no event should leave behind."""
    ids = [row[0] for row in bulk.look_up("SELECT id FROM store_customer", [])]
    differed = 0
    for block in derive.blocks(ids, BLOCK):
        with transaction.atomic():
            kept = {row[0]: row for row in _kept(block)}
            true = _read(block, now)
            for pk in block:
                row = kept.get(pk)
                is_current = row is not None and (row[2] is None or _instant(row[2]) > now)
                if row is None or (is_current and _plain(row[3:]) != _plain(true[pk][3:])):
                    differed += 1
            _write(list(true.values()))
    return len(ids), differed


def renew(customer_ids: Iterable[int], now: datetime) -> None:
    """Make the rows of these customers what the record says at ``now``; customers that are gone have none."""
    for block in derive.blocks(customer_ids, BLOCK):
        with transaction.atomic():
            there = [row[0] for row in bulk.look_up(f"SELECT id FROM store_customer WHERE {bulk.among('id')}",
                                                    [bulk.many(block)])]  # fmt: skip
            _write(list(_read(there, now).values()))


def renew_expired(now: datetime, most: int) -> list[int]:
    """Bring the rows up to date of which time has changed something, the longest overdue first; returns whose."""
    due = CustomerActivity.objects.filter(expires_at__lte=now).order_by("expires_at").values_list("pk", flat=True)
    ids = list(due[:most])
    if ids:
        renew(ids, now)
    return ids


def of_customer(customer_id: int, now: datetime) -> Numbers:
    """The numbers of one customer at ``now``, whether or not the stored row has expired."""
    return dict(zip(_COLUMNS, _read([customer_id], now)[customer_id], strict=True))


def _kept(customer_ids: Sequence[int]) -> list[tuple[Any, ...]]:
    return bulk.look_up(
        f"SELECT {', '.join(_COLUMNS)} FROM store_customeractivity WHERE {bulk.among('customer_id')}",
        [bulk.many(customer_ids)],
    )


def _read(customer_ids: Sequence[int], now: datetime) -> dict[int, tuple[Any, ...]]:
    """customer → its row, in the order of ``_COLUMNS``."""
    orders = _counted(
        customer_ids, now, "store_order", "ordered_at", "is_order", "CASE WHEN is_void THEN 0 ELSE value_micros END"
    )
    touches = _counted(customer_ids, now, "store_interaction", "event_at", "1 = 1", "0")
    found = {}
    for pk in customer_ids:
        bought, touched = orders.get(pk, _NOTHING), touches.get(pk, _NOTHING)
        ends = [at for at in (bought.expires_at, touched.expires_at) if at is not None]
        found[pk] = (
            pk, now, min(ends, default=None), bought.last_at, touched.last_at, *bought.counts, *bought.sums,
            *touched.counts,
        )  # fmt: skip
    return found


class _Counted(NamedTuple):
    """Of one customer and one kind of thing, a number for each of ``WINDOWS``."""

    last_at: datetime | None
    expires_at: datetime | None
    counts: tuple[int, ...]
    sums: tuple[int, ...]


_NOTHING = _Counted(None, None, (0,) * len(WINDOWS), (0,) * len(WINDOWS))


def _counted(customer_ids: Sequence[int], now: datetime, table: str, at: str, counts: str,
             value: str) -> dict[int, _Counted]:  # fmt: skip
    """counts: SQL that says whether a row is counted; value: SQL of what it adds to the sum."""
    begins = [now - length for length in WINDOWS.values()]
    columns, parameters = [f"MAX(CASE WHEN {counts} AND {at} <= %s THEN {at} END)"], [now]
    # What leaves each window first: the oldest that is in it and in no shorter one; then what begins to count.
    for start, end in zip(begins, [now, *begins], strict=False):
        columns.append(f"MIN(CASE WHEN {at} > %s AND {at} <= %s THEN {at} END)")
        parameters += [start, end]
    columns.append(f"MIN(CASE WHEN {at} > %s THEN {at} END)")
    parameters.append(now)
    for start in begins:
        within = f"{at} > %s AND {at} <= %s"
        columns += [f"SUM(CASE WHEN {counts} AND {within} THEN 1 ELSE 0 END)",
                    f"SUM(CASE WHEN {within} THEN {value} ELSE 0 END)"]  # fmt: skip
        parameters += [start, now, start, now]
    rows = bulk.look_up(
        f"SELECT customer_id, {', '.join(columns)} FROM {table} WHERE {bulk.among('customer_id')} GROUP BY customer_id",
        [*(connection.ops.adapt_datetimefield_value(one) for one in parameters), bulk.many(customer_ids)],
    )
    return {row[0]: _of_row(row[1:]) for row in rows}


def _of_row(row: Sequence[Any]) -> _Counted:
    n = len(WINDOWS)
    first = [None if at is None else _instant(at) for at in row[1 : n + 2]]
    leaves = [at + length for at, length in zip(first, WINDOWS.values(), strict=False) if at is not None]
    ends = [*leaves, *(at for at in first[n:] if at is not None)]
    numbers = row[n + 2 :]
    return _Counted(
        None if row[0] is None else _instant(row[0]), min(ends, default=None),
        tuple(int(number) for number in numbers[::2]), tuple(int(number) for number in numbers[1::2]),
    )  # fmt: skip


def _instant(at: Any) -> datetime:
    """A plain read of SQLite gives the stored text, always UTC."""
    found = datetime.fromisoformat(at) if isinstance(at, str) else at
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _plain(row: Sequence[Any]) -> list[Any]:
    return [_instant(value) if isinstance(value, str | datetime) else value for value in row]


def _write(rows: Sequence[tuple[Any, ...]]) -> None:
    assignments = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[1:])
    bulk.execute_many(
        f"INSERT INTO store_customeractivity ({', '.join(_COLUMNS)}) VALUES ({', '.join(['%s'] * len(_COLUMNS))}) "
        f"ON CONFLICT (customer_id) DO UPDATE SET {assignments}",
        [
            [connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value for value in row]
            for row in rows
        ],
    )


def customer_days(customer_ids: Sequence[int], zone: ZoneInfo) -> pd.DataFrame:
    """What value models and rhythms are computed from, of these customers: ``customer_id`` int64, ``value_on``
    datetime64 (the company's day), ``amount_micros`` int64, ``orders`` int64; as ``processing.features.customer_days``
    says it of everybody from the lake, which events do not reach before the next refresh."""
    rows = bulk.look_up(
        "SELECT customer_id, ordered_at, CASE WHEN is_void THEN 0 ELSE value_micros END, is_order FROM store_order "
        f"WHERE {bulk.among('customer_id')}",
        [bulk.many(customer_ids)],
    )
    days: dict[tuple[int, date], list[int]] = {}
    for pk, at, value, is_order in rows:
        day = days.setdefault((pk, clock.day_of(_instant(at), zone)), [0, 0])
        day[0] += int(value)
        day[1] += bool(is_order)
    kept = [(pk, on, amount, orders) for (pk, on), (amount, orders) in sorted(days.items()) if orders or amount]
    frame = pd.DataFrame(kept, columns=["customer_id", "value_on", "amount_micros", "orders"])
    return frame.astype({"customer_id": "int64", "amount_micros": "int64", "orders": "int64"}).assign(
        value_on=pd.to_datetime(frame["value_on"])
    )
