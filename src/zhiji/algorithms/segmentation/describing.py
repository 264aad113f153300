"""What sets a segment apart: signed standardised differences from the other customers, as coded reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from zhiji.algorithms.segmentation.frames import FloatArray
from zhiji.kernel import Reason

IntArray = npt.NDArray[np.int64]

# Features with sentences of their own; others are told by the general sentence with their column name.
TOLD: frozenset[str] = frozenset(
    {"days_since_last_order", "orders", "spend_micros", "age_days", "mean_gap_days", "return_rate"}
)
_SHARES = frozenset({"return_rate"})
LEAST_DIFFERENCE = 0.2


@dataclass(frozen=True)
class SegmentDescription:
    """One segment. code: message key of its name (parameter ``number``, from 1). reasons: largest difference first;
    each has parameters feature, difference (standard deviations, signed), typical and overall (medians, in the unit of
    the feature), ratio of these; shares also percent and overall_percent."""

    segment: int
    code: str
    customers: int
    share: float
    reasons: tuple[Reason, ...]

    @property
    def name(self) -> Reason:
        return Reason(self.code, {"number": self.segment + 1})

    def to_json(self) -> dict[str, Any]:
        return vars(self) | {"reasons": [reason.to_json() for reason in self.reasons]}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> SegmentDescription:
        return cls(**(value | {"reasons": tuple(Reason.from_json(reason) for reason in value["reasons"])}))


def describe_segments(
    features: pd.DataFrame, labels: IntArray, columns: tuple[str, ...], codes: dict[int, str]
) -> list[SegmentDescription]:
    """One description per number in ``codes``, ascending; differences below .2 deviations are not worth a sentence.

    A difference is the mean of the segment less the mean of all others, of ranks turned to normal scores for
    robustness against the few largest customers, over their deviation.
    """
    found = []
    raw = {column: pd.to_numeric(features[column], errors="coerce").to_numpy(np.float64) for column in columns}
    scores = {column: _normal_scores(values) for column, values in raw.items()}
    for segment, code in sorted(codes.items()):
        inside = labels == segment
        reasons = [_reason(column, raw[column], scores[column], inside) for column in columns]
        kept = [reason for reason in reasons if abs(reason.params["difference"]) >= LEAST_DIFFERENCE]
        kept.sort(key=lambda reason: -abs(reason.params["difference"]))
        share = float(inside.mean()) if len(inside) else 0.0
        found.append(SegmentDescription(segment, code, int(inside.sum()), share, tuple(kept)))
    return found


def _normal_scores(values: FloatArray) -> FloatArray:
    """Van der Waerden scores, ties averaged, NaN kept; standardised."""
    ranks = pd.Series(values).rank().to_numpy()
    scores: FloatArray = ndtri(ranks / (np.isfinite(values).sum() + 1))
    deviation = np.nanstd(scores) if np.isfinite(scores).any() else 0.0
    return scores / deviation if deviation > 0 else scores * 0.0


def _reason(column: str, raw: FloatArray, scores: FloatArray, inside: npt.NDArray[np.bool_]) -> Reason:
    known = np.isfinite(raw)
    own, others = inside & known, ~inside & known
    if not own.any() or not others.any():
        return Reason("segment_feature_high", {"feature": column, "difference": 0.0})
    difference = float(scores[own].mean() - scores[others].mean())
    typical, overall = float(np.median(raw[own])), float(np.median(raw[known]))
    stem = f"segment_{column}" if column in TOLD else "segment_feature"
    params = {
        "feature": column,
        "difference": round(difference, 3),
        "typical": _shown(typical),
        "overall": _shown(overall),
        "ratio": _shown(typical / overall) if overall else 0,
    }
    if column in _SHARES:
        params |= {"percent": _shown(100 * typical), "overall_percent": _shown(100 * overall)}
    return Reason(f"{stem}_{'high' if difference > 0 else 'low'}", params)


def _shown(number: float) -> float | int:
    """Three significant digits at most, whole numbers whole: these stand in sentences."""
    rounded = float(f"{number:.3g}") if abs(number) < 1000 else round(number)
    return int(rounded) if rounded == int(rounded) else rounded
