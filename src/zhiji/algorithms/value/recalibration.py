"""Correcting amounts by what earlier windows taught: totals, and the levels of intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zhiji.algorithms.value.calendar import UNKNOWN_SEASON, Calendar
from zhiji.algorithms.value.candidates import Fitted, Seen
from zhiji.algorithms.value.evaluation import Window
from zhiji.algorithms.value.intervals import Levels, covered, cut, learn_levels, positions, zero_share

Floats = NDArray[np.float64]
# A correction beyond this is not a correction: the model is wrong, and the gate will say so.
_LARGEST = 3.0
# Log spread of a total while no, or one, window has been seen; and the least that is ever assumed.
_SPREAD_NONE, _SPREAD_ONE, _SPREAD_LEAST = 0.25, 0.15, 0.03
# Log scale: how far off a sound model's totals may be, and how much one quarter differs from the next.
_PRIOR, _QUARTERS = 0.15, 0.1
_LEAST_FOR_SLOPE = 100
_SMALLEST_SLOPE = 0.6
_MOST_PLACED = 5_000
_DRAWS = 200
_CHUNK = 20_000


@dataclass(frozen=True)
class Recalibration:
    """What earlier windows taught. orders: factor on expected orders. Value: ``value`` · forecast^``slope``.

    A slope below 1 says that forecasts lie too far apart (low ones too low, high ones too high); it never changes an
    order of customers. spread: log uncertainty of the total.
    """

    orders: float = 1.0
    value: float = 1.0
    slope: float = 1.0
    spread: float = _SPREAD_NONE

    def amounts(self, forecast: Floats) -> Floats:
        """Corrected expected values."""
        return np.asarray(self.value * forecast**self.slope)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def recalibrate(before: Sequence[Window], name: str, calendar: Calendar, day: int) -> Recalibration:
    """From windows that had ended by ``day``, as they were known then; the last four, so that a company may change.

    ``calendar``: the season as known by now. A window whose forecast missed only a season that has since become known
    says nothing against the model's level.
    """
    known = [window for window in before if name in window.forecasts][-4:]
    if not known:
        return Recalibration()
    since = [calendar.span(*w.days) / w.seen.calendar.span(*w.days) for w in known]
    outcomes, bought = zip(*(w.known_by(day) for w in known), strict=True)
    forecasts = [w.forecasts[name].value * season for w, season in zip(known, since, strict=True)]
    quarters = float(np.hypot(_QUARTERS, np.mean([calendar.doubt(*w.days) for w in known])))
    expected = [w.forecasts[name].orders * season for w, season in zip(known, since, strict=True)]
    orders = _factor(bought, expected, quarters)
    slope = _slope(outcomes, forecasts)
    bent = [forecast**slope for forecast in forecasts]
    # The total is kept when the slope is applied; then it is corrected as a whole.
    whole, whole_bent = (sum(float(part.sum()) for part in parts) for parts in (forecasts, bent))
    keep = whole / whole_bent if whole_bent > 0 else 1.0
    value = keep * _factor(outcomes, [keep * part for part in bent], quarters)
    if len(known) == 1:
        return Recalibration(orders, value, slope, _SPREAD_ONE)
    ratios = [np.log(_factor([y], [f], quarters)) for y, f in zip(outcomes, forecasts, strict=True)]
    return Recalibration(orders, value, slope, float(np.hypot(np.std(ratios, ddof=1), _SPREAD_LEAST)))


def _slope(seen: Sequence[Floats], forecast: Sequence[Floats]) -> float:
    """Calibration slope: E[y] = exp(level + slope · log forecast) by quasi-likelihood, drawn towards 1 by its noise."""
    y, f = np.maximum(np.concatenate(seen), 0.0), np.concatenate(forecast)
    kept = f > 0
    y, f = y[kept], f[kept]
    if y.sum() <= 0 or len(y) < _LEAST_FOR_SLOPE:
        return 1.0
    x = np.log(f)
    x -= np.average(x, weights=f)
    theta = np.array([np.log(y.sum() / f.sum()) + np.log(np.average(f)), 1.0])
    design = np.column_stack([np.ones_like(x), x])
    for _ in range(25):
        mean = np.exp(np.clip(design @ theta, -50, 50))
        step = np.linalg.solve((design * mean[:, None]).T @ design, design.T @ (y - mean))
        theta = theta + np.clip(step, -0.5, 0.5)
        if np.abs(step).max() < 1e-8:
            break
    mean = np.exp(np.clip(design @ theta, -50, 50))
    bread = np.linalg.inv((design * mean[:, None]).T @ design)
    noise = (bread @ ((design * np.square(y - mean)[:, None]).T @ design) @ bread)[1, 1]
    slope = 1 + (theta[1] - 1) * _PRIOR**2 / (_PRIOR**2 + float(noise))
    return float(np.clip(slope, _SMALLEST_SLOPE, 1 / _SMALLEST_SLOPE))


def _factor(seen: Sequence[Floats], forecast: Sequence[Floats], quarters: float) -> float:
    """Total seen ÷ total forecast, drawn towards 1 as far as it may be luck.

    Its noise: the customers' own deviations, and that quarters differ (``quarters``, log scale). What a sound model may
    be off by: _PRIOR.
    """
    actual, predicted = sum(float(part.sum()) for part in seen), sum(float(part.sum()) for part in forecast)
    if predicted <= 0 or actual <= 0:
        return 1.0
    factor = actual / predicted
    residual = sum(float(np.square(y - factor * f).sum()) for y, f in zip(seen, forecast, strict=True))
    noise = residual / actual**2 + quarters**2 / len(seen)
    return float(np.clip(factor ** (_PRIOR**2 / (_PRIOR**2 + noise)), 1 / _LARGEST, _LARGEST))


def value_draws(fitted: Fitted, seen: Seen, weeks: float, correction: Recalibration, draws: int, seed: int) -> Floats:
    """Customers × draws of recalibrated value; each draw has one level of the whole company, common to all."""
    found = fitted.draw(seen, weeks * correction.orders, draws, seed)
    spread = correction.spread
    level = np.exp(spread * np.random.default_rng([seed, 1]).standard_normal(draws) - spread**2 / 2)
    # Bent by the forecast of the same weeks: a busier season makes more orders, not other customers.
    expected = fitted.forecast(seen, weeks).value
    scale = correction.amounts(expected) / np.maximum(expected, 1e-300) / correction.orders
    found *= scale[:, None] * level
    return found


@dataclass(frozen=True)
class Placed:
    """A window looked at through its draws: the correction and levels known before it, and the coverage they gave."""

    correction: Recalibration
    levels: Levels
    coverage: float
    coverage_all: float


@dataclass(frozen=True)
class _Drawn:
    """A window's draws of some of its customers, to be set beside what was known of its outcome at a later day."""

    window: Window
    rows: NDArray[np.int64]
    draws: Floats
    ties: Floats

    def placed(self, day: int) -> tuple[Floats, Floats]:
        return zero_share(self.draws), positions(self.draws, self.window.known_by(day)[0][self.rows], self.ties)


