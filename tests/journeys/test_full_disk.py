"""A disk that fills up: said with a code, nothing half-written, and the work goes on when there is room again."""

from __future__ import annotations

import json
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from journeys.processes import Launcher, orders_file
from zhiji.kernel import Reason, render

# The largest file that may be written: smaller than the file to import, larger than what a refusal itself writes.
LARGEST = 40_000


@pytest.fixture
def launcher(tmp_path: Path) -> Iterator[Launcher]:
    made = Launcher(tmp_path / "home")
    made("prepare")
    yield made
    made.close()


def command(launcher: Launcher, *words: str, full: bool) -> dict[str, Any]:
    def fill() -> None:
        if full:
            resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST, resource.RLIM_INFINITY))

    line = [sys.executable, "-m", "zhiji.cli", *words, "--json"]
    done = subprocess.run(line, env=launcher.environment, capture_output=True, text=True, check=False, preexec_fn=fill)
    assert (done.returncode != 0) == full, done.stderr
    said: dict[str, Any] = json.loads(done.stderr.splitlines()[-1] if full else done.stdout)
    return said


def contents(root: Path) -> tuple[dict[str, list[str]], set[str]]:
    """Rows of every table but the jobs' own and what tells of them, and the names of all files but the database's."""
    with closing(sqlite3.connect(root / "zhiji.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        kept = [name for name in names if name not in ("platform_job", "platform_liveevent", "sqlite_sequence")]
        rows = {name: sorted(map(repr, database.execute(f'SELECT * FROM "{name}"'))) for name in kept}
    return rows, {
        path.relative_to(root).as_posix()
        for path in root.rglob("*")
        if path.is_file() and path.parts[-1] not in ("zhiji.db", "zhiji.db-wal", "zhiji.db-shm", ".writer")
    }


@pytest.mark.slow
def test_import_and_refresh_on_a_full_disk_leave_nothing_half_written(launcher: Launcher, tmp_path: Path) -> None:
    root = launcher.home / "workspaces" / "main"
    file = orders_file(tmp_path / "orders.csv", 600)
    assert file.stat().st_size > LARGEST
    before = contents(root)
    refused = command(launcher, "import", str(file), "--as", "orders", full=True)
    assert refused["code"] == "disk_full"
    assert contents(root) == before
    launcher("import", file=str(file))
    before = contents(root)
    assert command(launcher, "refresh", full=True)["code"] == "disk_full"
    assert contents(root) == before
    assert command(launcher, "refresh", full=False)
    assert (root / "lake" / "CURRENT").exists()


def test_a_full_disk_is_said_in_both_languages() -> None:
    for language, word in (("zh", "磁盘已满"), ("en", "disk is full")):
        assert word in render(Reason("disk_full"), language).what
