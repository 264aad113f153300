"""Reads of segments: what the newest refresh found, and the segments by rule, each within the reader's scope."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Sum, Value, When
from django.db.models.expressions import CombinedExpression

from zhiji.application.customers import queries as customers
from zhiji.application.segments.errors import SegmentsNothingThere
from zhiji.application.segments.models import Segment, SegmentRun
from zhiji.data.store import deadline
from zhiji.data.store.models import CustomerListRow
from zhiji.platform.errors import NotAllowed, NotFound
from zhiji.platform.models import User
from zhiji.platform.permissions import Reach, reach
from zhiji.platform.scope import require, scope

COUNT_SECONDS = 5.0
MOST_LISTED = 500
Figures = dict[str, Any]


def newest(user: User) -> SegmentRun:
    """The last segmentation. Raises SegmentsNothingThere before the first."""
    for kind in ("segment", "customer", "order"):
        require(user, kind, "read")
    found = scope(user, SegmentRun).order_by("-pk").first()
    if found is None:
        raise SegmentsNothingThere()
    return found


def figures(user: User, run: SegmentRun) -> Figures:
    """Counts and spend of segments, cells and groups: as stored for who sees everybody, else of the reader's own.

    Keys: ``customers``, ``spend_micros``, ``segments`` and ``bands`` (code → (customers, spend)), ``cells``
    ((recency, frequency_money) → (customers, spend)), ``half`` (see ``refreshing.half_of``).
    """
    if all(reach(user, kind, "read") == Reach.ALL for kind in ("customer", "order")):
        return {
            "customers": run.rfm["customers"],
            "spend_micros": run.rfm["spend_micros"],
            "segments": {row["segment"]: (row["customers"], row["spend_micros"]) for row in run.rfm["segments"]},
            "bands": {row["band"]: (row["customers"], row["spend_micros"]) for row in run.groups["segments"]},
            "cells": {
                (row["recency"], row["frequency_money"]): (row["customers"], row["spend_micros"])
                for row in run.rfm["cells"]
            },
            "half": run.rfm["half"],
        }
    return _own_figures(scope(user, CustomerListRow).exclude(rfm_segment=""), run)


def _own_figures(rows: QuerySet[CustomerListRow], run: SegmentRun) -> Figures:
    """The same from the list rows, scored by the edges of the run."""
    recency, frequency, monetary = run.rfm["edges"]
    days = [run.as_of + timedelta(days=int(edge)) for edge in recency]
    scored = rows.annotate(
        r=_score("last_order_on", days), f=_score("orders", frequency), m=_score("spend_micros", monetary)
    )
    counted = scored.order_by().values_list("rfm_segment", "band", "r", "f", "m")
    found: Figures = {"customers": 0, "spend_micros": 0, "segments": {}, "bands": {}, "cells": {}}
    for segment, band, r, f, m, number, spend in counted.annotate(n=Count("pk"), s=Sum("spend_micros")):
        found["customers"] += number
        found["spend_micros"] += spend
        for name, key in (("segments", segment), ("bands", band), ("cells", (r, (f + m) // 2))):
            before = found[name].get(key, (0, 0))
            found[name][key] = (before[0] + number, before[1] + spend)
    found["half"] = _half(rows.filter(spend_micros__gt=0))
    return found


def _score(column: str, edges: Iterable[Any]) -> CombinedExpression | Value:
    """1 and one more for each edge that the value is above, as ``algorithms.segmentation.RFM`` scores."""
    total: Any = Value(1)
    for edge in edges:
        above = When(**{f"{column}__gt": edge}, then=Value(1))
        total = total + Case(above, default=Value(0), output_field=IntegerField())
    return total  # type: ignore[no-any-return]


def _half(rows: QuerySet[CustomerListRow]) -> dict[str, int]:
    total = rows.order_by().aggregate(total=Sum("spend_micros"))["total"] or 0
    customers = running = 0
    for spend in rows.order_by("-spend_micros", "-pk").values_list("spend_micros", flat=True).iterator(2_000):
        if 2 * running >= total:
            break
        customers, running = customers + 1, running + spend
    return {"customers": customers, "spend_micros": running, "of_spend_micros": total}


def cells() -> list[tuple[int, int, str]]:
    """The squares of the map, best recency first: recency score, frequency-and-money score, segment."""
    from zhiji.algorithms.segmentation import SEGMENT_MAP

    return [(r, c, SEGMENT_MAP[r][c - 1]) for r in range(5, 0, -1) for c in range(1, 6)]


def segment_codes() -> tuple[str, ...]:
    from zhiji.algorithms.segmentation import SEGMENTS

    return SEGMENTS


def visible(user: User, action: str = "read") -> QuerySet[Segment]:
    """One's own segments, shared ones, and those whose owner is gone."""
    return scope(user, Segment, action).filter(Q(owner=user.pk) | Q(is_shared=True) | Q(owner=None))


def segment_list(user: User) -> list[Segment]:
    require(user, "segment", "read")
    return list(visible(user).select_related("owner").order_by("name", "pk")[:MOST_LISTED])


def segment_get(user: User, segment_id: int, action: str = "read") -> Segment:
    """One segment. Private ones of others are as if they were not there, for everybody."""
    found = visible(user, action).filter(pk=segment_id).select_related("owner").first()
    if found is not None:
        return found
    if action != "read" and visible(user).filter(pk=segment_id).exists():
        raise NotAllowed(object="segment", action=action)
    raise NotFound(object="segment", where={"id": str(segment_id)})


def fields(user: User) -> list[dict[str, str]]:
    """What rules can be made of: the fields of the customer list that the user may read."""
    return [{"field": name, "kind": kind} for name, kind in customers.list_fields(user).items()]


def asked(user: User, definition: dict[str, Any], sort: str = "name") -> customers.CustomerList:
    """The customer list narrowed to a rule. Raises FilterInvalid, FieldUnreadable, NotAllowed."""
    return customers.CustomerList(user, {"rules": definition}, sort)


def filter_text(definition: dict[str, Any]) -> str:
    return json.dumps({"rules": definition}, ensure_ascii=False)


def _all(user: User) -> QuerySet[CustomerListRow]:
    return scope(user, CustomerListRow).order_by()


def members(user: User, segment: Segment, *, sort: str, cursor: str, limit: int) -> dict[str, Any]:
    """A page of the members of now, as the customer list shows them."""
    found: dict[str, Any] = customers.list_page(
        user, filter_text=filter_text(segment.definition), sort=sort, cursor=cursor, limit=limit
    )
    return found


def count(user: User, definition: dict[str, Any]) -> dict[str, Any]:
    """Members now and what they spent, within scope; stopped after ``COUNT_SECONDS``: then only a first count.

    ``spend_micros`` and ``spend_share`` (of the spend of everybody in scope) are None where time ran out or the user
    may not read spend.
    """
    rows = asked(user, definition).wanted().rows().order_by()
    sees_spend = "spend" in customers.list_fields(user)
    try:
        with deadline.limit(COUNT_SECONDS):
            found = rows.aggregate(n=Count("pk"), s=Sum("spend_micros"))
            whole = _all(user).aggregate(s=Sum("spend_micros"))["s"] or 0 if sees_spend else 0
    except deadline.TimeIsUp:
        quick = asked(user, definition).count(exact=False)
        return {"customers": quick["count"], "exact": quick["exact"], "spend_micros": None, "spend_share": None}
    spend = int(found["s"] or 0) if sees_spend else None
    share = spend / whole if spend is not None and whole > 0 else None
    return {"customers": found["n"], "exact": True, "spend_micros": spend, "spend_share": share}
