"""CDNOW: parameters beside the published ones, and what its own past allows to be shown at 39 weeks.

    ZHIJI_DATASETS=… python benchmarks/cdnow.py

Parameters of the 1/10 sample as published by Fader, Hardie & Lee (2005) and Fader & Hardie (2013). Then the value model
of the whole cohort and of the sample, as of 1997-09-30 for 91 days: the test windows inside the 39 weeks, the verdict,
and what happened afterwards, which nothing was fitted to. The guide "Two real companies" quotes what this prints.
"""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from zhiji.algorithms.value import BetaGeoNBD, CustomerValueModel, GammaGamma, ParetoNBD, purchase_summary
from zhiji.kernel import render

AS_OF = date(1997, 9, 30)
HORIZON = 91
PUBLISHED = {
    BetaGeoNBD: {"r": ".2426", "alpha": "4.4136", "a": ".7929", "b": "2.4259", "log_likelihood": "-9582.429"},
    ParetoNBD: {"r": ".5533", "alpha": "10.578", "s": ".6062", "beta": "11.669", "log_likelihood": "-9594.976"},
    GammaGamma: {"p": "6.25", "q": "3.74", "v": "15.44", "log_likelihood": "-4055.918"},
}


def read(folder: Path, name: str) -> pd.DataFrame:
    """Customer, day and micros of a file of CDNOW; the sample's has a number of its own before the customer's."""
    skipped = int("master" in name)
    rows = pd.read_csv(folder / name, sep=r"\s+", header=None, skiprows=skipped, dtype=str)
    *_, customer, day, _, dollars = (rows[column] for column in rows)
    return pd.DataFrame(
        {
            "customer_id": customer,
            "value_on": pd.to_datetime(day, format="%Y%m%d"),
            "amount_micros": (dollars.astype(float) * 1e6).round().astype("int64"),
        }
    )


def parameters(rows: pd.DataFrame) -> list[str]:
    summary = purchase_summary(rows, AS_OF, "week")
    again = int((summary["frequency"] > 0).sum())
    lines = [f"CDNOW, 1/10 sample, 39 weeks: {len(summary):,} customers, {again:,} bought again"]
    lines.append(f"{'':12}{'':16}{'found':>14}{'published':>12}")
    for kind, published in PUBLISHED.items():
        model = kind().fit(summary)
        for name, text in published.items():
            decimals = len(text.split(".")[1])
            lines.append(f"{kind.__name__:12}{name:16}{getattr(model, f'{name}_'):14.{decimals}f}{text:>12}")
    return lines


def verdict(title: str, rows: pd.DataFrame) -> list[str]:
    model = CustomerValueModel(HORIZON).fit(rows, as_of=AS_OF)
    tested = model.backtest_
    lines = [f"{title}, as of {AS_OF} for {HORIZON} days: {tested.state}"]
    lines += [f"- {text.what} {text.why}" for text in (render(reason, "en") for reason in tested.reasons)]
    lines.append(f"{'test window':24}{'said $':>10}{'was $':>10}{'rule $':>10}{'ratio':>8}{'held':>8}")
    for origin in tested.origins:
        window = f"{origin.as_of} {origin.until}"
        sums = "".join(f"{v:10,.0f}" for v in (origin.predicted_total, origin.actual_total, origin.rule_total))
        lines.append(f"{window:24}{sums}{origin.ratio.value:8.2f}{origin.coverage:8.1%}")
    return [*lines, _afterwards(model.predict(), rows)]


def _afterwards(scores: pd.DataFrame, rows: pd.DataFrame) -> str:
    until = AS_OF + pd.Timedelta(days=HORIZON)
    later = rows[(rows["value_on"] > pd.Timestamp(AS_OF)) & (rows["value_on"] <= pd.Timestamp(until))]
    by_customer = later.groupby("customer_id")["amount_micros"].sum() / 1e6
    spent = by_customer.reindex(scores["customer_id"], fill_value=0.0).to_numpy()
    sums = (scores["expected_value"].sum(min_count=1), spent.sum(), scores["rule_score"].sum())
    said = "".join(f"{'–':>10}" if np.isnan(value) else f"{value:10,.0f}" for value in sums)
    told = (scores["value_high"] > 0).to_numpy()
    inside = (spent >= scores["value_low"]) & (spent <= scores["value_high"])
    held = f"{sums[0] / sums[1]:8.2f}{inside[told].mean():8.1%}" if told.any() else ""
    return f"{'afterwards':24}{said}{held}"


def report(folder: Path) -> str:
    sample, cohort = (read(folder, f"CDNOW_{name}.txt.gz") for name in ("sample", "master"))
    parts = [
        parameters(sample), verdict("CDNOW, whole cohort", cohort), verdict("CDNOW, 1/10 sample", sample),
    ]  # fmt: skip
    return "\n\n".join("\n".join(part) for part in parts)


def main() -> int:
    folder = Path(os.environ.get("ZHIJI_DATASETS", "")) / "cdnow"
    if not folder.is_dir():
        print("set ZHIJI_DATASETS to a folder that holds cdnow/", file=sys.stderr)
        return 1
    print(report(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
