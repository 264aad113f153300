"""Putting a backup back: laid out aside, compared, brought up to date, and only then given its name."""

from __future__ import annotations

import ctypes
import json
import os
import re
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from zhiji.kernel import clock
from zhiji.operations.backup import files, keys, manifest, postgres, sqlite
from zhiji.operations.backup.errors import (
    BackupEngineDiffers,
    BackupNotWritten,
    RestoreNameInvalid,
    RestoreTargetInUse,
    RestoreTargetTaken,
)
from zhiji.operations.backup.verifying import lay_out_files, same_tables
from zhiji.platform.workspace import Workspace

NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}")
LOST_WITHOUT_KEYS = ("sessions", "model_signatures", "audit_seal", "stored_answers")
_RENAME_EXCHANGE = 2
_AT_FDCWD = -100


@dataclass(frozen=True)
class Restore:
    """What is wanted. workspaces: the folder of all workspaces. into: the name of the one to fill.

    key_file: where the keys are (default: beside the backup). accept: is called with the schema's steps and refuses
    what this program does not know. finish: is called with the workspace's folder before it gets its name; brings an
    older schema up to date and builds what is derived.
    """

    backup: Path
    workspaces: Path
    into: str
    accept: Callable[[list[str]], None]
    finish: Callable[[Path], None]
    key_file: Path | None = None
    without_keys: bool = False
    replace: bool = False
    database_url: str = ""


def backup_restore(wanted: Restore) -> dict[str, Any]:
    """Restore a backup into a workspace that is empty, or with ``replace`` in place of one that is moved aside.

    A kill at any moment leaves the workspace as it was, or wholly restored. Returns ``workspace, path, from,
    created_at, rows, files, moved_aside`` (path or empty) and ``lost`` (what the missing keys cost, as codes).
    Raises BackupNotFound, BackupDamaged, KeysMissing, KeysWrong, RestoreTargetTaken, RestoreTargetInUse,
    RestoreNameInvalid, BackupEngineDiffers, BackupNotWritten, and what ``accept`` and ``finish`` raise.
    """
    if not NAME.fullmatch(wanted.into):
        raise RestoreNameInvalid(name=wanted.into, where={"field": "--into"})
    backup = manifest.found_in(wanted.backup.expanduser().resolve())
    described = manifest.read(backup)
    _same_engine(described, wanted.database_url)
    wanted.accept(described.migrations)
    target = wanted.workspaces / wanted.into
    _check_target(target, wanted)
    secrets = None if wanted.without_keys else keys.read(wanted.key_file or keys.beside(backup), described.keys)
    try:
        with files.written_aside(wanted.workspaces, wanted.into) as aside:
            root = aside / "workspace"
            moved = _fill(root, backup, described, secrets, wanted)
            moved = _into_place(root, target) or moved
    except (OSError, sqlite3.OperationalError) as error:
        raise BackupNotWritten(path=str(target), detail=str(error), where={"path": str(target)}) from error
    return {
        "workspace": wanted.into, "path": str(target), "from": str(backup), "created_at": described.created_at,
        "rows": described.rows, "files": len(described.files), "moved_aside": moved,
        "lost": list(LOST_WITHOUT_KEYS) if secrets is None else [],
    }  # fmt: skip


def _fill(root: Path, backup: Path, described: manifest.Manifest, secrets: dict[str, bytes] | None,
          wanted: Restore) -> str:  # fmt: skip
    lay_out_files(backup, described, root)
    if secrets is not None:
        keys.lay_out(root / "keys", secrets)
    moved = ""
    if described.engine == "postgresql":
        moved = postgres.lay_out(root / postgres.FILE, wanted.database_url, replace=wanted.replace)
        (root / postgres.FILE).unlink()
    else:
        same_tables(described, sqlite.checked(root / "zhiji.db"))
    told = {"from": described.name, "created_at": described.created_at, "restored_at": clock.now().isoformat()}
    (root / "restored.json").write_text(json.dumps(told), encoding="utf-8")
    wanted.finish(root)
    return moved


def _same_engine(described: manifest.Manifest, database_url: str) -> None:
    expected = "postgresql" if database_url else "sqlite"
    if described.engine != expected:
        raise BackupEngineDiffers(found=described.engine, expected=expected)


def _check_target(target: Path, wanted: Restore) -> None:
    used = (target / "zhiji.db").exists() or ((target / "landing").exists() and any((target / "landing").iterdir()))
    if used and not wanted.replace:
        raise RestoreTargetTaken(name=wanted.into, where={"path": str(target)})
    if holders := _holders(Workspace(target).root / "zhiji.db"):
        raise RestoreTargetInUse(name=wanted.into, processes=holders, where={"path": str(target)})


def _holders(database: Path) -> list[int]:
    """Other processes that have the database open."""
    if not database.exists():
        return []
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and any(file.path == str(database) for file in process.open_files()):
                found.append(process.pid)
        except psutil.Error:
            continue
    return found


def _into_place(root: Path, target: Path) -> str:
    """Give the restored folder its name at one stroke; the path of what was there before, or empty."""
    files.sync_tree(root)
    if not target.exists():
        root.rename(target)
        files.sync_folder(target.parent)
        return ""
    # Under a lasting name before the swap: what lies aside under a dead process's number is cleared away some day.
    before = target.with_name(f"{target.name}.before-{clock.now():%Y%m%dt%H%M%S%f}")
    root.rename(before)
    if not _exchange(before, target):
        held = before.with_name(f"{before.name}.new")
        before.rename(held)
        target.rename(before)
        held.rename(target)
    files.sync_folder(target.parent)
    return str(before)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step of the kernel (Linux); False where that cannot be done."""
    if not sys.platform.startswith("linux"):
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    done: int = rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
    return done == 0
