"""What follows at once for customers who have just ordered: scores, segment, rhythm and what is at stake."""

from __future__ import annotations

from datetime import date

import pandas as pd

from zhiji.application.predictions import services as predictions
from zhiji.application.segments import services as segments
from zhiji.application.worklists import services as worklists
from zhiji.data.store import listing, online
from zhiji.data.store.models import CustomerListRow
from zhiji.kernel import clock
from zhiji.platform.company import zone


def follow_orders(customer_ids: set[int]) -> None:
    """Bring the list rows of these customers up to now; in the transaction that changed their orders.

    By what the last refresh learned: its model or rule, its cut points. Before the first one nothing is shown, and
    nothing follows.
    """
    shown = CustomerListRow.objects.filter(pk__in=customer_ids).values_list("pk", flat=True)
    ids = sorted(shown) if segments.is_anything_shown() or predictions.is_anything_shown() else []
    if not ids:
        return
    place = zone()
    today = clock.day_of(clock.now(), place)
    days = online.customer_days(ids, place)
    features = rhythm(days[days["value_on"] <= pd.Timestamp(today)], today)
    if features.empty:
        return
    frame = features[["customer_id"]].copy()
    frame[list(worklists.USUAL_GAP_COLUMNS)] = worklists.usual_gap(features)
    late = worklists.overdue(features).drop(columns="usual_gap_days")
    for more in (late, segments.labels_renew(features), predictions.scores_renew(days, today)):
        frame = frame.merge(more, on="customer_id", how="left")
    frame["as_of"] = today
    for unsaid in _unsaid(frame):
        del frame[unsaid]
    listing.write_scores(frame)


def _unsaid(frame: pd.DataFrame) -> list[str]:
    """Columns of which nothing was said of anybody: what is shown stays."""
    said_of_none = ("rfm_segment", *predictions.SCORES)
    return [name for name in said_of_none if name in frame and frame[name].isna().all()]


def rhythm(days: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Of customer-days: one row a customer with the columns that the rhythm, what is overdue and the segment are made
    of, as ``processing.features.customer_features`` has them."""
    ordered = days[days["orders"] > 0].sort_values(["customer_id", "value_on"])
    gaps = ordered.groupby("customer_id")["value_on"].diff().dt.days
    grouped = ordered.assign(gap=gaps).groupby("customer_id")
    sums = days.groupby("customer_id").agg(orders=("orders", "sum"), spend_micros=("amount_micros", "sum"))
    features = sums.join(
        grouped.agg(
            order_days=("value_on", "size"), last_order_on=("value_on", "max"), mean_gap_days=("gap", "mean"),
            gap_deviation_days=("gap", "std"),
        ),
        how="inner",
    )  # fmt: skip
    features["days_since_last_order"] = (pd.Timestamp(as_of) - features["last_order_on"]).dt.days.astype("float64")
    features["mean_order_micros"] = features["spend_micros"] / features["orders"]
    return features.reset_index()
