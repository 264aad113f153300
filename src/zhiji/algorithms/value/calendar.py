"""Calendar time as the buyers live it: a week in a busy season counts for more than one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MONTHS = 12
UNKNOWN_SEASON = 0.2


@dataclass(frozen=True)
class Calendar:
    """Operational weeks. ``index``: twelve monthly intensities with mean 1; flat where there is no season.

    ``variance``: how unsure each month's intensity is (of its logarithm); without a year to learn from, quarters may
    differ by a fifth, as retail's commonly do.
    """

    index: tuple[float, ...] = (1.0,) * MONTHS
    variance: tuple[float, ...] = (UNKNOWN_SEASON**2,) * MONTHS

    @property
    def flat(self) -> bool:
        return all(value == 1.0 for value in self.index)

    def weeks(self, day: Floats | float) -> Floats:
        """Operational weeks from 1970-01-01 until the end of a day (a day number, may be an array)."""
        whole = np.asarray(day, dtype=np.float64)
        if self.flat:
            return whole / 7.0
        unique, inverse = np.unique(whole, return_inverse=True)
        days = np.arange(int(unique[0]), int(unique[-1]) + 1)
        running = np.cumsum(self.intensity(days)) / 7.0
        return np.asarray(running[(unique - unique[0]).astype(np.int64)][inverse]).reshape(whole.shape)

    def intensity(self, days: NDArray[np.int64]) -> Floats:
        """Intensity on each day."""
        return np.asarray(self.index)[month_of(days)]

    def doubt(self, start: int, end: int) -> float:
        """Standard deviation of the log of ``span(start, end)``, as if its months were wrong together."""
        return float(np.sqrt(np.asarray(self.variance)[month_of(np.arange(start + 1, end + 1))].mean()))

    def span(self, start: int, end: int) -> float:
        """Operational weeks in the days (start, end]."""
        return float(self.intensity(np.arange(start + 1, end + 1)).sum() / 7.0)


UNKNOWN = Calendar()


def month_of(days: NDArray[np.int64]) -> NDArray[np.int64]:
    """0 … 11 of day numbers."""
    return np.asarray(days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % MONTHS)
