"""Routes of the dashboard."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from ninja import Query, Router, Schema

from zhiji.application.dashboards import queries
from zhiji.application.dashboards.errors import DaysOutOfOrder
from zhiji.platform.schemas import Limit, Page, SignedRequest, answers
from zhiji.processing.features import Period

PREFIX = "/dashboards"
router = Router(tags=["dashboards"])
Passed = Annotated[int, Query(0, ge=0, le=10_000_000, description="``next`` of the page before.")]
Top = Annotated[int | None, Query(None, ge=1, le=10_000_000)]
Span = Literal["month", "quarter", "year"]
Kind = Literal["new", "returning", "growing", "steady", "shrinking", "lapsed", "correction"]


class Ends(Schema):
    """Company days, both included."""

    start: date
    end: date


class Bar(Schema):
    kind: str
    customers: int
    change_micros: int


class Month(Schema):
    month_on: date
    orders: int
    customers: int
    spend_micros: int
    guest_orders: int
    guest_spend_micros: int
    gross_micros: int
    returned_micros: int


class Cohort(Schema):
    cohort_on: date
    months_since: int
    cohort_customers: int
    customers: int
    spend_micros: int


class Share(Schema):
    top_percent: int
    customers: int
    spend_micros: int
    share: float


class Overview(Schema):
    """``spend_before_micros`` + Σ ``bridge[].change_micros`` = ``spend_now_micros``, exactly.

    ``spans``: those of which any day of the time before is in the data. ``covered_from``: the first day of ``before``
    that is; null where none is. Days that are missing count as days without spend.
    """

    as_of: date
    currency: str
    span: Span
    spans: list[Span]
    covered_from: date | None
    before: Ends
    now: Ends
    spend_before_micros: int
    spend_now_micros: int
    bridge: list[Bar]
    months: list[Month]
    cohorts: list[Cohort]
    concentration: list[Share]


class BridgeCustomer(Schema):
    customer_id: int
    name: str
    spend_before_micros: int
    spend_now_micros: int
    change_micros: int


class BridgePage(Page):
    """``next``: how many customers there were so far, of ``total``."""

    items: list[BridgeCustomer]
    total: int


class Spender(Schema):
    customer_id: int
    name: str
    orders: int
    spend_micros: int


class SpenderPage(Page):
    """``next``: how many customers there were so far, of ``total``."""

    items: list[Spender]
    total: int


@router.get("/overview", response=answers({200: Overview}, 409), operation_id="dashboard_overview")
def dashboard_overview(request: SignedRequest, span: Span | None = None, as_of: date | None = None) -> Any:
    """Without a span: the quarter, or the month where no day of the quarter before is in the data."""
    return queries.overview(request.user, span, as_of)


@router.get("/bridge/{kind}", response=answers({200: BridgePage}, 409), operation_id="dashboard_bridge_customers")
def dashboard_bridge_customers(request: SignedRequest, kind: Kind, span: Span | None = None, as_of: date | None = None,
                               after: Passed = 0, limit: Limit = 50) -> Any:  # fmt: skip
    """The customers behind one bar of the bridge."""
    return queries.bridge_customers(request.user, span, kind, as_of, after, limit)


@router.get("/customers", response=answers({200: SpenderPage}, 409), operation_id="dashboard_customers")
def dashboard_customers(request: SignedRequest, start: date, end: date, cohort_on: date | None = None,
                        top: Top = None, after: Passed = 0, limit: Limit = 50) -> Any:  # fmt: skip
    """The customers behind the spend of some days, both included, or behind a cell of the cohorts."""
    if end < start:
        raise DaysOutOfOrder(where={"field": "end"})
    return queries.spenders(request.user, Period(start, end), cohort_on, top, after, limit)
