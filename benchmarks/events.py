"""Events taken in a second, how long the acknowledgement takes, and how soon the scores follow.

    python benchmarks/events.py                          # 300 seconds a phase, SQLite in a folder of its own
    python benchmarks/events.py --seconds 20             # --quick: 10
    DATABASE_URL=postgresql://… python benchmarks/events.py   # an empty database of its own

A real ``zhiji serve`` with its web process, worker and consumer; the programs that send are another process. Before it,
a company of 1,500 customers is imported and refreshed, so that a model or rule serves and scores have to follow. Three
phases: batches of up to 100 at 2,000 events a second; single events at 300 a second; and 200 events a second in small
requests, of which half are orders. Of every event of the last phase the time is taken from before it is sent until the
transaction that holds its effect and the scores can be read from the database.

Passes with ≥2,000 and ≥300 events a second acknowledged, the 99th percentile of the acknowledgement ≤200 ms in both,
and the 95th of the freshness ≤1 s. The CPU seconds of each process are told beside: on a machine that others use, only
those can be compared.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

CUSTOMERS = 1_500
BATCHES, SINGLES, FRESH = 2_000, 300, 200
ACKNOWLEDGED_MS, FRESH_SECONDS = 200.0, 1.0
TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Phase:
    """rate: events a second. size: events of a request. senders: connections kept open."""

    name: str
    rate: int
    size: int
    senders: int
    orders: float
    times: list[float] = field(default_factory=list)
    sent_at: dict[str, float] = field(default_factory=dict)
    acknowledged: int = 0
    refused: int = 0
    seconds: float = 0.0


def event(name: str, rng: random.Random, orders: float) -> dict[str, Any]:
    base = {"event_id": name, "source": "default", "occurred_at": datetime.now(UTC).isoformat(),
            "customer": {"external_id": f"C{rng.randrange(CUSTOMERS)}"}}  # fmt: skip
    if rng.random() >= orders:
        kind = rng.choice(["page_view", "product_view", "cart_add", "search"])
        return {**base, "type": kind, "data": {"product_code": f"P{rng.randrange(300)}", "query": "tea", "url": "/a/b"}}
    lines = [
        {"sku": f"P{rng.randrange(300)}", "quantity": rng.randrange(1, 4), "price": f"{rng.randrange(9_999) / 100}"}
        for _ in range(rng.randrange(1, 4))
    ]
    return {**base, "type": "order", "data": {"order_number": name, "lines": lines}}


def send(url: str, secret: str, phase: Phase, seconds: float, seed: str) -> None:
    """Paced: each sender sends when it is its turn, or at once where it is late."""
    host = url.removeprefix("http://")
    period = phase.size * phase.senders / phase.rate
    began, lock = time.monotonic(), threading.Lock()

    def work(number: int) -> None:
        rng = random.Random(f"{seed}-{number}")
        connection = http.client.HTTPConnection(host, timeout=60)
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
        turn = began + number * period / phase.senders
        count = 0
        while turn < began + seconds:
            time.sleep(max(0.0, turn - time.monotonic()))
            names = [f"{seed}-{number}-{count + i}" for i in range(phase.size)]
            count += phase.size
            body = json.dumps([event(name, rng, phase.orders) for name in names])
            if phase.size == 1:
                body = body[1:-1]
            start = time.monotonic()
            connection.request("POST", "/api/v1/events", body, headers)
            answer = connection.getresponse()
            answer.read()
            taken = time.monotonic() - start
            with lock:
                if answer.status == 202:
                    phase.acknowledged += phase.size
                    phase.times.append(taken)
                    phase.sent_at.update(dict.fromkeys(names, start))
                else:
                    phase.refused += phase.size
            turn += period

    threads = [threading.Thread(target=work, args=(number,)) for number in range(phase.senders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    phase.seconds = time.monotonic() - began


class Watch:
    """Looks into the database for events that are done, in a thread; remembers when each was first seen so."""

    def __init__(self, home: Path) -> None:
        self.home, self.seen, self.stopped = home, {}, threading.Event()
        self.thread = threading.Thread(target=self._run)

    def __enter__(self) -> Watch:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self.thread.join()

    def _run(self) -> None:
        with closing(reader(self.home)) as read:
            last: int = read("SELECT COALESCE(MAX(id), 0) FROM landing_inboxevent")[0][0]
            while not self.stopped.is_set():
                rows = read(
                    f"SELECT id, event_id, state FROM landing_inboxevent WHERE id > {last} ORDER BY id LIMIT 5000"
                )
                now = time.monotonic()
                settled = True
                for pk, name, state in rows:
                    if state == "waiting":
                        settled = False
                        continue
                    self.seen.setdefault(name, now)
                    last = pk if settled else last
                time.sleep(0.02)


class Reader:
    """Runs plain SQL on the workspace's database, SQLite or PostgreSQL."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def __call__(self, sql: str) -> list[Any]:
        return list(self.connection.execute(sql).fetchall())

    def close(self) -> None:
        self.connection.close()


def reader(home: Path) -> Reader:
    if url := os.environ.get("DATABASE_URL"):
        import psycopg

        return Reader(psycopg.connect(url, autocommit=True))
    (path,) = home.glob("workspaces/*/zhiji.db")
    return Reader(sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False))


