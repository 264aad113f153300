"""Practical bands: customers cut by value where no natural segments are found. Always usable, never called natural."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from zhiji.algorithms.segmentation.frames import FloatArray

IntArray = npt.NDArray[np.int64]

BANDS: Final[tuple[tuple[str, float], ...]] = (
    ("segment_band_top", 0.05),
    ("segment_band_high", 0.20),
    ("segment_band_middle", 0.50),
    ("segment_band_lower", 1.00),
)
"""Message code of each band and the share of customers, counted from the highest value, down to which it reaches."""


def band_edges(value: FloatArray) -> FloatArray:
    """The three values that must be exceeded to stand in the next band, descending. Ties stay below together."""
    ascending = np.sort(value)
    n = len(ascending)
    below = [max(1, int(np.ceil(round(n * (1 - reach), 9)))) - 1 for _, reach in BANDS[:-1]]
    return ascending[below]


def band_of(value: FloatArray, edges: FloatArray) -> IntArray:
    """0 for the highest band .. 3 for the lowest; equal values always share a band."""
    exceeded = np.searchsorted(edges[::-1], value, side="left")
    return len(edges) - exceeded.astype(np.int64)
