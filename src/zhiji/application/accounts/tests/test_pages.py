"""The lists of the settings: each row once, and no empty page after a full last one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from zhiji.kernel import clock
from zhiji.platform import accounts
from zhiji.platform.models import AuditEntry, Job, OneUseLink, OutgoingMail

pytestmark = pytest.mark.django_db
API = "/api/v1"


@pytest.fixture
def client() -> Client:
    ann, ben = (
        accounts.user_create(email=f"{name}@example.com", password="quiet horses run far", roles=["administrator"])
        for name in ("ann", "ben")
    )
    until = clock.now() + timedelta(days=1)
    for number, user in enumerate((ann, ben)):
        accounts.token_create(user, name="t", scopes=["company:read"], days=1)
        Job.objects.create(kind="import_check", not_before=until)
        OneUseLink.objects.create(
            purpose="invitation", digest=str(number), email="new@example.com", params={"roles": ["agent"]},
            expires_at=until,
        )  # fmt: skip
        OutgoingMail.objects.create(
            code="mail_invitation", to="new@example.com", language="en", next_at=until, expires_at=until
        )
    AuditEntry.objects.exclude(pk__in=AuditEntry.objects.order_by("pk").values("pk")[:2]).delete()
    client = Client()
    client.force_login(ann)
    return client


@pytest.mark.parametrize(
    "path",
    ["accounts/users", "accounts/tokens", "accounts/invitations", "accounts/mail", "company/audit", "company/jobs"],
)
def test_a_full_page_is_the_last_where_nothing_follows(client: Client, path: str) -> None:
    whole = client.get(f"{API}/{path}?limit=2").json()
    assert (len(whole["items"]), whole["next"]) == (2, None)
    first = client.get(f"{API}/{path}?limit=1").json()
    rest = client.get(f"{API}/{path}?limit=1&after={first['next']}").json()
    assert (first["items"] + rest["items"], rest["next"]) == (whole["items"], None)
