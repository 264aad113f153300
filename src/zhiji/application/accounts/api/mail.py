"""Mail that leaves: what became of it, and sending it again."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Query, Router

from zhiji.application.accounts import queries, services
from zhiji.application.accounts.api.shapes import mail_of
from zhiji.application.accounts.schemas import MailOut, MailPage
from zhiji.platform.schemas import LARGEST_ID, Limit, PathId, SignedRequest, answers
from zhiji.platform.scope import require_all

router = Router()
Before = Annotated[int | None, Query(None, ge=1, le=LARGEST_ID, description="The last id of the page before.")]


@router.get("/mail", response=answers({200: MailPage}))
def mail_list(request: SignedRequest, before: Before = None, limit: Limit = 50) -> dict[str, Any]:
    """Invitations and password links by mail of the last thirty days, newest first; what they say is not shown."""
    require_all(request.user, "user", "write")
    rows = list(queries.mail_page(request.user, before=before, limit=limit))
    items = [mail_of(request, row) for row in rows]
    return {"items": items, "next_before": rows[-1].pk if len(rows) == limit else None}


@router.post("/mail/{int:mail_id}/retry", response=answers({200: MailOut}, 404, 409))
def mail_retry(request: SignedRequest, mail_id: PathId) -> dict[str, Any]:
    """Send again what failed, or now what waits. 409 once it was sent or its link is over."""
    return mail_of(request, services.mail_retry(by=request.user, mail_id=mail_id))
