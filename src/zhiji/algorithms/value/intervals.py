"""The 80 % interval of one customer, from draws of what they may spend.

Most customers will spend nothing in a quarter, so a customer's distribution has a lump at zero. Where zero has a
probability of at least 10 %, the interval starts there and all 20 % lie above it; otherwise 10 % lie on either side.
Where zero alone has the whole 80 %, the interval is the point zero (it holds more than 80 %; none could hold less).
The levels at which the draws are cut are corrected by how often earlier back-test windows fell below them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
COVERAGE = 0.8
_TAIL = (1 - COVERAGE) / 2
# Pseudo-observations that hold the levels near their nominal values while there is little to learn from.
_PRIOR = 100.0


@dataclass(frozen=True)
class Levels:
    """Quantile levels at which draws are cut: ``upper`` of intervals from zero, ``low`` and ``high`` of the others."""

    upper: float = COVERAGE
    low: float = _TAIL
    high: float = 1 - _TAIL

    def to_json(self) -> dict[str, Any]:
        return {"upper": self.upper, "low": self.low, "high": self.high}


def cut(draws: Floats, levels: Levels) -> tuple[Floats, Floats]:
    """Lower and upper ends, in the unit of ``draws`` (customers × draws)."""
    upper, low, high = np.quantile(draws, [levels.upper, levels.low, levels.high], axis=1)
    from_zero = zero_share(draws) >= _TAIL
    return np.where(from_zero, 0.0, low), np.where(from_zero, upper, high)


def zero_share(draws: Floats) -> Floats:
    return np.asarray((draws <= 0).mean(axis=1))


def positions(draws: Floats, outcome: Floats, ties: Floats) -> Floats:
    """Where each outcome falls in its customer's draws: uniform on [0, 1] for a right model. ``ties``: uniform numbers
    that break them."""
    below = (draws < outcome[:, None]).mean(axis=1)
    tied = (draws == outcome[:, None]).mean(axis=1)
    return np.asarray(below + ties * tied)


def learn_levels(placed: list[tuple[Floats, Floats]]) -> Levels:
    """From (zero share, position) of earlier windows; customers whose interval is the point zero teach nothing."""
    if not placed:
        return Levels()
    zero = np.concatenate([part[0] for part in placed])
    position = np.concatenate([part[1] for part in placed])
    from_zero, inside = position[(zero >= _TAIL) & (zero < COVERAGE)], position[zero < _TAIL]
    return Levels(
        _level(from_zero, COVERAGE),
        _level(inside, _TAIL),
        _level(inside, 1 - _TAIL),
    )


def _level(position: Floats, nominal: float) -> float:
    if len(position) == 0:
        return nominal
    learned = float(np.quantile(position, nominal))
    level = (len(position) * learned + _PRIOR * nominal) / (len(position) + _PRIOR)
    return float(np.clip(level, 0.01, 0.99))


def covered(low: Floats, high: Floats, outcome: Floats) -> tuple[float, float]:
    """Share of outcomes inside: of customers whose interval is more than the point zero, and of all."""
    inside = (outcome >= low) & (outcome <= high)
    told = high > 0
    return float(inside[told].mean()) if told.any() else float("nan"), float(inside.mean())
