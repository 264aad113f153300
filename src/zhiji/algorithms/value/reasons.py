"""Why a customer is scored as he is, in his own numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from zhiji.algorithms.value.purchases import History
from zhiji.kernel import MICROS, Reason

OVERDUE, RHYTHM = "value_reason_overdue", "value_reason_rhythm"
ONCE, NEW = "value_reason_bought_once", "value_reason_new"
MEAN_ORDER, ORDERS = "value_reason_mean_order", "value_reason_orders"
TWICE = "value_reason_twice"
CODES = ("", OVERDUE, RHYTHM, ONCE, NEW, MEAN_ORDER, ORDERS, TWICE)
# One gap is no rhythm: it takes three order days, as for the list of who is overdue.
_RHYTHM_REPEATS = 2
# Beyond twice the usual gap a customer is overdue; a first order within a month is new.
_OVERDUE_GAPS = 2.0
_NEW_DAYS = 30


def reason_columns(history: History) -> pd.DataFrame:
    """Codes (``reason_1`` … ``reason_3``, categorical) and the numbers they speak of, one row a customer."""
    since = history.as_of - history.last
    again = history.frequency > 0
    gap = np.where(again, (history.last - history.first) / np.maximum(history.frequency, 1), np.nan)
    late = since > _OVERDUE_GAPS * np.where(again, gap, np.inf)
    known = history.frequency >= _RHYTHM_REPEATS
    first = np.select([known & late, known, again, since <= _NEW_DAYS], [1, 2, 7, 4], default=3)
    third = np.where(again, 6, 0)
    codes = [first, np.full(len(history), 5), third]
    columns: dict[str, Any] = {
        f"reason_{number}": pd.Categorical.from_codes(code.astype(np.int64), categories=pd.Index(CODES))
        for number, code in enumerate(codes, start=1)
    }
    columns |= {
        "orders": history.frequency.astype(np.int64) + 1,
        "first_on": history.first.astype(np.int64).astype("datetime64[D]").astype("datetime64[s]"),
        "last_on": history.last.astype(np.int64).astype("datetime64[D]").astype("datetime64[s]"),
        "days_since_last": since.astype(np.int64),
        "usual_gap_days": gap,
        "mean_order_micros": np.rint(history.order_value * MICROS).astype(np.int64),
    }
    return pd.DataFrame(columns)


def customer_reasons(row: Mapping[str, Any]) -> list[Reason]:
    """Up to three reasons of one row of ``predict()``, with JSON-safe parameters.

    Parameters: ``orders``, ``first_on``, ``last_on`` (ISO), ``days_since_last``, ``gap_days`` (whole), ``mean_order``
    (a plain decimal text in currency units; a screen that knows the currency replaces it) and ``mean_order_micros``.
    """
    params: dict[str, Any] = {
        "orders": int(row["orders"]),
        "first_on": pd.Timestamp(row["first_on"]).date().isoformat(),
        "last_on": pd.Timestamp(row["last_on"]).date().isoformat(),
        "days_since_last": int(row["days_since_last"]),
        "mean_order": f"{int(row['mean_order_micros']) / MICROS:.2f}",
        "mean_order_micros": int(row["mean_order_micros"]),
    }
    if not pd.isna(row["usual_gap_days"]):
        params["gap_days"] = max(round(float(row["usual_gap_days"])), 1)
    codes = [str(row[f"reason_{number}"]) for number in (1, 2, 3)]
    return [Reason(code, dict(params)) for code in codes if code]
