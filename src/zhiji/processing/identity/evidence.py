"""What spoke for and against a pair, field by field: level and weight, no value of the records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

Evidence = dict[str, tuple[str, float]]


def ladder(comparison: Mapping[str, Any]) -> list[str]:
    """The levels of a comparison by the number that Splink gives them, the lowest (0) first; unknown has none."""
    known = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
    return [level["label_for_charts"] for level in reversed(known)]


def evidence(pairs: pa.Table, model: Mapping[str, Any]) -> list[Evidence]:
    """Of each pair: field → (level, weight in bits). The weight is with the adjustment for common values.

    pairs: as ``model.Scored.pairs``; model: the settings that were learned.
    """
    found: list[Evidence] = [{} for _ in range(len(pairs))]
    for comparison in model["comparisons"]:
        name = comparison["output_column_name"]
        levels = ladder(comparison)
        gammas = pairs[f"gamma_{name}"].to_pylist()
        weights = pairs[f"mw_{name}"].to_pylist()
        adjusted = f"mw_tf_adj_{name}"
        rarity = pairs[adjusted].to_pylist() if adjusted in pairs.column_names else [0.0] * len(pairs)
        for row, gamma, weight, more in zip(found, gammas, weights, rarity, strict=True):
            if gamma >= 0:  # below: nothing was known on one side
                row[name] = (levels[gamma], round(weight + more, 2))
    return found
