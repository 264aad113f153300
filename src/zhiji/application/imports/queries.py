"""Reads of imports, through the scope of the asking user."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from zhiji.application.imports import reconciliation
from zhiji.application.imports.matching import outdated
from zhiji.application.imports.models import Import
from zhiji.application.imports.states import folder_of
from zhiji.data.landing.models import RejectedRow
from zhiji.data.store.models import OrderLine
from zhiji.kernel import Language, LineKind, Reason, render
from zhiji.platform.company import company
from zhiji.platform.models import Job, User
from zhiji.platform.scope import get_scoped, scope
from zhiji.processing.cleaning import STATES_WITHOUT_VALUE
from zhiji.processing.pipelines.quarantine import read_rejected
from zhiji.processing.pipelines.storing import REJECTED

# For those who hold a row that they got here: operations and commands know no other part of this folder.
__all__ = [
    "Import", "State", "identical_lines", "import_get", "imports", "outdated", "rejected", "rejected_rows", "summary",
    "words",
]  # fmt: skip
State = Import.State


def imports(user: User) -> QuerySet[Import]:
    """Newest first."""
    return scope(user, Import).select_related("created_by", "file").order_by("-created_at", "-pk")


def import_get(user: User, pk: int, action: str = "read") -> Import:
    return get_scoped(user, Import, pk, action)


def identical_lines() -> dict[str, Any]:
    """How many lines repeat another, identical one, what counting them once takes off customers' spend, and whether
    they are counted. Guests' lines come apart: they are in no customer's spend. Only lines that bring money
    count in either."""
    of_value = Q(line_kind__in=LineKind.VALUE) & ~Q(state__in=STATES_WITHOUT_VALUE)
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

    ``months``: see ``reconciliation``. ``unsettled_micros``: by how much the sums that orders bear differ from their
    lines. While ``is_moving``, an import or the switch is half-way and the figures mean nothing yet; one that has
    failed on its way moves no more.
    """
    seen = scope(user, Import)
    stored = seen.filter(state=Import.State.STORED)
    reports = list(stored.values_list("report", flat=True))
    last = max((report["last_on"] for report in reports if report.get("last_on")), default=None)
    quarantined = RejectedRow.objects.filter(batch__in=stored.values("batch"), corrected_by=None).count()
    under_way = Job.objects.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING, Job.State.WAITING])
    moving = seen.filter(state__in=[Import.State.STORING, Import.State.UNDOING]).values("job_id")
    months = reconciliation.months(
        reports, list(seen.filter(state=Import.State.UNDONE).values_list("report", flat=True))
    )
    return {
        "imports": len(reports), "last_on": last, "quarantined": quarantined, "months": months,
        "unsettled_micros": reconciliation.unsettled(months),
        "is_moving": under_way.filter(Q(kind="identical_lines") | Q(pk__in=moving)).exists(),
    }  # fmt: skip


def words(reason: dict[str, Any], language: Language) -> dict[str, Any]:
    """A stored reason with its texts."""
    text = render(Reason.from_json(reason), language)
    return {**reason, "what": text.what, "why": text.why, "remedy": text.remedy}


def rejected(item: Import, after: int, limit: int) -> list[dict[str, Any]]:
    """Rejected rows by running number: from the record once stored, before that from the dry run's table."""
    if item.state == Import.State.STORED and item.batch_id:
        found = RejectedRow.objects.filter(batch_id=item.batch_id, pk__gt=after).order_by("pk")[:limit]
        names = ("row", "column", "value", "code", "params", "original")
        return [{"id": r.pk, **{name: getattr(r, name) for name in names}} for r in found]
    path = folder_of(item) / REJECTED
    if not path.exists():
        return []
    lines = read_rejected(path, [str(name) for name in item.profile.get("columns", [])], after, limit)
    return [{"id": after + number, **line} for number, line in enumerate(lines, start=1)]


def rejected_rows(item: Import, language: Language, *, after: int = 0, limit: int) -> list[dict[str, Any]]:
    """Up to ``limit`` rows of the quarantine, each with where, what, why and remedy in the reader's language."""
    items = []
    for line in rejected(item, after, limit):
        where = {"row": line["row"], "column": line["column"]}
        text = render(Reason(line["code"], {"value": line["value"], **line["params"]}, where), language)
        items.append(
            {
                "id": line["id"], "row": line["row"], "column": line["column"] or "", "value": line["value"] or "",
                "code": line["code"], "what": text.what, "why": text.why, "remedy": text.remedy,
                "original": line["original"],
            }
        )  # fmt: skip
    return items
