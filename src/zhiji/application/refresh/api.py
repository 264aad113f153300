"""Routes of the refresh."""

from __future__ import annotations

from datetime import date
from typing import Any

from ninja import Router, Schema

from zhiji.application.refresh import services
from zhiji.platform.schemas import SignedRequest, answers
from zhiji.platform.scope import require

PREFIX = "/refresh"
router = Router(tags=["refresh"])


class RefreshForm(Schema):
    """``as_of``: the company day to look from; empty is the last day that the data covers."""

    as_of: date | None = None


class RefreshJob(Schema):
    job_id: int


@router.post("", response=answers({200: RefreshJob}, 409), operation_id="refresh_start")
def refresh_start(request: SignedRequest, form: RefreshForm) -> Any:
    """Bring features, segments, predictions and lists up to a day; one at a time."""
    require(request.user, "prediction", "write")
    return {"job_id": services.refresh_start(by=request.user, as_of=form.as_of).pk}
