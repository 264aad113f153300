"""Are these clusters kinds of customer, or slices of one cloud? Choice of k, stability, and the valley test.

Every cloud can be cut into k tidy pieces, and on a uniform or skewed cloud the pieces are compact and often stable.
What a single cloud does not have is an empty border: along a tube between two centres its density never sinks and
rises again. (A log-concave density, as the Gaussian, the uniform on a convex body or products of exponentials, cut to
a convex tube and projected on its axis, stays log-concave, hence unimodal: Prékopa 1973.) So the test statistic is
the depth of the shallowest valley between any two centres, and its null distribution comes from k-means with the same
k on unimodal data of the same covariance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score

from zhiji.algorithms.segmentation.frames import FloatArray

IntArray = npt.NDArray[np.int64]
_BIN = 0.05
_EDGES = np.arange(-0.5, 1.5 + _BIN / 2, _BIN)
_WINDOW = 5  # bins that are summed: a quarter of the way between two centres
_EXCEEDANCES = 5


@dataclass(frozen=True)
class KCandidate:
    """One k that was tried: its silhouette (higher is better), BIC (lower is better), smallest cluster's share."""

    k: int
    silhouette: float
    bic: float
    smallest_share: float


def cluster(points: FloatArray, k: int, seed: int, n_init: int = 3) -> tuple[FloatArray, IntArray]:
    """Centres (k, columns) and labels of k-means++ with ``n_init`` starts."""
    model = KMeans(k, n_init=n_init, random_state=seed, max_iter=100).fit(points)
    return model.cluster_centers_.astype(np.float64), model.labels_.astype(np.int64)


def try_k(points: FloatArray, k: int, seed: int) -> KCandidate:
    _, labels = cluster(points, k, seed, n_init=8)
    sizes = np.bincount(labels, minlength=k)
    if sizes.min() < 2:
        return KCandidate(k, -1.0, np.inf, float(sizes.min() / len(points)))
    silhouette = float(silhouette_score(points, labels))
    return KCandidate(k, silhouette, _bic(points, labels, k), float(sizes.min() / len(points)))


def _bic(points: FloatArray, labels: IntArray, k: int) -> float:
    """Of the classification likelihood with a full covariance for each cluster (Biernacki's ICL, hard assignment)."""
    n, d = points.shape
    log_likelihood = 0.0
    for label in range(k):
        own = points[labels == label]
        covariance = np.cov(own, rowvar=False, bias=True).reshape(d, d) + 1e-6 * np.eye(d)
        log_determinant = np.linalg.slogdet(covariance)[1]
        log_likelihood += len(own) * (np.log(len(own) / n) - 0.5 * (d * np.log(2 * np.pi) + log_determinant + d))
    parameters = k - 1 + k * d + k * d * (d + 1) / 2
    return float(parameters * np.log(n) - 2 * log_likelihood)


def choose_k(candidates: list[KCandidate], min_share: float) -> int:
    """Among those whose smallest cluster is large enough, the best sum of ranks by silhouette and by BIC.

    Silhouette alone prefers two far groups over the five that are there; BIC alone adds clusters to mend a shape.
    On equal sums BIC decides. 0 when no k leaves every cluster large enough.
    """
    fit = [candidate for candidate in candidates if candidate.smallest_share >= min_share]
    if not fit:
        return 0
    by_silhouette = sorted(fit, key=lambda c: -c.silhouette)
    by_bic = sorted(fit, key=lambda c: c.bic)
    return min(fit, key=lambda c: (by_silhouette.index(c) + by_bic.index(c), by_bic.index(c))).k


def stability(points: FloatArray, labels: IntArray, k: int, resamples: int, rng: np.random.Generator) -> FloatArray:
    """Adjusted Rand index between the labels and those of k-means on each bootstrap resample, over all points."""
    scores = np.empty(resamples)
    for i in range(resamples):
        drawn = points[rng.integers(0, len(points), len(points))]
        centres, _ = cluster(drawn, k, int(rng.integers(2**31)), n_init=2)
        scores[i] = adjusted_rand_score(labels, nearest(points, centres)[0])
    return scores


