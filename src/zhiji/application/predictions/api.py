"""Routes of predictions: what serves and why, the evidence, the versions, the ledger, one customer's score."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Router, Schema, Status
from pydantic import Field

from zhiji.application.predictions import feedback, presentation, queries, services, whatif
from zhiji.platform.schemas import (
    After,
    Limit,
    Named,
    Page,
    PathId,
    Prose,
    SignedRequest,
    Strict,
    Words,
    answers,
    cut,
)

PREFIX = "/predictions"
router = Router(tags=["predictions"])


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
    """ "Last quarter we would have said … ; it was … ; the plain rule says …": of the newest confirmed window.

    All three are sums over the ``customers`` known on ``as_of``: new customers and guests are in none of them.
    """

    as_of: str
    until: str
    customers: int
    said_micros: int | None
    rule_micros: int
    actual_micros: int


class PredictionTask(Schema):
    """``data_to``: the last day of the data, where it is later than the day of the scores: they look back.

    ``sees_totals``: whether the reader may see sums over all customers; who may not has no headline, no window of a
    back-test and no summary in the ledger.
    """

    task: str
    horizon_days: int
    serving: VersionRow
    sees_totals: bool
    headline: Headline | None
    data_to: date | None


class VersionPage(Page):
    items: list[VersionRow]


class SettlementOut(Schema):
    """What happened as the record had it then; ``number`` above 1: a correction, which says another sum or number
    of orders of ``corrected`` customers, or that a silence was none. Without sums for a reader who may not see them."""

    number: int
    settled_at: datetime
    digest: str
    corrected: int | None
    said_micros: int | None
    actual_micros: int | None


class SnapshotOut(Schema):
    """A frozen set of predictions; ``summary`` is there once it is settled, the newest where it was corrected. Money in
    micros.

    ``known_to``: how far the data reached when it was frozen; beyond ``as_of`` where it looks back. ``number``: which
    word of its day and horizon; the first counts. ``settlements``: all, in their order.
    """

    id: int
    task: str
    version: int
    state: str
    as_of: date
    due_on: date
    known_to: date | None
    number: int
    entries: int
    digest: str
    created_at: datetime
    settled_at: datetime | None
    summary: dict[str, Any] | None
    settlements: list[SettlementOut]


class LedgerCounts(Schema):
    """Of all pages. ``frozen``, ``settled`` and ``next_due`` are about first words: a day counts once."""

    frozen: int
    settled: int
    later: int
    next_due: date | None


class LedgerPage(Page):
    items: list[SnapshotOut]
    counts: LedgerCounts


class LedgerCheck(Schema):
    """``checked`` of ``total`` snapshots are gone through; ``next``: ask again with it as ``after`` (null: all are)."""

    is_whole: bool
    first_broken: int | None
    checked: int
    total: int
    next: int | None


class EntryOut(Schema):
    """One customer in a snapshot; ``actual_*`` are empty until it is settled, and afterwards where nobody knows.
    ``customer_id``: of today, as of the last refresh; null where that customer is no longer there, or is deleted."""

    id: int
    customer_id: int | None
    name: str
    rank: int
    value_score: float
    rule_score: float | None
    expected_value_micros: int | None
    value_low_micros: int | None
    value_high_micros: int | None
    actual_value_micros: int | None
    actual_orders: int | None


class EntryPage(Page):
    items: list[EntryOut]


class SignedWords(Words):
    """``sign``: 1 lifts the score, -1 lowers it, 0 neither. ``why``: with whom was compared."""

    sign: Literal[-1, 0, 1]


class EarlierScore(Schema):
    """What was said of the customer at the last earlier day."""

    as_of: date
    state: str
    rank: int
    of: int
    expected_value_micros: int | None


Verdict = Literal["too_high", "too_low", "left", "other"]


class FeedbackOut(Schema):
    """Somebody says that a score is wrong; ``expected_value_micros`` is what it said then."""

    id: int
    customer_id: int
    customer_name: str
    verdict: Verdict
    text: str
    expected_value_micros: int | None
    by: Named | None
    said_at: datetime
    is_own: bool


class FeedbackPage(Page):
    items: list[FeedbackOut]


class FeedbackIn(Strict):
    verdict: Verdict
    text: Annotated[str, Prose(2_000)] = ""


class ScoreChange(Schema):
    """What would be said of the same number of days after an order of ``amount_micros`` (kind order), or after none
    until ``on`` (kind silence). ``value_micros``: expected spend, or the rule's amount where no model serves."""

    kind: Literal["order", "silence"]
    on: date
    amount_micros: int | None
    value_micros: int | None
    probability_active: float | None


