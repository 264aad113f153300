"""Who is late, and how much is usually at stake: arithmetic that a person can check on paper."""

from __future__ import annotations

import numpy as np
import pandas as pd

FEWEST_ORDER_DAYS = 3
MOST_GAPS = 3.0


def overdue(features: pd.DataFrame) -> pd.DataFrame:
    """Customers who would normally have ordered by now.

    A customer with at least three order days has a usual gap (the mean) and a usual spread (the deviation). Late means
    more days since the last order than gap + spread; longer than three usual gaps is no longer late but lapsed, and
    another list's matter. ``overdue_days`` = days since the last order − usual gap. ``at_stake_micros`` = mean order ×
    overdue days / usual gap: the spend that would normally have come in by now (the rule behind the list; no model).

    features: one row a customer with ``customer_id, order_days, days_since_last_order, mean_gap_days,
    gap_deviation_days, mean_order_micros``. Returns ``customer_id, usual_gap_days, overdue_days, at_stake_micros``
    (int64, rounded to whole micros), most at stake first, ties by customer_id.
    """
    known = features[(features["order_days"] >= FEWEST_ORDER_DAYS) & (features["mean_gap_days"] > 0)]
    gap = known["mean_gap_days"].astype("float64")
    since = known["days_since_last_order"].astype("float64")
    spread = known["gap_deviation_days"].astype("float64").fillna(0.0)
    late = (since > gap + spread) & (since <= MOST_GAPS * gap) & (known["mean_order_micros"] > 0)
    known, gap, since = known[late], gap[late], since[late]
    over = since - gap
    frame = pd.DataFrame(
        {
            "customer_id": known["customer_id"],
            "usual_gap_days": gap,
            "overdue_days": over,
            "at_stake_micros": np.rint(known["mean_order_micros"].astype("float64") * over / gap).astype("int64"),
        }
    )
    return frame.sort_values(["at_stake_micros", "customer_id"], ascending=[False, True], ignore_index=True)