def place(windows: Sequence[Window], name: str, seed: int) -> tuple[list[Placed], Levels]:
    """Each window with what was known before it, and the levels learned from all; at most 5,000 customers each."""
    drawn_so_far: list[_Drawn] = []
    found = []
    for number, window in enumerate(windows):
        rng = np.random.default_rng([seed, window.as_of])
        rows = np.sort(rng.permutation(len(window.outcome))[:_MOST_PLACED])
        seen = Seen(window.seen.log, window.seen.history.take(rows), window.seen.calendar)
        correction = recalibrate(windows[:number], name, seen.calendar, window.as_of)
        levels = learn_levels([part.placed(window.as_of) for part in drawn_so_far])
        drawn = value_draws(window.fitted[name], seen, window.weeks, correction, _DRAWS, seed)
        found.append(Placed(correction, levels, *covered(*cut(drawn, levels), window.outcome[rows])))
        drawn_so_far.append(_Drawn(window, rows, drawn, rng.random(len(rows))))
    now = windows[-1].days[1]
    return found, learn_levels([part.placed(now) for part in drawn_so_far])


def interval(
    fitted: Fitted, seen: Seen, weeks: float, correction: Recalibration, levels: Levels, seed: int, season_seen: bool
) -> tuple[Floats, Floats]:
    """Lower and upper end of each customer's 80 % interval.

    In a season that was never seen, the lower end is that of a quiet one and the upper end that of a busy one: orders
    by a fifth fewer or more.
    """
    size = len(seen.history)
    low, high = np.empty(size), np.empty(size)
    for number, rows in enumerate(_chunks(size)):
        part = Seen(seen.log, seen.history.take(rows), seen.calendar)

        def ends(busy: float, part: Seen = part, number: int = number) -> tuple[Floats, Floats]:
            drawn = value_draws(fitted, part, weeks * np.exp(busy), correction, _draws_for(size), seed + number)
            return cut(drawn, levels)

        if season_seen:
            low[rows], high[rows] = ends(0.0)
        else:
            low[rows], high[rows] = ends(-UNKNOWN_SEASON)[0], ends(UNKNOWN_SEASON)[1]
    return low, high


def _chunks(size: int) -> list[NDArray[np.int64]]:
    """Row numbers in pieces whose draws fit in memory."""
    return [np.arange(start, min(start + _CHUNK, size)) for start in range(0, size, _CHUNK)]


def _draws_for(size: int) -> int:
    """How many draws a customer gets: fewer for large companies, never below 100."""
    return int(np.clip(8_000_000 // max(size, 1), 100, 400))
