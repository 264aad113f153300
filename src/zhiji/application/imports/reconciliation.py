"""The files' money beside the record's, month by month: every difference has a name, or is said to have none."""

from __future__ import annotations

from typing import Any

from django.db.models import Sum

from zhiji.data.store.models import Order
from zhiji.platform.company import company, zone
from zhiji.processing.validation import LATER, LEFT, PARTS, standing

# What the known customers spent; identical lines with it, unless they are counted once.
SPEND = ("goods", "refunds", "returns", "cancellations", "discounts")
Rows = dict[tuple[str, str], dict[str, Any]]
_OF_FILES = ("received", "rejected", "undone")


def months(stored: list[dict[str, Any]], undone: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row a month and currency, oldest first, undated rows before all: ``month``, ``currency`` and, as ``_micros``
    and ``_lines``, what the files brought (``received``, of it ``rejected``, and what was ``undone`` since), what the
    record holds (``validation.PARTS``), and of what was brought what it does not hold: ``again`` (delivered again),
    ``replaced``. ``difference_micros`` is what none of this explains; it is 0 unless the record or a file is wrong.

    stored, undone: the reports of all imports of orders that stand, and of those that were taken back.
    """
    rows: Rows = {}
    for report in stored:
        for line in report.get("months", []):
            _add(rows, line, "received", line["received_micros"], line["received_lines"])
            _add(rows, line, "rejected", line["rejected_micros"], line["rejected_lines"])
            row = rows[line["month"] or "", line["currency"] or ""]
            row["rejected_unknown_lines"] += line["rejected_unknown_lines"]
    for report in undone:
        for line in report.get("months", []):
            for part in ("received", "undone"):
                _add(rows, line, part, line["received_micros"], line["received_lines"])
    for (month, currency, part), (micros, lines) in standing(zone()).items():
        _add(rows, {"month": month, "currency": currency}, part, micros, lines)
    for row in rows.values():
        held = [*(part for part in PARTS if part not in LATER), *LEFT, "rejected", "undone"]
        row["difference_micros"] = row["received_micros"] - sum(row[f"{part}_micros"] for part in held)
    return [rows[key] for key in sorted(rows)]


def _add(rows: Rows, where: dict[str, Any], part: str, micros: int, lines: int) -> None:
    key = (where["month"] or "", where["currency"] or "")
    if key not in rows:
        parts = [*_OF_FILES, *PARTS, *LEFT]
        zeros = {f"{name}_{unit}": 0 for name in parts for unit in ("micros", "lines")}
        rows[key] = {
            "month": where["month"], "currency": where["currency"], **zeros, "rejected_unknown_lines": 0,
        }  # fmt: skip
    rows[key][f"{part}_micros"] += micros
    rows[key][f"{part}_lines"] += lines


def unsettled(rows: list[dict[str, Any]]) -> int:
    """What the orders of known customers say they are worth, less what their lines come to: 0, or sums are stale."""
    parts = SPEND if company().count_identical_lines_once else (*SPEND, "repeats")
    lines = sum(int(row[f"{part}_micros"]) for row in rows for part in parts)
    return int(Order.objects.exclude(customer=None).aggregate(total=Sum("value_micros"))["total"] or 0) - lines
