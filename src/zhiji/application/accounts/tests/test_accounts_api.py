"""Invitations, resets, teams and tokens through the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from zhiji.platform import accounts
from zhiji.platform.models import AuditEntry, Team, User

pytestmark = pytest.mark.django_db
PASSWORD = "four-unrelated-words-here"


@pytest.fixture
def admin() -> User:
    return accounts.user_create(email="a@acme.test", password=None, roles=["administrator"], language="en")


@pytest.fixture
def client(admin: User) -> Client:
    client = Client()
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    return client


def post(client: Client, path: str, **body: Any) -> Any:
    return client.post(f"/api/v1/accounts{path}", body, content_type="application/json")


def test_an_invitation_is_looked_at_accepted_once_and_gives_what_it_said(client: Client) -> None:
    team = Team.objects.create(name="North")
    made = post(client, "/invitations", email="New@Acme.test", roles=["agent"], team_id=team.pk, language="en")
    assert made.status_code == 201
    assert made.json()["mailed"] is False
    token = made.json()["url"].split("/invitation#token=")[1]
    visitor = Client()
    seen = post(visitor, "/invitations/look", token=token).json()
    assert seen["email"] == "new@acme.test"
    weak = post(visitor, "/invitations/accept", token=token, name="N", password="short")
    assert (weak.status_code, weak.json()["code"]) == (422, "password_too_short")
    me = post(visitor, "/invitations/accept", token=token, name="N", password=PASSWORD).json()
    assert (me["roles"], me["team"]["name"]) == (["agent"], "North")
    assert me["permissions"]["customer"] == {"read": "own", "write": "own"}
    assert "user" not in me["permissions"]
    assert post(Client(), "/invitations/accept", token=token, name="M", password=PASSWORD).status_code == 410
    assert visitor.get("/api/v1/accounts/me").json()["email"] == "new@acme.test"


def test_a_revoked_invitation_is_over(client: Client) -> None:
    made = post(client, "/invitations", email="new@acme.test", roles=["agent"]).json()
    assert client.delete(f"/api/v1/accounts/invitations/{made['id']}").status_code == 204
    token = made["url"].split("#token=")[1]
    assert post(Client(), "/invitations/accept", token=token, name="N", password=PASSWORD).status_code == 410
    assert client.get("/api/v1/accounts/invitations").json()["items"] == []
    assert not User.objects.filter(email="new@acme.test").exists()


def test_a_reset_link_sets_a_password_and_ends_sessions(client: Client) -> None:
    user = accounts.user_create(email="b@acme.test", password=PASSWORD, roles=["agent"])
    other = Client()
    other.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    link = post(client, f"/users/{user.pk}/reset-link").json()["url"]
    fresh = "entirely-other-words-now"
    token = link.split("/reset#token=")[1]
    assert post(Client(), "/password-reset/accept", token=token, password=fresh).status_code == 204
    assert other.get("/api/v1/accounts/me").status_code == 401
    assert post(Client(), "/sign-in", email="B@acme.test", password=fresh).status_code == 200


def test_deactivating_ends_the_session_at_once(client: Client) -> None:
    user = accounts.user_create(email="b@acme.test", password=PASSWORD, roles=["agent"])
    other = Client()
    other.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.patch(f"/api/v1/accounts/users/{user.pk}", {"is_active": False}, content_type="application/json")
    assert answer.json()["is_active"] is False
    assert other.get("/api/v1/accounts/me").status_code == 401
    assert post(Client(), "/sign-in", email="b@acme.test", password=PASSWORD).status_code == 401


def test_the_last_administrator_cannot_leave(client: Client, admin: User) -> None:
    answer = client.patch(f"/api/v1/accounts/users/{admin.pk}", {"roles": ["agent"]}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (409, "last_administrator")
    assert User.objects.get().roles == {"administrator"}


def test_teams_make_no_circle_and_are_not_deleted_while_used(client: Client) -> None:
    top = post(client, "/teams", name="Top").json()
    below = post(client, "/teams", name="Below", parent_id=top["id"]).json()
    circle = client.put(
        f"/api/v1/accounts/teams/{top['id']}",
        {"name": "Top", "parent_id": below["id"]},
        content_type="application/json",
    )
    assert circle.json()["code"] == "team_under_itself"
    assert Team.objects.get(pk=top["id"]).parent_id is None
    assert post(client, "/teams", name="Top").json()["code"] == "team_name_taken"
    assert client.delete(f"/api/v1/accounts/teams/{top['id']}").json()["code"] == "team_in_use"
    assert client.delete(f"/api/v1/accounts/teams/{below['id']}").status_code == 204


def test_a_token_never_reaches_further_than_its_person() -> None:
    agent = accounts.user_create(email="g@acme.test", password=None, roles=["agent"])
    client = Client()
    client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
    wide = post(client, "/tokens", name="t", scopes=["customer:read", "audit:read"], days=1)
    assert (wide.status_code, wide.json()["code"]) == (403, "token_scope_too_wide")
    assert agent.tokens.count() == 0
    unknown = post(client, "/tokens", name="t", scopes=["customer:rule"], days=1)
    assert unknown.status_code == 422
    assert post(client, "/tokens", name="t", scopes=["customer:read"], days=1).status_code == 201


def test_a_refusal_speaks_the_reader_s_language(client: Client, admin: User) -> None:
    body = {"name": "x" * 101}
    english = client.patch("/api/v1/accounts/me", body, content_type="application/json").json()
    assert "at most 100" in english["what"]
    admin.language = "zh"
    admin.save()
    chinese = client.patch("/api/v1/accounts/me", body, content_type="application/json").json()
    assert "最多 100 个字符" in chinese["what"]
    assert chinese["where"] == {"field": "name"}


def test_writes_are_audited_with_who_did_them(client: Client, admin: User) -> None:
    post(client, "/teams", name="Top")
    entry = AuditEntry.objects.get(action="team_create")
    assert (entry.actor_kind, entry.actor_id) == ("user", admin.pk)
    assert len(entry.request_id) == 16
