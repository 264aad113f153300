"""BG/NBD by maximum likelihood: ours against lifetimes on the same customers, in the same run.

    python benchmarks/bg_nbd_fit.py            # 1,000,000 customers, median of 5
    python benchmarks/bg_nbd_fit.py --quick    # 100,000 customers, median of 3

Each contender runs in a process of its own, pinned to one thread, on the same summary (built outside the clock). Both
answers are put into one log-likelihood function. Passes where the ratio of medians is at least 5 and ours is at most
1e-6 (relative) below the peer's optimum. Exit status 1 otherwise.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

AS_OF = date(2024, 12, 30)
NAMES = ("r", "alpha", "a", "b")
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
WANTED_RATIO = 5.0
WANTED_AGREEMENT = 1e-6


def _peak_mb() -> float:
    """Highest resident size so far. Not getrusage: its figure is inherited from the parent process."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def contend(contender: str, path: Path, repeats: int) -> dict[str, object]:
    """Fit ``repeats`` times; seconds, parameters, and the memory that fitting needed beyond the loaded summary."""
    import pandas as pd

    summary = pd.read_parquet(path)
    if contender == "ours":
        from zhiji.algorithms.value import BetaGeoNBD

        def fit() -> list[float]:
            model = BetaGeoNBD().fit(summary)
            return [getattr(model, f"{name}_") for name in NAMES]

    else:
        from lifetimes import BetaGeoFitter

        def fit() -> list[float]:
            model = BetaGeoFitter().fit(summary["frequency"], summary["recency"], summary["T"])
            return [float(model.params_[name]) for name in NAMES]

    before = _peak_mb()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        parameters = fit()
        seconds.append(time.perf_counter() - start)
    grown = _peak_mb() - before
    return {"seconds": seconds, "parameters": parameters, "fit_mb": grown, "peak_mb": grown + before}


def compare(customers: int, repeats: int) -> bool:
    import numpy as np

    from zhiji.algorithms.value import purchase_summary, simulate_transactions
    from zhiji.algorithms.value.beta_geo_nbd import BetaGeoNBD
    from zhiji.algorithms.value.counted import Counted, read_purchases

    rows, _ = simulate_transactions(customers, AS_OF, 730, 1, r=0.5, alpha=6.0, a=0.8, b=3.0)
    summary = purchase_summary(rows, AS_OF, "week")
    results = {}
    with tempfile.TemporaryDirectory() as home:
        path = Path(home) / "summary.parquet"
        summary.reset_index(drop=True).to_parquet(path)
        del rows
        for contender in ("ours", "lifetimes"):
            command = [
                sys.executable,
                __file__,
                "--contender",
                contender,
                "--path",
                str(path),
                "--repeats",
                str(repeats),
            ]
            done = subprocess.run(command, env={**os.environ, **ONE_THREAD}, capture_output=True, text=True, check=True)
            results[contender] = json.loads(done.stdout.splitlines()[-1])
    counted = Counted.of(read_purchases(summary))
    likelihood = BetaGeoNBD()._log_likelihood(counted)
    for result in results.values():
        result["log_likelihood"] = likelihood(np.log(result["parameters"]))[0]
        result["median"] = statistics.median(result["seconds"])
    return report(results, len(summary), len(counted.purchases))


def report(results: dict[str, dict[str, object]], customers: int, different: int) -> bool:
    ours, peer = results["ours"], results["lifetimes"]
    ratio = peer["median"] / ours["median"]
    behind = (peer["log_likelihood"] - ours["log_likelihood"]) / abs(peer["log_likelihood"])
    print(f"{customers:,} customers, {different:,} different histories")
    for name, result in results.items():
        shown = ", ".join(f"{value:.6g}" for value in result["parameters"])
        print(
            f"{name:>10}: median {result['median']:.2f} s of {len(result['seconds'])}, "
            f"LL {result['log_likelihood']:.4f}, "
            f"r, alpha, a, b = {shown}, fit {result['fit_mb']:.0f} MB, peak {result['peak_mb']:.0f} MB"
        )
    passed = ratio >= WANTED_RATIO and behind <= WANTED_AGREEMENT
    print(
        f"ratio {ratio:.1f} (wanted ≥ {WANTED_RATIO}), LL behind the peer by {behind:.2e} (wanted ≤ {WANTED_AGREEMENT})"
    )
    print("passed" if passed else "FAILED")
    return passed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="100,000 customers, median of 3")
    parser.add_argument("--customers", type=int, default=0)
    parser.add_argument("--contender", choices=["ours", "lifetimes"], help=argparse.SUPPRESS)
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--repeats", type=int, default=0)
    given = parser.parse_args()
    repeats = given.repeats or (3 if given.quick else 5)
    if given.contender:
        print(json.dumps(contend(given.contender, given.path, repeats)))
        return 0
    return 0 if compare(given.customers or (100_000 if given.quick else 1_000_000), repeats) else 1


if __name__ == "__main__":
    sys.exit(main())
