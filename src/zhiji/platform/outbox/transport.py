"""One mail to the server that ZHIJI_MAIL_URL names, by SMTP (RFC 5321)."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from ipaddress import ip_address
from urllib.parse import parse_qs, unquote, urlsplit

from zhiji.kernel import CodedError
from zhiji.platform.environment import setting
from zhiji.platform.outbox.errors import (
    MailAddressRefused,
    MailCertificateRefused,
    MailEncryptionMissing,
    MailPutOff,
    MailRefused,
    MailServerAway,
    MailServerUnclear,
    MailSignInRefused,
)

TIMEOUT_SECONDS = 10
_PORTS = {"smtp": 587, "smtps": 465}
# Below it an answer means "not now", from it on "never" (RFC 5321, 4.2.1).
_NEVER = 500


@dataclass(frozen=True)
class MailServer:
    host: str
    port: int
    encrypted: bool
    user: str
    password: str = field(repr=False)
    sender: str


def is_set_up() -> bool:
    return bool(setting("ZHIJI_MAIL_URL"))


def mail_server() -> MailServer:
    """What the setting says. Raises MailServerUnclear."""
    try:
        url = urlsplit(setting("ZHIJI_MAIL_URL"))
        port = url.port or _PORTS[url.scheme]
        given = parse_qs(url.query).get("from", [""])[0]
    except (ValueError, KeyError):
        raise MailServerUnclear() from None
    if not url.hostname:
        raise MailServerUnclear()
    user = unquote(url.username or "")
    sender = given or (user if "@" in user else f"zhiji@{url.hostname}")
    return MailServer(url.hostname, port, url.scheme == "smtps", user, unquote(url.password or ""), sender)


def send(server: MailServer, mail: EmailMessage) -> None:
    """Returns once the server has taken the mail. Raises MailDelayed where trying again may help, else another."""
    try:
        _converse(server, mail)
    except CodedError:
        raise
    except ssl.SSLCertVerificationError as error:
        raise MailCertificateRefused(host=server.host) from error
    except smtplib.SMTPRecipientsRefused as error:
        answer = next(iter(error.recipients.values()))[0]
        raise _refusal(MailAddressRefused, answer, server) from error
    except smtplib.SMTPAuthenticationError as error:
        raise _refusal(MailSignInRefused, error.smtp_code, server) from error
    except smtplib.SMTPResponseException as error:
        raise _refusal(MailRefused, error.smtp_code, server) from error
    except smtplib.SMTPNotSupportedError as error:
        raise MailRefused(answer=504, host=server.host) from error
    except OSError as error:
        # Also what smtplib says of a connection that broke: its faults are OSErrors.
        raise MailServerAway(host=server.host) from error


def _refusal(lasting: type[CodedError], answer: int, server: MailServer) -> CodedError:
    return (lasting if answer >= _NEVER else MailPutOff)(answer=answer, host=server.host)


def _converse(server: MailServer, mail: EmailMessage) -> None:
    context = ssl.create_default_context()
    if server.encrypted:
        line: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_SECONDS, context=context)
    else:
        line = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
    try:
        # What the server can do is known only after this.
        line.ehlo_or_helo_if_needed()
        encrypted = server.encrypted
        if not encrypted and line.has_extn("starttls"):
            line.starttls(context=context)
            encrypted = True
        if server.user:
            if not (encrypted or _is_loopback(server.host)):
                raise MailEncryptionMissing(host=server.host)
            line.login(server.user, server.password)
        line.send_message(mail)
        # Taken. Whatever goes wrong with the farewell must not have it sent a second time.
        with suppress(OSError):
            line.quit()
    finally:
        line.close()


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
