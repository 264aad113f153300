"""k-means on standardised log features, which says whether its segments are natural or only practical."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import ClusterMixin
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from zhiji.algorithms.base import Estimator, Example, ParameterInvalid
from zhiji.algorithms.segmentation import evidence as ev
from zhiji.algorithms.segmentation.bands import BANDS, band_edges, band_of
from zhiji.algorithms.segmentation.describing import SegmentDescription, describe_segments
from zhiji.algorithms.segmentation.frames import FloatArray, example_customers, feature_matrix
from zhiji.algorithms.segmentation.log_scale import LogScale
from zhiji.kernel import Columns, Reason

IntArray = npt.NDArray[np.int64]

NATURAL = "natural_segments"
PRACTICAL = "practical_bands"
STABLE_AT = 0.8
SIGNIFICANT_BELOW = 0.01
VALLEY_AT_LEAST = 0.25
FEWEST_CUSTOMERS = 100


class KMeansSegments(ClusterMixin, Estimator):  # type: ignore[misc, unused-ignore]
    """Segments of customers, with the evidence for them.

    Sample (k, stability and the null test), polish (Lloyd's steps over everyone from the sample's centres), assign.
    ``kind_`` is ``natural_segments`` only if all hold for the chosen k: the median adjusted Rand index over
    ``n_resamples`` bootstrap resamples is at least .8; the border between every two segments is emptier than in
    ``n_null`` draws of unimodal data (Gaussian and uniform) of equal covariance, p < .01; and that border is
    at least a quarter emptier than the lower of the two peaks, so that a difference of no use is not announced
    because a million customers make it significant. Otherwise ``kind_`` is ``practical_bands``: the top 5 %, the next
    15 %, the next 30 % and the other half by ``value_column``, and ``reasons_`` say why.

    Parameters
    ----------
    columns: features to measure distances on; each is logged and standardised (see log_scale).
    value_column: what orders segments and cuts bands. max_segments: 2..12. min_share: smallest share of a segment.
    sample_size, evidence_size: customers drawn for k-means, and for the choice of k and the tests.

    Input: a frame, one row a customer, with ``columns`` and ``value_column`` finite. Rows and columns in any order.

    Learned (all JSON-safe or arrays)
    -------
    kind_, n_segments_; ``labels_`` int64 of the fitted rows; ``numbers_`` the public number of each segment, 0 the one
    of highest mean value, unless ``relabel`` said otherwise; ``evidence_``: k, candidates (k, silhouette, bic,
    smallest_share), stability (median), stability_resamples, valley, p_value (absent where not reached);
    ``reasons_``: coded reasons for the kind; ``centers_`` (segments, columns) in standard deviations of log features
    (of practical bands: their means); ``band_edges_`` in units of value_column (empty when natural);
    ``floors_``, ``means_``, ``deviations_``, ``counts_``: the scale; ``profile_``: what ``describe`` tells.

    Raises FrameColumnMissing, FrameValuesInvalid, FrameEmpty, ParameterInvalid; ModelNotFitted before ``fit``.
    """

    numbers_: IntArray
    labels_: IntArray

    def __init__(
        self,
        columns: tuple[str, ...] = ("days_since_last_order", "orders", "spend_micros"),
        value_column: str = "spend_micros",
        max_segments: int = 8,
        min_share: float = 0.03,
        sample_size: int = 20_000,
        evidence_size: int = 2_000,
        n_resamples: int = 60,
        n_null: int = 199,
        random_state: int = 0,
    ) -> None:
        self.columns = columns
        self.value_column = value_column
        self.max_segments = max_segments
        self.min_share = min_share
        self.sample_size = sample_size
        self.evidence_size = evidence_size
        self.n_resamples = n_resamples
        self.n_null = n_null
        self.random_state = random_state

    def fit(self, frame: pd.DataFrame, **arguments: Any) -> Self:  # noqa: ARG002 - the base's signature
        self._check_settings()
        needed = list(dict.fromkeys((*self.columns, self.value_column)))
        matrix = feature_matrix(frame, needed, learning=True)
        # Draws are made in an order of the values, so that the order in which customers arrive carries no meaning.
        order = np.lexsort(matrix.T[::-1])
        features = frame[needed].iloc[order]
        rng = np.random.default_rng(self.random_state)
        scale = LogScale.learned_from(features, tuple(self.columns), rng)
        self.floors_, self.means_, self.deviations_ = scale.floors, scale.means, scale.deviations
        self.counts_ = np.array(scale.counts)
        with threadpool_limits(limits=1):  # repeatable sums, and other work keeps its cores
            k = self._judge(features, scale, rng)
            labels = self._settle(features, matrix[order, needed.index(self.value_column)], k, scale, rng)
        self.labels_ = np.empty_like(labels)
        self.labels_[order] = labels
        self.profile_ = [
            d.to_json() for d in describe_segments(frame, self.labels_, tuple(self.columns), self._codes())
        ]
        return self

    def learned(self) -> dict[str, Any]:
        """Without ``labels_``: a model that is kept holds no row of any customer."""
        return {name: value for name, value in super().learned().items() if name != "labels_"}

    def outputs(self, frame: pd.DataFrame) -> pd.DataFrame:
        return self.segments(frame)

    @classmethod
    def example(cls, rows: int, seed: int) -> Example:
        return example_customers(rows, seed)

    def predict(self, features: pd.DataFrame) -> IntArray:
        """The segment number of each row (see ``numbers_``)."""
        self.require_fitted()
        numbers: IntArray = self.numbers_[self._raw_labels(features)]
        return numbers

    def segments(self, features: pd.DataFrame) -> pd.DataFrame:
        """``customer_id`` (when given), ``segment`` int64, ``segment_code`` (message key), one row a customer."""
        numbers = self.predict(features)
        codes = self._codes()
        out = pd.DataFrame({"segment": numbers, "segment_code": [codes[n] for n in numbers]}, index=features.index)
        if Columns.CUSTOMER_ID in features.columns:
            out.insert(0, Columns.CUSTOMER_ID, features[Columns.CUSTOMER_ID])
        return out

    def describe(
        self, features: pd.DataFrame | None = None, columns: tuple[str, ...] | None = None
    ) -> list[SegmentDescription]:
        """What sets each segment apart, largest difference first, as coded reasons with parameters.

        Without arguments: the fitted customers, by the fitted columns. With ``features`` (and ``columns``): those
        customers, by any numeric columns, customers without a value left out of that column.
        """
        self.require_fitted()
        if features is None:
            return [SegmentDescription.from_json(entry) for entry in self.profile_]
        return describe_segments(features, self.predict(features), tuple(columns or self.columns), self._codes())

    def relabel(self, mapping: dict[int, int]) -> Self:
        """Give segments the numbers of an earlier fit (``match_labels(...).mapping``); every number, one to one."""
        self.require_fitted()
        if set(mapping) != set(self.numbers_.tolist()) or len(set(mapping.values())) != len(mapping):
            raise ParameterInvalid(
                name="mapping", value=str(mapping), rule=f"one new number for each of {self.numbers_.tolist()}"
            )
        translate = np.vectorize(mapping.__getitem__, otypes=[np.int64])
        self.numbers_ = translate(self.numbers_)
        self.labels_ = translate(self.labels_)
        for entry in self.profile_:
            entry["segment"] = mapping[entry["segment"]]
        return self

    def reasons(self) -> list[Reason]:
        """Why the segments are called natural, or why they are practical bands."""
        self.require_fitted()
        return [Reason.from_json(entry) for entry in self.reasons_]

    def _check_settings(self) -> None:
        limits: tuple[tuple[str, float, float], ...] = (
            ("max_segments", 2, 12),
            ("min_share", 0, 0.5),
            ("n_resamples", 50, 10_000),
            ("n_null", 199, 100_000),
            ("evidence_size", 500, 20_000),
            ("sample_size", 500, 10_000_000),
        )
        for setting, low, high in limits:
            value = getattr(self, setting)
            if not low <= value <= high:
                raise ParameterInvalid(name=setting, value=value, rule=f"{low}..{high}")

    def _judge(self, features: pd.DataFrame, scale: LogScale, rng: np.random.Generator) -> int:
        """The number of natural segments, 0 when there are none; leaves ``evidence_`` and ``reasons_``."""
        self.evidence_: dict[str, Any] = {"customers": len(features)}
        if len(features) < FEWEST_CUSTOMERS:
            return self._practical("segments_too_few_customers", customers=len(features), needed=FEWEST_CUSTOMERS)
        drawn = rng.permutation(len(features))[: self.evidence_size]
        points = scale.apply(features.iloc[drawn], jitter=rng)
        if not points.std(axis=0).any():
            return self._practical("segments_all_alike", customers=len(features))
        seed = int(rng.integers(2**31))
        candidates = [ev.try_k(points, k, seed) for k in range(2, self.max_segments + 1)]
        self.evidence_["candidates"] = [vars(candidate) for candidate in candidates]
        k = ev.choose_k(candidates, self.min_share)
        if k == 0:
            return self._practical("segments_too_small", percent=round(100 * self.min_share, 1))
        return self._test(points, k, seed, rng)

    def _test(self, points: FloatArray, k: int, seed: int, rng: np.random.Generator) -> int:
        centres, labels = ev.cluster(points, k, seed, n_init=8)
        scores = ev.stability(points, labels, k, self.n_resamples, rng)
        stable = float(np.median(scores))
        valley = ev.shallowest_valley(points, centres)
        p_value = ev.valley_p_value(points, valley, k, self.n_null, rng)
        self.evidence_ |= {"k": k, "stability": stable, "stability_resamples": len(scores)}
        self.evidence_ |= {"valley": valley, "p_value": p_value}
        shown = {
            "k": k,
            "stability": round(stable, 2),
            "valley_percent": max(0, round(100 * valley)),
            "p_value": f"{p_value:.2g}",
        }
        if stable < STABLE_AT:
            return self._practical("segments_unstable", **shown)
        if p_value >= SIGNIFICANT_BELOW or valley < VALLEY_AT_LEAST:
            return self._practical("segments_one_cloud", **shown)
        self.reasons_ = [Reason("segments_natural", shown).to_json()]
        return k

    def _practical(self, code: str, **params: Any) -> int:
        self.reasons_ = [Reason(code, params).to_json()]
        return 0

    def _settle(
        self,
        features: pd.DataFrame,
        value: FloatArray,
        k: int,
        scale: LogScale,
        rng: np.random.Generator,
    ) -> IntArray:
        """Centres or bands, and numbers by descending mean value; returns the labels."""
        points = scale.apply(features)
        self.kind_ = NATURAL if k else PRACTICAL
        self.n_segments_ = k or len(BANDS)
        self.numbers_ = np.arange(self.n_segments_)
        if k:
            drawn = rng.permutation(len(points))[: self.sample_size]
            sample = scale.apply(features.iloc[drawn], jitter=rng)
            centres, _ = ev.cluster(sample, k, int(rng.integers(2**31)), n_init=8)
            polished = KMeans(k, init=centres, n_init=1, max_iter=20).fit(points)
            means = np.array([value[polished.labels_ == label].mean() for label in range(k)])
            self.centers_ = polished.cluster_centers_[np.argsort(-means, kind="stable")].astype(np.float64)
            self.band_edges_ = np.empty(0)
            return ev.nearest(points, self.centers_)[0]
        self.band_edges_ = band_edges(value)
        labels = band_of(value, self.band_edges_)
        bands = [points[labels == band] for band in range(len(BANDS))]
        self.centers_ = np.array([own.mean(axis=0) if len(own) else np.zeros(points.shape[1]) for own in bands])
        return labels

    def _raw_labels(self, features: pd.DataFrame) -> IntArray:
        if self.kind_ == PRACTICAL:
            return band_of(feature_matrix(features, (self.value_column,), learning=False)[:, 0], self.band_edges_)
        scale = LogScale(tuple(self.columns), tuple(self.counts_.tolist()), self.floors_, self.means_, self.deviations_)
        return ev.nearest(scale.apply(features), self.centers_)[0]

    def _codes(self) -> dict[int, str]:
        """Message key of each public number."""
        codes = [code for code, _ in BANDS] if self.kind_ == PRACTICAL else ["segment_natural"] * self.n_segments_
        return dict(zip(self.numbers_.tolist(), codes, strict=True))
