"""The season of a company: which months are busier than its customers' own rhythm would make them.

A customer-base model that is fitted without seasons says how many repeat purchases each day should have seen, given who
had arrived by then. What was seen, month by month of the year, over what it says, is the season; its noise is shrunk
away (empirical Bayes), so that a company without seasons is left without one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from zhiji.algorithms.base import ModelDidNotConverge
from zhiji.algorithms.value.beta_geo_nbd import BetaGeoNBD
from zhiji.algorithms.value.calendar import MONTHS, UNKNOWN, Calendar, month_of
from zhiji.algorithms.value.counted import Purchases
from zhiji.algorithms.value.purchases import History, PurchaseLog

Floats = NDArray[np.float64]
YEAR_DAYS = 365
# Purchases come in clusters (some customers buy often), so counts vary more than a Poisson's would.
_OVERDISPERSION = 1.5
# Standard deviation between months that a shop commonly has.
_USUAL_SEASON = 0.14
_MOST_CUSTOMERS = 30_000
_DAYS_PER_WEEK = 7.0


def calendar_of(log: PurchaseLog, history: History) -> Calendar:
    """What was known of the season at the end of ``history.as_of``; flat without a full year of history."""
    first = log.first_day(history.as_of)
    if first is None or history.as_of - first + 1 < YEAR_DAYS:
        return UNKNOWN
    rows = np.random.default_rng(0).permutation(len(history))[:_MOST_CUSTOMERS]
    ages = history.take(np.sort(rows))
    purchases = Purchases(ages.frequency, (ages.last - ages.first) / _DAYS_PER_WEEK, ages.age / _DAYS_PER_WEEK)
    try:
        model = BetaGeoNBD().fit_purchases(purchases)
    except ModelDidNotConverge:
        return UNKNOWN
    days = np.arange(first, history.as_of + 1)
    expected = _expected_repeats(model, history, days)
    seen = log.repeats_by_day(history, first)
    month = month_of(days)
    by_month = [np.bincount(month, weights=part, minlength=MONTHS).astype(np.float64) for part in (seen, expected)]
    return _shrunk(*by_month)


def _expected_repeats(model: BetaGeoNBD, history: History, days: NDArray[np.int64]) -> Floats:
    """Repeat purchases that the model expects on each day, given the days of first purchases."""
    arrivals = np.bincount((history.first - days[0]).astype(np.int64), minlength=len(days)).astype(np.float64)
    ages = np.arange(len(days) + 1) / _DAYS_PER_WEEK
    by_day = np.diff(model.mean_repeats(ages))
    return np.maximum(fftconvolve(arrivals, np.r_[0.0, by_day])[: len(days)], 0.0)


def _shrunk(seen: Floats, expected: Floats) -> Calendar:
    """Empirical Bayes: months are drawn towards 1 as far as their deviation may be noise."""
    if (expected <= 0).any() or seen.sum() <= 0:
        return UNKNOWN
    scaled = expected * seen.sum() / expected.sum()
    ratio, noise = seen / scaled, _OVERDISPERSION / scaled
    # How much months really differ: by the method of moments, together with what is usual, by their precisions.
    moments = float(np.mean((ratio - 1) ** 2 - noise))
    unsure = 2 * float(np.mean((max(moments, 0.0) + noise) ** 2)) / MONTHS
    usual, usual_unsure = _USUAL_SEASON**2, _USUAL_SEASON**4
    between = max((moments / unsure + usual / usual_unsure) / (1 / unsure + 1 / usual_unsure), 1e-9)
    index = np.maximum(1 + (ratio - 1) * between / (between + noise), 0.1)
    variance = between * noise / (between + noise)
    return Calendar(tuple((index / index.mean()).tolist()), tuple(variance.tolist()))
