"""A real ``zhiji serve`` on a free port and a scratch home, and a browser's view of it: cookies and CSRF token."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType

import requests

START_SECONDS = 60
ADMIN = {"email": "admin@acme.test", "password": "four-unrelated-words-here", "name": "管理员"}
COMPANY = {"name": "Acme 商贸", "zone": "Asia/Shanghai", "currency": "CNY", "language": "zh"}


class Server:
    """Started on entering, stopped on leaving. ``lines`` is what it printed."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.home = home
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("ZHIJI_", "DATABASE_URL"))}
        self.environment = {**clean, "ZHIJI_HOME": str(home), "ZHIJI_LANGUAGE": "en", **environment}
        self.lines: list[str] = []
        self.url = ""

    def command(self, *words: str, text: str = "") -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "zhiji.cli", *words]
        return subprocess.run(line, env=self.environment, capture_output=True, text=True, input=text, check=False)

    def __enter__(self) -> Server:
        line = [sys.executable, "-m", "zhiji.cli", "serve", "--port", "0", "--no-browser"]
        self.process = subprocess.Popen(
            line, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        threading.Thread(target=self._read, daemon=True).start()
        self.url = re.search(r"http://\S+", self.wait_for("Zhiji is at")).group()  # type: ignore[union-attr]
        return self

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)

    def wait_for(self, text: str, times: int = 1) -> str:
        """The line that holds the text, once it was printed so many times."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            found = [line for line in self.lines if text in line]
            if len(found) >= times:
                return found[-1]
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"{text!r} was never printed; printed was: {''.join(self.lines)}")

    def setup_token(self) -> str:
        return self.wait_for("#token=").split("#token=")[1].strip()

    def children(self) -> dict[str, int]:
        """``web`` and ``worker`` → process id, of the running children."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
            for name in (b"web", b"worker"):
                if parent == self.process.pid and name in words:
                    found[name.decode()] = int(entry.name)
        return found

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise


class Browser(requests.Session):
    """Sends cookies and the CSRF token as the page does. Paths are under ``/api/v1``."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self.base = server.url
        self.get(self.base + "/")

    def api(self, method: str, path: str, **more: object) -> requests.Response:
        headers = {"X-CSRFToken": self.cookies.get("csrftoken", ""), **more.pop("headers", {})}  # type: ignore[dict-item]
        return self.request(method, f"{self.base}/api/v1{path}", headers=headers, timeout=30, **more)  # type: ignore[arg-type]

    def set_up(self, token: str, **more: object) -> requests.Response:
        body = {"token": token, "choice": "own", "language": "zh", "company": COMPANY, **ADMIN, **more}
        return self.api("POST", "/accounts/setup", json=body)

    def sign_in(self, email: str = ADMIN["email"], password: str = ADMIN["password"]) -> requests.Response:
        return self.api("POST", "/accounts/sign-in", json={"email": email, "password": password})
