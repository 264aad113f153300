"""Intervals by resampling customers, the same ones at every origin, and origins.

A customer appears at several origins and is not independent of himself: one set of weights holds for all origins.
Origins are drawn with replacement as well, because a quarter is a sample of quarters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A figure with its interval. ``level``: two-sided coverage of [low, high]."""

    value: float
    low: float
    high: float
    level: float = 0.9

    def to_json(self) -> dict[str, Any]:
        return {name: _plain(getattr(self, name)) for name in ("value", "low", "high", "level")}

    @classmethod
    def from_json(cls, tree: dict[str, Any]) -> Estimate:
        return cls(*(np.nan if tree[name] is None else tree[name] for name in ("value", "low", "high", "level")))


@dataclass(frozen=True)
class Resampled:
    """A figure and its resampled values."""

    value: float
    replicates: Floats

    def estimate(self, level: float = 0.9) -> Estimate:
        """Percentile interval; NaN ends where nothing could be resampled."""
        kept = self.replicates[np.isfinite(self.replicates)]
        if len(kept) == 0:
            return Estimate(float(self.value), np.nan, np.nan, level)
        low, high = np.quantile(kept, [(1 - level) / 2, (1 + level) / 2])
        return Estimate(float(self.value), float(low), float(high), level)

    def __sub__(self, other: Resampled) -> Resampled:
        return Resampled(self.value - other.value, self.replicates - other.replicates)


def resample_weights(size: int, replicates: int, rng: np.random.Generator) -> Floats:
    """Poisson weights, replicates × customers: the bootstrap without fixing the number of customers."""
    return rng.poisson(1.0, (replicates, size)).astype(np.float64)


def pooled(parts: list[Resampled], rng: np.random.Generator) -> Resampled:
    """The mean over origins; each replicate draws its own origins with replacement."""
    values = np.array([part.value for part in parts])
    table = np.array([part.replicates for part in parts])
    drawn = rng.integers(0, len(parts), table.shape)
    return Resampled(float(values.mean()), np.asarray(np.take_along_axis(table, drawn, axis=0).mean(axis=0)))


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
