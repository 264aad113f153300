"""Sending a link by mail where ZHIJI_MAIL_URL names a server; without one, links are handed over by people."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import structlog

from zhiji.kernel import Language, Reason, render
from zhiji.platform.environment import setting

log = structlog.get_logger(__name__)
TIMEOUT_SECONDS = 10


def is_set_up() -> bool:
    return bool(setting("ZHIJI_MAIL_URL"))


def link_send(*, to: str, code: str, language: str, company: str, url: str) -> bool:
    """Send the mail whose words are the message ``code`` (what: subject, why and remedy: body). False if it failed."""
    if not is_set_up():
        return False
    spoken: Language = "zh" if language == "zh" else "en"
    words = render(Reason(code, {"company": company or "Zhiji", "url": url}), spoken)
    server = urlsplit(setting("ZHIJI_MAIL_URL"))
    mail = EmailMessage()
    mail["Subject"], mail["To"] = words.what.replace("\n", " "), to
    mail["From"] = unquote(server.username or "") or f"zhiji@{server.hostname}"
    mail.set_content(f"{words.why}\n\n{url}\n\n{words.remedy}\n")
    try:
        _deliver(server.hostname or "", server.port, server.scheme == "smtps", server.username, server.password, mail)
    except (OSError, smtplib.SMTPException) as error:
        log.warning("mail_not_sent", error=type(error).__name__)
        return False
    return True


def _deliver(host: str, port: int | None, encrypted: bool, user: str | None, password: str | None,
             mail: EmailMessage) -> None:  # fmt: skip
    context = ssl.create_default_context()
    if encrypted:
        connection: smtplib.SMTP = smtplib.SMTP_SSL(host, port or 465, timeout=TIMEOUT_SECONDS, context=context)
    else:
        connection = smtplib.SMTP(host, port or 587, timeout=TIMEOUT_SECONDS)
    with connection:
        if not encrypted and connection.has_extn("starttls"):
            connection.starttls(context=context)
        if user:
            connection.login(unquote(user), unquote(password or ""))
        connection.send_message(mail)
