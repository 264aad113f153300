"""Rows into answers, shared by the routes of accounts."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import login
from django.http import HttpRequest
from django.middleware.csrf import get_token

from zhiji.application.accounts import queries
from zhiji.application.accounts.errors import SessionNeeded
from zhiji.kernel import Reason
from zhiji.platform import audit, problems, second_factor
from zhiji.platform.company import company
from zhiji.platform.context import Actor, acting, current_actor
from zhiji.platform.models import OutgoingMail, Team, User
from zhiji.platform.schemas import SignedRequest

_BACKEND = "django.contrib.auth.backends.ModelBackend"


def me_of(request: HttpRequest, user: User) -> dict[str, Any]:
    row = company()
    return {
        "id": user.pk, "email": user.email, "name": user.name, "roles": sorted(user.roles),
        "permissions": queries.permissions(user), "language": user.language, "theme": user.theme,
        "team": team_ref(user.team), "workspace": queries.workspace_name(), "csrf_token": get_token(request),
        "second_factor": second_factor.is_on(user),
        "company": {
            "name": row.name, "currency": row.currency, "zone": row.zone, "language": row.language,
            "is_sample": row.is_sample, "margin_percent": row.margin_percent,
        },
    }  # fmt: skip


def team_ref(team: Team | None) -> dict[str, Any] | None:
    return {"id": team.pk, "name": team.name} if team else None


def user_of(user: User) -> dict[str, Any]:
    return {
        "id": user.pk, "email": user.email, "name": user.name, "team": team_ref(user.team),
        "roles": sorted(grant.role for grant in user.role_grants.all()), "is_active": user.is_active,
        "second_factor": queries.has_second_factor(user),
        "created_at": user.created_at, "last_login": user.last_login,
    }  # fmt: skip


def mail_of(request: HttpRequest, mail: OutgoingMail) -> dict[str, Any]:
    shown = ("id", "to", "state", "attempts", "created_at", "sent_at", "expires_at")
    reason = None
    if mail.reason and mail.state != OutgoingMail.State.SENT:
        reason = problems.problem(Reason.from_json(mail.reason), problems.language_of(request), f"mail-{mail.pk}")
    return {
        **{name: getattr(mail, name) for name in shown}, "kind": mail.code.removeprefix("mail_"), "reason": reason,
        "next_at": mail.next_at if mail.state == OutgoingMail.State.WAITING else None,
    }  # fmt: skip


def session_start(request: HttpRequest, user: User, how: str) -> dict[str, Any]:
    """Sign in: a fresh session key (so that one planted beforehand is worthless), and the trace of it."""
    login(request, user, backend=_BACKEND)
    with acting(Actor("user", user.pk, current_actor().request_id)):
        audit.record(how, "user", user.pk)
    return me_of(request, user)


def session_only(request: SignedRequest) -> User:
    """The signed-in person; a token is a program's key and may not act for the person in these matters."""
    user = request.user
    if hasattr(user, "token_scopes"):
        raise SessionNeeded()
    return user


def page_url(request: HttpRequest, page: str) -> str:
    """The address of a page, as the asking person's browser knows it."""
    return request.build_absolute_uri(f"/{page}")
