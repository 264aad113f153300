"""Mail that leaves: what became of it, and sending it again."""

from __future__ import annotations

from typing import Any

from ninja import Router

from zhiji.application.accounts import queries, services
from zhiji.application.accounts.api.shapes import mail_of
from zhiji.application.accounts.schemas import MailOut, MailPage
from zhiji.platform.schemas import After, Limit, PathId, SignedRequest, answers, cut
from zhiji.platform.scope import require_all

router = Router()


@router.get("/mail", response=answers({200: MailPage}))
def mail_list(request: SignedRequest, after: After = 0, limit: Limit = 50) -> dict[str, Any]:
    """Invitations and password links by mail of the last thirty days, newest first; what they say is not shown."""
    require_all(request.user, "user", "write")
    rows, following = cut(queries.mail_page(request.user, after=after, limit=limit + 1), limit)
    items = [mail_of(request, row) for row in rows]
    return {"items": items, "next": following}


@router.post("/mail/{int:mail_id}/retry", response=answers({200: MailOut}, 404, 409))
def mail_retry(request: SignedRequest, mail_id: PathId) -> dict[str, Any]:
    """Send again what failed, or now what waits. 409 once it was sent or its link is over."""
    return mail_of(request, services.mail_retry(by=request.user, mail_id=mail_id))
