"""The summary that the customer-base models are fitted to: frequency, recency, T and monetary value."""

from __future__ import annotations

from datetime import date

import pandas as pd

from zhiji.algorithms.base.errors import FrameEmpty
from zhiji.algorithms.value.purchases import History, PurchaseLog, day_number
from zhiji.algorithms.value.units import unit_days
from zhiji.kernel import Columns


def purchase_summary(transactions: pd.DataFrame, as_of: date, unit: str = "day", *, zone: str = "UTC") -> pd.DataFrame:
    """Each customer's purchases as of the end of the company day ``as_of``.

    transactions: ``customer_id`` (int or str), ``value_on`` (company day), ``amount_micros`` (int64), optionally
    ``known_at`` (UTC). Rows of one customer-day are added up; a customer-day whose total is ≤ 0 (a return that could
    not be linked) is no purchase, one of nothing but zero amounts (a free order) is. Rows dated after
    ``as_of``, or known only after that day ended in ``zone``, are left out.

    unit: ``day`` | ``week`` | ``month`` | ``year``; a time is its days divided by the days of the unit (7 for a week:
    fractions stay, never whole weeks).

    Returns a frame indexed by ``customer_id`` (ascending), a row for each customer with a purchase, all float64:

    - ``frequency``: purchase days after the first one (repeat purchases), a whole number;
    - ``recency``: time between the first and the last purchase day, 0 where there is one only;
    - ``T``: time between the first purchase day and ``as_of``; T ≥ recency;
    - ``monetary_value``: mean total of the *repeat* days in currency units; 0.0 where frequency is 0, the convention
      of the published implementations: such rows say nothing of spend and ``GammaGamma`` leaves them out.

    Raises FrameEmpty, FrameColumnMissing, FrameValuesInvalid, ParameterInvalid.
    Source: Fader, Hardie & Lee (2005), sections 2 and 5.
    """
    days = unit_days(unit)
    log = PurchaseLog(transactions, zone)
    history = log.history(day_number(as_of))
    if len(history) == 0:
        raise FrameEmpty(frame="transactions")
    return summary_of(history, log.customers, days)


def summary_of(history: History, customers: pd.Index, days: float) -> pd.DataFrame:
    """The frame of ``purchase_summary`` from arrays; ``days`` in one unit of time."""
    return pd.DataFrame(
        {
            Columns.FREQUENCY: history.frequency,
            Columns.RECENCY: (history.last - history.first) / days,
            Columns.T: history.age / days,
            Columns.MONETARY_VALUE: history.repeat_value,
        },
        index=customers[history.code].rename(Columns.CUSTOMER_ID),
    )
