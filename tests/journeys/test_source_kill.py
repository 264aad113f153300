"""A worker that is killed while it reads a source leaves, once another has taken up the work, the record that an
undisturbed one leaves: nothing lost, nothing doubled, wherever it died. ``ZHIJI_DRILL=6`` takes fewer points."""

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from journeys.processes import Launcher
from reading_sources import MAPPING

POINTS = int(os.environ.get("ZHIJI_DRILL", "20"))
MOST_KILLS = 3
LINES = 1_200


def shop_file(folder: Path) -> Path:
    """Order lines of which the cursor grows, many with the same value, and orders that lie across windows."""
    rng = random.Random(3)
    path = folder / "shop.db"
    connection = sqlite3.connect(path)
    connection.execute(
        "CREATE TABLE order_lines (id INTEGER PRIMARY KEY, number TEXT, buyer TEXT, sku TEXT, pieces INTEGER, "
        "money NUMERIC, bought_at DATETIME, changed_at DATETIME)"
    )
    for n in range(LINES):
        minute = n // 5
        at = f"2025-03-{1 + minute // 1440:02d} {minute // 60 % 24:02d}:{minute % 60:02d}:00"
        order = n // 3 if n % 7 else n // 3 // 2  # some orders have a line of much later
        connection.execute("INSERT INTO order_lines VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (
            n, f"A{order}", f"C{order % 90}", f"P{rng.randrange(40)}", 1, rng.randrange(100, 9_000) / 100,
            f"2025-02-{1 + order % 28:02d} 10:00:00", at))  # fmt: skip
    connection.commit()
    connection.close()
    return path


@pytest.fixture(scope="module")
def launcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launcher]:
    """With one state kept: ``added``, the stream that has read nothing yet."""
    folder = tmp_path_factory.mktemp("source")
    made = Launcher(tmp_path_factory.mktemp("drill") / "home")
    made("prepare")
    given = {"environment": {"ZHIJI_SOURCE_FOLDERS": str(folder)}}
    made("source_add", file=str(shop_file(folder)), mapping=MAPPING, **given)
    made.keep("added")
    made.given = given  # type: ignore[attr-defined]
    yield made
    made.close()


def run(launcher: Launcher, **more: Any) -> dict[str, Any]:
    return launcher("source_run", **launcher.given, **more)  # type: ignore[attr-defined]


def settled(launcher: Launcher) -> dict[str, Any]:
    """What must be equal: the record and its tables; every import stored; the audit trail whole."""
    told = launcher("tell")["said"]
    states = {one[0] for one in told["imports"]}
    return {**{key: told[key] for key in ("record", "counts", "audit_broken_at")}, "states": sorted(states),
            "imports": len(told["imports"])}  # fmt: skip


def resumed(launcher: Launcher, kill: dict[str, Any], **more: Any) -> tuple[int, dict[str, Any]]:
    """Killed at the point, a few times again at the same distance, then left alone; how often it died."""
    times, answer = 0, run(launcher, **kill, **more)
    while answer["killed"]:
        times += 1
        answer = run(launcher, **(kill if times < MOST_KILLS else {}), **more)
    return times, settled(launcher)


@pytest.mark.slow
def test_no_kill_loses_or_doubles_a_row(launcher: Launcher) -> None:
    launcher.back_to("added")
    whole = run(launcher)
    expected = settled(launcher)
    assert (whole["said"]["job"], whole["said"]["reason"]) == ("done", None)
    assert len(whole["said"]["runs"]) >= 3
    assert expected["counts"]["store_orderline"] >= LINES
    assert (expected["states"], expected["audit_broken_at"]) == (["stored"], None)
    rng, died = random.Random(7), 0
    for number in range(POINTS):
        part = (number + rng.random()) / POINTS
        kill = (
            {"at_statement": 1 + int(part * whole["statements"])}
            if number % 3
            else {"after_seconds": max(0.05, part * whole["seconds"])}
        )
        launcher.back_to("added")
        times, found = resumed(launcher, kill)
        died += times
        assert found == expected, kill
        assert run(launcher)["said"]["runs"][-1] == "nothing", kill
    print(f"killed {died} times at {POINTS} points of {whole['statements']} statements")
    assert died >= POINTS // 2


@pytest.mark.slow
def test_the_drill_catches_a_position_that_moves_before_the_rows_are_stored(launcher: Launcher) -> None:
    launcher.back_to("added")
    whole = run(launcher)
    expected = settled(launcher)
    caught = 0
    for part in (0.15, 0.3, 0.5, 0.7):
        launcher.back_to("added")
        _, found = resumed(launcher, {"at_statement": int(part * whole["statements"])}, bug="position")
        caught += found["record"] != expected["record"]
    assert caught >= 1