class ScoreOut(Schema):
    """What the serving version says of one customer, with up to five signed reasons in the customer's own numbers."""

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
    reasons: list[SignedWords]
    previous: EarlierScore | None
    feedback: list[FeedbackOut]


class Horizon(Schema):
    """``missing_days``: of history, until a horizon can be offered."""

    days: int
    is_offered: bool
    is_chosen: bool
    missing_days: int


class Horizons(Schema):
    chosen_days: int
    items: list[Horizon]


class HorizonChoice(Strict):
    days: Annotated[int, Field(ge=1, le=3_650)]


@router.get("", response=answers({200: list[PredictionTask]}), operation_id="prediction_list")
def prediction_list(request: SignedRequest) -> Any:
    """What is predicted, in which state, and how the last window turned out."""
    return presentation.tasks(request)


@router.get("/versions", response=answers({200: VersionPage}), operation_id="prediction_versions")
def prediction_versions(request: SignedRequest, after: After = 0,
                        limit: Limit = 50) -> Any:  # fmt: skip
    rows = queries.versions(request.user)
    found, following = cut((rows.filter(pk__lt=after) if after else rows)[: limit + 1], limit)
    return {
        "items": [presentation.version_row(request, row) for row in found],
        "next": following,
    }


@router.get("/versions/{version_id}", response=answers({200: VersionDetail}, 404), operation_id="prediction_version")
def prediction_version(request: SignedRequest, version_id: PathId) -> Any:
    return presentation.version_detail(request, queries.version(request.user, version_id))


@router.post("/versions/{version_id}/serve", response=answers({200: VersionRow}, 404, 409),
             operation_id="prediction_serve")  # fmt: skip
def prediction_serve(request: SignedRequest, version_id: PathId) -> Any:
    """Put an earlier version back."""
    version = queries.version(request.user, version_id, "write")
    services.version_serve(version, by=request.user)
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


@router.get("/customers/{customer_id}/changes", response=answers({200: list[ScoreChange]}, 404),
            operation_id="prediction_changes")  # fmt: skip
def prediction_changes(request: SignedRequest, customer_id: PathId) -> Any:
    """What would change the score: the model asked again."""
    return whatif.changes(request.user, customer_id)


@router.put("/customers/{customer_id}/feedback", response=answers({200: FeedbackOut}, 404, 409),
            operation_id="score_feedback_give")  # fmt: skip
def score_feedback_give(request: SignedRequest, customer_id: PathId, payload: FeedbackIn) -> Any:
    """Say that the score is wrong, and how."""
    row = feedback.score_feedback_give(user=request.user, customer_id=customer_id, **payload.model_dump())
    return presentation.feedback(request, row)


@router.delete("/customers/{customer_id}/feedback", response=answers({204: None}, 404),
               operation_id="score_feedback_withdraw")  # fmt: skip
def score_feedback_withdraw(request: SignedRequest, customer_id: PathId) -> Any:
    feedback.score_feedback_withdraw(user=request.user, customer_id=customer_id)
    return Status(204, None)


@router.get("/versions/{version_id}/feedback", response=answers({200: FeedbackPage}, 404),
            operation_id="prediction_feedback")  # fmt: skip
def prediction_feedback(request: SignedRequest, version_id: PathId, after: After = 0, limit: Limit = 50) -> Any:
    """Which of its scores people hold to be wrong."""
    rows = queries.feedback(request.user, queries.version(request.user, version_id))
    found, following = cut((rows.filter(pk__lt=after) if after else rows)[: limit + 1], limit)
    return {
        "items": [presentation.feedback(request, row) for row in found],
        "next": following,
    }


@router.get("/ledger", response=answers({200: LedgerPage}), operation_id="ledger_list")
def ledger_list(request: SignedRequest, look_back: bool = False, after: After = 0,
                limit: Limit = 50) -> Any:  # fmt: skip
    """What was said beforehand; or what was said looking back, into days that were in the data already."""
    with_totals = queries.sees_totals(request.user)
    rows = queries.snapshots(request.user, look_back=look_back)
    found, following = cut((rows.filter(pk__lt=after) if after else rows)[: limit + 1], limit)
    return {
        "items": [presentation.snapshot(row, with_totals=with_totals) for row in found],
        "next": following,
        "counts": queries.snapshot_counts(request.user, look_back=look_back),
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
