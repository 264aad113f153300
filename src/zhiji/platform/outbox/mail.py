"""What can be done with a mail that leaves: queue it, try it, send it again, let it expire. Each is audited."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

import orjson
import structlog
from django.db import transaction
from django.db.models import Q, QuerySet

from zhiji.kernel import CodedError, Language, Reason, clock, render
from zhiji.platform import audit, jobs
from zhiji.platform.models import OneUseLink, OutgoingMail, User
from zhiji.platform.outbox import transport
from zhiji.platform.outbox.errors import MailAlreadySent, MailDelayed, MailNotSetUp, MailOver, MailUnreadable
from zhiji.platform.scope import get_scoped
from zhiji.platform.sealing import SealBroken, seal, unseal
from zhiji.platform.workspace import workspace

log = structlog.get_logger(__name__)
RELAY = "mail_relay"
# Half a minute, then twice as long each time, up to an hour: about five hours in all, before a person is asked.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
MOST_ATTEMPTS = 12
# How long it is shown that a mail was sent, or was not in time.
KEPT = timedelta(days=30)
State = OutgoingMail.State


@transaction.atomic
def mail_queue(*, to: str, code: str, language: str, params: dict[str, Any], expires_at: datetime,
               link: OneUseLink | None = None) -> OutgoingMail:  # fmt: skip
    """Write a mail in the caller's transaction; it leaves after the commit, and not at all if that never comes.

    ``code``: the message whose ``what`` is the subject, and whose ``why`` and ``remedy`` stand before and after
    ``params["url"]``. It is not sent after ``expires_at``, nor once ``link`` was used or withdrawn.
    """
    mail = OutgoingMail(to=to, code=code, language=language, link=link, expires_at=expires_at, next_at=clock.now())
    mail.sealed = _sealed(mail, params)
    mail.save()
    audit.record("mail_queue", "mail", mail.pk, code=code)
    _relay_start()
    return mail


def _relay_start() -> None:
    """In the same transaction: a worker sees the job when it sees the mail. One under way takes new ones along; what
    is committed just as it ends waits for ``mail_sweep``, half a minute at most."""
    jobs.enqueue(RELAY, unique_key=RELAY)


def mail_due() -> OutgoingMail | None:
    """The mail whose turn it is."""
    due = OutgoingMail.objects.filter(state=State.WAITING, next_at__lte=clock.now())
    return due.select_related("link").order_by("next_at", "pk").first()


def mail_deliver(mail: OutgoingMail) -> None:
    """Try once, outside any transaction, and write down what came of it.

    At least once: killed after the server took the mail and before that is written here, the next try sends it again
    under the same Message-ID, by which mailboxes know it for the same.
    """
    if _is_over(mail):
        _expire(mail)
        return
    try:
        server = transport.mail_server()
        transport.send(server, _message(mail, server.sender))
    except MailDelayed as error:
        _put_off(mail, error)
    except CodedError as error:
        _fail(mail, error.reason)
    except Exception:
        # One mail that cannot be sent must not hold up all that stand behind it.
        log.exception("mail_broke", mail=mail.pk)
        _fail(mail, Reason("internal_fault", {"reference": f"mail-{mail.pk}"}))
    else:
        _settle(mail, State.SENT, reason=None, sealed=None, sent_at=clock.now(), attempts=mail.attempts + 1)


@transaction.atomic
def mail_retry(*, by: User, mail_id: int) -> OutgoingMail:
    """Try now what failed or waits. Raises MailOver where its link is, MailAlreadySent, MailNotSetUp."""
    mail = get_scoped(by, OutgoingMail, mail_id, "write")
    if mail.state == State.SENT:
        raise MailAlreadySent()
    if mail.state == State.EXPIRED or _is_over(mail):
        raise MailOver()
    if not transport.is_set_up():
        raise MailNotSetUp()
    again = OutgoingMail.objects.filter(pk=mail.pk, state__in=[State.WAITING, State.FAILED]).update(
        state=State.WAITING, next_at=clock.now(), attempts=0
    )
    if again:
        audit.record("mail_retry", "mail", mail.pk, code=mail.code)
        _relay_start()
    mail.refresh_from_db()
    return mail


def mail_sweep() -> None:
    """Every half minute: wipe what is too late, forget what is old, and start the relay for what is due again."""
    now = clock.now()
    for mail in OutgoingMail.objects.filter(_over(now), state__in=[State.WAITING, State.FAILED]):
        _expire(mail)
    OutgoingMail.objects.filter(state__in=[State.SENT, State.EXPIRED], created_at__lt=now - KEPT).delete()
    if transport.is_set_up() and mail_due() is not None:
        _relay_start()


def _over(now: datetime) -> Q:
    return Q(expires_at__lte=now) | Q(link__used_at__isnull=False)


def _is_over(mail: OutgoingMail) -> bool:
    return OutgoingMail.objects.filter(_over(clock.now()), pk=mail.pk).exists()


def _expire(mail: OutgoingMail) -> None:
    _settle(mail, State.EXPIRED, sealed=None)


def _put_off(mail: OutgoingMail, error: MailDelayed) -> None:
    if mail.attempts + 1 >= MOST_ATTEMPTS:
        _fail(mail, error.reason)
        return
    log.warning("mail_put_off", mail=mail.pk, code=error.code, attempts=mail.attempts + 1)
    # Spread, so that all that failed together does not come back together.
    pause = min(FIRST_PAUSE * 2**mail.attempts, LONGEST_PAUSE) * random.uniform(0.75, 1.25)  # noqa: S311
    _waiting(mail).update(attempts=mail.attempts + 1, next_at=clock.now() + pause, reason=error.reason.to_json())


def _fail(mail: OutgoingMail, reason: Reason) -> None:
    """A dead letter: it keeps what it needs to be sent again, until its link is over."""
    log.error("mail_failed", mail=mail.pk, code=reason.code)
    _settle(mail, State.FAILED, reason=reason.to_json(), attempts=mail.attempts + 1)


def _waiting(mail: OutgoingMail) -> QuerySet[OutgoingMail]:
    return OutgoingMail.objects.filter(pk=mail.pk, state__in=[State.WAITING, State.FAILED])


@transaction.atomic
def _settle(mail: OutgoingMail, state: str, **fields: Any) -> None:
    if not _waiting(mail).update(state=state, **fields):
        return
    if state == State.SENT:
        audit.record("mail_sent", "mail", mail.pk, code=mail.code)
    elif state == State.FAILED:
        audit.record("mail_failed", "mail", mail.pk, code=mail.code, reason=fields["reason"]["code"])
    else:
        audit.record("mail_expire", "mail", mail.pk, code=mail.code)


def _message(mail: OutgoingMail, sender: str) -> EmailMessage:
    params = _opened(mail)
    language: Language = "zh" if mail.language == "zh" else "en"
    words = render(Reason(mail.code, params), language)
    message = EmailMessage()
    message["Subject"], message["To"], message["From"] = words.what.replace("\n", " "), mail.to, sender
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{mail.key}@{sender.rpartition('@')[2]}>"
    # No answering machine need answer it (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(f"{words.why}\n\n{params['url']}\n\n{words.remedy}\n")
    return message


def _label(mail: OutgoingMail) -> str:
    return f"mail {mail.key} {mail.to}"


def _sealed(mail: OutgoingMail, params: dict[str, Any]) -> bytes:
    return seal(workspace().mail_key, orjson.dumps(params), _label(mail))


def _opened(mail: OutgoingMail) -> dict[str, Any]:
    try:
        opened = unseal(workspace().mail_key, mail.sealed, _label(mail))
    except SealBroken as error:
        raise MailUnreadable() from error
    params: dict[str, Any] = orjson.loads(opened)
    return params
