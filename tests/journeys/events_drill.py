"""The drill: programs send events, the web process and the consumer die again and again, and in the end all is there.

A program here does what the guide tells it to: what was not acknowledged is sent again, what was is never sent again.
So whatever was acknowledged and is not in the record was lost by us.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CUSTOMERS = 400
PATIENCE_SECONDS = 120.0
_CONSUMER = (("statement", 120), ("commit", 6), ("committed", 6))
IDLE_SECONDS = 1.5
Event = dict[str, Any]


def event(number: int) -> Event:
    """Three orders of one or two lines for each page view; every number is its own."""
    rng = random.Random(number)
    base = {"event_id": f"e{number}", "source": "drill", "occurred_at": "2026-03-01T09:30:00+08:00",
            "customer": {"external_id": f"C{rng.randrange(CUSTOMERS)}"}}  # fmt: skip
    if number % 4 == 0:
        return {**base, "type": "page_view", "data": {"url": f"/{number}"}}
    lines = [{"sku": f"P{rng.randrange(20)}", "quantity": rng.randrange(1, 5), "price": rng.randrange(1, 99)}
             for _ in range(rng.randrange(1, 3))]  # fmt: skip
    return {**base, "type": "order", "data": {"order_number": f"A{number}", "lines": lines}}


def value(one: Event) -> int:
    return sum(line["quantity"] * line["price"] for line in one["data"]["lines"]) * 1_000_000


def expected(numbers: Iterable[int]) -> dict[str, Any]:
    """What these events come to, by arithmetic."""
    events = [event(number) for number in numbers]
    orders = [one for one in events if one["type"] == "order"]
    spend: dict[str, list[int]] = {one["customer"]["external_id"]: [0, 0] for one in events}
    for one in orders:
        of = spend[one["customer"]["external_id"]]
        of[0] += 1
        of[1] += value(one)
    return {
        "inbox": {one["event_id"]: "done" for one in events},
        "orders": {one["data"]["order_number"]: value(one) for one in orders},
        "lines": sum(len(one["data"]["lines"]) for one in orders),
        "touches": len(events) - len(orders), "customers": spend, "versions": 0, "deliveries": 0, "integrity": "ok",
        "audit_broken_at": None,
    }  # fmt: skip


class Program:
    """A process that forks the product's processes; see ``events_launcher``."""

    def __init__(self, home: Path, url: str = "") -> None:
        self.home, self.number = home, 0
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("ZHIJI_", "DATABASE_URL"))}
        self.environment = {**clean, "ZHIJI_HOME": str(home), "ZHIJI_LANGUAGE": "en", "ZHIJI_THREADS": "1"}
        if url:
            self.environment["DATABASE_URL"] = url
        words = [sys.executable, str(Path(__file__).with_name("events_launcher.py"))]
        self.process = subprocess.Popen(
            words, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __call__(self, do: str, **more: Any) -> Any:
        self.number += 1
        answer = self.home.parent / f"answer-{id(self)}-{self.number}.json"
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"do": do, "answer": str(answer), **more}) + "\n")
        self.process.stdin.flush()
        told = json.loads(self.process.stdout.readline())
        if "pid" in told:
            return told["pid"]
        assert told["status"] == 0, told["err"]
        return told["said"]

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(20)


@dataclass
class Result:
    """What a drill did and found."""

    acknowledged: int = 0
    resent: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    differs: list[str] = field(default_factory=list)
    lost: int = 0
    seconds: float = 0.0


