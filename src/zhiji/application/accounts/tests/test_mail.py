"""Invitations and password links by mail, as an administrator, a visitor and the mailbox see them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from plugins.smtp import SmtpServer
from zhiji.application.accounts import services
from zhiji.kernel import clock
from zhiji.platform import accounts, jobs, outbox
from zhiji.platform.models import AuditEntry, Job, OneUseLink, OutgoingMail, User

pytestmark = pytest.mark.django_db
PASSWORD = "four-unrelated-words-here"


@pytest.fixture
def admin() -> User:
    return accounts.user_create(email="a@acme.test", password=None, roles=["administrator"], language="en")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def client(admin: User) -> Client:
    return signed_in(admin)


def post(client: Client, path: str, **body: Any) -> Any:
    return client.post(f"/api/v1/accounts{path}", body, content_type="application/json")


def get(client: Client, path: str) -> Any:
    return client.get(f"/api/v1/accounts{path}")


def relay() -> None:
    outbox.mail_sweep()
    while jobs.run_due("test"):
        pass


def test_an_invitation_answers_at_once_and_its_mail_opens_the_account(client: Client, smtp_server: SmtpServer) -> None:
    made = post(client, "/invitations", email="new@acme.test", roles=["agent"], language="en").json()
    assert smtp_server.commands == [], "nobody waits for a mail server"
    assert (made["mailed"], made["mail"]["state"]) == (True, "waiting")
    relay()
    (mail,) = smtp_server.mails
    assert made["url"] in mail.get_content()
    shown = get(client, "/invitations").json()["items"][0]["mail"]
    assert (shown["state"], shown["next_at"], shown["reason"]) == ("sent", None, None)
    token = mail.get_content().split("#token=")[1].split()[0]
    assert post(Client(), "/invitations/accept", token=token, name="N", password=PASSWORD).status_code == 200


def test_what_failed_is_shown_in_the_reader_s_language_and_sent_again(
    client: Client, admin: User, smtp_server: SmtpServer
) -> None:
    smtp_server.answers["RCPT"] = "550 no such user"
    post(client, "/invitations", email="new@acme.test", roles=["agent"])
    relay()
    mail = get(client, "/invitations").json()["items"][0]["mail"]
    assert (mail["state"], mail["reason"]["code"]) == ("failed", "mail_address_refused")
    assert "does not take mail" in mail["reason"]["what"]
    admin.language = "zh"
    admin.save()
    listed = get(client, "/mail").json()["items"]
    assert [(each["id"], each["kind"], each["to"]) for each in listed] == [(mail["id"], "invitation", "new@acme.test")]
    assert "不接收" in listed[0]["reason"]["what"]
    assert "token" not in str(listed), "what a mail says is shown to nobody"
    smtp_server.answers.clear()
    assert post(client, f"/mail/{mail['id']}/retry").json()["state"] == "waiting"
    relay()
    assert len(smtp_server.mails) == 1
    assert (AuditEntry.objects.get(action="mail_retry").actor_id, mail["attempts"]) == (admin.pk, 1)
    again = post(client, f"/mail/{mail['id']}/retry")
    assert (again.status_code, again.json()["code"]) == (409, "mail_already_sent")


def test_withdrawn_or_replaced_invitations_are_not_mailed(client: Client, smtp_server: SmtpServer) -> None:
    first = post(client, "/invitations", email="new@acme.test", roles=["agent"]).json()
    second = post(client, "/invitations", email="new@acme.test", roles=["analyst"]).json()
    gone = post(client, "/invitations", email="other@acme.test", roles=["agent"]).json()
    client.delete(f"/api/v1/accounts/invitations/{gone['id']}")
    relay()
    (mail,) = smtp_server.mails
    assert second["url"] in mail.get_content()
    states = dict(OutgoingMail.objects.values_list("link_id", "state"))
    assert states == {first["id"]: "expired", second["id"]: "sent", gone["id"]: "expired"}


def test_a_refused_invitation_mails_nothing(client: Client, admin: User, smtp_server: SmtpServer) -> None:
    assert post(client, "/invitations", email=admin.email, roles=["agent"]).status_code == 409
    assert post(client, "/invitations", email="new@acme.test", roles=["agent"], team_id=999).status_code == 404
    relay()
    assert (OutgoingMail.objects.count(), smtp_server.commands) == (0, [])


def test_one_key_one_invitation_one_mail(client: Client, smtp_server: SmtpServer) -> None:
    body = {"email": "new@acme.test", "roles": ["agent"]}
    answers = [
        client.post("/api/v1/accounts/invitations", body, content_type="application/json", HTTP_IDEMPOTENCY_KEY="k")
        for _ in range(2)
    ]
    assert answers[0].content == answers[1].content
    relay()
    assert len(smtp_server.mails) == 1


def test_a_stranger_s_reset_looks_and_works_like_anybody_s(smtp_server: SmtpServer) -> None:
    """The same answer and the same writes before it; what differs happens later, in the worker."""
    accounts.user_create(email="b@acme.test", password=PASSWORD, roles=["agent"])
    seen = []
    # A stranger's request that still waits must not make the next stranger's another than a user's.
    post(Client(), "/password-reset/request", email="stranger@acme.test")
    for email in ("b@acme.test", "nobody@acme.test"):
        before = (Job.objects.count(), AuditEntry.objects.count())
        answer = post(Client(), "/password-reset/request", email=email)
        after = (Job.objects.count(), AuditEntry.objects.count())
        seen.append((answer.status_code, answer.content, after[0] - before[0], after[1] - before[1]))
        assert OneUseLink.objects.count() == OutgoingMail.objects.count() == 0
    assert seen[0] == seen[1]
    relay()
    assert [mail["To"] for mail in smtp_server.mails] == ["b@acme.test"]
    token = smtp_server.mails[0].get_content().split("#token=")[1].split()[0]
    fresh = "entirely-other-words-now"
    assert post(Client(), "/password-reset/accept", token=token, password=fresh).status_code == 204


def test_a_reset_whose_job_runs_twice_keeps_the_link_that_was_mailed(smtp_server: SmtpServer) -> None:
    accounts.user_create(email="b@acme.test", password=PASSWORD, roles=["agent"])
    post(Client(), "/password-reset/request", email="b@acme.test")
    relay()
    # As after a kill between the work and the word that it is done.
    Job.objects.filter(kind="password_reset_mail").update(state="running", lease_until=clock.now() - timedelta(1))
    relay()
    assert (len(smtp_server.mails), OneUseLink.objects.filter(used_at=None).count()) == (1, 1)


def test_without_a_mail_server_the_link_is_handed_over(client: Client) -> None:
    made = post(client, "/invitations", email="new@acme.test", roles=["agent"]).json()
    assert (made["mailed"], made["mail"]) == (False, None)
    assert "#token=" in made["url"]
    user = accounts.user_create(email="b@acme.test", password=PASSWORD, roles=["agent"])
    assert post(client, f"/users/{user.pk}/reset-link").json()["mailed"] is False
    assert post(Client(), "/password-reset/request", email="b@acme.test").json() == {"mail": False}
    assert (OutgoingMail.objects.count(), Job.objects.count()) == (0, 0)


def test_only_administrators_see_mail(admin: User, smtp_server: SmtpServer) -> None:
    link, _ = services.invitation_create(by=admin, email="new@acme.test", roles=["agent"], page="https://x/invitation")
    mail = OutgoingMail.objects.get(link=link)
    before = OutgoingMail.objects.values().get()
    for role, read in (("manager", 403), ("analyst", 404), ("agent", 404)):
        other = signed_in(accounts.user_create(email=f"{role}@acme.test", password=None, roles=[role]))
        assert get(other, "/mail").status_code == 403
        assert post(other, f"/mail/{mail.pk}/retry").status_code == read
    assert OutgoingMail.objects.values().get() == before
