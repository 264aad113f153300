"""Signing in and out, and what a person sees and changes of themself."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, logout, update_session_auth_hash
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest
from ninja import Router, Status

from zhiji.application.accounts import services, workspaces
from zhiji.application.accounts.api.shapes import me_of, session_only, session_start
from zhiji.application.accounts.errors import PasswordWrong
from zhiji.application.accounts.schemas import Me, MeIn, SignIn, TicketIn
from zhiji.platform import audit, second_factor
from zhiji.platform.errors import (
    LinkInvalid,
    SecondFactorNeeded,
    SecondFactorWrong,
    SignInLocked,
    SignInRefused,
)
from zhiji.platform.models import User
from zhiji.platform.schemas import SignedRequest, Visitor, answers

router = Router()


def code_check(request: HttpRequest, user: User, code: str) -> None:
    """The code of the second factor; a wrong one counts towards the lock-out as a wrong password does."""
    try:
        second_factor.check(user, code)
    except SecondFactorWrong:
        user_login_failed.send(sender=__name__, credentials={"email": user.email}, request=request)
        if getattr(request, "axes_locked_out", False):
            raise SignInLocked(minutes=round(settings.AXES_COOLOFF_TIME * 60)) from None
        raise


def person(request: HttpRequest, email: str, password: str) -> User | None:
    """The user if both are right; too many wrong attempts rest the account and the address."""
    user = authenticate(request, email=email, password=password)
    if user is None and getattr(request, "axes_locked_out", False):
        raise SignInLocked(minutes=round(settings.AXES_COOLOFF_TIME * 60))
    return user if isinstance(user, User) else None


@router.post("/sign-in", auth=Visitor(csrf=True), response=answers({200: Me}, 409, 429))
def session_create(request: HttpRequest, payload: SignIn) -> dict[str, Any]:
    user = person(request, payload.email, payload.password)
    if user is None:
        raise SignInRefused()
    if second_factor.is_on(user):
        if not payload.code:
            raise SecondFactorNeeded(where={"field": "code"})
        code_check(request, user, payload.code)
    return session_start(request, user, "sign_in")


@router.post("/sign-in/ticket", auth=Visitor(csrf=True), response=answers({200: Me}, 410))
def session_create_by_ticket(request: HttpRequest, payload: TicketIn) -> dict[str, Any]:
    """After moving to another workspace: the ticket of the move becomes a session there, once."""
    user = workspaces.ticket_use(ticket=payload.ticket)
    if user is None:
        raise LinkInvalid()
    return session_start(request, user, "sign_in")


@router.post("/sign-out", response=answers({204: None}))
def session_end(request: SignedRequest) -> Any:
    user = session_only(request)
    audit.record("sign_out", "user", user.pk)
    logout(request)
    return Status(204, None)


@router.get("/me", response=answers({200: Me}))
def me_read(request: SignedRequest) -> dict[str, Any]:
    """Who am I, and what may I do? Also sets the CSRF cookie."""
    return me_of(request, request.user)


@router.patch("/me", response=answers({200: Me}, 429))
def me_update(request: SignedRequest, payload: MeIn) -> dict[str, Any]:
    """Language, theme, name; or a new password with the old one, which ends all other sessions."""
    user = session_only(request)
    if payload.password is not None and person(request, user.email, payload.old_password or "") is None:
        raise PasswordWrong(where={"field": "old_password"})
    user = services.me_update(
        user, language=payload.language, theme=payload.theme, name=payload.name, password=payload.password
    )
    if payload.password is not None:
        update_session_auth_hash(request, user)
    return me_of(request, user)
