"""A MariaDB server of the tests' own, for sources that are read: made in a temporary folder, on a free port, gone
afterwards. Debian's packaged one is not started in a container, and lets nobody in without a password."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from system_packages import mariadb_programs

_START_SECONDS = 60


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _user() -> str | None:
    """MariaDB refuses to run as root; Debian's package brings the user ``mysql``."""
    if os.geteuid() != 0:
        return None
    return "mysql" if any(entry.pw_name == "mysql" for entry in pwd.getpwall()) else "nobody"


def _answers(port: int) -> bool:
    with socket.socket() as visitor:
        visitor.settimeout(1)
        return visitor.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def scratch_mariadb() -> Iterator[str | None]:
    """URL of a running server as its user ``root``, or None where no server is installed or it won't start."""
    programs = mariadb_programs()
    if programs is None:
        yield None
        return
    install, daemon = programs
    home, user = Path(tempfile.mkdtemp(prefix="zhiji-mariadb-")), _user()
    if user:
        shutil.chown(home, user)
    data, port = home / "data", _free_port()
    log = (home / "log").open("ab")
    quiet = {"user": user, "cwd": home, "stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
    server = None
    try:
        made = subprocess.run(
            [install, "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal"],
            check=False, **quiet,  # type: ignore[call-overload]
        )  # fmt: skip
        if made.returncode == 0:
            options = [
                f"--datadir={data}", f"--port={port}", "--bind-address=127.0.0.1", f"--socket={home}/socket",
                f"--pid-file={home}/pid", "--skip-log-bin", "--innodb-flush-log-at-trx-commit=0",
            ]  # fmt: skip
            server = subprocess.Popen([daemon, "--no-defaults", *options], **quiet)  # type: ignore[call-overload]
            deadline = time.monotonic() + _START_SECONDS
            while not _answers(port) and server.poll() is None and time.monotonic() < deadline:
                time.sleep(0.1)
        is_up = server is not None and server.poll() is None and _answers(port)
        yield f"mysql://root@127.0.0.1:{port}" if is_up else None
    finally:
        if server is not None:
            server.terminate()
            server.wait(30)
        log.close()
        shutil.rmtree(home, ignore_errors=True)
