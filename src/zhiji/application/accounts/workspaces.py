"""Moving a server to another workspace: it is prepared first, by a process of its own, then chosen.

Sessions belong to one workspace's database and key. So whoever moves gets a ticket: a link of ten minutes, used once,
that the page turns into a session as soon as the server answers from the other workspace.
"""

from __future__ import annotations

import hmac
import json
import os
import subprocess
import sys
from typing import Any

import structlog
from django.contrib.auth.hashers import make_password
from django.db import transaction

from zhiji.application.accounts import queries
from zhiji.application.accounts.errors import WorkspaceFixed, WorkspaceNotPrepared
from zhiji.platform import accounts, audit, jobs, second_factor
from zhiji.platform.company import company_update
from zhiji.platform.models import OneUseLink, User
from zhiji.platform.models.accounts import Role
from zhiji.platform.workspace import SAMPLE, active_name, choose

log = structlog.get_logger(__name__)
PREPARE_SECONDS = 120
SAMPLE_JOB = "demo"


def workspace_open(*, name: str, email: str, person: str, language: str, password_hash: str) -> str | None:
    """Prepare a workspace with this administrator and choose it; the ticket, or ``None`` where others already live.

    The supervisor (``zhiji serve``) sees the choice and starts web and worker again on it.
    """
    if not queries.can_switch():
        raise WorkspaceFixed()
    admin = {"email": email, "name": person, "language": language, "password_hash": password_hash}
    command = [sys.executable, "-m", "zhiji.cli", "workspace", "prepare", "--admin-from-stdin", "--json"]
    try:
        done = subprocess.run(  # noqa: S603 - our own command, nothing of it from the request
            command, input=json.dumps(admin), env={**os.environ, "ZHIJI_WORKSPACE": name}, capture_output=True,
            text=True, timeout=PREPARE_SECONDS, check=True,
        )  # fmt: skip
        answer: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        log.exception("workspace_not_prepared", workspace=name, said=getattr(error, "stderr", ""))
        raise WorkspaceNotPrepared(name=name, detail=type(error).__name__) from error
    audit.record("workspace_choose", "company", name)
    choose(name)
    return answer.get("ticket")


def password_hash_of(*, email: str, name: str, password: str) -> str:
    accounts.password_check(password, User(email=email, name=name))
    return make_password(password)


@transaction.atomic
def workspace_receive(*, email: str, name: str, language: str, password_hash: str) -> str | None:
    """In the other workspace: its first user becomes this administrator; the same person there gets a ticket too.

    Whoever is administrator here is nobody in a workspace that has users of its own: then there is no ticket.
    """
    user = User.objects.filter(email=email).first()
    if user is None and not User.objects.exists():
        user = accounts.user_create(
            email=email, name=name, password=None, roles=[Role.ADMINISTRATOR], language=language
        )
        user.password = password_hash
        user.save(update_fields=["password"])
        setup_complete(user)
    if user is None or not user.is_active or not hmac.compare_digest(user.password, password_hash):
        return None
    if second_factor.is_on(user):
        # A ticket rests on the other workspace's sign-in, which asked for no code of this one.
        return None
    return accounts.link_create(OneUseLink.Purpose.MOVE, email=user.email)


def setup_complete(user: User) -> None:
    """What follows when a workspace has got its first administrator: the sample company is made by its own job."""
    if active_name() == SAMPLE:
        company_update(is_sample=True)
        if jobs.known(SAMPLE_JOB):
            jobs.enqueue(SAMPLE_JOB, by=user, unique_key=SAMPLE_JOB)


@transaction.atomic
def ticket_use(*, ticket: str) -> User | None:
    link = accounts.link_use(ticket, OneUseLink.Purpose.MOVE)
    return User.objects.filter(email=link.email, is_active=True).first()
