"""What each segment spent afterwards: the only proof that a segment means something."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from zhiji.algorithms.base import FrameColumnMissing
from zhiji.algorithms.segmentation.errors import SegmentLabelsNotUnique, SegmentOutcomeLeaks
from zhiji.kernel import Columns

_RESAMPLES = 400
_MOST_VALUES = 1_000


def spend_afterwards(
    labels: pd.Series,
    outcomes: pd.DataFrame,
    *,
    as_of: date | None = None,
    spend_column: str = "spend_micros",
    random_state: int = 0,
) -> pd.DataFrame:
    """Spend of each segment in a window after the day on which the segments were made.

    labels: segment (number or code) by customer_id (the index), made from what was known at ``as_of``; each customer
    once. outcomes: ``customer_id`` and ``spend_column`` (int64 micros), any number of rows a customer; customers
    without one spent nothing, rows of customers without a label are left out. With ``value_on`` (dates) and ``as_of``,
    a row that is not later than ``as_of`` raises SegmentOutcomeLeaks: the past is no test of a segment.

    Returns one row a segment, highest mean first: ``segment, customers, buyers, buying_share, spend_micros`` (int64,
    exact), ``spend_share, mean_spend_micros, mean_low, mean_high`` (80 % bootstrap interval of the mean, float micros),
    ``lift`` (mean over the mean of all; NaN when nobody spent).
    """
    if not labels.index.is_unique:
        raise SegmentLabelsNotUnique(customers=int(labels.index.duplicated().sum()))
    for column in (Columns.CUSTOMER_ID, spend_column):
        if column not in outcomes.columns:
            raise FrameColumnMissing(frame="outcomes", columns=column, where={"column": column})
    if as_of is not None and Columns.VALUE_ON in outcomes.columns:
        early = int((pd.to_datetime(outcomes[Columns.VALUE_ON]) <= pd.Timestamp(as_of)).sum())
        if early:
            raise SegmentOutcomeLeaks(rows=early, as_of=as_of.isoformat())
    spent = (
        outcomes.groupby(Columns.CUSTOMER_ID)[spend_column].sum().reindex(labels.index, fill_value=0).astype("int64")
    )
    total = int(spent.sum())
    rows = [
        _row(segment, spent[labels == segment].to_numpy(), total, random_state) for segment in sorted(labels.unique())
    ]
    table = pd.DataFrame(rows, columns=[*_COLUMNS])
    overall = total / len(spent) if len(spent) else 0.0
    table["lift"] = table["mean_spend_micros"] / overall if overall else np.nan
    return table.sort_values("mean_spend_micros", ascending=False, kind="stable", ignore_index=True)


_COLUMNS = (
    "segment",
    "customers",
    "buyers",
    "buying_share",
    "spend_micros",
    "spend_share",
    "mean_spend_micros",
    "mean_low",
    "mean_high",
)


def _row(segment: object, spent: np.ndarray, total: int, seed: int) -> tuple[object, ...]:
    own, buyers = int(spent.sum()), int((spent > 0).sum())
    low, high = _interval(spent.astype(np.float64), np.random.default_rng(seed))
    share = own / total if total else np.nan
    return segment, len(spent), buyers, buyers / len(spent), own, share, own / len(spent), low, high


def _interval(spent: np.ndarray, rng: np.random.Generator) -> tuple[float, float]:
    """80 % percentile bootstrap of the mean; repeated values are drawn as counts, so a million zeros cost nothing."""
    values, counts = np.unique(spent, return_counts=True)
    draws = rng.multinomial(len(spent), counts / len(spent), size=_RESAMPLES) if len(values) <= _MOST_VALUES else None
    means = draws @ values / len(spent) if draws is not None else None
    if means is None:  # many different values: the mean is normal to more digits than are shown
        half = 1.2815515655446004 * spent.std() / np.sqrt(len(spent))
        return float(spent.mean() - half), float(spent.mean() + half)
    return float(np.quantile(means, 0.1)), float(np.quantile(means, 0.9))
