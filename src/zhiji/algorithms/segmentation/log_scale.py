"""Standardised log features: what k-means measures distances on.

Counts and spend of customers are skewed over decades; on the raw scale the largest customer alone would be a cluster.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from zhiji.algorithms.segmentation.frames import FloatArray, feature_matrix

_FLOOR_QUANTILE = 0.005


@dataclass(frozen=True)
class LogScale:
    """log(value), floored, centred and divided by its deviation, column by column.

    floors: the 0.5 % quantile of the positive values; zero and negative values (all returned) stand there.
    counts: whole-number columns, read as the middle of their cell: log(n + 1). While learning they are spread evenly
    over the cell instead (``jitter``): otherwise the gaps between 1, 2 and 3 orders, which every shop has, would pass
    for gaps between kinds of customer.
    """

    columns: tuple[str, ...]
    counts: tuple[bool, ...]
    floors: FloatArray
    means: FloatArray
    deviations: FloatArray

    @classmethod
    def learned_from(cls, features: pd.DataFrame, columns: tuple[str, ...], rng: np.random.Generator) -> LogScale:
        matrix = feature_matrix(features, columns, learning=True)
        varied = np.ptp(matrix, axis=0) > 0  # spreading a constant would invent differences
        counts = tuple(
            bool(varied[i]) and pd.api.types.is_integer_dtype(features[column]) for i, column in enumerate(columns)
        )
        floors = np.array([_floor(matrix[:, i]) for i in range(len(columns))])
        blank = cls(columns, counts, floors, np.zeros(len(columns)), np.ones(len(columns)))
        logs = blank._logs(matrix, rng)
        deviations = logs.std(axis=0)
        return cls(columns, counts, floors, logs.mean(axis=0), np.where(deviations > 1e-9, deviations, 1.0))

    def apply(self, features: pd.DataFrame, jitter: np.random.Generator | None = None) -> FloatArray:
        """(rows, columns) float64; deterministic without ``jitter``."""
        matrix = feature_matrix(features, self.columns, learning=False)
        standard: FloatArray = (self._logs(matrix, jitter) - self.means) / self.deviations
        return standard

    def _logs(self, matrix: FloatArray, jitter: np.random.Generator | None) -> FloatArray:
        shifted = matrix.copy()
        for i, count in enumerate(self.counts):
            if count:
                spread = 0.0 if jitter is None else jitter.uniform(-0.5, 0.5, len(matrix))
                shifted[:, i] = np.maximum(matrix[:, i], 0.0) + 1.0 + spread
        logs: FloatArray = np.log(np.maximum(shifted, self.floors))
        return logs


def _floor(values: FloatArray) -> float:
    positive = values[values > 0]
    return float(np.quantile(positive, _FLOOR_QUANTILE)) if len(positive) else 1.0
