"""Users, roles, tokens and one-use links: one function an action, each audited."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Literal

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from zhiji.kernel import clock
from zhiji.platform import audit
from zhiji.platform.errors import (
    EmailTaken,
    LastAdministrator,
    LinkInvalid,
    PasswordLikeUser,
    PasswordTooCommon,
    PasswordTooShort,
    PasswordTooWeak,
)
from zhiji.platform.models import ApiToken, OneUseLink, RoleGrant, Team, User
from zhiji.platform.models.accounts import Role

LIFETIMES = {
    OneUseLink.Purpose.SETUP: timedelta(minutes=30),
    OneUseLink.Purpose.INVITATION: timedelta(days=7),
    OneUseLink.Purpose.PASSWORD_RESET: timedelta(hours=2),
    OneUseLink.Purpose.MOVE: timedelta(minutes=10),
}
_PASSWORD_PROBLEMS: dict[str, type[PasswordTooWeak]] = {
    "password_too_short": PasswordTooShort,
    "password_too_common": PasswordTooCommon,
    "password_too_similar": PasswordLikeUser,
}
TOKEN_PREFIX = "zj_"  # noqa: S105 - what every token starts with, so that scanners of leaked secrets find it


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def password_check(password: str, user: User | None = None) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        code = error.error_list[0].code or ""
        raise _PASSWORD_PROBLEMS.get(code, PasswordTooWeak)(where={"field": "password"}) from None


def operator() -> User:
    """Who runs commands on this machine: they hold the database's file already, so nothing in it is kept from them."""
    user = User(email="command", is_active=True)
    user._roles = frozenset({Role.ADMINISTRATOR})
    return user


@transaction.atomic
def user_create(*, email: str, password: str | None, roles: Iterable[str], name: str = "", team: Team | None = None,
                language: str = "en") -> User:  # fmt: skip
    """A new user. ``password=None`` makes an account that only a reset link can open."""
    email = email.strip().lower()
    if User.objects.filter(email=email).exists():
        raise EmailTaken(email=email, where={"field": "email"})
    user = User(email=email, name=name, team=team, language=language)
    if password is None:
        user.set_unusable_password()
    else:
        password_check(password, user)
        user.set_password(password)
    user.save()
    RoleGrant.objects.bulk_create(RoleGrant(user=user, role=Role(role)) for role in sorted(set(roles)))
    audit.record("user_create", "user", user.pk, roles=sorted(set(roles)))
    return user


@transaction.atomic
def user_update(user: User, *, roles: Iterable[str] | None = None, team: Team | Literal[False] | None = False,
                is_active: bool | None = None, name: str | None = None) -> User:  # fmt: skip
    """Change a user; ``team=False`` leaves the team. The last active administrator stays one."""
    wanted = set(user.roles if roles is None else roles)
    active = user.is_active if is_active is None else is_active
    if Role.ADMINISTRATOR in user.roles and (Role.ADMINISTRATOR not in wanted or not active):
        # Locked, so that two administrators who demote each other at once do not both find the other still there.
        grants = RoleGrant.objects.select_for_update(of=("self",)).filter(role=Role.ADMINISTRATOR, user__is_active=True)
        if all(grant.user_id == user.pk for grant in grants.order_by("pk")):
            raise LastAdministrator()
    if roles is not None:
        user.role_grants.all().delete()
        RoleGrant.objects.bulk_create(RoleGrant(user=user, role=Role(role)) for role in sorted(wanted))
        del user._roles
    if team is not False:
        user.team = team
    if name is not None:
        user.name = name
    user.is_active = active
    user.save()
    audit.record("user_update", "user", user.pk, roles=sorted(wanted), active=active, team=user.team_id)
    return user


@transaction.atomic
def password_set(user: User, password: str) -> None:
    password_check(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    audit.record("password_set", "user", user.pk)


@transaction.atomic
def link_create(purpose: str, *, email: str = "", by: User | None = None, **params: Any) -> str:
    """A secret of 256 bits that works once. Earlier unused links of the same purpose and address end."""
    secret = secrets.token_urlsafe(32)
    now = clock.now()
    OneUseLink.objects.filter(purpose=purpose, email=email, used_at=None).update(used_at=now)
    OneUseLink.objects.create(
        purpose=purpose, digest=_digest(secret), email=email, params=params, created_by=by,
        expires_at=now + LIFETIMES[OneUseLink.Purpose(purpose)],
    )  # fmt: skip
    audit.record("link_create", "user", purpose=purpose)
    return secret


def link_look(secret: str, purpose: str) -> OneUseLink:
    """The link behind a secret, still unused and unexpired."""
    link = OneUseLink.objects.filter(digest=_digest(secret), purpose=purpose, used_at=None).first()
    if link is None or link.expires_at <= clock.now():
        raise LinkInvalid()
    return link


def link_use(secret: str, purpose: str) -> OneUseLink:
    """Spend a link: of two who hold it, one wins."""
    link = link_look(secret, purpose)
    if OneUseLink.objects.filter(pk=link.pk, used_at=None).update(used_at=clock.now()) != 1:
        raise LinkInvalid()
    return link


@transaction.atomic
def token_create(user: User, *, name: str, scopes: list[str], days: int) -> tuple[ApiToken, str]:
    """A program's key; the secret is returned once and never stored."""
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user, name=name, prefix=secret[:10], digest=_digest(secret), scopes=sorted(set(scopes)),
        expires_at=clock.now() + timedelta(days=days),
    )  # fmt: skip
    audit.record("token_create", "token", token.pk, scopes=token.scopes)
    return token, secret


@transaction.atomic
def token_revoke(token: ApiToken) -> None:
    token.revoked_at = token.revoked_at or clock.now()
    token.save(update_fields=["revoked_at"])
    audit.record("token_revoke", "token", token.pk)


def token_user(secret: str) -> User | None:
    """The user a token stands for, carrying ``token_scopes``; ``None`` if it is unknown, expired or revoked."""
    token = (
        ApiToken.objects.select_related("user")
        .filter(digest=_digest(secret), revoked_at=None, expires_at__gt=clock.now(), user__is_active=True)
        .first()
    )
    if token is None:
        return None
    if token.last_used_at is None or clock.now() - token.last_used_at > timedelta(minutes=5):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=clock.now())
    user = token.user
    user.token_scopes = frozenset(token.scopes)  # type: ignore[attr-defined]
    return user
