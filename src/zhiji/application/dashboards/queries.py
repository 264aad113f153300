"""The dashboard's figures, read from the lake within the asking user's scope.

The lake holds everybody; whoever may not see all customers gets only those that are theirs at this moment, by a
semi-join with the ids of ``scope``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from django.core.cache import cache

from zhiji.application.dashboards.errors import DashboardDayOutside, DashboardNothingThere
from zhiji.application.refresh import queries as refresh
from zhiji.data.lake import Engine, Lake, open_engine
from zhiji.data.lake.errors import LakeMissing
from zhiji.data.store import coverage
from zhiji.data.store.models import Customer, Order
from zhiji.kernel import clock
from zhiji.platform.company import company, zone
from zhiji.platform.models import User
from zhiji.platform.permissions import Reach, reach
from zhiji.platform.scope import require, scope
from zhiji.platform.workspace import workspace
from zhiji.processing.features import (
    ChangeKind,
    Period,
    cohort_retention,
    concentration,
    monthly_revenue,
    period_customers,
    revenue_bridge,
    revenue_bridge_customers,
)

Span = Literal["month", "quarter", "year"]
SPANS: tuple[Span, ...] = ("month", "quarter", "year")
DEFAULT_SPAN: Span = "quarter"
SPAN_DAYS = {"quarter": 91, "year": 365}
KEPT_SECONDS = 3600


@dataclass(frozen=True)
class Question:
    """What is asked of the lake: by whom, as of when and known by when, comparing which periods.

    ``first``: the first day of the data. ``offered``: the spans of which any day of the time before is in the data.
    """

    user: User
    as_of: date
    known_by: datetime
    span: Span
    before: Period
    now: Period
    first: date
    offered: tuple[Span, ...]

    @property
    def sees_all(self) -> bool:
        """Sums over everybody, guests too, are only for who may see every customer and every order as well."""
        return all(reach(self.user, kind, "read") == Reach.ALL for kind in ("dashboard", "customer", "order"))


def question(user: User, span: Span | None, as_of: date | None) -> Question:
    """The two periods of a span that ends with ``as_of``: calendar months that are complete, else days.

    The last day of the data is the present, and any other looks back: see ``coverage.known_by``.
    Without a span it is the quarter, or where nothing is known of the quarter before, the month. Raises
    DashboardDayOutside for a day that the data does not cover, RefreshNothingThere without any order.
    """
    for kind in ("dashboard", "customer", "order"):
        require(user, kind, "read")
    last = refresh.default_as_of(zone())
    first = clock.day_of(Order.objects.earliest("ordered_at").ordered_at, zone())
    day = as_of or last
    if as_of is not None and not first <= as_of <= last:
        raise DashboardDayOutside(
            day=as_of.isoformat(), first=first.isoformat(), last=last.isoformat(), where={"field": "as_of"}
        )
    # Of a company as young as that nothing can be compared; the shortest span says so.
    offered = tuple(each for each in SPANS if _periods(each, day)[0].end >= first) or SPANS[:1]
    chosen = span or (DEFAULT_SPAN if DEFAULT_SPAN in offered else offered[-1])
    known_by = coverage.known_by(day, last, zone())
    return Question(user, day, known_by, chosen, *_periods(chosen, day), first, offered)


def _periods(span: Span, day: date) -> tuple[Period, Period]:
    """The time before and the time that is asked about."""
    if span == "month":
        following = day + timedelta(days=1)
        end = day if following.day == 1 else day.replace(day=1) - timedelta(days=1)
        start = end.replace(day=1)
        before_end = start - timedelta(days=1)
        return Period(before_end.replace(day=1), before_end), Period(start, end)
    days = SPAN_DAYS[span]
    start = day - timedelta(days=days - 1)
    return Period(start - timedelta(days=days), start - timedelta(days=1)), Period(start, day)


def _customers(asked: Question) -> ir.Table | None:
    """The ids in the user's scope, or None for everybody (then guests are counted too)."""
    if asked.sees_all:
        return None
    ids = list(scope(asked.user, Customer).values_list("pk", flat=True))
    return ibis.memtable(pa.table({"customer_id": pa.array(ids, pa.int64())}))


def _rows(engine: Engine, expression: ir.Table) -> list[dict[str, Any]]:
    return list(engine.to_arrow(expression).to_pylist())


def overview(user: User, span: Span | None = None, as_of: date | None = None) -> dict[str, Any]:
    """Everything that the page shows at once; kept until the lake changes. Money in micros.

    ``bridge``: one entry a kind of change, zero ones too, in the order of ``ChangeKind.ALL``; ``spend_before`` +
    Σ change = ``spend_now``, exactly. ``covered_from``: the first day of the time before that the data covers, None
    where it covers none of it; what is missing there counts as nothing spent.
    """
    asked = question(user, span, as_of)
    with _lake() as lake:
        # A narrower scope is never kept: it changes with each assignment. Zone and currency are facts of the lake.
        version = f"{lake.manifest.number}:{lake.manifest.created_at}"
        key = f"overview:{workspace().name}:{version}:{asked.span}:{asked.as_of}:{asked.known_by.date()}"
        found = cache.get(key) if asked.sees_all else None
        if found is None:
            with open_engine(lake, verify=False) as engine:
                found = _overview(engine, asked)
            if asked.sees_all:
                cache.set(key, found, KEPT_SECONDS)
    return {
        **found, "as_of": asked.as_of, "currency": company().currency, "span": asked.span, "spans": list(asked.offered),
        "covered_from": max(asked.first, asked.before.start) if asked.first <= asked.before.end else None,
    }  # fmt: skip


