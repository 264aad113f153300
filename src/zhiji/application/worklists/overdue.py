"""When a customer usually orders again, who is late, and how much is at stake: arithmetic that a person can check on
paper."""

from __future__ import annotations

import numpy as np
import pandas as pd

FEWEST_ORDER_DAYS = 3
MOST_GAPS = 3.0
USUAL_GAP_COLUMNS = ("usual_gap_days", "usual_gap_low_days", "usual_gap_high_days")


def usual_gap(features: pd.DataFrame) -> pd.DataFrame:
    """The one rhythm of a customer that the list, the page and the worklist speak of.

    Order days are those of the features: days of the company with an order that is not void. A free order is one, for
    somebody came; several orders on a day are one order day. Below three order days there is no rhythm.

    features: one row a customer with ``order_days, mean_gap_days, gap_deviation_days``. Returns ``USUAL_GAP_COLUMNS``
    (float64, in days after an order day) on the index of ``features``: the mean gap, and the band of one deviation
    on either side of it, its low end never below 0. All three are NaN without a rhythm. Who has not ordered by the high
    end is late.
    """
    known = (features["order_days"] >= FEWEST_ORDER_DAYS) & (features["mean_gap_days"] > 0)
    gap = features["mean_gap_days"].astype("float64").where(known)
    spread = features["gap_deviation_days"].astype("float64").fillna(0.0)
    edges = (gap, (gap - spread).clip(lower=0.0), gap + spread)
    return pd.DataFrame(dict(zip(USUAL_GAP_COLUMNS, edges, strict=True)), index=features.index)


def overdue(features: pd.DataFrame) -> pd.DataFrame:
    """Customers who would normally have ordered by now.

    Late means more days since the last order than the high end of the customer's usual gap (see ``usual_gap``); longer
    than three usual gaps is no longer late but lapsed, and another list's matter. ``overdue_days`` = days since the
    last order − usual gap. ``at_stake_micros`` = mean order × overdue days / usual gap: the spend that would normally
    have come in by now (the rule behind the list; no model).

    features: one row a customer with ``customer_id, order_days, days_since_last_order, mean_gap_days,
    gap_deviation_days, mean_order_micros``. Returns ``customer_id, usual_gap_days, overdue_days, at_stake_micros``
    (int64, rounded to whole micros), most at stake first, ties by customer_id.
    """
    usual = usual_gap(features)
    gap = usual["usual_gap_days"]
    since = features["days_since_last_order"].astype("float64")
    late = (since > usual["usual_gap_high_days"]) & (since <= MOST_GAPS * gap) & (features["mean_order_micros"] > 0)
    known, gap, since = features[late], gap[late], since[late]
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
