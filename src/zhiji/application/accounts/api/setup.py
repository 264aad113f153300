"""The first visit: set-up with the one-use link; and moving between the company's workspace and the sample's."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from zhiji.application.accounts import queries, services, workspaces
from zhiji.application.accounts.api.shapes import session_only, session_start
from zhiji.application.accounts.schemas import Moved, SetupIn, SetupState, WorkspaceIn
from zhiji.kernel import Reason
from zhiji.platform import accounts, outbox
from zhiji.platform.company import company
from zhiji.platform.errors import InputInvalid
from zhiji.platform.models import OneUseLink
from zhiji.platform.schemas import SignedRequest, Visitor, answers
from zhiji.platform.scope import require_all
from zhiji.platform.workspace import SAMPLE

router = Router()


@router.get("/setup/state", auth=None, response=answers({200: SetupState}))
def setup_state(request: HttpRequest) -> dict[str, Any]:  # noqa: ARG001
    """Is set-up needed, and which workspaces are there? For anybody; tells nothing else."""
    return {
        "needed": queries.setup_needed(), "workspace": queries.workspace_name(), "workspaces": queries.workspaces(),
        "can_switch": queries.can_switch(), "mail": outbox.is_set_up(), "language": company().language,
    }  # fmt: skip


@router.post("/setup", auth=Visitor(csrf=True), response=answers({200: Moved, 202: Moved}, 409, 410))
def setup_create(request: HttpRequest, payload: SetupIn) -> Any:
    """Spend the set-up link: with ``own`` one is signed in (200); with ``sample`` the server moves there (202)."""
    if payload.choice == "own":
        if payload.company is None:
            raise InputInvalid(field="company", problem=Reason("problem_missing").to_json(), where={"field": "company"})
        user = services.setup_own(
            token=payload.token, email=payload.email, name=payload.name, password=payload.password,
            language=payload.language, company=payload.company.dict(),
        )  # fmt: skip
        session_start(request, user, "sign_in")
        return Status(200, {"workspace": queries.workspace_name(), "switching": False})
    accounts.link_look(payload.token, OneUseLink.Purpose.SETUP)
    hashed = workspaces.password_hash_of(email=payload.email, name=payload.name, password=payload.password)
    ticket = workspaces.workspace_open(
        name=SAMPLE, email=payload.email, person=payload.name, language=payload.language, password_hash=hashed
    )
    services.setup_link_spend(token=payload.token)
    return Status(202, {"workspace": SAMPLE, "switching": True, "ticket": ticket})


@router.post("/workspace", response=answers({200: Moved, 202: Moved}, 409))
def workspace_choose(request: SignedRequest, payload: WorkspaceIn) -> Any:
    """Serve the other workspace from now on (administrators). A fresh one gets the same administrator."""
    user = session_only(request)
    require_all(user, "company", "write")
    if payload.name == queries.workspace_name():
        return Status(200, {"workspace": payload.name, "switching": False})
    ticket = workspaces.workspace_open(
        name=payload.name, email=user.email, person=user.name, language=user.language, password_hash=user.password
    )
    return Status(202, {"workspace": payload.name, "switching": True, "ticket": ticket})
