"""An import that is killed at any point and taken up again leaves the record that an undisturbed one leaves.

Points are random, by a seed: by time (from outside) and by SQL statement (the process dies as the Nth is about to run).
``ZHIJI_DRILL=20`` takes all twenty points of each way; by default six, so that the suite stays quick.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

POINTS = int(os.environ.get("ZHIJI_DRILL", "6"))
ORDERS = 1_600
MOST_KILLS = 4


def orders_file(path: Path) -> Path:
    """Orders of one to five lines by some customers and guests, some lines refused, some returned."""
    rng = random.Random(11)
    lines = ["order,date,customer,product,quantity,price\n"]
    for number in range(ORDERS):
        customer = f"C{rng.randrange(1_500)}" if rng.random() < 0.95 else ""
        day = f"2024-{rng.randrange(1, 13):02}-{rng.randrange(1, 28):02}"
        for _ in range(rng.randrange(1, 5)):
            price = "dear" if rng.random() < 0.002 else f"{rng.randrange(100, 90_000) / 100:.2f}"
            quantity = -1 if rng.random() < 0.03 else rng.randrange(1, 6)
            lines.append(f"A{number},{day},{customer},P{rng.randrange(300)},{quantity},{price}\n")
    path.write_text("".join(lines), encoding="utf-8")
    return path


class Launcher:
    """A launcher on a home of its own; ``back_to`` puts the home back to what it was when ``keep`` was called."""

    def __init__(self, home: Path) -> None:
        self.home = home
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("ZHIJI_", "DATABASE_URL"))}
        environment = {**clean, "ZHIJI_HOME": str(home), "ZHIJI_LANGUAGE": "en", "ZHIJI_THREADS": "1"}
        words = [sys.executable, str(Path(__file__).with_name("launcher.py"))]
        self.process = subprocess.Popen(
            words, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __call__(self, do: str, **more: Any) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        assert answer["killed"] or answer["status"] == 0, answer["err"]
        return answer

    def keep(self, name: str) -> None:
        shutil.copytree(self.home, self.home.with_name(name))

    def back_to(self, name: str) -> None:
        shutil.rmtree(self.home)
        shutil.copytree(self.home.with_name(name), self.home)

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(20)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return orders_file(tmp_path_factory.mktemp("files") / "orders.csv")


@pytest.fixture(scope="module")
def launcher(tmp_path_factory: pytest.TempPathFactory, file: Path) -> Iterator[Launcher]:
    """With two states kept: ``empty``, and ``confirmed`` (uploaded, checked, waiting for the worker)."""
    made = Launcher(tmp_path_factory.mktemp("drill") / "home")
    made("prepare")
    made.keep("empty")
    made("confirm", file=str(file))
    made.keep("confirmed")
    yield made
    made.close()


def settled(state: dict[str, Any]) -> dict[str, Any]:
    """What must be equal: the record, every table of it, one import with its account, and a whole audit trail."""
    return {key: state[key] for key in ("record", "counts", "imports", "audit_broken_at")}


def kills(seconds: float, statements: int) -> list[dict[str, Any]]:
    """The points: half by time, half by statement, spread over the whole walk so that few still reach its ends."""
    rng = random.Random(5)
    share = [(number + rng.random()) / POINTS for number in range(POINTS)]
    rng.shuffle(share)
    return [
        {"after_seconds": max(0.05, part * seconds)} if number % 2 else {"at_statement": 1 + int(part * statements)}
        for number, part in enumerate(share)
    ]


def unfinished(state: dict[str, Any]) -> bool:
    """Is there anything to take up? Killed after its last commit, an import is whole: a second would be another."""
    return [one[0] for one in state["imports"]] != ["stored"] or any(job[1] != "done" for job in state["jobs"])


def resumed(launcher: Launcher, do: str, kill: dict[str, Any], **more: Any) -> tuple[int, dict[str, Any]]:
    """Killed at the point, again a few times at the same distance from there, then left alone; how often it died."""
    times, answer = 0, launcher(do, **kill, **more)
    while answer["killed"]:
        times += 1
        if not unfinished(launcher("tell")["said"]):
            break
        answer = launcher(do, **(kill if times < MOST_KILLS else {}), **more)
    return times, settled(launcher("tell")["said"])


@pytest.mark.slow
@pytest.mark.parametrize(("do", "start"), [("import", "empty"), ("worker", "confirmed")])
def test_an_import_survives_every_kill(launcher: Launcher, file: Path, do: str, start: str) -> None:
    launcher.back_to(start)
    whole = launcher(do, file=str(file))
    expected = settled(launcher("tell")["said"])
    assert [one[0] for one in expected["imports"]] == ["stored"]
    assert expected["counts"]["store_orderline"] > 3_000
    assert expected["audit_broken_at"] is None
    died = 0
    for kill in kills(whole["seconds"], whole["statements"]):
        launcher.back_to(start)
        times, found = resumed(launcher, do, kill, file=str(file))
        died += times
        assert found == expected, kill
    print(f"{do}: killed {died} times at {POINTS} points of {whole['statements']} statements")
    # The clock of a busy machine may let some live; the statements never.
    assert died >= POINTS // 2


@pytest.mark.slow
def test_the_drill_catches_a_mark_that_is_committed_before_the_work(launcher: Launcher, file: Path) -> None:
    launcher.back_to("confirmed")
    whole = launcher("worker")
    expected = settled(launcher("tell")["said"])
    caught = 0
    for part in (0.1, 0.25, 0.4):
        launcher.back_to("confirmed")
        _, found = resumed(launcher, "worker", {"at_statement": int(part * whole["statements"])}, bug=True)
        caught += found != expected
    assert caught >= 1
