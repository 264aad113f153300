"""Routes of identities: the review queue and resolution; of one customer: its identities, joining and parting."""

from __future__ import annotations

from typing import Any

from ninja import Query, Router, Status

from zhiji.application.customers.services import customer_choose
from zhiji.application.identities import (
    decisions,
    members,
    merged,
    queries,
    rules,
    schemas,
    services,
    standing,
)
from zhiji.application.identities import record_schemas as told
from zhiji.platform import idempotency
from zhiji.platform.schemas import PageQuery, PathId, SignedRequest, answers

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


@router.get("/pairs/{pair_id}", response=answers({200: schemas.RecordPair}, 404), operation_id="identity_pair")
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


@router.post("/resolution", response=answers({202: schemas.ResolutionStarted}), operation_id="identity_resolve")
def identity_resolve(request: SignedRequest, form: schemas.ResolutionStart) -> Any:
    """Start a resolution, a look at what it would find, or the way back; a job."""
    return Status(202, {"job": services.resolution_start(user=request.user, mode=form.mode).pk})


@router.get(
    "/customers/{customer_id}", response=answers({200: told.IdentityMembers}, 404), operation_id="identity_members"
)
def identity_members(request: SignedRequest, customer_id: PathId) -> Any:
    """The identities of a customer, and how each was linked."""
    return members.members(request.user, customer_id)


@router.get(
    "/customers/{customer_id}/history",
    response=answers({200: told.IdentityActPage}, 404),
    operation_id="identity_history",
)
def identity_history(request: SignedRequest, customer_id: PathId, asked: Query[PageQuery]) -> Any:
    """What people joined and parted, the newest first."""
    return members.history(request.user, customer_id, after=asked.after, limit=asked.limit)


@router.get(
    "/customers/{customer_id}/fields", response=answers({200: told.MergedFields}, 404),
    operation_id="identity_fields",
)  # fmt: skip
def identity_fields(request: SignedRequest, customer_id: PathId) -> Any:
    """What all sources say of each field, and whose word stands."""
    return merged.fields(request.user, customer_id)


@router.post(
    "/customers/{customer_id}/fields", response=answers({200: told.MergedFields}, 404, 409),
    operation_id="identity_choose",
)  # fmt: skip
def identity_choose(request: SignedRequest, customer_id: PathId, form: told.ChooseForm) -> Any:
    """Choose whose word stands. 409 where somebody else was faster."""
    customer_choose(user=request.user, customer_id=customer_id, revision=form.revision, choices=form.choices)
    return merged.fields(request.user, customer_id)


@router.post("/join/preview", response=answers({200: told.JoinPreview}, 404, 409), operation_id="identity_join_look")
@idempotency.question
def identity_join_look(request: SignedRequest, form: told.JoinQuestion) -> Any:
    """What one customer of several would be."""
    return merged.join_preview(request.user, form.customers)


@router.post("/join", response=answers({200: schemas.Acted}, 404, 409), operation_id="identity_join")
def identity_join(request: SignedRequest, form: told.JoinForm) -> Any:
    """Make one customer of several."""
    return _acted(decisions.customers_join(user=request.user, customer_ids=form.customers, choices=form.choices))


@router.post(
    "/customers/{customer_id}/part/preview", response=answers({200: told.PartPreview}, 404, 409),
    operation_id="identity_part_look",
)  # fmt: skip
@idempotency.question
def identity_part_look(request: SignedRequest, customer_id: PathId, form: told.PartForm) -> Any:
    """What would go where if these identities were parted from the customer."""
    return members.part_preview(request.user, customer_id, form.identities)


@router.post(
    "/customers/{customer_id}/part", response=answers({200: schemas.Acted}, 404, 409), operation_id="identity_part"
)
def identity_part(request: SignedRequest, customer_id: PathId, form: told.PartForm) -> Any:
    """Part identities from a customer for good."""
    acted = decisions.identities_part(user=request.user, customer_id=customer_id, identity_ids=form.identities)
    return _acted(acted)


@router.get("/rules", response=answers({200: told.RulesState}), operation_id="identity_rules")
def identity_rules(request: SignedRequest) -> Any:
    """Whose word of each field stands, and what was last looked at."""
    return rules.rules_state(request.user)


@router.post("/rules", response=answers({202: schemas.ResolutionStarted}), operation_id="identity_rules_set")
def identity_rules_set(request: SignedRequest, form: told.RulesForm) -> Any:
    """Put rules in force; a job derives all customers anew."""
    return Status(202, {"job": rules.rules_set(user=request.user, rules=_by_field(form)).pk})


@router.post("/rules/look", response=answers({202: schemas.ResolutionStarted}), operation_id="identity_rules_look")
def identity_rules_look(request: SignedRequest, form: told.RulesForm) -> Any:
    """Look at what rules would change; a job that stores nothing."""
    return Status(202, {"job": rules.rules_look(user=request.user, rules=_by_field(form)).pk})


@router.post("/rules/undo", response=answers({202: schemas.ResolutionStarted}, 409), operation_id="identity_rules_undo")
def identity_rules_undo(request: SignedRequest) -> Any:
    """Back to the rules before these."""
    return Status(202, {"job": rules.rules_undo(user=request.user).pk})


def _by_field(form: told.RulesForm) -> dict[str, dict[str, Any]]:
    return {one.field: {"rule": one.rule, "sources": one.sources} for one in form.rules}


def _acted(acted: decisions.Acted) -> dict[str, Any]:
    return {"decision": acted.decision.pk, "customers": acted.customer_ids}
