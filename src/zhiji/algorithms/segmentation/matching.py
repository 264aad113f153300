"""The same segment keeps the same number from one refresh to the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from zhiji.algorithms.segmentation.errors import SegmentLabelsNotUnique
from zhiji.algorithms.segmentation.frames import FloatArray


@dataclass(frozen=True)
class LabelMatch:
    """mapping: current label -> number to show. matched: those that carry a previous number on; the others are new
    and have numbers never used before. agreement: share of customers in both lists who keep their number (NaN: none).
    """

    mapping: dict[int, int]
    matched: frozenset[int]
    agreement: float

    def apply(self, labels: pd.Series) -> pd.Series:
        return labels.map(self.mapping).astype("int64")


def match_labels(
    previous: pd.Series,
    current: pd.Series,
    *,
    previous_centres: FloatArray | None = None,
    current_centres: FloatArray | None = None,
) -> LabelMatch:
    """Pair segments so that as many customers as possible keep theirs (Hungarian method).

    previous, current: integer labels, index customer_id, each customer once (else SegmentLabelsNotUnique); customers in
    one list only are ignored. Where the lists share no customer, centres decide by least total distance: row i of
    ``*_centres`` is label i, both on one scale; without centres nothing is matched. Without overlap a pair is no match:
    a segment of other people is a new segment.
    """
    for labels in (previous, current):
        if not labels.index.is_unique:
            raise SegmentLabelsNotUnique(customers=int(labels.index.duplicated().sum()))
    old, new = sorted({int(v) for v in previous}), sorted({int(v) for v in current})
    both = pd.concat({"old": previous, "new": current}, axis=1, join="inner")
    if len(both):
        table = pd.crosstab(both["new"], both["old"]).reindex(index=new, columns=old, fill_value=0).to_numpy(np.float64)
    elif previous_centres is not None and current_centres is not None:
        apart = current_centres[new][:, None, :] - previous_centres[old][None, :, :]
        distance = np.linalg.norm(apart, axis=2)
        table = 1.0 + distance.max() - distance
    else:
        table = np.zeros((len(new), len(old)))
    rows, columns = linear_sum_assignment(table, maximize=True)
    pairs = {new[r]: old[c] for r, c in zip(rows, columns, strict=True) if table[r, c] > 0}
    mapping = dict(pairs)
    fresh = max(old, default=-1) + 1
    for label in new:
        if label not in mapping:
            mapping[label] = fresh
            fresh += 1
    agreement = float((both["new"].map(mapping) == both["old"]).mean()) if len(both) else float("nan")
    return LabelMatch(mapping, frozenset(pairs), agreement)
