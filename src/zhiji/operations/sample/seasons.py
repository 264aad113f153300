"""Mild seasons, as a bending of time.

Each order is moved to the day on which as much season has passed as plain time had. So the seasons change how many
orders fall into a month and leave every customer's number and sequence of orders as drawn; nothing moves by more than
two weeks. Switched off, the days are those of the process itself.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

MONTHS: Final[dict[int, float]] = {
    1: 1.15,  # New Year goods
    2: 0.80,  # Spring Festival: parcels rest
    3: 1.00,
    4: 1.05,  # new spring tea
    5: 1.00,
    6: 1.10,  # mid-year sale
    7: 0.85,
    8: 0.85,
    9: 1.10,  # Mid-Autumn
    10: 0.95,
    11: 1.30,  # Double Eleven
    12: 1.10,
}
"""Orders of a month relative to a month without season."""


def bend(days: npt.NDArray[np.float64], first_day: date, history_days: int) -> npt.NDArray[np.float64]:
    """Days since ``first_day`` (0 ≤ day < history_days) with seasons; order is kept, both ends stay."""
    calendar = [first_day + timedelta(days=offset) for offset in range(history_days)]
    passed = np.concatenate([[0.0], np.cumsum([MONTHS[day.month] for day in calendar])])
    passed *= history_days / passed[-1]
    bent: npt.NDArray[np.float64] = np.interp(days, passed, np.arange(history_days + 1, dtype=np.float64))
    return np.minimum(bent, np.nextafter(float(history_days), 0.0))
