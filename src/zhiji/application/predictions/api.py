"""Routes of predictions: what serves and why, the evidence, the versions, the ledger, one customer's score."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any

from ninja import Router, Schema
from pydantic import Field

from zhiji.application.predictions import presentation, queries, services
from zhiji.platform.schemas import After, Limit, PathId, SignedRequest, answers

PREFIX = "/predictions"
router = Router(tags=["predictions"])


class Words(Schema):
    """A coded statement in the reader's language."""

    code: str
    params: dict[str, Any]
    what: str
    why: str
    remedy: str


class VersionRow(Schema):
    """One version of a model. ``state``: published, ranking_only, withheld or not_enough_evidence."""

    id: int
    task: str
    version: int
    as_of: date
    horizon_days: int
    state: str
    candidate: str
    rule: str
    is_serving: bool
    can_serve: bool
    created_at: datetime
    reasons: list[Words]


class VersionDetail(VersionRow):
    """With its evidence: ``backtest`` as ``zhiji.algorithms.value.BackTest.to_json`` gives it, amounts in units."""

    backtest: dict[str, Any]
    card: dict[str, Any]
    horizons: list[int]


class Headline(Schema):
    """ "Last quarter we would have said … ; it was … ; the plain rule says …": of the newest confirmed window."""

    as_of: str
    until: str
    said_micros: int | None
    rule_micros: int
    actual_micros: int


class PredictionTask(Schema):
    task: str
    horizon_days: int
    serving: VersionRow
    headline: Headline | None


class VersionPage(Schema):
    items: list[VersionRow]
    next: int | None


class SnapshotOut(Schema):
    """A frozen set of predictions; ``summary`` is there once it is settled. Money in micros."""

    id: int
    task: str
    version: int
    state: str
    as_of: date
    due_on: date
    entries: int
    digest: str
    created_at: datetime
    settled_at: datetime | None
    summary: dict[str, Any] | None


class LedgerPage(Schema):
    items: list[SnapshotOut]
    next: int | None


class LedgerCheck(Schema):
    """``checked`` of ``total`` snapshots gone through so far; ``next``: ask again with it as ``after``, or all is done."""

    is_whole: bool
    first_broken: int | None
    checked: int
    total: int
    next: int | None


class EntryOut(Schema):
    """One customer in a snapshot; ``actual_*`` are empty until it is settled."""

    id: int
    customer_id: int
    name: str
    rank: int
    value_score: float
    rule_score: float | None
    expected_value_micros: int | None
    value_low_micros: int | None
    value_high_micros: int | None
    actual_value_micros: int | None
    actual_orders: int | None


class EntryPage(Schema):
    items: list[EntryOut]
    next: int | None


class ScoreOut(Schema):
    """What the serving version says of one customer, with up to three reasons in the customer's own numbers."""

    task: str
    version: int
    state: str
    as_of: date
    horizon_days: int
    rank: int
    of: int
    value_score: float
    rule: str
    expected_orders: float | None
    expected_value_micros: int | None
    value_low_micros: int | None
    value_high_micros: int | None
    probability_active: float | None
    reasons: list[Words]


class Horizon(Schema):
    """``missing_days``: of history, until a horizon can be offered."""

    days: int
    is_offered: bool
    is_chosen: bool
    missing_days: int


class Horizons(Schema):
    chosen_days: int
    items: list[Horizon]


class HorizonChoice(Schema):
    days: Annotated[int, Field(ge=1, le=3_650)]


@router.get("", response=answers({200: list[PredictionTask]}), operation_id="prediction_list")
def prediction_list(request: SignedRequest) -> Any:
    """What is predicted, in which state, and how the last window turned out."""
    return presentation.tasks(request)


@router.get("/versions", response=answers({200: VersionPage}), operation_id="prediction_versions")
def prediction_versions(request: SignedRequest, after: After = 0,
                        limit: Limit = 50) -> Any:  # fmt: skip
    rows = queries.versions(request.user)
    found = list((rows.filter(pk__lt=after) if after else rows)[: limit + 1])
    return {
        "items": [presentation.version_row(request, row) for row in found[:limit]],
        "next": found[limit - 1].pk if len(found) > limit else None,
    }


@router.get("/versions/{version_id}", response=answers({200: VersionDetail}, 404), operation_id="prediction_version")
def prediction_version(request: SignedRequest, version_id: PathId) -> Any:
    return presentation.version_detail(request, queries.version(request.user, version_id))


@router.post("/versions/{version_id}/serve", response=answers({200: VersionRow}, 404, 409),
             operation_id="prediction_serve")  # fmt: skip
def prediction_serve(request: SignedRequest, version_id: PathId) -> Any:
    """Put an earlier version back."""
    version = queries.version(request.user, version_id, "write")
    services.version_serve(version)
    return presentation.version_row(request, queries.version(request.user, version_id))


@router.get("/horizons", response=answers({200: Horizons}), operation_id="prediction_horizons")
def prediction_horizons(request: SignedRequest) -> Any:
    """How far predictions may look, and how far the next refresh will."""
    return queries.horizons(request.user)


@router.put("/horizon", response=answers({200: Horizons}), operation_id="prediction_horizon_choose")
def prediction_horizon_choose(request: SignedRequest, payload: HorizonChoice) -> Any:
    """Choose among those that are offered; shown from the next refresh on."""
    services.horizon_choose(user=request.user, days=payload.days)
    return queries.horizons(request.user)


@router.get("/customers/{customer_id}", response=answers({200: list[ScoreOut]}, 404), operation_id="prediction_score")
def prediction_score(request: SignedRequest, customer_id: PathId) -> Any:
    return presentation.scores(request, customer_id)


@router.get("/ledger", response=answers({200: LedgerPage}), operation_id="ledger_list")
def ledger_list(request: SignedRequest, after: After = 0,
                limit: Limit = 50) -> Any:  # fmt: skip
    rows = queries.snapshots(request.user)
    found = list((rows.filter(pk__lt=after) if after else rows)[: limit + 1])
    return {
        "items": [presentation.snapshot(row) for row in found[:limit]],
        "next": found[limit - 1].pk if len(found) > limit else None,
    }


@router.get("/ledger/check", response=answers({200: LedgerCheck}), operation_id="ledger_check")
def ledger_check(request: SignedRequest, after: After = 0) -> Any:
    """Go through the chain for some seconds and say whether anything was touched."""
    found = queries.ledger_check(request.user, after)
    return {**asdict(found), "is_whole": found.first_broken is None}


@router.get("/ledger/{snapshot_id}/entries", response=answers({200: EntryPage}, 404), operation_id="ledger_entries")
def ledger_entries(request: SignedRequest, snapshot_id: PathId, after: After = 0,
                   limit: Limit = 50) -> Any:  # fmt: skip
    """The entries by rank, of the customers whom the reader may see."""
    return presentation.entries(request, snapshot_id, after, limit)
