"""What would have been said at earlier dates, beside what happened then.

Origins lie whole horizons before ``as_of``, so their windows do not overlap. Everything at an origin (candidates,
season, recalibration, interval levels) is learned from what was known then and from windows that had ended by then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from zhiji.algorithms.base import ModelDidNotConverge
from zhiji.algorithms.evidence.ranking import Ranked
from zhiji.algorithms.evidence.resampling import Resampled, resample_weights
from zhiji.algorithms.value.candidates import Candidate, Fitted, Forecast, Seen
from zhiji.algorithms.value.purchases import PurchaseLog
from zhiji.algorithms.value.rules import RULES
from zhiji.algorithms.value.season import calendar_of

Floats = NDArray[np.float64]
_YEAR_DAYS = 365
_MOST_ORIGINS = 7
REPLICATES = 400
# Beyond this many customers an interval is narrower than any decision here needs; a fixed sample is judged.
_MOST_JUDGED = 20_000


@dataclass
class Window:
    """One origin with its outcome. ``forecasts`` by candidate, before recalibration; ``amounts`` by rule."""

    seen: Seen
    horizon_days: int
    outcome: Floats
    orders: Floats
    fitted: dict[str, Fitted] = field(default_factory=dict)
    forecasts: dict[str, Forecast] = field(default_factory=dict)
    amounts: dict[str, Floats] = field(default_factory=dict)

    @property
    def as_of(self) -> int:
        return self.seen.history.as_of

    @property
    def days(self) -> tuple[int, int]:
        """The window: after the first, until the second."""
        return self.as_of, self.as_of + self.horizon_days

    @property
    def weeks(self) -> float:
        return self.seen.weeks_ahead(self.horizon_days)

    def known_by(self, day: int) -> tuple[Floats, Floats]:
        """Outcome and orders as they were known at the end of ``day``: a return may become known much later."""
        log, code = self.seen.log, self.seen.history.code
        if log.known is None:
            return self.outcome, self.orders
        return log.spend(code, *self.days, day), log.purchase_days(code, *self.days, day)

    def scores(self) -> dict[str, Floats]:
        return {**{name: forecast.value for name, forecast in self.forecasts.items()}, **self.amounts}


def origins_of(first_day: int, as_of: int, horizon_days: int) -> list[int]:
    """Days from which a complete window can be judged, ascending: at least one horizon of history before each.

    As many as make up the last year, so that every season is judged once, and one before them to correct by.
    """
    possible = (as_of - first_day + 1) // horizon_days - 1
    wanted = min(round(_YEAR_DAYS / horizon_days), _MOST_ORIGINS - 1) + 1
    return [as_of - k * horizon_days for k in range(min(max(possible, 0), wanted), 0, -1)]


def windows_of(
    log: PurchaseLog, origins: Sequence[int], as_of: int, horizon_days: int, candidates: Sequence[Candidate]
) -> list[Window]:
    """Each origin fitted and forecast, ascending. A candidate that cannot be fitted at an origin is missing there, and
    so is an origin at which nothing was known yet."""
    found: list[Window] = []
    for origin in origins:
        history = log.history(origin)
        if len(history) == 0:
            continue
        seen = Seen(log, history, calendar_of(log, history))
        code, until = seen.history.code, origin + horizon_days
        outcome = log.spend(code, origin, until, as_of)
        window = Window(seen, horizon_days, outcome, log.purchase_days(code, origin, until, as_of))
        for candidate in candidates:
            before = found[-1].fitted.get(candidate.name) if found else None
            try:
                fitted = candidate.fit(seen, before)
            except ModelDidNotConverge:
                continue
            window.fitted[candidate.name] = fitted
            window.forecasts[candidate.name] = fitted.forecast(seen, window.weeks)
        for rule in RULES:
            window.amounts[rule.name] = rule.amount(log, seen.history, horizon_days)
        found.append(window)
    return found


@dataclass(frozen=True)
class Measured:
    """Gini and top share of every score at every origin, with resampled values that share their customers."""

    gini: list[dict[str, Resampled]]
    top: list[dict[str, Resampled]]
    weights: list[Floats]
    rows: list[NDArray[np.int64]]


def measure(windows: Sequence[Window], seed: int) -> Measured:
    rng = np.random.default_rng(seed)
    everyone = len(windows[0].seen.log.customers)
    judged = np.sort(rng.permutation(everyone)[:_MOST_JUDGED])
    place = np.full(everyone, -1)
    place[judged] = np.arange(len(judged))
    weights = resample_weights(len(judged), REPLICATES, rng)
    measured = Measured([], [], [], [])
    for window in windows:
        rows = np.flatnonzero(place[window.seen.history.code] >= 0)
        mine = weights[:, place[window.seen.history.code[rows]]]
        ginis, tops = {}, {}
        for name, score in window.scores().items():
            ranked = Ranked.of(score[rows], window.outcome[rows])
            exact = ranked.measures(np.ones((1, len(rows))))
            again = ranked.measures(mine)
            ginis[name] = Resampled(float(exact[0][0]), again[0])
            tops[name] = Resampled(float(exact[1][0]), again[1])
        measured.gini.append(ginis)
        measured.top.append(tops)
        measured.weights.append(mine)
        measured.rows.append(rows)
    return measured
