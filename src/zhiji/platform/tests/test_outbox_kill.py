"""A worker killed between the server's taking a mail and our writing that down: the promise is at least once."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from plugins.smtp import SmtpServer

WORKER = Path(__file__).with_name("mail_worker.py")
QUEUE = (
    "import mail_worker; from datetime import timedelta; from zhiji.config import schema; schema.prepare(); "
    "from zhiji.kernel import clock; from zhiji.platform import outbox; "
    "outbox.mail_queue(to='new@acme.test', code='mail_invitation', language='en', "
    "params={'company': 'Acme', 'url': 'https://crm.acme.test/'}, expires_at=clock.now() + timedelta(days=7))"
)


def query(home: Path, text: str) -> list[tuple]:
    with closing(sqlite3.connect(home / "workspaces/main/zhiji.db", timeout=30)) as database:
        return database.execute(text).fetchall()


def test_killed_before_it_is_written_down_the_same_mail_comes_again_under_the_same_name(tmp_path: Path) -> None:
    workers: list[subprocess.Popen[bytes]] = []
    with SmtpServer() as server:
        environment = {**os.environ, "ZHIJI_HOME": str(tmp_path), "DATABASE_URL": "", "ZHIJI_MAIL_URL": server.url}
        subprocess.run([sys.executable, "-c", QUEUE], env=environment, cwd=WORKER.parent, check=True)
        server.taken = lambda: workers[0].kill() if len(workers) == 1 else None
        try:
            workers.append(subprocess.Popen([sys.executable, WORKER], env=environment))
            assert workers[0].wait(60) == -9
            assert query(tmp_path, "select state, attempts from platform_outgoingmail") == [("waiting", 0)]
            workers.append(subprocess.Popen([sys.executable, WORKER], env=environment))
            until = time.monotonic() + 60
            while query(tmp_path, "select state from platform_job") != [("done",)] and time.monotonic() < until:
                time.sleep(0.05)
        finally:
            for process in workers:
                process.kill()
                process.wait()
    assert query(tmp_path, "select state, sealed from platform_outgoingmail") == [("sent", None)]
    assert len(server.mails) == 2
    assert len({mail["Message-ID"] for mail in server.mails}) == 1
