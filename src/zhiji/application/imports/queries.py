"""Reads of imports, through the scope of the asking user."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import Coalesce

from zhiji.application.imports.models import Import
from zhiji.data.landing.models import RejectedRow
from zhiji.data.store.models import OrderLine
from zhiji.platform.company import company
from zhiji.platform.models import User
from zhiji.platform.scope import get_scoped, scope


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
    """How many lines repeat another of their order, what they come to, and whether they are counted."""
    found = OrderLine.objects.filter(is_repeat=True, is_current=True).aggregate(
        lines=Count("pk"), amount_micros=Coalesce(Sum("amount_micros"), 0)
    )
    return {**found, "counted_once": company().count_identical_lines_once}


def summary(user: User) -> dict[str, Any]:
    """What the page says first: to which day everything is in, and what is in quarantine."""
    stored = scope(user, Import).filter(state=Import.State.STORED)
    last = max((row["last_on"] for row in stored.values_list("report", flat=True) if row.get("last_on")), default=None)
    quarantined = RejectedRow.objects.filter(batch__in=stored.values("batch"), corrected_by=None).count()
    return {"imports": stored.count(), "last_on": last, "quarantined": quarantined}
