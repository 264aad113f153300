"""Shapes of the customers' routes. Money is exact decimal text in the company's currency."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field

from zhiji.application.customers.filters import LONGEST_JSON
from zhiji.platform.schemas import Line, Named, Page, PageQuery, PlacedPage, PlacedQuery, Prose, RowId, Strict

FilterText = Annotated[str, Field(max_length=LONGEST_JSON)]
Sort = Annotated[str, Field(max_length=40)]


class Row(Schema):
    """One row of the list. Fields that the reader may not read are null."""

    id: int
    external_id: str | None
    name: str | None
    country: str | None
    city: str | None
    owner: Named | None
    team: Named | None
    contact_allowed: bool | None
    orders: int | None
    spend: str | None
    mean_order: str | None
    first_order_on: date | None
    last_order_on: date | None
    segment: str | None
    band: str | None
    usual_gap_days: float | None
    overdue_days: float | None
    at_stake: str | None
    value_score: float | None
    value_rank: int | None
    expected_orders: float | None
    expected_value: str | None
    value_low: str | None
    value_high: str | None
    probability_active: float | None
    as_of: date | None


class CustomerPage(PlacedPage):
    items: list[Row]
    currency: str


class ListQuery(PlacedQuery):
    """``filter``: JSON (see the guide). ``sort``: a field, ``-`` before it for descending, by default ``-spend``; empty
    values come last."""

    filter: FilterText = ""
    sort: Sort = ""


class CountQuery(Schema):
    filter: FilterText = ""
    exact: bool = False


class Count(Schema):
    count: int
    exact: bool


class Choice(Schema):
    value: str
    count: int


class NamedChoice(Schema):
    value: int | None
    name: str
    count: int


class Options(Schema):
    countries: list[Choice]
    cities: list[Choice]
    segments: list[Choice]
    bands: list[Choice]
    owners: list[NamedChoice]
    teams: list[NamedChoice]
    fields: list[str]
    sorts: list[str]
    currency: str


class Origin(Schema):
    """Where a value comes from. kind: ``hand``, ``customer`` (a customers file) or ``buyer`` (an order file)."""

    kind: str
    source: str
    external_id: str
    known_at: datetime
    file: str | None
    row: int | None
    record_id: int


class Property(Schema):
    field: str
    value: str | bool | datetime | None
    is_editable: bool
    origin: Origin | None


class Identity(Schema):
    source: str
    external_id: str


class Change(Schema):
    """One field's change. kind: ``hand``, ``customer``, ``buyer`` or ``assignment``."""

    at: datetime
    kind: str
    field: str
    before: Any
    after: Any
    source: str | None
    file: str | None
    by: Named | None


class Facts(Schema):
    """As of ``reference_on``; ``data_to``: the last day of the data, where it is later: the figures look back.

    ``usual_gap_days``: mean days between order days, from three of them on; a free order makes one, a void one none.
    ``usual_gap_low_days`` to ``usual_gap_high_days``: the days after the last order within which the next one usually
    comes; later is overdue.
    """

    usual_gap_days: float | None
    usual_gap_low_days: float | None
    usual_gap_high_days: float | None
    days_since_last_order: int | None
    reference_on: date
    data_to: date | None
    last_change: Change | None


class Detail(Schema):
    id: int
    revision: int
    deleted_at: datetime | None
    name: str
    external_id: str
    properties: list[Property]
    phone_is_masked: bool
    extra: dict[str, Any]
    identities: list[Identity]
    owner: Named | None
    team: Named | None
    row: Row | None
    facts: Facts
    currency: str
    may_write: bool


class History(Page):
    """``next``: how many changes there were so far, of ``total``."""

    items: list[Change]
    total: int


class HistoryQuery(PageQuery):
    field: Annotated[str, Field(max_length=40)] = ""


class OrderLineOut(Schema):
    id: int
    product_code: str
    description: str
    category: str
    kind: str
    quantity: str
    unit_price: str | None
    amount: str
    is_repeat: bool
    is_counted: bool
    takes_from_order_id: int | None


class OrderOut(Schema):
    """``is_order``: counts as an order. A free one does; a return does not, nor what was wholly cancelled."""

    id: int
    external_id: str
    number: str
    source: str
    state: str
    is_order: bool
    ordered_at: datetime
    ordered_on: date
    country: str
    channel: str
    store: str
    currency: str
    value: str
    goods: str
    returned: str
    other: str
    taken_back: str
    lines_total: int


class OrderWithLines(OrderOut):
    lines: list[OrderLineOut]


class OrderPage(PlacedPage):
    items: list[OrderWithLines]


class LinePage(Page):
    items: list[OrderLineOut]


class InteractionOut(Schema):
    kind: str
    text: str


class TimelineItem(Schema):
    """``kind`` names the one field besides ``at`` and ``id`` that is set (``return`` sets ``order``)."""

    kind: Literal["order", "return", "note", "task", "call", "interaction", "change"]
    at: datetime
    id: int
    order: OrderOut | None = None
    note: dict[str, Any] | None = None
    task: dict[str, Any] | None = None
    call: dict[str, Any] | None = None
    interaction: InteractionOut | None = None
    changes: list[Change] | None = None


class Timeline(PlacedPage):
    items: list[TimelineItem]


class TimelineQuery(PlacedQuery):
    """``kinds``: separated by commas; all of them when empty."""

    kinds: Annotated[str, Field(max_length=100)] = ""


class Edit(Strict):
    """``revision`` is the one that was shown; only fields that are given are set."""

    revision: Annotated[int, Field(ge=1, le=2**31 - 1)]
    name: Annotated[str, Line(200)] | None = None
    kind: Literal["person", "organisation", "unknown"] | None = None
    company: Annotated[str, Line(200)] | None = None
    phone: Annotated[str, Line(40)] | None = None
    email: Annotated[str, Line(254)] | None = None
    country: Annotated[str, Line(100)] | None = None
    city: Annotated[str, Line(100)] | None = None
    address: Annotated[str, Prose(500)] | None = None
    contact_allowed: bool | None = None


class Assign(Strict):
    """To whom: ``ids`` (at most 1,000) or, without them, all that match ``filter``. Left-out owner or team stays."""

    ids: Annotated[list[RowId], Field(min_length=1, max_length=1_000)] | None = None
    filter: FilterText = ""
    owner: RowId | None = None
    team: RowId | None = None


class Assigned(Schema):
    """``job`` is set where a job does it in the background."""

    changed: int
    job: int | None


class ExportForm(Strict):
    what: Literal["customers", "segments", "orders"] = "customers"
    format: Literal["csv", "xlsx", "parquet"] = "csv"
    filter: FilterText = ""
    sort: Sort = ""
    purpose: Literal["contact", "analysis"] = "analysis"


class ExportStarted(Schema):
    job: int


class DeletedCustomer(Schema):
    id: int
    name: str
    deleted_at: datetime


class DeletedPage(Page):
    items: list[DeletedCustomer]


class Found(Schema):
    id: int
    name: str
    external_id: str
    city: str
    country: str
    segment: str


class SearchResult(Schema):
    customers: list[Found]


class SearchQuery(Schema):
    q: Annotated[str, Field(max_length=200)] = ""
    limit: Annotated[int, Field(ge=1, le=50)] = 10
