"""Routes of identities: the review queue, answers and their way back, resolution."""

from __future__ import annotations

from typing import Any

from ninja import Query, Router, Status

from zhiji.application.identities import decisions, queries, schemas, services, standing
from zhiji.platform.schemas import PathId, SignedRequest, answers

PREFIX = "/identities"
router = Router(tags=["identities"])


@router.get("/pairs", response=answers({200: schemas.PairPage}), operation_id="identity_pairs")
def identity_pairs(request: SignedRequest, asked: Query[schemas.PairQuery]) -> Any:
    """The review queue, the most doubtful pair first."""
    wanted = queries.Asked(asked.state, asked.kind, asked.source)
    return queries.queue_page(request.user, wanted, cursor=asked.after, limit=asked.limit)


@router.get("/pairs/count", response=answers({200: schemas.PairCount}), operation_id="identity_pair_count")
def identity_pair_count(request: SignedRequest, asked: Query[schemas.PairFilter]) -> Any:
    """How many pairs wait, counted to 10,000."""
    return queries.queue_count(request.user, queries.Asked(asked.state, asked.kind, asked.source))


@router.post("/pairs/decide", response=answers({200: schemas.Acted}, 404, 409), operation_id="identity_pairs_decide")
def identity_pairs_decide(request: SignedRequest, form: schemas.PairsDecide) -> Any:
    """Answer up to fifty pairs in one act, which is taken back as one."""
    given = {answer.pair: answer.word for answer in form.answers}
    return _acted(decisions.pairs_decide(user=request.user, answers=given))


@router.get("/pairs/{pair_id}", response=answers({200: schemas.Pair}, 404), operation_id="identity_pair")
def identity_pair(request: SignedRequest, pair_id: PathId) -> Any:
    """One pair with its evidence field by field."""
    return queries.pair_get(request.user, pair_id)


@router.post(
    "/decisions/{decision_id}/undo", response=answers({200: schemas.Acted}, 404, 409),
    operation_id="identity_decision_undo",
)  # fmt: skip
def identity_decision_undo(request: SignedRequest, decision_id: PathId) -> Any:
    """Take one act back: joining, parting or answers."""
    return _acted(decisions.decision_undo(user=request.user, decision_id=decision_id))


@router.get("/resolution", response=answers({200: schemas.Resolution}), operation_id="identity_resolution")
def identity_resolution(request: SignedRequest) -> Any:
    """How things stand: records, customers, pairs that wait, and the last resolution."""
    return standing.resolution(request.user)


@router.post("/resolution", response=answers({202: schemas.Started}), operation_id="identity_resolve")
def identity_resolve(request: SignedRequest, form: schemas.ResolutionStart) -> Any:
    """Start a resolution, a look at what it would find, or the way back; a job."""
    return Status(202, {"job": services.resolution_start(user=request.user, mode=form.mode).pk})


def _acted(acted: decisions.Acted) -> dict[str, Any]:
    return {"decision": acted.decision.pk, "customers": acted.customer_ids}
