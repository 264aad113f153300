"""Reads of imports, through the scope of the asking user."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from zhiji.application.imports.models import Import
from zhiji.data.landing.models import RejectedRow
from zhiji.data.store.models import OrderLine
from zhiji.kernel import LineKind
from zhiji.platform.company import company
from zhiji.platform.models import User
from zhiji.platform.scope import get_scoped, scope
from zhiji.processing.cleaning import STATES_WITHOUT_VALUE


def imports(user: User) -> QuerySet[Import]:
    """Newest first."""
    return scope(user, Import).select_related("created_by", "file").order_by("-created_at", "-pk")


def import_get(user: User, pk: int, action: str = "read") -> Import:
    return get_scoped(user, Import, pk, action)


def rejected_rows(user: User, pk: int, *, after: int = 0, limit: int = 100) -> list[RejectedRow]:
    """Quarantined rows of one import by their number, after a given row id."""
    row = import_get(user, pk)
    if row.batch_id is None:
        return []
    return list(RejectedRow.objects.filter(batch_id=row.batch_id, pk__gt=after).order_by("pk")[:limit])


def identical_lines() -> dict[str, Any]:
    """How many lines repeat another of their order, what counting them once takes off customers' spend, and whether
    they are counted. Guests' lines come apart: they are in no customer's spend. Only goods of orders that bring money
    count in either."""
    of_value = Q(line_kind__in=LineKind.VALUE) & ~Q(order__state__in=STATES_WITHOUT_VALUE)
    guests, known = of_value & Q(order__customer=None), of_value & ~Q(order__customer=None)
    found = OrderLine.objects.filter(is_repeat=True, is_current=True).aggregate(
        lines=Count("pk"),
        guest_lines=Count("pk", filter=guests),
        guest_micros=Coalesce(Sum("amount_micros", filter=guests), 0),
        amount_micros=Coalesce(Sum("amount_micros", filter=known), 0),
    )
    return {**found, "counted_once": company().count_identical_lines_once}


def summary(user: User) -> dict[str, Any]:
    """What the page says first: to which day everything is in, where the files' money went, what is in quarantine.

    ``months``: the reconciliations of all files added up by month. ``is_overlapping``: files brought something again or
    changed it, so that the sum counts it more than once; then only each file's own months say something.
    """
    stored = scope(user, Import).filter(state=Import.State.STORED)
    reports = list(stored.values_list("report", flat=True))
    last = max((report["last_on"] for report in reports if report.get("last_on")), default=None)
    quarantined = RejectedRow.objects.filter(batch__in=stored.values("batch"), corrected_by=None).count()
    return {
        "imports": len(reports), "last_on": last, "quarantined": quarantined,
        "months": _added_up(reports), "is_overlapping": any(_brought_again(report) for report in reports),
    }  # fmt: skip


def _brought_again(report: dict[str, Any]) -> bool:
    counts = report.get("counts", {})
    return bool(counts.get("redelivered") or counts.get("redelivered_orders") or counts.get("changed_orders"))


def _added_up(reports: list[dict[str, Any]]) -> list[dict[str, Any]]:
    months: dict[tuple[str, str], dict[str, Any]] = {}
    for line in (line for report in reports for line in report.get("months", [])):
        key = (line["month"] or "", line["currency"] or "")
        total = months.setdefault(key, {"month": line["month"], "currency": line["currency"]})
        for name, value in line.items():
            if name not in ("month", "currency"):
                total[name] = total.get(name, 0) + (value or 0)
    return [months[key] for key in sorted(months)]
