"""Reads of accounts, always through the scope of the asking user."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from zhiji.kernel import clock
from zhiji.platform.environment import setting
from zhiji.platform.models import ApiToken, OneUseLink, OutgoingMail, Team, User
from zhiji.platform.permissions import ACTIONS, OBJECTS, Reach, reach
from zhiji.platform.scope import scope
from zhiji.platform.workspace import MAIN, SAMPLE, active_name, workspace


def setup_needed() -> bool:
    return not User.objects.exists()


def workspaces() -> list[dict[str, Any]]:
    """``name, exists, active`` of the company's own workspace and of the sample's. No paths: anybody may ask."""
    active = active_name()
    names = [*dict.fromkeys([MAIN, SAMPLE, active])]
    return [{"name": name, "exists": workspace(name).exists, "active": name == active} for name in names]


def can_switch() -> bool:
    return not setting("ZHIJI_WORKSPACE")


def permissions(user: User) -> dict[str, dict[str, str]]:
    """object → action → reach in lower case, only what is allowed at all."""
    found: dict[str, dict[str, str]] = {}
    for kind in OBJECTS:
        reaches = {action: reach(user, kind, action) for action in ACTIONS}
        if allowed := {action: far.name.lower() for action, far in reaches.items() if far > Reach.NONE}:
            found[kind] = allowed
    return found


def user_page(asking: User, *, search: str = "", after: int = 0, limit: int = 50) -> QuerySet[User]:
    rows = (
        scope(asking, User).filter(pk__gt=after).select_related("team", "second_factor").prefetch_related("role_grants")
    )
    if search:
        rows = rows.filter(Q(email__icontains=search) | Q(name__icontains=search))
    return rows.order_by("pk")[:limit]


def has_second_factor(user: User) -> bool:
    """Of a user that was read with it, without another query."""
    factor = getattr(user, "second_factor", None)
    return factor is not None and factor.confirmed_at is not None


def user_count(asking: User) -> int:
    return scope(asking, User).count()


def team_list(asking: User) -> QuerySet[Team]:
    return scope(asking, Team).order_by("name")


def token_list(asking: User, *, after: int = 0, limit: int = 50) -> QuerySet[ApiToken]:
    """Tokens not revoked; an administrator sees everybody's."""
    return scope(asking, ApiToken).filter(revoked_at=None, pk__gt=after).select_related("user").order_by("pk")[:limit]


def invitation_list(asking: User, *, after: int = 0, limit: int = 50) -> QuerySet[OneUseLink]:
    """Invitations that can still be accepted."""
    rows = scope(asking, OneUseLink).filter(purpose=OneUseLink.Purpose.INVITATION, used_at=None, pk__gt=after)
    return rows.filter(expires_at__gt=clock.now()).order_by("pk")[:limit]


def mail_page(asking: User, *, after: int = 0, limit: int = 50) -> QuerySet[OutgoingMail]:
    """Mail that left or is to leave, newest first; without what it says."""
    rows = scope(asking, OutgoingMail).defer("sealed")
    return (rows.filter(pk__lt=after) if after else rows).order_by("-pk")[:limit]


def mails_of(asking: User, links: list[OneUseLink]) -> dict[int, OutgoingMail]:
    """link id → the mail that carries it, where one does."""
    rows = scope(asking, OutgoingMail).filter(link__in=links).defer("sealed").order_by("pk")
    return {mail.link_id: mail for mail in rows if mail.link_id is not None}


def workspace_name() -> str:
    return workspace().name