def prepared() -> str:
    """A company with customers, orders, scores, and a token; returns its secret."""
    from zhiji.cli import frame

    frame.start()
    from zhiji.application.imports import services
    from zhiji.application.refresh import services as refresh
    from zhiji.config import schema
    from zhiji.data.landing.files import land
    from zhiji.platform import accounts, jobs

    schema.prepare()
    user = accounts.user_create(email="program@example.com", password=None, roles=["administrator"])
    rng = random.Random(4)
    lines = ["order,date,customer,product,quantity,price\n"]
    for number in range(8_000):
        day = f"2026-{rng.randrange(1, 11):02}-{rng.randrange(1, 28):02}"
        price = f"{rng.randrange(100, 90_000) / 100:.2f}"
        lines.append(
            f"A{number},{day},C{rng.randrange(CUSTOMERS)},P{rng.randrange(300)},{rng.randrange(1, 6)},{price}\n"
        )
    row = services.import_create(file=land("orders.csv", ["".join(lines).encode()]), name="orders.csv", kind="orders")
    jobs.run_inline(services.import_check(row))
    row.refresh_from_db()
    jobs.run_inline(services.import_confirm(row))
    jobs.run_inline(refresh.refresh_start())
    return accounts.token_create(user, name="bench", scopes=["event:write"], days=2)[1]


class Served:
    """``zhiji serve`` on a free port."""

    def __init__(self, home: Path) -> None:
        environment = {**os.environ, "ZHIJI_HOME": str(home), "ZHIJI_LANGUAGE": "en"}
        words = [sys.executable, "-m", "zhiji.cli", "serve", "--port", "0", "--no-browser"]
        self.process = subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True)
        self.url = ""

    def __enter__(self) -> Served:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if found := re.search(r"Zhiji is at (http://\S+)", line):
                self.url = found[1]
                return self
        raise SystemExit("the server did not start")

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(40)

    def cpu_seconds(self) -> dict[str, float]:
        """name → user and system time of each child and its own children so far."""
        found: dict[str, float] = {}
        for pid, parent, words, seconds in processes():
            name = next((word for word in ("web", "worker", "consumer") if word in words), "")
            if parent == self.process.pid and name:
                mine = {pid} | {child for child, of, *_ in processes() if of == pid}
                found[name] = sum(each for child, _, _, each in processes() if child in mine) or seconds
        return found


def processes() -> Iterator[tuple[int, int, list[str], float]]:
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_text().split("\0")
            stat = (entry / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        yield int(entry.name), int(stat[1]), words, (int(stat[11]) + int(stat[12])) / TICK


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else float("inf")


def measured(served: Served, phase: Phase, act: Callable[[], None]) -> None:
    before, mine = served.cpu_seconds(), time.process_time()
    act()
    after = served.cpu_seconds()
    cpu = {name: round(after.get(name, 0.0) - before.get(name, 0.0), 1) for name in after}
    print(f"{phase.name:10} {phase.acknowledged / phase.seconds:8.0f} events/s   acknowledged p50 "
          f"{percentile(phase.times, 0.5) * 1000:6.1f} ms   p99 {percentile(phase.times, 0.99) * 1000:6.1f} ms   "
          f"refused {phase.refused}   CPU s in {phase.seconds:.0f} s: {cpu}, programs {time.process_time() - mine:.1f}",
          flush=True)  # fmt: skip


def drained(home: Path) -> float:
    """Waits until none waits; returns how long that took."""
    began = time.monotonic()
    with closing(reader(home)) as read:
        while read("SELECT 1 FROM landing_inboxevent WHERE state = 'waiting' LIMIT 1"):
            time.sleep(0.2)
    return time.monotonic() - began


def run(home: Path, seconds: float) -> int:
    secret = prepared()
    batches = Phase("batches", BATCHES * 11 // 10, 100, 4, 0.2)
    singles = Phase("single", SINGLES * 11 // 10, 1, 12, 0.2)
    fresh = Phase("fresh", FRESH, 5, 4, 0.5)
    with Served(home) as served:
        send(served.url, secret, Phase("warm", 50, 5, 2, 0.5), 3, "warm")
        drained(home)
        with Watch(home) as watch:
            measured(served, fresh, lambda: send(served.url, secret, fresh, seconds, "fresh"))
            drained(home)
            time.sleep(0.5)
        measured(served, singles, lambda: send(served.url, secret, singles, seconds, "single"))
        print(f"           the rest was in the record {drained(home):.0f} s later", flush=True)
        measured(served, batches, lambda: send(served.url, secret, batches, seconds, "batch"))
        print(f"           the rest was in the record {drained(home):.0f} s later", flush=True)
    ages = [watch.seen[name] - at for name, at in fresh.sent_at.items() if name in watch.seen]
    print(f"freshness of {len(ages)} of {len(fresh.sent_at)}: p50 {percentile(ages, 0.5):.2f} s   "
          f"p95 {percentile(ages, 0.95):.2f} s   p99 {percentile(ages, 0.99):.2f} s", flush=True)  # fmt: skip
    misses = [
        what
        for what, holds in {
            f"{BATCHES} events/s in batches": batches.acknowledged / batches.seconds >= BATCHES,
            f"{SINGLES} events/s one by one": singles.acknowledged / singles.seconds >= SINGLES,
            "p99 of the acknowledgement of batches": percentile(batches.times, 0.99) * 1000 <= ACKNOWLEDGED_MS,
            "p99 of the acknowledgement of single ones": percentile(singles.times, 0.99) * 1000 <= ACKNOWLEDGED_MS,
            "p95 of the freshness": percentile(ages, 0.95) <= FRESH_SECONDS and len(ages) == len(fresh.sent_at),
        }.items()
        if not holds
    ]
    print(f"\nmisses: {', '.join(misses) or 'none'}")
    return 1 if misses else 0


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seconds", type=float, default=300.0)
    options.add_argument("--quick", action="store_true")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="zhiji-events-") as folder:
        os.environ["ZHIJI_HOME"] = folder
        return run(Path(folder), 10.0 if chosen.quick else chosen.seconds)


if __name__ == "__main__":
    sys.exit(main())
