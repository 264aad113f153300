"""What the routes of accounts take and give."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field, StringConstraints

from zhiji.platform.schemas import Currency, Email, Line, Named, Page, PhoneRegion, Refusal, RowId, Zone

Language = Literal["zh", "en"]
Theme = Literal["system", "light", "dark"]
RoleName = Literal["administrator", "manager", "analyst", "agent"]
Name = Annotated[str, Line(100)]
GivenName = Annotated[str, Line(100, 1)]
# Long enough for any pass phrase, short enough that hashing it cannot be used to keep the server busy.
Password = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Secret = Annotated[str, StringConstraints(min_length=1, max_length=100)]
# Six digits, or a recovery code; people also type the blank or dash that they see.
FactorCode = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)]
Roles = Annotated[list[RoleName], Field(min_length=1, max_length=4)]


class WorkspaceOut(Schema):
    name: str
    exists: bool
    active: bool


class SetupState(Schema):
    """needed: nobody can sign in yet. mail: links can be sent by mail, otherwise an administrator hands them over."""

    needed: bool
    workspace: str
    workspaces: list[WorkspaceOut]
    can_switch: bool
    mail: bool
    language: str


class CompanyIn(Schema):
    """``region``: of phone numbers without a +; absent or null, the country in which the zone lies."""

    name: GivenName
    zone: Zone = "Asia/Shanghai"
    region: PhoneRegion | None = None
    currency: Currency = "CNY"
    language: Language = "zh"


class SetupIn(Schema):
    """``company`` is needed for the choice ``own``; the sample company has its own particulars."""

    token: Secret
    choice: Literal["own", "sample"]
    email: Email
    name: Name = ""
    password: Password
    language: Language = "zh"
    company: CompanyIn | None = None


class Moved(Schema):
    """switching: poll /readyz until ``GET setup/state`` names ``workspace``, then POST ``ticket`` to sign-in/ticket.

    ``ticket`` is null where one must sign in by hand.
    """

    workspace: str
    switching: bool
    ticket: str | None = None


class WorkspaceIn(Schema):
    name: Literal["main", "sample"]


class SignIn(Schema):
    """``code``: of the authenticator, or a recovery code, for who has a second factor (401 second_factor_needed)."""

    email: Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=1, max_length=254)]
    password: Password
    code: FactorCode = ""


class TicketIn(Schema):
    ticket: Secret


class TeamOut(Schema):
    id: int
    name: str
    parent_id: int | None


class TeamIn(Schema):
    name: GivenName
    parent_id: RowId | None = None


class CompanyOfMe(Schema):
    """``margin_percent`` is null until it is entered: then screens may say "worth", before only "spend"."""

    name: str
    currency: str
    zone: str
    language: str
    is_sample: bool
    margin_percent: float | None


class Me(Schema):
    """``permissions``: object → action (read, write, export) → reach (own, team, subtree, all); absent means none."""

    id: int
    email: str
    name: str
    roles: list[str]
    permissions: dict[str, dict[str, str]]
    language: str
    theme: str
    team: Named | None
    company: CompanyOfMe
    workspace: str
    csrf_token: str
    second_factor: bool


class MeIn(Schema):
    """A new ``password`` needs ``old_password``."""

    language: Language | None = None
    theme: Theme | None = None
    name: Name | None = None
    password: Password | None = None
    old_password: Password | None = None


class PasswordIn(Schema):
    password: Password


class FactorCodeIn(Schema):
    code: FactorCode


class FactorStarted(Schema):
    """``secret`` to type, ``uri`` to open, ``picture`` (a ``data:`` address) to scan: the same in three forms."""

    secret: str
    uri: str
    picture: str


class RecoveryCodes(Schema):
    """Shown this once."""

    codes: list[str]


class FactorRemove(Schema):
    password: Password
    code: FactorCode


class UserOut(Schema):
    id: int
    email: str
    name: str
    roles: list[str]
    team: Named | None
    is_active: bool
    second_factor: bool
    created_at: datetime
    last_login: datetime | None


class UserPage(Page):
    """``total``: of all that the reader may see, whatever was searched for."""

    items: list[UserOut]
    total: int


class UserIn(Schema):
    """Absent fields stay as they are; ``team_id: null`` takes the user out of the team."""

    name: Name | None = None
    roles: Roles | None = None
    team_id: RowId | None = None
    is_active: bool | None = None


class MailOut(Schema):
    """``state``: waiting (``next_at`` says for when), sent, failed (a person has to act), expired (never sent: its
    link was over). ``reason``: of the last try that failed.
    """

    id: int
    kind: Literal["invitation", "password_reset"]
    to: str
    state: Literal["waiting", "sent", "failed", "expired"]
    attempts: int
    created_at: datetime
    next_at: datetime | None
    sent_at: datetime | None
    expires_at: datetime
    reason: Refusal | None


class MailPage(Page):
    items: list[MailOut]


class LinkOut(Schema):
    """``url`` is shown once; ``mailed`` says whether it is also on its way by mail."""

    url: str
    expires_at: datetime
    mailed: bool


class InvitationIn(Schema):
    email: Email
    roles: Roles
    team_id: RowId | None = None
    name: Name = ""
    language: Language = "zh"


class InvitationOut(Schema):
    id: int
    email: str
    name: str
    roles: list[str]
    team_id: int | None
    created_at: datetime
    expires_at: datetime
    mail: MailOut | None


class InvitationNew(InvitationOut, LinkOut):
    """The invitation and its link."""


class InvitationPage(Page):
    items: list[InvitationOut]


class InvitationLook(Schema):
    token: Secret


class InvitationSeen(Schema):
    email: str
    name: str
    language: str
    company: str


class InvitationAccept(Schema):
    token: Secret
    name: GivenName
    password: Password
    language: Language = "zh"


class ResetRequest(Schema):
    email: Email


class ResetRequested(Schema):
    """mail: if the address has an account, a mail is on its way. Otherwise: ask an administrator for a link."""

    mail: bool


class ResetAccept(Schema):
    token: Secret
    password: Password


class TokenIn(Schema):
    """``scopes``: ``object:action`` pairs, such as ``customer:read``, within one's own permissions."""

    name: GivenName
    scopes: Annotated[list[Annotated[str, StringConstraints(max_length=60)]], Field(min_length=1, max_length=60)]
    days: Annotated[int, Field(ge=1, le=366)] = 90


class TokenOut(Schema):
    id: int
    name: str
    prefix: str
    scopes: list[str]
    user_id: int
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


class TokenNew(TokenOut):
    """``secret`` is shown this once."""

    secret: str


class TokenPage(Page):
    items: list[TokenOut]
