"""What can be done with users, teams, tokens and links; each action audited, each whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from axes.utils import reset as lockout_reset
from django.db import transaction
from django.db.models import ProtectedError

from zhiji.application.accounts.errors import (
    SetupAlreadyDone,
    TeamInUse,
    TeamNameTaken,
    TeamUnderItself,
    TokenScopeTooWide,
)
from zhiji.application.accounts.workspaces import workspace_receive
from zhiji.data.landing.models import Batch
from zhiji.kernel import clock
from zhiji.platform import accounts, audit, outbox, second_factor
from zhiji.platform.company import company, company_update
from zhiji.platform.errors import EmailTaken, InputInvalid, LinkInvalid
from zhiji.platform.models import ApiToken, OneUseLink, OutgoingMail, Team, User
from zhiji.platform.models.accounts import Role
from zhiji.platform.permissions import ACTIONS, OBJECTS, Reach, reach
from zhiji.platform.regions import region_of_zone
from zhiji.platform.scope import get_scoped, require_all

__all__ = [
    "invitation_accept", "invitation_create", "invitation_revoke", "mail_retry", "me_update",
    "password_reset_accept", "password_reset_link_create", "password_reset_link_send", "second_factor_reset",
    "setup_link_create", "setup_link_spend", "setup_own", "team_create", "team_delete", "team_update",
    "token_create", "token_revoke", "user_find", "user_update", "workspace_receive",
]  # fmt: skip
Purpose = OneUseLink.Purpose


@transaction.atomic
def setup_own(*, token: str, email: str, name: str, password: str, language: str, company: dict[str, Any]) -> User:
    """Spend the set-up link: the company as told, and its first administrator.

    Where orders were already imported by command, their zone and currency stand: days and sums rest on them. Without a
    ``region``, phone numbers are read in the country of the zone that was told.
    """
    accounts.link_use(token, Purpose.SETUP)
    if User.objects.exists():
        raise SetupAlreadyDone()
    fixed = ("zone", "currency") if Batch.objects.exclude(state=Batch.State.WITHDRAWN).exists() else ()
    if company.get("region") is None:
        company = {**company, "region": region_of_zone(company["zone"])}
    company_update(**{key: value for key, value in company.items() if key not in fixed})
    return accounts.user_create(
        email=email, name=name, password=password, roles=[Role.ADMINISTRATOR], language=language
    )


def setup_link_create() -> str:
    """The one-use set-up link's secret; refused once there is a user."""
    if User.objects.exists():
        raise SetupAlreadyDone()
    return accounts.link_create(Purpose.SETUP)


def setup_link_spend(*, token: str) -> None:
    """For the sample company: this workspace stays without users, but the link that was printed is spent."""
    if User.objects.exists():
        raise SetupAlreadyDone()
    accounts.link_use(token, Purpose.SETUP)


@transaction.atomic
def me_update(user: User, *, language: str | None = None, theme: str | None = None, name: str | None = None,
              password: str | None = None) -> User:  # fmt: skip
    """What a person changes about themself; the caller has checked the old password."""
    wanted = {"language": language, "theme": theme, "name": name}
    fields = {key: value for key, value in wanted.items() if value is not None}
    for key, value in fields.items():
        setattr(user, key, value)
    if fields:
        user.save(update_fields=list(fields))
        audit.record("me_update", "user", user.pk, fields=sorted(fields))
    if password is not None:
        accounts.password_set(user, password)
    return user


@transaction.atomic
def invitation_create(*, by: User, email: str, roles: Iterable[str], team_id: int | None = None,
                      name: str = "", language: str = "en", page: str) -> tuple[OneUseLink, str]:  # fmt: skip
    """An invitation of seven days, and its address on ``page``; mailed where a mail server is set up.

    Inviting the same address again ends the earlier link, and the mail with it.
    """
    require_all(by, "user", "write")
    if User.objects.filter(email=email).exists():
        raise EmailTaken(email=email, where={"field": "email"})
    if team_id is not None:
        get_scoped(by, Team, team_id, "write")
    params = {"roles": sorted(set(roles)), "team_id": team_id, "name": name, "language": language}
    secret = accounts.link_create(Purpose.INVITATION, email=email, by=by, **params)
    link = accounts.link_look(secret, Purpose.INVITATION)
    url = _address(page, secret)
    _link_mail_queue(link, code="mail_invitation", language=language, url=url)
    return link, url


def _address(page: str, secret: str) -> str:
    """The secret goes behind ``#``, which browsers send to no server and no log."""
    return f"{page}#token={secret}"


def _link_mail_queue(link: OneUseLink, *, code: str, language: str, url: str) -> None:
    """In the transaction that makes the link: no link is mailed that there is not, and none is forgotten."""
    if outbox.is_set_up():
        outbox.mail_queue(
            to=link.email, code=code, language=language, params={"company": company().name or "Zhiji", "url": url},
            expires_at=link.expires_at, link=link,
        )  # fmt: skip


def mail_retry(*, by: User, mail_id: int) -> OutgoingMail:
    """Send a mail that failed again, or one that waits now."""
    return outbox.mail_retry(by=by, mail_id=mail_id)


