"""A workspace goes out and comes back the same: under load, killed, on a full disk, and when the backup has rotted."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from journeys.processes import Launcher, orders_file

ROUNDS = 3


def checksums(root: Path) -> dict[str, str]:
    """Another way than the product's: the database as SQL text, every other file by its bytes."""
    found = {}
    for name in ("landing", "models", "keys"):
        for path in sorted((root / name).rglob("*")):
            if path.is_file():
                found[path.relative_to(root).as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
    with closing(sqlite3.connect(root / "zhiji.db")) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            rows = sorted(map(repr, database.execute(f'SELECT * FROM "{name}"')))
            found[f"table {name}"] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def sound(root: Path) -> None:
    """What must hold of any moment: references whole, every landed file there, every stored import adds up."""
    with closing(sqlite3.connect(root / "zhiji.db")) as database:
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        for (sha256,) in database.execute("SELECT sha256 FROM landing_landedfile"):
            content = (root / "landing" / sha256[:2] / sha256).read_bytes()
            assert hashlib.sha256(content).hexdigest() == sha256
        for number, state, report in database.execute("SELECT id, state, report FROM imports_import"):
            if state == "stored":
                assert json.loads(report)["adds_up"] is True
            if state in ("checked", "storing"):
                assert (root / "staging" / f"import-{number}" / "staged.parquet").exists()


class Workspace:
    """A filled workspace, the launcher that works on it, and a second that goes on importing as load."""

    def __init__(self, home: Path, backups: Path) -> None:
        self.home, self.backups = home, backups
        self.root = home / "workspaces" / "main"
        self.launcher = Launcher(home)
        self.loader = Launcher(home)

    def wipe(self) -> None:
        shutil.rmtree(self.root)

    def close(self) -> None:
        self.launcher.close()
        self.loader.close()


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("backup")
    made = Workspace(folder / "home", folder / "backups")
    made.launcher("prepare")
    made.launcher("import", file=str(orders_file(folder / "orders.csv", 400)))
    made.launcher("model")
    yield made
    made.close()


@pytest.fixture
def saved(workspace: Workspace, tmp_path: Path) -> Path:
    """A backup of its own for tests that spoil it."""
    return Path(workspace.launcher("backup", to=str(tmp_path))["said"]["path"])


@pytest.mark.slow
@pytest.mark.parametrize("number", range(ROUNDS))
def test_under_load_wiped_and_restored_it_is_identical(workspace: Workspace, tmp_path: Path, number: int) -> None:
    stop, bring = tmp_path / "stop", tmp_path / "more.csv"
    orders_file(bring, 60, seed=number, first=10_000 * (number + 1))
    running = workspace.loader.begin("load", file=str(bring), stop=str(stop))
    under_load = workspace.launcher("backup", to=str(tmp_path / "loaded"))["said"]
    again = workspace.launcher("backup", to=str(tmp_path / "loaded"))["said"]
    stop.touch()
    assert running()["said"]["imports"] >= 1
    live = checksums(workspace.root)
    quiet = workspace.launcher("backup", to=str(tmp_path / "quiet"))["said"]
    workspace.wipe()
    workspace.launcher("restore", backup=quiet["path"])
    assert checksums(workspace.root) == live
    for moment in (under_load, again):
        told = workspace.launcher("restore", backup=moment["path"], into="moment")["said"]
        root = Path(told["path"])
        sound(root)
        with closing(sqlite3.connect(root / "zhiji.db")) as came:
            assert came.execute("SELECT COUNT(*) FROM store_orderline").fetchone()[0] >= 900
        shutil.rmtree(root)
    assert workspace.launcher("tell")["said"]["audit_broken_at"] is None


@pytest.mark.slow
def test_killed_at_any_sync_a_backup_is_whole_or_not_there(workspace: Workspace, tmp_path: Path) -> None:
    syncs = workspace.launcher("backup", to=str(tmp_path / "count"), count_syncs=True)["syncs"]
    died = 0
    for at in sorted({1, 2, syncs // 3, syncs // 2, syncs - 2, syncs}):
        target = tmp_path / f"to-{at}"
        died += workspace.launcher("backup", to=str(target), at_sync=at)["killed"]
        seen = [path for path in target.glob("*") if not path.name.startswith(".") and path.is_dir()]
        for path in seen:
            workspace.launcher("verify", backup=str(path))
        workspace.launcher("backup", to=str(target))
        assert [path.name for path in target.iterdir() if path.name.startswith(".")] == []
        assert [path.name for path in workspace.root.iterdir() if path.name.startswith(".")] == []
    assert died >= 5


@pytest.mark.slow
def test_killed_at_any_sync_a_restore_is_whole_or_not_there(workspace: Workspace, saved: Path) -> None:
    before = checksums(workspace.root)
    syncs = workspace.launcher("restore", backup=str(saved), into="counted", count_syncs=True)["syncs"]
    expected = checksums(workspace.home / "workspaces" / "counted")
    for at in sorted({1, syncs // 3, 2 * syncs // 3, syncs - 1, syncs}):
        workspace.launcher("restore", backup=str(saved), into=f"fresh-{at}", at_sync=at)
        target = workspace.home / "workspaces" / f"fresh-{at}"
        assert not target.exists() or checksums(target) == expected
        killed = workspace.launcher("restore", backup=str(saved), into="counted", replace=True, at_sync=at)
        assert killed["killed"] or killed["status"] == 0
        assert checksums(workspace.home / "workspaces" / "counted") == expected
    assert checksums(workspace.root) == before


def test_a_full_disk_is_said_and_leaves_nothing(workspace: Workspace, tmp_path: Path) -> None:
    before = checksums(workspace.root)
    refused = workspace.launcher("backup", to=str(tmp_path / "full"), largest=200_000, refused=True)["said"]
    assert refused["code"] == "backup_not_written"
    assert list((tmp_path / "full").iterdir()) == []
    assert checksums(workspace.root) == before
    assert [path.name for path in workspace.root.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("what", ["database.db", "landing", "models", "manifest.json", "lost", "added", "cut"])
def test_a_rotten_backup_is_found_and_not_restored(workspace: Workspace, saved: Path, what: str) -> None:
    files = sorted(path for path in saved.rglob("*") if path.is_file())
    (path, *_) = [path for path in files if what in path.relative_to(saved).as_posix()] or [saved / "database.db"]
    content = bytearray(path.read_bytes())
    if what == "lost":
        next(path for path in files if "landing" in path.as_posix()).unlink()
    elif what == "added":
        (saved / "models" / "strange.txt").write_text("?")
    elif what == "cut":
        path.write_bytes(content[: len(content) // 2])
    else:
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    for do in ("verify", "restore"):
        refused = workspace.launcher(do, backup=str(saved), into="rotten", refused=True)["said"]
        assert refused["code"] == "backup_damaged"
    assert not (workspace.home / "workspaces" / "rotten").exists()


def test_the_keys_are_apart_and_asked_for(workspace: Workspace, saved: Path) -> None:
    kept = saved.with_name(f"{saved.name}.keys")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    keys = [path.read_bytes() for path in (workspace.root / "keys").iterdir()]
    assert len(keys) >= 4
    archive = [path.read_bytes() for path in saved.rglob("*") if path.is_file()]
    for key in keys:
        assert not any(key in content or key.hex().encode() in content for content in archive)
    text = kept.read_text()
    kept.unlink()
    missing = workspace.launcher("restore", backup=str(saved), into="keyless", refused=True)["said"]
    assert missing["code"] == "backup_keys_missing"
    kept.write_text(text.replace(keys[0].hex(), keys[0].hex()[::-1]))
    assert workspace.launcher("restore", backup=str(saved), into="keyless", refused=True)["said"]["code"] == (
        "backup_keys_wrong"
    )
    assert not (workspace.home / "workspaces" / "keyless").exists()
    told = workspace.launcher("restore", backup=str(saved), into="keyless", without_keys=True)["said"]
    assert set(told["lost"]) == {"sessions", "model_signatures", "audit_seal", "stored_answers"}
    assert not (workspace.home / "workspaces" / "keyless" / "keys").exists()


def test_a_workspace_in_use_or_not_empty_is_refused(workspace: Workspace, saved: Path) -> None:
    before = checksums(workspace.root)
    for into, code in (
        ("main", "restore_target_taken"),
        ("../x", "restore_name_invalid"),
        (".x", "restore_name_invalid"),
    ):
        refused = workspace.launcher("restore", backup=str(saved), into=into, refused=True)["said"]
        assert refused["code"] == code
    with closing(sqlite3.connect(workspace.root / "zhiji.db")) as held:
        held.execute("SELECT 1 FROM sqlite_master").fetchone()
        refused = workspace.launcher("restore", backup=str(saved), into="main", replace=True, refused=True)["said"]
    assert refused["code"] == "restore_target_in_use"
    assert os.getpid() in refused["params"]["processes"]
    assert checksums(workspace.root) == before


def test_a_file_that_the_record_names_and_is_gone_stops_the_backup(workspace: Workspace, tmp_path: Path) -> None:
    path = next(path for path in (workspace.root / "landing").rglob("*") if path.is_file())
    content = path.read_bytes()
    for spoil in (path.unlink, lambda: path.write_bytes(content[:-1])):
        spoil()
        refused = workspace.launcher("backup", to=str(tmp_path / "none"), refused=True)["said"]
        path.write_bytes(content)
        assert refused["code"] == "backup_source_incomplete"
        assert list((tmp_path / "none").iterdir()) == []


def test_only_old_automatic_backups_are_forgotten(workspace: Workspace, tmp_path: Path) -> None:
    by_hand = workspace.launcher("backup", to=str(tmp_path))["said"]["path"]
    made = [workspace.launcher("backup", to=str(tmp_path), automatic=True)["said"]["path"] for _ in range(3)]
    gone = workspace.launcher("forget", to=str(tmp_path), keep=2)["said"]
    assert gone["gone"] == made[:1]
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == sorted(Path(p).name + end for p in (by_hand, *made[1:]) for end in ("", ".keys"))


@pytest.mark.slow
def test_by_command_with_the_lake_built_again(workspace: Workspace, tmp_path: Path) -> None:
    """As an operator types it; a backup of a newer program is refused before anything is touched."""
    environment = {**workspace.launcher.environment, "OMP_NUM_THREADS": "1"}

    def zhiji(*words: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "zhiji.cli", *words, "--json"]
        return subprocess.run(line, env=environment, capture_output=True, text=True, check=False)

    def said(*words: str) -> dict[str, Any]:
        done = zhiji(*words)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    made = said("backup", "--to", str(tmp_path))
    assert said("verify", str(tmp_path))["verified"] == "restored"
    live = checksums(workspace.root)
    told = said("restore", made["path"], "--replace")
    assert Path(told["moved_aside"]).is_dir()
    # The backup itself is written to the audit trail after its moment; nothing else differs.
    differing = {name for name, digest in checksums(workspace.root).items() if live.get(name) != digest}
    assert differing <= {"table platform_auditentry", "table platform_audithead", "table sqlite_sequence"}
    assert any((workspace.root / "lake").rglob("*.parquet"))
    with closing(sqlite3.connect(workspace.root / "zhiji.db")) as database:
        database.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('platform', '9999_later', '2030-01-01')"
        )
        database.commit()
    newer = workspace.launcher("backup", to=str(tmp_path / "newer"))["said"]
    refused = zhiji("restore", newer["path"], "--into", "newer")
    assert refused.returncode == 1
    assert json.loads(refused.stderr.splitlines()[-1])["code"] == "schema_newer"
    assert not (workspace.home / "workspaces" / "newer").exists()


@pytest.mark.slow
@pytest.mark.postgres
def test_on_postgresql_by_its_own_tools(postgres_url: str, tmp_path: Path) -> None:
    """Out, changed, and back: the tables that were there are kept aside, the backup's are as they were."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("ZHIJI_", "DATABASE_URL"))}
    environment = {**clean, "ZHIJI_HOME": str(tmp_path / "home"), "DATABASE_URL": postgres_url, "ZHIJI_LANGUAGE": "en"}

    def zhiji(*words: str, fails: bool = False, **more: str) -> dict[str, Any]:
        line = [sys.executable, "-m", "zhiji.cli", *words, "--json"]
        done = subprocess.run(line, env={**environment, **more}, capture_output=True, text=True, check=False)
        assert (done.returncode != 0) == fails, done.stderr
        return json.loads(done.stderr.splitlines()[-1] if fails else done.stdout)

    def orders() -> list[tuple[Any, ...]]:
        with psycopg.connect(postgres_url) as database:
            return database.execute("SELECT * FROM store_order ORDER BY id").fetchall()

    file = orders_file(tmp_path / "orders.csv", 40)
    zhiji("import", str(file), "--as", "orders")
    before = orders()
    made = zhiji("backup", "--to", str(tmp_path / "to"))
    assert made["verified"] == "restored"
    assert zhiji("verify", made["path"])["rows"] == made["rows"]
    assert zhiji("backup", "--to", str(tmp_path / "none"), fails=True, PATH="")["code"] == "backup_tool_missing"
    with psycopg.connect(postgres_url) as database:
        database.execute("UPDATE store_order SET value_micros = value_micros + 1")
    assert zhiji("restore", made["path"], fails=True)["code"] == "restore_target_taken"
    assert orders() != before
    told = zhiji("restore", made["path"], "--replace")
    assert orders() == before
    with psycopg.connect(postgres_url) as database:
        schemas = database.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'zhiji_before_%'").fetchall()
    assert len(schemas) == 1
    assert Path(told["moved_aside"]).is_dir()
    assert zhiji("import", str(file), "--as", "orders")["counts"]["redelivered"] > 0
