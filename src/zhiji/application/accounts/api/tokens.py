"""API tokens: made by a person for a program, never wider than the person, shown once."""

from __future__ import annotations

from typing import Any

from ninja import Router, Status

from zhiji.application.accounts import queries, services
from zhiji.application.accounts.schemas import TokenIn, TokenNew, TokenPage
from zhiji.platform.models import ApiToken
from zhiji.platform.schemas import After, Limit, PathId, SignedRequest, answers, cut
from zhiji.platform.scope import require

router = Router()


def _token_of(token: ApiToken) -> dict[str, Any]:
    names = ("name", "prefix", "scopes", "user_id", "created_at", "expires_at", "last_used_at")
    return {"id": token.pk, **{name: getattr(token, name) for name in names}}


@router.get("/tokens", response=answers({200: TokenPage}))
def token_list(request: SignedRequest, after: After = 0, limit: Limit = 50) -> dict[str, Any]:
    """One's own tokens; an administrator sees everybody's."""
    require(request.user, "token", "read")
    rows, following = cut(queries.token_list(request.user, after=after, limit=limit + 1), limit)
    return {"items": [_token_of(row) for row in rows], "next": following}


@router.post("/tokens", response=answers({201: TokenNew}))
def token_create(request: SignedRequest, payload: TokenIn) -> Any:
    token, secret = services.token_create(by=request.user, **payload.dict())
    return Status(201, {**_token_of(token), "secret": secret})


@router.delete("/tokens/{int:token_id}", response=answers({204: None}, 404))
def token_revoke(request: SignedRequest, token_id: PathId) -> Any:
    services.token_revoke(by=request.user, token_id=token_id)
    return Status(204, None)
