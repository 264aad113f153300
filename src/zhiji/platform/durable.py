"""Files that are either wholly there or not there at all, also after the power goes: write → fsync → rename → fsync."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


def sync_file(path: Path) -> None:
    """Force a file's bytes to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Force a folder's entries to the disk: without it a rename may be forgotten."""
    sync_file(path)


def sync_tree(folder: Path) -> None:
    """Force everything below a folder to the disk, files first, then folders from the deepest up."""
    for parent, _, names in os.walk(folder, topdown=False):
        for name in names:
            sync_file(Path(parent) / name)
        sync_folder(Path(parent))


def write_atomically(path: Path, content: bytes) -> None:
    """Replace a file by new content; a reader sees the old or the new, whole."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    with draft.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    draft.rename(path)
    sync_folder(path.parent)


class FolderLock:
    """An advisory lock on a file (``flock``). The kernel drops it when its holder dies: a kill leaves none behind."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def take(self, *, shared: bool, create: bool = False) -> bool:
        """Try to lock without waiting. False when somebody holds it otherwise, or when the file was moved meanwhile.

        Raises FileNotFoundError where the file is not there and ``create`` is off.
        """
        descriptor = os.open(self.path, os.O_RDWR | (os.O_CREAT if create else 0), 0o600)
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
            same = os.path.samestat(os.fstat(descriptor), os.stat(self.path))  # noqa: PTH116  compared to the descriptor
        except (BlockingIOError, FileNotFoundError):
            same = False
        if not same:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Unlock; does nothing when not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