class Drill:
    """programs: how many send at once. batch: events of a request."""

    def __init__(self, folder: Path, *, url: str = "", programs: int = 4, batch: int = 50, bug: bool = False,
                 only_consumer: bool = False) -> None:  # fmt: skip
        self.folder, self.bug, self.batch, self.programs = folder, bug, batch, programs
        self.only_consumer = only_consumer
        self.launchers = {name: Program(folder / "home", url) for name in ("web", "consumer")}
        self.secret = self.launchers["web"]("prepare")["secret"]
        self.port = free_port()
        self.pids: dict[str, int] = {}
        self.result = Result()
        self.lock = threading.Lock()
        self.at_acknowledgement: int | None = None
        self.allowed = 0

    def run(self, numbers: Sequence[int], kills: int, seed: int = 1) -> Result:
        """Send these events, a batch after the other; every so often one process dies, at one of the points in turn."""
        began, rng, total = time.monotonic(), random.Random(seed), len(numbers)
        batches = iter([numbers[start : start + self.batch] for start in range(0, total, self.batch)])
        self._start("web")
        self._start("consumer")
        senders = [threading.Thread(target=self._send, args=(batches, total)) for _ in range(self.programs)]
        for sender in senders:
            sender.start()
        for number in range(kills):
            # So many may be sent before the next one dies that every kill falls into traffic.
            self.allowed = total * (number + 1) // kills
            self._kill(self._points()[number % len(self._points())], rng)
        self.allowed = total
        for sender in senders:
            sender.join(PATIENCE_SECONDS * 4)
            assert not sender.is_alive(), "a program waits for ever"
        self._settle()
        self._compare(numbers)
        self.result.seconds = time.monotonic() - began
        return self.result

    def _points(self) -> list[Callable[[random.Random], str]]:
        def by_itself(who: str, point: str, most: int) -> Callable[[random.Random], str]:
            def die(rng: random.Random) -> str:
                self._stop(who)
                self._start(who, die=[point, rng.randrange(1, most)])
                return f"{who} at {point}"

            return die

        def at_acknowledgement(rng: random.Random) -> str:
            with self.lock:
                self.at_acknowledgement = self.result.acknowledged + rng.randrange(1, 6) * self.batch
            return "web at an acknowledgement"

        if self.bug:
            return [at_acknowledgement]
        if self.only_consumer:
            return [by_itself("consumer", point, most) for point, most in _CONSUMER]
        return [
            at_acknowledgement, by_itself("consumer", "statement", 120), by_itself("web", "commit", 12),
            by_itself("consumer", "commit", 6), at_acknowledgement, by_itself("web", "committed", 12),
            by_itself("consumer", "committed", 6), by_itself("web", "statement", 60),
        ]  # fmt: skip

    def _kill(self, point: Callable[[random.Random], str], rng: random.Random) -> None:
        name = point(rng)
        who = name.split()[0]
        spent_at = None
        while self._is_alive(who):
            if self.result.acknowledged >= self.allowed:
                spent_at = spent_at or time.monotonic()
                if time.monotonic() > spent_at + IDLE_SECONDS:  # the point was not reached in what there was to do
                    name = f"{who} from outside"
                    self._stop(who)
            time.sleep(0.005)
        self.result.kills[name] += 1
        self._start(who)

    def _is_alive(self, who: str) -> bool:
        try:
            return Path(f"/proc/{self.pids[who]}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
        except (OSError, KeyError):
            return False

    def _start(self, who: str, **more: Any) -> None:
        if not self._is_alive(who):
            self.pids[who] = self.launchers[who](who, port=self.port, bug=self.bug, **more)

    def _stop(self, who: str) -> None:
        if self._is_alive(who):
            os.kill(self.pids[who], signal.SIGKILL)
            while self._is_alive(who):
                time.sleep(0.002)

    def _send(self, batches: Iterator[Sequence[int]], total: int) -> None:
        while True:
            while self.result.acknowledged >= self.allowed < total:
                time.sleep(0.005)
            with self.lock:
                batch = next(batches, None)
            if batch is None:
                return
            body = json.dumps([event(number) for number in batch])
            until, tries = time.monotonic() + PATIENCE_SECONDS, 0
            while not self._post(body, len(batch)):
                tries += 1
                assert time.monotonic() < until, "nothing was acknowledged for minutes"
                time.sleep(0.02)
            with self.lock:
                self.result.resent += tries > 0

    def _post(self, body: str, count: int) -> bool:
        """Whether it was acknowledged."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=40)
        try:
            connection.request("POST", "/api/v1/events", body, {
                "Authorization": f"Bearer {self.secret}", "Content-Type": "application/json",
            })  # fmt: skip
            answer = connection.getresponse()
            told = answer.read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        if answer.status == 503:
            return False
        assert answer.status == 202, told[:500]
        with self.lock:
            self.result.acknowledged += count
            if self.at_acknowledgement is not None and self.result.acknowledged >= self.at_acknowledgement:
                self.at_acknowledgement = None
                os.kill(self.pids["web"], signal.SIGKILL)
        return True

    def _settle(self) -> None:
        self._start("web")
        self._start("consumer")
        until = time.monotonic() + PATIENCE_SECONDS * 4
        while self.launchers["web"]("waiting")["waiting"]:
            assert time.monotonic() < until, "events wait for ever"
            self._start("consumer")
            time.sleep(0.2)
        for who in self.launchers:
            self._stop(who)

    def _compare(self, numbers: Iterable[int]) -> None:
        found, wanted = self.launchers["web"]("tell"), expected(sorted(set(numbers)))
        self.result.differs = [name for name in wanted if found[name] != wanted[name]]
        self.result.lost = len(set(wanted["inbox"]) - set(found["inbox"]))

    def close(self) -> None:
        for who, launcher in self.launchers.items():
            self._stop(who)
            launcher.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