def nearest(points: FloatArray, centres: FloatArray) -> tuple[IntArray, FloatArray]:
    """The nearest centre of each point, and the distance to it, in blocks that fit in cache."""
    labels = np.empty(len(points), dtype=np.int64)
    distances = np.empty(len(points))
    norms = (centres**2).sum(axis=1)
    for start in range(0, len(points), 65_536):
        block = points[start : start + 65_536]
        squared = norms - 2.0 * block @ centres.T
        own = squared.argmin(axis=1)
        labels[start : start + 65_536] = own
        rest = squared[np.arange(len(block)), own] + (block**2).sum(axis=1)
        distances[start : start + 65_536] = np.sqrt(np.maximum(rest, 0.0))
    return labels, distances


def shallowest_valley(points: FloatArray, centres: FloatArray) -> float:
    """The least depth over all pairs of centres; 1: an empty border everywhere, 0 or less: none somewhere."""
    return min(_valley(points, a, b) for a, b in combinations(centres, 2))


def _valley(points: FloatArray, a: FloatArray, b: FloatArray) -> float:
    """1 - density about the middle / the lower of the two peaks, in a tube with a third of the way as its radius."""
    axis = b - a
    length = float(np.linalg.norm(axis))
    if length == 0.0:
        return 0.0
    along = (points - a) @ axis / length**2
    aside = ((points - a) ** 2).sum(axis=1) - (along * length) ** 2
    counts = np.histogram(along[aside <= (length / 3) ** 2], bins=_EDGES)[0]
    density = np.convolve(counts, np.ones(_WINDOW), mode="valid")
    place = _EDGES[:-1][: len(density)] + _BIN * _WINDOW / 2
    left, right = density[abs(place) <= 0.26].max(), density[abs(place - 1) <= 0.26].max()
    peak = min(left, right)
    return float(1.0 - density[abs(place - 0.5) <= 0.24].min() / peak) if peak > 0 else 0.0


def gaussian_null(points: FloatArray, rng: np.random.Generator) -> FloatArray:
    """As many points, normal, of the same covariance."""
    return rng.standard_normal(points.shape) @ _root(points).T


def uniform_null(points: FloatArray, rng: np.random.Generator) -> FloatArray:
    """As many points, uniform on the box along the principal axes, of the same covariance."""
    return rng.uniform(-np.sqrt(3.0), np.sqrt(3.0), points.shape) @ _root(points).T


def _root(points: FloatArray) -> FloatArray:
    values, vectors = np.linalg.eigh(np.cov(points, rowvar=False).reshape(points.shape[1], points.shape[1]))
    root: FloatArray = vectors * np.sqrt(np.maximum(values, 0.0))
    return root


def valley_p_value(points: FloatArray, observed: float, k: int, draws: int, rng: np.random.Generator) -> float:
    """The larger of the p-values against the Gaussian and the uniform null of equal covariance.

    Parametric bootstrap, (1 + exceedances) / (1 + draws); a null that already exceeded the observed depth
    five times is stopped there, with the p-value 5 / draws so far (Besag & Clifford 1991).
    """
    nulls: tuple[Callable[[FloatArray, np.random.Generator], FloatArray], ...] = (uniform_null, gaussian_null)
    worst = 0.0
    for null in nulls:
        worst = max(worst, _sequential_p(points, observed, k, draws, null, rng))
        if worst >= 0.05:
            break
    return worst


def _sequential_p(
    points: FloatArray,
    observed: float,
    k: int,
    draws: int,
    null: Callable[[FloatArray, np.random.Generator], FloatArray],
    rng: np.random.Generator,
) -> float:
    exceeded = 0
    for drawn in range(1, draws + 1):
        sample = null(points, rng)
        centres, _ = cluster(sample, k, int(rng.integers(2**31)), n_init=2)
        exceeded += shallowest_valley(sample, centres) >= observed
        if exceeded == _EXCEEDANCES:
            return exceeded / drawn
    return (1 + exceeded) / (1 + draws)
