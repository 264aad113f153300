"""What the routes of identities take and give."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field

from zhiji.platform.schemas import Named, PlacedPage, PlacedQuery, RowId, Strict

Answer = Literal["same", "different", "later"]
Words = Literal["", "same", "different", "later"]


class PairEvidence(Schema):
    """One field that was compared. ``field``: the value it is about, empty for a custom field. ``bits``: what it weighs
    for (above zero) or against; each bit doubles the odds."""

    compared: str
    field: str
    level: str
    bits: float


class SideFigures(Schema):
    """Of the customer; empty where the reader may not see them. ``spend``: exact decimal text."""

    orders: int | None
    spend: str | None
    last_order_on: date | None
    owner: Named | None
    team: Named | None


class PairSide(Schema):
    """One record as its source says it. ``values``: only fields that are known."""

    identity: int
    source: str
    external_id: str
    customer: int | None
    customer_name: str
    values: dict[str, str]
    custom: dict[str, str]
    figures: SideFigures


class RecordPair(Schema):
    """``key``: for a certain link, the key that both share. ``start_bits``: what stands before any field was compared;
    with all evidence it gives ``weight_bits``."""

    id: int
    state: Literal["linked", "review"]
    by: Literal["key", "model"]
    key: Literal["", "email", "phone"]
    word: Words
    probability: float | None
    weight_bits: float | None
    start_bits: float | None
    found_at: datetime | None
    evidence: list[PairEvidence]
    sides: Annotated[list[PairSide], Field(min_length=2, max_length=2)]


class PairPage(PlacedPage):
    items: list[RecordPair]


class PairFilter(Schema):
    state: Literal["waiting", "later"] = "waiting"
    kind: Literal["", "person", "organisation"] = ""
    source: Annotated[str, Field(max_length=100)] = ""


class PairQuery(PairFilter, PlacedQuery):
    limit: Annotated[int, Field(ge=1, le=50)] = 20


class PairCount(Schema):
    """``exact`` is false where there are more than were counted."""

    count: int
    exact: bool


class PairAnswer(Strict):
    pair: RowId
    word: Answer


class PairsDecide(Strict):
    answers: Annotated[list[PairAnswer], Field(min_length=1, max_length=50)]


class Acted(Schema):
    """``decision``: the act, by which it is taken back. ``customers``: of whom the records concerned are now."""

    decision: int
    customers: list[int]


class ResolutionStart(Strict):
    """``look`` stores nothing and reports what would be joined; ``undo`` takes apart what keys and model joined."""

    mode: Literal["run", "look", "undo"]


class ResolutionStarted(Schema):
    job: int


class ResolutionFigures(Schema):
    """Of everything that is stored."""

    records: int
    customers: int
    joined: int


class ResolutionRun(Schema):
    """``result``: see ``resolution`` in the guide; ``models``: of each kind what was found and learned."""

    job: int
    mode: Literal["run", "look", "undo"]
    at: datetime | None
    by: Named | None
    result: dict[str, Any]
    examples: dict[Literal["key", "model", "review"], list[RecordPair]]


class Resolution(Schema):
    """``figures`` and the runs are for who reads all customers; ``waiting`` counts what the reader may read."""

    figures: ResolutionFigures | None
    waiting: PairCount
    later: PairCount
    last: ResolutionRun | None
    looked: ResolutionRun | None
    under_way: int | None
    may_run: bool
    sources: list[str]
