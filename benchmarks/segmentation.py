"""Segments: speed at 100,000 and 1,000,000 customers on one core, and how often groups are claimed wrongly.

    OMP_NUM_THREADS=1 python benchmarks/segmentation.py [--clouds 100]

Prints one JSON object a line. The peer in the same run is scikit-learn's KMeans on all rows, told the true k.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import time

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

from zhiji.algorithms.segmentation import RFM, KMeansSegments

COLUMNS = ["days_since_last_order", "orders", "spend_micros"]


def mixture(n: int, k: int, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(seed)
    centres = 6.0 * np.array([[0, 0, 0], [1, 0, 1], [0, 1, 1], [1, 1, 0], [2, 1, 1]])[:k]
    group = rng.integers(0, k, n)
    logs = centres[group] + rng.standard_normal((n, 3))
    return pd.DataFrame(np.exp(logs), columns=COLUMNS).assign(customer_id=np.arange(n)), group


def one_cloud(kind: str, n: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    logs = {
        "uniform": lambda: 4 * rng.uniform(size=(n, 3)),
        "uniform_sheared": lambda: rng.uniform(size=(n, 3)) @ rng.normal(size=(3, 3)),
        "gaussian": lambda: rng.standard_normal((n, 3)) @ rng.normal(size=(3, 3)),
        "exponential": lambda: rng.exponential(size=(n, 3)),
    }[kind]()
    return pd.DataFrame(np.exp(logs), columns=COLUMNS)


def timed(action, repeats: int) -> tuple[float, object]:
    seconds, result = [], None
    for _ in range(repeats):
        start = time.process_time()
        result = action()
        seconds.append(time.process_time() - start)
    return round(statistics.median(seconds), 2), result


def speed(n: int, repeats: int) -> None:
    frame, group = mixture(n, 5, 1)
    seconds, model = timed(lambda: KMeansSegments().fit(frame), repeats)
    points = np.log(frame[COLUMNS].to_numpy())
    points = (points - points.mean(axis=0)) / points.std(axis=0)
    peer_seconds, peer = timed(lambda: KMeans(5, n_init=8, random_state=0).fit(points), 1)
    rfm_seconds, _ = timed(lambda: RFM().fit(frame).transform(frame), repeats)
    report(
        what="speed",
        customers=n,
        fit_cpu_seconds=seconds,
        kind=model.kind_,
        segments=model.n_segments_,
        rand_index=round(adjusted_rand_score(group, model.labels_), 4),
        peer_told_k_cpu_seconds=peer_seconds,
        peer_rand_index=round(adjusted_rand_score(group, peer.labels_), 4),
        rfm_cpu_seconds=rfm_seconds,
        peak_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    )


def false_claims(kind: str, n: int, clouds: int) -> None:
    models = [KMeansSegments(random_state=seed).fit(one_cloud(kind, n, seed)) for seed in range(clouds)]
    report(
        what="false_claims",
        cloud=kind,
        customers=n,
        clouds=clouds,
        called_natural=sum(model.kind_ == "natural_segments" for model in models),
        stable_nevertheless=sum(model.evidence_["stability"] >= 0.8 for model in models),
        p_below_01=sum(model.evidence_["p_value"] < 0.01 for model in models),
        deepest_valley=round(max(model.evidence_["valley"] for model in models), 3),
    )


def found(clouds: int) -> None:
    for apart in (3.0, 4.0, 5.0, 6.0):
        right = natural = 0
        for seed in range(clouds):
            rng = np.random.default_rng(seed)
            group = rng.integers(0, 3, 2000)
            centres = np.array([[0, 0, 0], [1, 0, 0], [0.5, 0.75**0.5, 0]]) * apart
            frame = pd.DataFrame(np.exp(centres[group] + rng.standard_normal((2000, 3))), columns=COLUMNS)
            model = KMeansSegments(random_state=seed).fit(frame)
            natural += model.kind_ == "natural_segments"
            right += model.kind_ == "natural_segments" and model.n_segments_ == 3
        report(what="three_groups", deviations_apart=apart, clouds=clouds, called_natural=natural, right_k=right)


def report(**figures: object) -> None:
    print(json.dumps(figures), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clouds", type=int, default=100, help="clouds of each shape")
    clouds = parser.parse_args().clouds
    with threadpool_limits(limits=1):
        speed(100_000, 5)
        speed(1_000_000, 3)
        for kind in ("uniform", "uniform_sheared", "gaussian", "exponential"):
            false_claims(kind, 2000, clouds)
        found(max(5, clouds // 5))


if __name__ == "__main__":
    main()
