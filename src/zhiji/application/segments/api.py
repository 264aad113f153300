"""Routes of segments: what the newest refresh found, and segments by rule."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Query, Router, Schema, Status
from pydantic import Field

from zhiji.application.segments import presentation, queries, services
from zhiji.platform import idempotency
from zhiji.platform.problems import language_of
from zhiji.platform.schemas import Line, Named, PathId, PlacedPage, PlacedQuery, SignedRequest, Strict, Words, answers

PREFIX = "/segments"
router = Router(tags=["segments"])
Name = Annotated[str, Line(100, 1)]
Definition = Annotated[dict[str, Any], Field(max_length=2)]


class SegmentFigures(Schema):
    """``filter`` is what the customer list takes to show these customers. Shares are of 1."""

    code: str
    name: str
    means: str
    advice: str
    customers: int
    customer_share: float
    spend_micros: int
    spend_share: float
    filter: dict[str, list[str]]


class SegmentGroup(SegmentFigures):
    traits: list[Words]


class SegmentCell(Schema):
    """A square of the map. ``frequency_money``: the mean of both scores, rounded down."""

    recency: int
    frequency_money: int
    segment: str
    customers: int
    spend_micros: int
    spend_share: float


class SegmentVerdict(Schema):
    kind: Literal["natural_segments", "practical_bands"]
    reasons: list[Words]
    evidence: dict[str, Any]


class SegmentHeadline(Schema):
    """The fewest customers who carry half of the spend."""

    customers: int
    of_customers: int
    spend_micros: int
    spend_share: float


class SegmentAfterwards(Schema):
    """What a segment made on ``made_on`` spent from then on; ``mean_low``, ``mean_high``: 80 % interval of the mean."""

    segment: str
    name: str
    customers: int
    buyers: int
    buying_share: float
    spend_micros: int
    spend_share: float | None
    mean_spend_micros: int
    mean_low_micros: int
    mean_high_micros: int
    lift: float | None


class SegmentsAfterwards(Schema):
    made_on: date
    until: date
    items: list[SegmentAfterwards]


class SegmentOverview(Schema):
    """Of the reader's own customers, where they do not see all; ``afterwards`` then stays out."""

    as_of: date
    currency: str
    customers: int
    spend_micros: int
    headline: SegmentHeadline | None
    segments: list[SegmentFigures]
    map: list[SegmentCell]
    verdict: SegmentVerdict
    groups: list[SegmentGroup]
    afterwards: SegmentsAfterwards | None


class SegmentField(Schema):
    field: str
    kind: str


class SegmentFields(Schema):
    items: list[SegmentField]


class SegmentRow(Schema):
    id: int
    name: str
    definition: dict[str, Any]
    filter: dict[str, Any]
    is_shared: bool
    is_mine: bool
    may_write: bool
    owner: Named | None
    created_at: datetime
    updated_at: datetime


class SegmentCount(Schema):
    """``exact`` is false where time ran out: then there are at least so many."""

    customers: int
    exact: bool
    spend_micros: int | None
    spend_share: float | None


class SegmentDetail(SegmentRow):
    count: SegmentCount


class SegmentPage(Schema):
    items: list[SegmentRow]


class SegmentMembers(PlacedPage):
    """``items``: rows of the customer list, see ``customer_list``."""

    items: list[dict[str, Any]]
    currency: str


class SegmentIn(Strict):
    """``definition``: ``{"op": "and" | "or", "rules": [...]}`` of trees and leaves ``{"field": ..., "value": ...}``."""

    name: Name
    definition: Definition
    is_shared: bool = False


class SegmentChange(Strict):
    name: Name | None = None
    definition: Definition | None = None
    is_shared: bool | None = None


class SegmentQuestion(Strict):
    definition: Definition


class SegmentMembersQuery(PlacedQuery):
    sort: Annotated[str, Field(max_length=40)] = "-spend"


@router.get("/overview", response=answers({200: SegmentOverview}, 409), operation_id="segment_overview")
def segment_overview(request: SignedRequest) -> Any:
    """Who the customers are: the newest segmentation, in figures and words."""
    return presentation.overview(request.user, language_of(request))


@router.get("/fields", response=answers({200: SegmentFields}), operation_id="segment_fields")
def segment_fields(request: SignedRequest) -> Any:
    """What rules can be made of."""
    return {"items": queries.fields(request.user)}


@router.get("", response=answers({200: SegmentPage}), operation_id="segment_list")
def segment_list(request: SignedRequest) -> Any:
    """One's own segments by rule and shared ones."""
    return {"items": [presentation.segment(row, request.user) for row in queries.segment_list(request.user)]}


@router.post("", response=answers({201: SegmentRow}, 409), operation_id="segment_create")
def segment_create(request: SignedRequest, payload: SegmentIn) -> Any:
    row = services.segment_create(user=request.user, **payload.model_dump())
    return Status(201, presentation.segment(row, request.user))


@router.post("/count", response=answers({200: SegmentCount}), operation_id="segment_count")
@idempotency.question
def segment_count(request: SignedRequest, payload: SegmentQuestion) -> Any:
    """How many a rule finds now, before it is kept."""
    return queries.count(request.user, payload.definition)


@router.get("/{segment_id}", response=answers({200: SegmentDetail}, 404), operation_id="segment_get")
def segment_get(request: SignedRequest, segment_id: PathId) -> Any:
    row = queries.segment_get(request.user, segment_id)
    return {**presentation.segment(row, request.user), "count": queries.count(request.user, row.definition)}


@router.patch("/{segment_id}", response=answers({200: SegmentRow}, 404), operation_id="segment_update")
def segment_update(request: SignedRequest, segment_id: PathId, payload: SegmentChange) -> Any:
    given = payload.model_dump(exclude_unset=True)
    changes = {name: value for name, value in given.items() if value is not None}
    row = services.segment_update(user=request.user, segment_id=segment_id, changes=changes)
    return presentation.segment(row, request.user)


@router.delete("/{segment_id}", response=answers({204: None}, 404), operation_id="segment_delete")
def segment_delete(request: SignedRequest, segment_id: PathId) -> Any:
    services.segment_delete(user=request.user, segment_id=segment_id)
    return Status(204, None)


@router.get("/{segment_id}/members", response=answers({200: SegmentMembers}, 404), operation_id="segment_members")
def segment_members(request: SignedRequest, segment_id: PathId, asked: Query[SegmentMembersQuery]) -> Any:
    """The members of now, page by page."""
    row = queries.segment_get(request.user, segment_id)
    return queries.members(request.user, row, sort=asked.sort, cursor=asked.after, limit=asked.limit)
