"""``smtp_server``: a small mail server on loopback (RFC 5321), which can be told to refuse, and keeps what it took."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

import pytest


class SmtpServer(socketserver.ThreadingTCPServer):
    """answers: verb → the line said instead of the ordinary one; an empty one hangs up.

    taken: called with a mail before it is confirmed."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int = 0, *features: str) -> None:
        super().__init__(("127.0.0.1", port), _Conversation)
        self.features = features
        self.answers: dict[str, str] = {}
        self.commands: list[str] = []
        self.mails: list[EmailMessage] = []
        self.taken: Callable[[], None] = lambda: None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> SmtpServer:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *args: object) -> None:
        self.shutdown()
        self.server_close()


class _Conversation(socketserver.StreamRequestHandler):
    server: SmtpServer

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        self.say("220 mail.acme.test ready")
        try:
            while line := self.rfile.readline().decode().strip():
                verb = line.split()[0].upper()
                self.server.commands.append(verb)
                if verb == "EHLO" and verb not in self.server.answers:
                    lines = ["mail.acme.test", *self.server.features]
                    for each in lines[:-1]:
                        self.say(f"250-{each}")
                    self.say(f"250 {lines[-1]}")
                elif verb == "DATA" and verb not in self.server.answers:
                    self.take()
                else:
                    ordinary = {"QUIT": "221 bye", "AUTH": "235 welcome"}.get(verb, "250 fine")
                    answer = self.server.answers.get(verb, ordinary)
                    if not answer:
                        return
                    self.say(answer)
                if verb == "QUIT":
                    return
        except (ConnectionError, ValueError):
            return

    def take(self) -> None:
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        self.server.mails.append(cast(EmailMessage, message_from_bytes(b"".join(lines), policy=policy.default)))
        self.server.taken()
        self.say(self.server.answers.get(".", "250 taken"))


@pytest.fixture
def smtp_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[SmtpServer]:
    """A running one, which the workspace sends its mail through."""
    with SmtpServer() as server:
        monkeypatch.setenv("ZHIJI_MAIL_URL", server.url)
        yield server
