"""The account of an import: every row and every unit of money that came in is found again somewhere."""

from __future__ import annotations

from typing import Any

from zhiji.application.imports.models import Import


def report(row: Import, counts: dict[str, int]) -> dict[str, Any]:
    """The dry run's findings and months with what storing really did.

    ``counts``: received, stored, redelivered, rejected (rows; the first is the sum of the others), new_orders,
    changed_orders, redelivered_orders, new_customers. ``habits``: what the next file with the same columns recalls (see
    ``matching``). ``adds_up`` is computed, not assumed: it is shown when false.
    """
    dry = row.dry_run
    received, rejected = dry["counts"]["received"], dry["counts"]["rejected"]
    found = {
        "received": received,
        "rejected": rejected,
        **{name: counts.get(name, 0) for name in _COUNTED},
    }
    return {
        "counts": found,
        "adds_up": received == found["stored"] + found["redelivered"] + rejected,
        "findings": dry["findings"],
        "habits": dry.get("habits", {}),
        "months": dry["months"],
        "repeats": dry["repeats"],
        "first_on": dry["first_on"],
        "last_on": dry["last_on"],
    }


_COUNTED = ("stored", "redelivered", "new_orders", "changed_orders", "redelivered_orders", "new_customers")
