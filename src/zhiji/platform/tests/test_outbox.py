"""Mail leaves after the commit, once, and never too late; what the world's servers answer decides what comes next."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from plugins.smtp import SmtpServer
from zhiji.kernel import clock
from zhiji.platform import accounts, jobs, outbox
from zhiji.platform.errors import NotAllowed
from zhiji.platform.models import AuditEntry, Job, OneUseLink, OutgoingMail, User
from zhiji.platform.outbox.errors import MailAlreadySent, MailOver
from zhiji.platform.workspace import workspace

pytestmark = pytest.mark.django_db
URL = "https://crm.acme.test/invitation#token=a-secret-of-256-bits"


@pytest.fixture
def admin() -> User:
    return accounts.user_create(email="a@acme.test", password=None, roles=["administrator"])


def queue(**fields: Any) -> OutgoingMail:
    given = {
        "to": "new@acme.test", "code": "mail_invitation", "language": "zh", "params": {"company": "Acme", "url": URL},
        "expires_at": clock.now() + timedelta(days=7), **fields,
    }  # fmt: skip
    return outbox.mail_queue(**given)


def relay() -> None:
    """What the worker does: the sweep by the clock, then whatever job is due."""
    outbox.mail_sweep()
    while jobs.run_due("test"):
        pass


def later(monkeypatch: pytest.MonkeyPatch, **ahead: float) -> None:
    moved = clock.now() + timedelta(**ahead)
    monkeypatch.setattr(clock, "now", lambda: moved)


def state() -> str:
    return OutgoingMail.objects.get().state


def test_a_mail_leaves_after_the_commit_and_its_link_is_wiped(smtp_server: SmtpServer) -> None:
    mail = queue()
    assert b"a-secret" not in bytes(mail.sealed or b"")
    assert smtp_server.mails == []
    relay()
    (sent,) = smtp_server.mails
    assert (sent["To"], sent["Subject"]) == ("new@acme.test", "Acme邀请您加入")
    assert URL in sent.get_content()
    assert sent["Message-ID"] == f"<{mail.key}@127.0.0.1>"
    mail.refresh_from_db()
    assert (mail.state, mail.sealed, mail.attempts) == ("sent", None, 1)
    assert set(AuditEntry.objects.filter(object_kind="mail").values_list("action", flat=True)) == {
        "mail_queue", "mail_sent"
    }  # fmt: skip
    relay()
    assert len(smtp_server.mails) == 1


def test_nothing_leaves_when_the_transaction_rolls_back(smtp_server: SmtpServer) -> None:
    with transaction.atomic():
        queue()
        transaction.set_rollback(True)
    relay()
    assert (smtp_server.mails, OutgoingMail.objects.count(), Job.objects.count()) == ([], 0, 0)


def test_a_server_that_is_down_is_tried_again_and_gets_the_mail_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("ZHIJI_MAIL_URL", f"smtp://127.0.0.1:{port}")
    queue()
    relay()
    mail = OutgoingMail.objects.get()
    assert (mail.state, mail.attempts, mail.reason["code"]) == ("waiting", 1, "mail_server_away")
    pause = (mail.next_at - clock.now()).total_seconds()
    assert 20 < pause <= 37.5, "half a minute, spread by a quarter"
    assert not Job.objects.filter(state__in=["queued", "running", "failed"]).exists()
    with SmtpServer(port) as server:
        relay()
        assert server.commands == [], "not before its time"
        later(monkeypatch, seconds=40)
        relay()
        relay()
        assert len(server.mails) == 1
    assert state() == "sent"


def test_pauses_grow_up_to_an_hour_and_end_with_a_person(
    monkeypatch: pytest.MonkeyPatch, smtp_server: SmtpServer
) -> None:
    smtp_server.answers["MAIL"] = "451 busy"
    queue()
    pauses = []
    while state() == "waiting":
        relay()
        mail = OutgoingMail.objects.get()
        pauses.append((mail.next_at - clock.now()).total_seconds())
        later(monkeypatch, hours=1.5)
    assert all(0.7 * 30 * 2**n < pause < 1.3 * 30 * 2**n for n, pause in enumerate(pauses[:7]))
    assert max(pauses) <= 1.25 * 3600
    assert (mail.state, mail.attempts, mail.reason["code"]) == ("failed", 12, "mail_put_off")
    assert smtp_server.mails == []


@pytest.mark.parametrize(
    ("verb", "said", "code"),
    [
        ("RCPT", "550 no such user", "mail_address_refused"),
        ("MAIL", "553 not your address", "mail_refused"),
        (".", "554 looks like spam", "mail_refused"),
    ],
)
def test_a_lasting_refusal_waits_for_a_person(
    verb: str, said: str, code: str, smtp_server: SmtpServer, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    smtp_server.answers[verb] = said
    mail = queue()
    relay()
    mail.refresh_from_db()
    assert (mail.state, mail.reason["code"], mail.reason["params"]["answer"]) == ("failed", code, int(said[:3]))
    tried = len(smtp_server.commands)
    later(monkeypatch, hours=3)
    relay()
    assert len(smtp_server.commands) == tried, "no trying again by itself"
    smtp_server.answers.clear()
    smtp_server.mails.clear()
    outbox.mail_retry(by=admin, mail_id=mail.pk)
    relay()
    assert [sent["Message-ID"] for sent in smtp_server.mails] == [f"<{mail.key}@127.0.0.1>"]
    assert state() == "sent"
    with pytest.raises(MailAlreadySent):
        outbox.mail_retry(by=admin, mail_id=mail.pk)


def test_a_refusal_for_now_is_no_refusal(smtp_server: SmtpServer) -> None:
    smtp_server.answers["RCPT"] = "450 come back later"
    queue()
    relay()
    assert (state(), OutgoingMail.objects.get().reason["code"]) == ("waiting", "mail_put_off")


@pytest.mark.parametrize("farewell", ["421 gone", ""])
def test_a_rude_farewell_sends_nothing_twice(
    farewell: str, smtp_server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    smtp_server.answers["QUIT"] = farewell
    queue()
    relay()
    later(monkeypatch, hours=2)
    relay()
    assert (state(), len(smtp_server.mails)) == ("sent", 1)


def test_what_expired_is_never_sent(smtp_server: SmtpServer, admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    queue(expires_at=clock.now() + timedelta(hours=2))
    later(monkeypatch, hours=2)
    relay()
    mail = OutgoingMail.objects.get()
    assert (mail.state, mail.sealed, smtp_server.commands) == ("expired", None, [])
    with pytest.raises(MailOver):
        outbox.mail_retry(by=admin, mail_id=mail.pk)
    later(monkeypatch, days=31)
    relay()
    assert not OutgoingMail.objects.exists(), "addresses are not kept for ever"


def test_a_link_that_was_used_or_withdrawn_is_never_sent(smtp_server: SmtpServer) -> None:
    secret = accounts.link_create(OneUseLink.Purpose.INVITATION, email="new@acme.test")
    link = accounts.link_use(secret, OneUseLink.Purpose.INVITATION)
    queue(link=link)
    # Not by way of the sweep: the relay itself looks just before it sends.
    while jobs.run_due("test"):
        pass
    assert (state(), smtp_server.commands) == ("expired", [])


def test_one_that_breaks_does_not_hold_up_the_rest(smtp_server: SmtpServer) -> None:
    broken, _ = queue(code="mail_invitation", params={"company": "Acme"}), queue(to="other@acme.test")
    relay()
    assert [sent["To"] for sent in smtp_server.mails] == ["other@acme.test"]
    broken.refresh_from_db()
    assert (broken.state, broken.reason["code"]) == ("failed", "internal_fault")


def test_without_its_key_a_mail_says_so(smtp_server: SmtpServer) -> None:
    queue()
    mail = OutgoingMail.objects.get()
    mail.to = "thief@evil.test"
    mail.save()
    relay()
    assert smtp_server.mails == [], "the address is sealed along: who writes into the database turns no mail around"
    mail.refresh_from_db()
    assert (mail.state, mail.reason["code"]) == ("failed", "mail_unreadable")
    assert (workspace().keys / "mail.key").stat().st_mode & 0o777 == 0o600


def test_without_a_server_mail_waits_and_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ZHIJI_MAIL_URL", raising=False)
    queue()
    relay()
    assert (state(), OutgoingMail.objects.get().attempts) == ("waiting", 0)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    def reason(url: str) -> str:
        monkeypatch.setenv("ZHIJI_MAIL_URL", url)
        queue()
        relay()
        return OutgoingMail.objects.get().reason["code"]

    return reason


def test_encryption_comes_before_the_password(told: Callable[[str], str]) -> None:
    with SmtpServer(0, "STARTTLS", "AUTH PLAIN") as server:
        server.answers["STARTTLS"] = "454 not now"
        told(server.url.replace("//", "//user:word@"))
        assert "STARTTLS" in server.commands
        assert "AUTH" not in server.commands


def test_no_password_goes_to_a_far_server_in_the_clear(
    told: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from zhiji.platform.outbox import transport

    monkeypatch.setattr(transport, "_is_loopback", lambda host: False)
    with SmtpServer(0, "AUTH PLAIN") as server:
        assert told(server.url.replace("//", "//user:word@")) == "mail_encryption_missing"
        assert "AUTH" not in server.commands


def test_a_wrong_password_waits_for_a_person(told: Callable[[str], str]) -> None:
    with SmtpServer(0, "AUTH PLAIN") as server:
        server.answers["AUTH"] = "535 no"
        assert told(server.url.replace("//", "//user:word@")) == "mail_sign_in_refused"
    assert state() == "failed"


@pytest.mark.parametrize("url", ["imap://host", "smtp://host:many", "host:587", "smtp://"])
def test_a_setting_that_cannot_be_read_is_said(told: Callable[[str], str], url: str) -> None:
    assert told(url) == "mail_server_unclear"


def test_the_sender_can_be_another_than_the_user(smtp_server: SmtpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIJI_MAIL_URL", f"{smtp_server.url}?from=crm@acme.test")
    queue()
    relay()
    assert [sent["From"] for sent in smtp_server.mails] == ["crm@acme.test"]


def test_a_manager_may_not_send_again(smtp_server: SmtpServer) -> None:
    manager = accounts.user_create(email="m@acme.test", password=None, roles=["manager"])
    mail = queue()
    before = OutgoingMail.objects.values().get()
    with pytest.raises(NotAllowed):
        outbox.mail_retry(by=manager, mail_id=mail.pk)
    assert OutgoingMail.objects.values().get() == before
