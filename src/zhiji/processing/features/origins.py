"""Transactions as they were known on several days at once, so that a back-test at any of them knows no later word."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from zhiji.kernel import Columns
from zhiji.processing.features.columns import F

_KEY = [F.CUSTOMER_ID, F.VALUE_ON]


def transactions_as_known(read: Callable[[date], pd.DataFrame], days: Sequence[date], zone: ZoneInfo) -> pd.DataFrame:
    """What changed in ``transactions`` from each of ``days`` (ascending) to the next, under the day that knew it first.

    read: ``transactions`` as of a day. Returns its columns, ``purchases`` (1 where a customer-day became a purchase, -1
    where it is one no more) and ``known_at`` (UTC, the beginning of that company day). The rows known by a day add up,
    customer-day by customer-day, to exactly what ``read`` gives for it: a sale that came back later stands whole on
    the days before, and so does an order that was cancelled or changed afterwards.
    """
    parts: list[pd.DataFrame] = []
    before: pd.DataFrame | None = None
    for day in days:
        now = with_purchases(read(day))
        changed = now if before is None else _changes(before, now)
        parts.append(changed.assign(**{Columns.KNOWN_AT: pd.Timestamp(day, tz=zone).tz_convert("UTC")}))
        before = now
    return pd.concat(parts, ignore_index=True)


def with_purchases(frame: pd.DataFrame) -> pd.DataFrame:
    """Customer-days with ``purchases``, 1 where one is a purchase: a free order was an order; what came back whole, or
    more than it was, is none."""
    return frame.assign(**{Columns.PURCHASES: (frame[F.AMOUNT_MICROS] >= 0).astype(np.int64)})


def _changes(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    both = before.merge(now, how="outer", on=_KEY, suffixes=("_before", "_now"))
    by = {
        name: both[f"{name}_now"].fillna(0).astype(np.int64) - both[f"{name}_before"].fillna(0).astype(np.int64)
        for name in (F.AMOUNT_MICROS, Columns.PURCHASES)
    }
    kept = (by[F.AMOUNT_MICROS] != 0) | (by[Columns.PURCHASES] != 0)
    return both.loc[kept, _KEY].assign(**{name: change[kept] for name, change in by.items()})
