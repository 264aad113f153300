"""Purchase histories as arrays, with repeated rows counted once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from zhiji.algorithms.base import require_columns, require_values
from zhiji.kernel import Columns

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Purchases:
    """One customer an entry: ``x`` repeat purchases, ``t_x`` recency, ``T`` age, in the papers' letters."""

    x: Floats
    t_x: Floats
    T: Floats

    def __len__(self) -> int:
        return len(self.x)

    def take(self, rows: NDArray[Any]) -> Purchases:
        return Purchases(self.x[rows], self.t_x[rows], self.T[rows])


@dataclass(frozen=True)
class Levels:
    """The different values of an array, and which of them each entry has: functions are computed once a value."""

    values: Floats
    index: Ints

    @classmethod
    def of(cls, array: Floats) -> Levels:
        index, values = pd.factorize(array, sort=False)
        return cls(np.asarray(values, dtype=np.float64), np.asarray(index, dtype=np.int64))


@dataclass(frozen=True)
class Counted:
    """Different (x, t_x, T) with the number of customers that have them."""

    purchases: Purchases
    counts: Floats

    @classmethod
    def of(cls, purchases: Purchases) -> Counted:
        x, t_x, age = (Levels.of(part) for part in (purchases.x, purchases.t_x, purchases.T))
        key = (x.index * len(t_x.values) + t_x.index) * len(age.values) + age.index
        if float(len(x.values)) * len(t_x.values) * len(age.values) > 2**62:
            return cls(purchases, np.ones(len(purchases)))
        index, different = pd.factorize(key, sort=True)
        # sorted, so that sums do not depend on the order in which rows came
        first = np.empty(len(different), dtype=np.int64)
        first[index[::-1]] = np.arange(len(key))[::-1]
        chosen = purchases.take(first)
        order = np.lexsort((chosen.T, chosen.t_x, chosen.x))
        counts = np.bincount(index, minlength=len(different)).astype(np.float64)
        return cls(chosen.take(order), counts[order])


def read_purchases(summary: pd.DataFrame) -> Purchases:
    """From a frame of ``purchase_summary``. Raises FrameColumnMissing, FrameEmpty, FrameValuesInvalid."""
    names = (Columns.FREQUENCY, Columns.RECENCY, Columns.T)
    require_columns(summary, names, "summary")
    x, t_x, age = (summary[name].to_numpy(dtype=np.float64) for name in names)
    require_values("summary", Columns.FREQUENCY, np.isfinite(x) & (x >= 0) & (x == np.floor(x)), "0, 1, 2 …")
    require_values("summary", Columns.T, np.isfinite(age) & (age >= 0), ">= 0")
    require_values("summary", Columns.RECENCY, (t_x >= 0) & (t_x <= age), "0 <= recency <= T")
    require_values("summary", Columns.RECENCY, (t_x > 0) == (x > 0), "recency > 0 <=> frequency > 0")
    return Purchases(x, t_x, age)
