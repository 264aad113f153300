"""Invitations and password resets: links that work once."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from ninja import Router, Status

from zhiji.application.accounts import queries, services
from zhiji.application.accounts.api.shapes import mail_of, page_url, session_start
from zhiji.application.accounts.schemas import (
    InvitationAccept,
    InvitationIn,
    InvitationLook,
    InvitationNew,
    InvitationPage,
    InvitationSeen,
    LinkOut,
    Me,
    ResetAccept,
    ResetRequest,
    ResetRequested,
)
from zhiji.platform import accounts, jobs, outbox
from zhiji.platform.company import company
from zhiji.platform.models import OneUseLink, OutgoingMail, User
from zhiji.platform.schemas import After, Limit, PathId, SignedRequest, Visitor, answers, cut
from zhiji.platform.scope import require_all

router = Router()


def _invitation_of(request: HttpRequest, link: OneUseLink, mail: OutgoingMail | None) -> dict[str, Any]:
    return {
        "id": link.pk, "email": link.email, "name": link.params.get("name", ""), "roles": link.params["roles"],
        "team_id": link.params.get("team_id"), "created_at": link.created_at, "expires_at": link.expires_at,
        "mail": mail_of(request, mail) if mail else None,
    }  # fmt: skip


@router.get("/invitations", response=answers({200: InvitationPage}))
def invitation_list(request: SignedRequest, after: After = 0, limit: Limit = 50) -> dict[str, Any]:
    require_all(request.user, "user", "write")
    rows, following = cut(queries.invitation_list(request.user, after=after, limit=limit + 1), limit)
    mails = queries.mails_of(request.user, rows)
    items = [_invitation_of(request, row, mails.get(row.pk)) for row in rows]
    return {"items": items, "next": following}


@router.post("/invitations", response=answers({201: InvitationNew}, 404, 409))
def invitation_create(request: SignedRequest, payload: InvitationIn) -> Any:
    """Invite an address; the link is shown this once, and mailed where a mail server is set."""
    page = page_url(request, "invitation")
    link, url = services.invitation_create(by=request.user, page=page, **payload.dict())
    mail = queries.mails_of(request.user, [link]).get(link.pk)
    return Status(201, {**_invitation_of(request, link, mail), "url": url, "mailed": mail is not None})


@router.delete("/invitations/{int:invitation_id}", response=answers({204: None}, 404))
def invitation_revoke(request: SignedRequest, invitation_id: PathId) -> Any:
    services.invitation_revoke(by=request.user, invitation_id=invitation_id)
    return Status(204, None)


@router.post("/invitations/look", auth=Visitor(csrf=True), response=answers({200: InvitationSeen}, 410))
def invitation_look(request: HttpRequest, payload: InvitationLook) -> dict[str, Any]:  # noqa: ARG001
    """Whom the link invites, before it is spent."""
    link = accounts.link_look(payload.token, OneUseLink.Purpose.INVITATION)
    shown = {key: link.params.get(key, "") for key in ("name", "language")}
    return {"email": link.email, "company": company().name, **shown}


@router.post("/invitations/accept", auth=Visitor(csrf=True), response=answers({200: Me}, 409, 410))
def invitation_accept(request: HttpRequest, payload: InvitationAccept) -> dict[str, Any]:
    return session_start(request, services.invitation_accept(**payload.dict()), "sign_in")


@router.post("/password-reset/request", auth=Visitor(csrf=True), response=answers({200: ResetRequested}))
def password_reset_request(request: HttpRequest, payload: ResetRequest) -> dict[str, Any]:
    """The same answer in the same time for any address, so that nobody learns who has an account."""
    if outbox.is_set_up():
        user_id = User.objects.filter(email=payload.email, is_active=True).values_list("pk", flat=True).first() or 0
        # By the address and not by the user: else strangers' requests would meet in one job, and be known by it.
        digest = salted_hmac("password_reset", payload.email, algorithm="sha256").hexdigest()
        key = f"password_reset:{digest}"
        jobs.enqueue("password_reset_mail", unique_key=key, user_id=user_id, page=page_url(request, "reset"))
    return {"mail": outbox.is_set_up()}


@router.post("/password-reset/accept", auth=Visitor(csrf=True), response=answers({204: None}, 410))
def password_reset_accept(request: HttpRequest, payload: ResetAccept) -> Any:  # noqa: ARG001
    services.password_reset_accept(token=payload.token, password=payload.password)
    return Status(204, None)


@router.post("/users/{int:user_id}/reset-link", response=answers({201: LinkOut}, 404))
def password_reset_link_create(request: SignedRequest, user_id: PathId) -> Any:
    """For an administrator to hand over: a link with which the user sets a new password."""
    require_all(request.user, "user", "write")
    user = services.user_find(by=request.user, user_id=user_id, action="write")
    link, url = services.password_reset_link_send(by=request.user, user=user, page=page_url(request, "reset"))
    return Status(201, {"url": url, "expires_at": link.expires_at, "mailed": outbox.is_set_up()})
