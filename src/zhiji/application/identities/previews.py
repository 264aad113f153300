"""What a resolution found, told without storing it: what would move, examples with their evidence, what was learned.

A report names identities by number and holds no value of theirs: whoever reads it sees them through their own scope.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from zhiji.data.store.models import Identity
from zhiji.processing.identity.evidence import evidence, ladder
from zhiji.processing.identity.groups import Pair, pair
from zhiji.processing.pipelines.regrouping import moves

if TYPE_CHECKING:
    from zhiji.processing.identity.matching import Matches

# Of each kind of finding: by key, the least sure that the model would link, the most doubtful for a person.
EXAMPLES = 10


def report(found: Matches) -> dict[str, Any]:
    """``moved``: identities whose customer would be another; ``customers``: how many would be left; ``reviews``: pairs
    that would wait for a person; ``examples`` of what would be joined that is not now, and of what would wait."""
    going = {move.identity_id: move.after for move in moves(found=found.groups)}
    of = dict(Identity.objects.exclude(customer=None).values_list("pk", "customer_id"))
    after = {pk: going.get(pk, customer) for pk, customer in of.items()}
    contradicted = set(found.groups.contradicted)
    joined = [one for one in _linked(found) if _is_new(one["pair"], of, after)]
    waiting = [one for one in _reviews(found, contradicted) if after.get(one["pair"][0]) != after.get(one["pair"][1])]
    by_key = [one for one in joined if one["by"] == "key"][:EXAMPLES]
    by_model = sorted((one for one in joined if one["by"] == "model"), key=lambda one: one["weight"])[:EXAMPLES]
    doubtful = sorted(waiting, key=lambda one: abs((one["probability"] or 0.5) - 0.5))[:EXAMPLES]
    return {
        "moved": len(going), "identities": len(of), "customers": len(set(after.values())), "reviews": len(waiting),
        "examples": {"key": by_key, "model": by_model, "review": doubtful},
    }  # fmt: skip


def _is_new(two: Pair, of: Mapping[int, int | None], after: Mapping[int, int | None]) -> bool:
    """They would be one customer and are two now."""
    left, right = two
    return left in of and right in of and of[left] != of[right] and after[left] == after[right]


def _linked(found: Matches) -> Iterator[dict[str, Any]]:
    seen: set[Pair] = set()
    for left, right in found.certain:
        two = pair(left, right)
        if two not in seen:
            seen.add(two)
            yield {"pair": two, "by": "key", "weight": None, "probability": None, "evidence": {}}
    yield from (one for one in _scored(found, "links") if one["pair"] not in seen)


def _reviews(found: Matches, contradicted: set[Pair]) -> Iterator[dict[str, Any]]:
    yield from (one for one in _linked(found) if one["pair"] in contradicted)
    yield from _scored(found, "reviews")


def _scored(found: Matches, which: str) -> Iterator[dict[str, Any]]:
    for kind, table in getattr(found, which).items():
        columns = (
            table[name].to_pylist() for name in ("unique_id_l", "unique_id_r", "match_weight", "match_probability")
        )
        for left, right, weight, probability, said in zip(*columns, evidence(table, found.models[kind]), strict=True):
            two = pair(left, right)
            yield {"pair": two, "by": "model", "weight": weight, "probability": probability, "evidence": said}


def learned(model: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Of each level of each field: what it weighs, in bits, as learned; levels that no pair has met are left out."""
    found = []
    for comparison in model["comparisons"]:
        name = comparison["output_column_name"]
        known = {
            level["label_for_charts"]: level for level in comparison["comparison_levels"]
            if level.get("m_probability") and level.get("u_probability")
        }  # fmt: skip
        for label in reversed(ladder(comparison)):
            if label in known:
                bits = math.log2(known[label]["m_probability"] / known[label]["u_probability"])
                compared = "custom" if name.startswith("x_") else name
                found.append({"compared": compared, "level": label, "bits": round(bits, 2)})
    return found