def _overview(engine: Engine, asked: Question) -> dict[str, Any]:
    place, ids = zone(), _customers(asked)
    common: dict[str, Any] = {"known_by": asked.known_by, "customer_ids": ids}
    kinds = {
        row["change_kind"]: row
        for row in _rows(engine, revenue_bridge(engine.tables, asked.before, asked.now, asked.as_of, place, **common))
    }
    bridge = [
        {
            "kind": kind,
            "customers": kinds.get(kind, {}).get("customers", 0),
            "change_micros": kinds.get(kind, {}).get("change_micros", 0),
        }
        for kind in ChangeKind.ALL
    ]
    return {
        "before": _ends(asked.before),
        "now": _ends(asked.now),
        "spend_before_micros": sum(row["spend_a_micros"] for row in kinds.values()),
        "spend_now_micros": sum(row["spend_b_micros"] for row in kinds.values()),
        "bridge": bridge,
        "months": _rows(engine, monthly_revenue(engine.tables, asked.as_of, place, **common)),
        "cohorts": _rows(engine, cohort_retention(engine.tables, asked.as_of, place, **common)),
        "concentration": _rows(engine, concentration(engine.tables, asked.as_of, place, period=asked.now, **common)),
    }


def _ends(period: Period) -> dict[str, date]:
    return {"start": period.start, "end": period.end}


def bridge_customers(
    user: User, span: Span | None, kind: str, as_of: date | None, after: int, limit: int
) -> dict[str, Any]:
    """The customers behind one bar, largest change first; ``total`` says how many there are."""
    asked = question(user, span, as_of)
    with _lake() as lake, open_engine(lake, verify=False) as engine:
        rows = revenue_bridge_customers(
            engine.tables, asked.before, asked.now, asked.as_of, zone(), known_by=asked.known_by,
            customer_ids=_customers(asked),
        )  # fmt: skip
        bar = rows.filter((rows.change_kind == kind) & rows.customer_id.notnull())
        size = bar.change_micros.abs().desc()
        total = int(engine.to_arrow(bar.count().name("n").as_table()).to_pylist()[0]["n"])
        found = _rows(engine, bar.order_by([size, bar.customer_id]).limit(limit, offset=after))
    names = _names(user, found)
    items = [
        {
            "customer_id": row["customer_id"],
            "name": names[row["customer_id"]],
            "spend_before_micros": row["spend_a_micros"],
            "spend_now_micros": row["spend_b_micros"],
            "change_micros": row["change_micros"],
        }
        for row in found
        if row["customer_id"] in names
    ]
    return {"items": items, "total": total, "next": _next(after + limit, total)}


def spenders(
    user: User, period: Period, cohort_on: date | None, top: int | None, after: int, limit: int
) -> dict[str, Any]:
    """The customers behind the spend of some days, the highest first; ``top``: only so many of them in all.

    ``cohort_on``: those who first ordered in that month, and ordered in these days.
    """
    asked = question(user, "quarter", None)
    with _lake() as lake, open_engine(lake, verify=False) as engine:
        rows = period_customers(
            engine.tables, asked.as_of, zone(), period, cohort_on=cohort_on, known_by=asked.known_by,
            customer_ids=_customers(asked),
        )  # fmt: skip
        total = int(engine.to_arrow(rows.count().name("n").as_table()).to_pylist()[0]["n"])
        total = total if top is None else min(total, top)
        page = rows.order_by([rows.spend_micros.desc(), rows.customer_id]).limit(
            max(0, min(limit, total - after)), offset=after
        )
        found = _rows(engine, page)
    names = _names(user, found)
    items = [{**row, "name": names[row["customer_id"]]} for row in found if row["customer_id"] in names]
    return {"items": items, "total": total, "next": _next(after + limit, total)}


def _next(passed: int, total: int) -> int | None:
    return passed if passed < total else None


def _names(user: User, rows: list[dict[str, Any]]) -> dict[int, str]:
    """What the customers are called, of those whom the reader may see."""
    visible = scope(user, Customer).filter(pk__in=[row["customer_id"] for row in rows])
    return {pk: name or number or "" for pk, name, number in visible.values_list("pk", "row__name", "row__external_id")}


def _lake() -> Lake:
    try:
        return Lake(workspace().lake)
    except LakeMissing:
        raise DashboardNothingThere() from None
