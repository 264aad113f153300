"""Keeps the web process, the worker and the consumer of events running on the chosen workspace, until told to stop.

It loads neither the framework nor a database: what it must know of a workspace it asks a process of its own, so it can
move from one workspace to another, and a broken one cannot break it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from zhiji.platform.workspace import choose, chosen_name

TICK_SECONDS = 0.25
STOP_SECONDS = 20.0
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 60.0


class NotPreparedError(Exception):
    """The workspace could not be prepared; its own process has said why on stderr."""


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "zhiji.cli", *words]


def prepare() -> dict[str, Any]:
    """Prepare the chosen workspace in a process of its own; what ``zhiji workspace prepare --json`` prints."""
    words = command("workspace", "prepare", "--setup-link", "--json")
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603 - our own command
    if done.returncode != 0:
        raise NotPreparedError
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@dataclass
class Child:
    """One process that is started again when it ends, after a pause that grows while it keeps ending at once."""

    words: list[str]
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_after: float = 0.0
    failures: int = 0

    def tend(self, now: float) -> None:
        if self.process is not None and self.process.poll() is not None:
            self.failures = 0 if now - self.started_at > STEADY_SECONDS else self.failures + 1
            self.start_after = now + min(0.5 * 2 ** max(self.failures - 1, 0), LONGEST_PAUSE_SECONDS)
            self.process = None
        if self.process is None and now >= self.start_after:
            # A session of its own: Ctrl-C reaches only the supervisor, which then stops the children in order.
            self.process = subprocess.Popen(self.words, env=self.environment, start_new_session=True)  # noqa: S603
            self.started_at = now

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait_until(self, deadline: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None


@dataclass
class Supervisor:
    """bind, port: where the web process listens. told: called with what is prepared, at the start and after a move."""

    bind: str
    port: int
    told: Callable[[dict[str, Any]], None]
    stopped: bool = False
    children: list[Child] = field(default_factory=list)

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._stop)
        try:
            self._keep(chosen_name(), prepare())
        finally:
            self._end()

    def _keep(self, serving: str, prepared: dict[str, Any]) -> None:
        self._start()
        self.told(prepared)
        while not self.stopped:
            if chosen_name() != serving:
                serving = self._move(serving)
            for child in self.children:
                child.tend(time.monotonic())
            time.sleep(TICK_SECONDS)

    def _stop(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the signal's signature
        self.stopped = True

    def _start(self) -> None:
        environment = {**os.environ, "ZHIJI_BIND": self.bind, "ZHIJI_PORT": str(self.port)}
        environment["ZHIJI_PARENT"] = str(os.getpid())
        self.children = [Child(command(name), environment) for name in ("web", "worker", "consumer")]
        for child in self.children:
            child.tend(time.monotonic())

    def _end(self) -> None:
        for child in self.children:
            child.ask_to_stop()
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.children:
            child.wait_until(deadline)

    def _move(self, before: str) -> str:
        """Serve the newly chosen workspace; if it cannot be prepared, go back to the one before."""
        wanted = chosen_name()
        self._end()
        prepared: dict[str, Any] | None = None
        try:
            prepared = prepare()
        except NotPreparedError:
            choose(before)
            wanted = before
        self._start()
        if prepared is not None:
            self.told(prepared)
        return wanted