@transaction.atomic
def invitation_revoke(*, by: User, invitation_id: int) -> None:
    link = get_scoped(by, OneUseLink, invitation_id, "write")
    if link.purpose == Purpose.INVITATION and link.used_at is None:
        OneUseLink.objects.filter(pk=link.pk, used_at=None).update(used_at=clock.now())
        audit.record("invitation_revoke", "user", purpose=link.purpose)


@transaction.atomic
def invitation_accept(*, token: str, name: str, password: str, language: str) -> User:
    link = accounts.link_use(token, Purpose.INVITATION)
    team = Team.objects.filter(pk=link.params.get("team_id")).first()
    return accounts.user_create(
        email=link.email, name=name, password=password, roles=link.params["roles"], team=team, language=language
    )


def password_reset_link_create(*, by: User | None, user: User) -> str:
    """A reset link's secret, for the command line or a mail."""
    if by is not None:
        require_all(by, "user", "write")
    return accounts.link_create(Purpose.PASSWORD_RESET, email=user.email, by=by)


@transaction.atomic
def password_reset_link_send(*, by: User | None, user: User, page: str) -> tuple[OneUseLink, str]:
    """A reset link and its address on ``page``, for an administrator to hand over; mailed where that is set up."""
    secret = password_reset_link_create(by=by, user=user)
    link = accounts.link_look(secret, Purpose.PASSWORD_RESET)
    url = _address(page, secret)
    _link_mail_queue(link, code="mail_password_reset", language=user.language, url=url)
    return link, url


@transaction.atomic
def password_reset_accept(*, token: str, password: str) -> User:
    """A new password; all sessions of the user end with the old one, and so does a lock-out."""
    link = accounts.link_use(token, Purpose.PASSWORD_RESET)
    user = User.objects.filter(email=link.email, is_active=True).first()
    if user is None:
        raise LinkInvalid()
    accounts.password_set(user, password)
    lockout_reset(username=user.email)
    return user


@transaction.atomic
def user_update(*, by: User, user_id: int, name: str | None = None, roles: list[str] | None = None,
                team_id: int | Literal[False] | None = False, is_active: bool | None = None) -> User:  # fmt: skip
    """Change a user; ``team_id=False`` leaves the team as it is. Deactivating ends sessions and tokens at once."""
    user = get_scoped(by, User, user_id, "write")
    team: Team | Literal[False] | None = False
    if team_id is not False:
        team = None if team_id is None else get_scoped(by, Team, team_id, "write")
    return accounts.user_update(user, roles=roles, team=team, is_active=is_active, name=name)


@transaction.atomic
def second_factor_reset(*, by: User | None, user: User) -> None:
    """Off for somebody who lost phone and recovery codes; ``by`` is nobody on the command line."""
    if by is not None:
        require_all(by, "user", "write")
    second_factor.remove(user, "second_factor_reset")


def _team_check(by: User, team: Team | None, name: str, parent_id: int | None) -> Team | None:
    same = Team.objects.filter(name=name)
    if (same.exclude(pk=team.pk) if team else same).exists():
        raise TeamNameTaken(name=name, where={"field": "name"})
    parent = None if parent_id is None else get_scoped(by, Team, parent_id, "write")
    above: Team | None = parent
    while above is not None:
        if team is not None and above.pk == team.pk:
            raise TeamUnderItself(name=name, where={"field": "parent_id"})
        above = above.parent
    return parent


@transaction.atomic
def team_create(*, by: User, name: str, parent_id: int | None = None) -> Team:
    require_all(by, "user", "write")
    team = Team.objects.create(name=name, parent=_team_check(by, None, name, parent_id))
    audit.record("team_create", "team", team.pk, parent=parent_id)
    return team


@transaction.atomic
def team_update(*, by: User, team_id: int, name: str, parent_id: int | None) -> Team:
    team = get_scoped(by, Team, team_id, "write")
    team.parent = _team_check(by, team, name, parent_id)
    team.name = name
    team.save()
    audit.record("team_update", "team", team.pk, parent=parent_id)
    return team


@transaction.atomic
def team_delete(*, by: User, team_id: int) -> None:
    team = get_scoped(by, Team, team_id, "write")
    try:
        team.delete()
    except ProtectedError:
        raise TeamInUse(name=team.name) from None
    audit.record("team_delete", "team", team_id)


def token_create(*, by: User, name: str, scopes: list[str], days: int) -> tuple[ApiToken, str]:
    """A token of the asking user; each ``object:action`` must be within what that user may do right now."""
    if reach(by, "token", "write") == Reach.NONE:
        require_all(by, "token", "write")
    for pair in scopes:
        kind, _, action = pair.partition(":")
        if kind not in OBJECTS or action not in ACTIONS:
            raise InputInvalid(field="scopes", problem=pair[:60], where={"field": "scopes"})
        if reach(by, kind, action) == Reach.NONE:
            raise TokenScopeTooWide(object=kind, action=action, where={"field": "scopes"})
    return accounts.token_create(by, name=name, scopes=scopes, days=days)


def token_revoke(*, by: User, token_id: int) -> None:
    accounts.token_revoke(get_scoped(by, ApiToken, token_id, "write"))


def user_find(*, by: User, user_id: int, action: str = "read") -> User:
    return get_scoped(by, User, user_id, action)
