"""Copying files so that the copy is known to the byte and durable, and folders that appear whole or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from zhiji.platform.durable import sync_folder, sync_tree

__all__ = ["below", "copy", "described", "publish", "sync_folder", "sync_tree", "written_aside"]

CHUNK = 1 << 20
_ASIDE = ".zhiji-part"


def copy(source: Path, target: Path) -> dict[str, Any]:
    """Copy one file, mode 0600, synced; ``bytes`` and ``sha256`` of what was written."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    opened = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "wb") as out, source.open("rb") as file:
        while block := file.read(CHUNK):
            digest.update(block)
            size += len(block)
            out.write(block)
        out.flush()
        os.fsync(out.fileno())
    return {"bytes": size, "sha256": digest.hexdigest()}


def described(path: Path) -> dict[str, Any]:
    """``bytes`` and ``sha256`` of a file that is there."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "sha256": digest}


def below(folder: Path) -> Iterator[Path]:
    """Every plain file below a folder, as a relative path, sorted; what is being written (a leading dot) is not yet."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not path.is_symlink() and not any(part.startswith(".") for part in inside.parts):
            yield inside


@contextmanager
def written_aside(folder: Path, name: str) -> Iterator[Path]:
    """A new folder beside its final place; on any failure it is gone again. The caller renames it when it is whole.

    What a killed process left of its own is cleared by the next one on the same machine.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _clear_dead(folder)
    aside = folder / f"{_ASIDE}.{socket.gethostname()}.{os.getpid()}.{name}"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(mode=0o700)
    try:
        yield aside
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def publish(aside: Path, target: Path) -> None:
    """Everything to the disk, then the name: the folder appears whole."""
    sync_tree(aside)
    aside.rename(target)
    sync_folder(target.parent)


def _clear_dead(folder: Path) -> None:
    mine = f"{_ASIDE}.{socket.gethostname()}."
    for left in folder.glob(f"{mine}*"):
        pid = left.name.removeprefix(mine).split(".")[0]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists() and not _lives(int(pid)):
            shutil.rmtree(left, ignore_errors=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
