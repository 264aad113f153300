"""The second factor: set up, turned on with its first code, turned off; and reset by an administrator."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ninja import Router, Status

from zhiji.application.accounts import services
from zhiji.application.accounts.api.session import code_check, person
from zhiji.application.accounts.api.shapes import session_only
from zhiji.application.accounts.errors import PasswordWrong
from zhiji.application.accounts.schemas import FactorCodeIn, FactorRemove, FactorStarted, PasswordIn, RecoveryCodes
from zhiji.platform import second_factor
from zhiji.platform.models import User
from zhiji.platform.schemas import PathId, SignedRequest, answers

router = Router()


def _sure(request: SignedRequest, password: str) -> User:
    """An open screen is not enough to change how one signs in."""
    user = session_only(request)
    if person(request, user.email, password) is None:
        raise PasswordWrong(where={"field": "password"})
    return user


@router.post("/me/second-factor", response=answers({200: FactorStarted}, 409, 429))
def second_factor_start(request: SignedRequest, payload: PasswordIn) -> Any:
    """A secret for the authenticator; it counts once its first code was entered."""
    return asdict(second_factor.start(_sure(request, payload.password)))


@router.post("/me/second-factor/confirm", response=answers({200: RecoveryCodes}, 409))
def second_factor_confirm(request: SignedRequest, payload: FactorCodeIn) -> Any:
    """On, from the next sign-in; the answer has the recovery codes."""
    return {"codes": second_factor.confirm(session_only(request), payload.code)}


@router.post("/me/second-factor/remove", response=answers({204: None}, 409, 429))
def second_factor_remove(request: SignedRequest, payload: FactorRemove) -> Any:
    """Off, with the password and a code."""
    user = _sure(request, payload.password)
    code_check(request, user, payload.code)
    second_factor.remove(user, "second_factor_off")
    return Status(204, None)


@router.post("/users/{int:user_id}/second-factor/reset", response=answers({204: None}, 404))
def second_factor_reset(request: SignedRequest, user_id: PathId) -> Any:
    """Off for a user who lost phone and recovery codes."""
    user = services.user_find(by=request.user, user_id=user_id, action="write")
    services.second_factor_reset(by=request.user, user=user)
    return Status(204, None)
