"""Users and teams."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Query, Router, Status

from zhiji.application.accounts import queries, services
from zhiji.application.accounts.api.shapes import user_of
from zhiji.application.accounts.schemas import TeamIn, TeamOut, UserIn, UserOut, UserPage
from zhiji.platform.schemas import After, Limit, Line, PathId, SignedRequest, answers, cut
from zhiji.platform.scope import require

router = Router()
Search = Annotated[str, Line(100), Query("")]


@router.get("/users", response=answers({200: UserPage}))
def user_list(request: SignedRequest, search: Search = "", after: After = 0, limit: Limit = 50) -> dict[str, Any]:
    require(request.user, "user", "read")
    rows, following = cut(queries.user_page(request.user, search=search, after=after, limit=limit + 1), limit)
    return {"items": [user_of(row) for row in rows], "next": following, "total": queries.user_count(request.user)}


@router.get("/users/{int:user_id}", response=answers({200: UserOut}, 404))
def user_read(request: SignedRequest, user_id: PathId) -> dict[str, Any]:
    return user_of(services.user_find(by=request.user, user_id=user_id))


@router.patch("/users/{int:user_id}", response=answers({200: UserOut}, 404, 409))
def user_update(request: SignedRequest, user_id: PathId, payload: UserIn) -> dict[str, Any]:
    """Name, roles, team, activity. The last active administrator stays one."""
    sent = payload.dict(exclude_unset=True)
    fields = {key: value for key, value in sent.items() if value is not None or key == "team_id"}
    return user_of(services.user_update(by=request.user, user_id=user_id, **fields))


@router.get("/teams", response=answers({200: list[TeamOut]}))
def team_list(request: SignedRequest) -> Any:
    require(request.user, "user", "read")
    return list(queries.team_list(request.user))


@router.post("/teams", response=answers({201: TeamOut}, 404, 409))
def team_create(request: SignedRequest, payload: TeamIn) -> Any:
    return Status(201, services.team_create(by=request.user, **payload.dict()))


@router.put("/teams/{int:team_id}", response=answers({200: TeamOut}, 404, 409))
def team_update(request: SignedRequest, team_id: PathId, payload: TeamIn) -> Any:
    return services.team_update(by=request.user, team_id=team_id, **payload.dict())


@router.delete("/teams/{int:team_id}", response=answers({204: None}, 404, 409))
def team_delete(request: SignedRequest, team_id: PathId) -> Any:
    services.team_delete(by=request.user, team_id=team_id)
    return Status(204, None)
