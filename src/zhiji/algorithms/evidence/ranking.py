"""How well a score puts those who will spend before those who will not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
TOP = 0.2
_CHUNK = 32


@dataclass(frozen=True)
class Ranked:
    """A score and what happened, sorted once, so that any weighting of customers is judged quickly.

    Ties count as if they stood in random order: half of a tied group is ahead of the other half.
    """

    order: NDArray[np.int64]
    group: NDArray[np.int64]
    outcome: Floats

    @classmethod
    def of(cls, score: Floats, outcome: Floats) -> Ranked:
        order = np.argsort(-score, kind="stable")
        sorted_score = score[order]
        group = np.flatnonzero(np.r_[True, sorted_score[1:] != sorted_score[:-1]])
        return cls(order, group, outcome[order])

    def measures(self, weights: Floats) -> tuple[Floats, Floats]:
        """Gini and top share for each row of ``weights`` (replicates × customers, ≥ 0).

        Gini: twice the area between the curve of outcome captured, best score first, and the diagonal; 0 for a ranking
        that knows nothing. NaN where the weighted outcome is not positive.
        """
        parts = [self._measures(weights[start : start + _CHUNK]) for start in range(0, len(weights), _CHUNK)]
        return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])

    def _measures(self, weights: Floats) -> tuple[Floats, Floats]:
        arranged = weights[:, self.order]
        size = np.add.reduceat(arranged, self.group, axis=1)
        captured = np.add.reduceat(arranged * self.outcome, self.group, axis=1)
        seen, gained = np.cumsum(size, axis=1), np.cumsum(captured, axis=1)
        total, outcome = seen[:, -1:], gained[:, -1:]
        with np.errstate(divide="ignore", invalid="ignore"):
            valid = np.where(outcome > 0, outcome, np.nan)
            area = ((gained - captured / 2) * size).sum(axis=1, keepdims=True) / (total * valid)
            # The group in which the border of the top share falls is taken in proportion.
            inside = np.clip((TOP * total - (seen - size)) / np.where(size > 0, size, 1.0), 0.0, 1.0)
            share = (captured * inside).sum(axis=1, keepdims=True) / valid
        return np.asarray(2 * area - 1)[:, 0], np.asarray(share)[:, 0]


def gini(score: Floats, outcome: Floats) -> float:
    """Gini of a ranking: 0 knows nothing, negative is worse than chance, at most the outcome's own concentration."""
    return float(Ranked.of(score, outcome).measures(np.ones((1, len(score))))[0][0])


def top_share(score: Floats, outcome: Floats) -> float:
    """Share of the outcome that the best-scored fifth of customers carries."""
    return float(Ranked.of(score, outcome).measures(np.ones((1, len(score))))[1][0])
