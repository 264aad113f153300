"""Reading the feature columns that a segment estimator needs, or refusing them by name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from zhiji.algorithms.base import Example, require_columns, require_values
from zhiji.kernel import Columns

FloatArray = npt.NDArray[np.float64]


def feature_matrix(features: pd.DataFrame, columns: Sequence[str], *, learning: bool) -> FloatArray:
    """The columns as float64, rows in the frame's order.

    Raises FrameColumnMissing, FrameValuesInvalid (NaN, infinity, or not a number: a customer without a known value is
    not given an invented one) and, while learning, FrameEmpty.
    """
    if learning or len(features):  # nobody to predict for is no error; nobody to learn from is one
        require_columns(features, columns, "features")
    matrix = np.empty((len(features), len(columns)), dtype=np.float64)
    for position, column in enumerate(columns):
        matrix[:, position] = pd.to_numeric(features[column], errors="coerce").to_numpy(np.float64, na_value=np.nan)
        require_values("features", column, np.isfinite(matrix[:, position]), "a finite number for every customer")
    return matrix


def example_customers(rows: int, seed: int) -> Example:
    """Two far groups of customers, occasional and regular, for the common checks."""
    rng = np.random.default_rng(seed)
    regular = rng.random(rows) < 0.4
    frame = pd.DataFrame(
        {
            Columns.CUSTOMER_ID: np.arange(1, rows + 1, dtype=np.int64),
            "days_since_last_order": np.exp(rng.normal(np.where(regular, 2.0, 5.0), 0.4)),
            "orders": 1 + rng.poisson(np.where(regular, 30.0, 1.0)),
            "spend_micros": np.exp(rng.normal(np.where(regular, 21.0, 17.5), 0.5)).astype(np.int64),
        }
    )
    return Example(frame)
