"""A PostgreSQL server of the tests' own: made in a temporary folder, on a free port, gone afterwards.

Debian's packaged cluster asks for passwords and, in a container, is not started; a scratch one needs neither.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from system_packages import postgres_programs

# Nothing in it outlives the tests, so it need not survive a power cut.
_FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _unprivileged() -> str | None:
    """PostgreSQL refuses to run as root; Debian's package brings the user ``postgres``."""
    if os.geteuid() != 0:
        return None
    return "postgres" if any(entry.pw_name == "postgres" for entry in pwd.getpwall()) else "nobody"


@contextmanager
def scratch_postgres() -> Iterator[str | None]:
    """URL of a running server as its superuser ``postgres``, or None where no server is installed or it won't start."""
    programs = postgres_programs()
    if programs is None:
        yield None
        return
    home = Path(tempfile.mkdtemp(prefix="zhiji-postgres-"))
    user = _unprivileged()
    if user:
        shutil.chown(home, user)

    def run(program: str, *arguments: str | Path) -> bool:
        # The server inherits pg_ctl's output: a pipe would stay open as long as it runs, so a file it is.
        with (home.parent / f"{home.name}.log").open("ab") as log:
            command = [programs / program, *arguments]
            done = subprocess.run(
                command, cwd=home, user=user, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False
            )
        return done.returncode == 0

    data, port = home / "data", _free_port()
    options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1 {_FAST}"
    try:
        started = run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8") and run(
            "pg_ctl", "-D", data, "-o", options, "-w", "-t", "60", "start"
        )
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres" if started else None
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(home, ignore_errors=True)
        (home.parent / f"{home.name}.log").unlink(missing_ok=True)
