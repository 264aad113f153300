"""The sums of a settlement: what was said, by the model and by the plain rule, and what came.

Integers of Python, for a total may be larger than what 64 bits hold, and numpy would go round silently.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pandas as pd

from zhiji.kernel import MICROS


def summary(frame: pd.DataFrame) -> dict[str, Any]:
    """Totals and tenths by the model's rank, in micros: said (None where withheld), by the plain rule, happened, and
    what the same tenth by the rule's own order brought."""
    ordered = frame.sort_values("rank").assign(rule=lambda rows: _rule_micros(rows["rule_score"]))
    shown = bool(ordered["expected_value_micros"].notna().all())
    by_rule = frame.sort_values(["rule_score", "frozen_ref"], ascending=[False, True])["value"]
    ends = [-(-len(ordered) * number // 10) for number in range(11)]
    tenths = []
    for number, (start, end) in enumerate(pairwise(ends)):
        part = {"tenth": 10 - number, "customers": end - start, **_totals(ordered.iloc[start:end], shown)}
        tenths.append({**part, "actual_by_rule_micros": _sum(by_rule.iloc[start:end])})
    covered = _coverage(ordered) if shown else None
    return {"customers": len(frame), **_totals(ordered, shown), "coverage": covered, "tenths": tenths}


def _totals(part: pd.DataFrame, shown: bool) -> dict[str, int | None]:
    return {
        "said_micros": _sum(part["expected_value_micros"]) if shown else None,
        "rule_micros": _sum(part["rule"]),
        "actual_micros": _sum(part["value"]),
    }


def _sum(values: pd.Series[Any]) -> int:
    return sum(values.tolist())


def _rule_micros(scores: pd.Series[Any]) -> pd.Series[Any]:
    """The rules' scores are amounts in units; a customer without one was not known to the rule."""
    return (scores.fillna(0.0) * MICROS).round().astype("int64")


def _coverage(ordered: pd.DataFrame) -> float | None:
    """As in the back-test: intervals that are only the point zero say nothing about coverage."""
    real = ordered[ordered["value_high_micros"] > 0]
    inside = (real["value"] >= real["value_low_micros"]) & (real["value"] <= real["value_high_micros"])
    return round(float(inside.mean()), 4) if len(real) else None
