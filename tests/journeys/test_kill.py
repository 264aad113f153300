"""An import that is killed at any point and taken up again leaves the record that an undisturbed one leaves.

Points are random, by a seed: by time (from outside) and by SQL statement (the process dies as the Nth is about to run).
Twenty points of each way; ``ZHIJI_DRILL=6`` takes fewer.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from journeys.processes import Launcher, orders_file

POINTS = int(os.environ.get("ZHIJI_DRILL", "20"))
ORDERS = 800
MOST_KILLS = 4


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return orders_file(tmp_path_factory.mktemp("files") / "orders.csv", ORDERS)


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
    assert expected["counts"]["store_orderline"] > 1_900
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
