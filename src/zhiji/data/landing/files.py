"""Keeping received files: by content, once, durable before anyone relies on them."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from zhiji.data.landing.models import LandedFile
from zhiji.kernel import clock
from zhiji.platform.workspace import Workspace, workspace

CHUNK = 1 << 20


def _chunks(path: Path) -> Iterable[bytes]:
    with path.open("rb") as file:
        while block := file.read(CHUNK):
            yield block


def path_of(landed: LandedFile, place: Workspace | None = None) -> Path:
    """Where the bytes are: two letters of the hash as folder, so that no folder grows without bound."""
    return (place or workspace()).landing / landed.sha256[:2] / landed.sha256


def land(name: str, content: Iterable[bytes] | Path) -> LandedFile:
    """Keep a file; the same bytes are kept once. Written, synced and renamed before the row is there."""
    place = workspace()
    fresh = place.landing / f"incoming.{secrets.token_hex(8)}"
    digest, size = hashlib.sha256(), 0
    try:
        with fresh.open("wb") as out:
            for block in _chunks(content) if isinstance(content, Path) else content:
                digest.update(block)
                size += len(block)
                out.write(block)
            out.flush()
            os.fsync(out.fileno())
        sha256 = digest.hexdigest()
        target = place.landing / sha256[:2] / sha256
        target.parent.mkdir(mode=0o700, exist_ok=True)
        fresh.replace(target)
        _sync_folder(target.parent)
    finally:
        fresh.unlink(missing_ok=True)
    landed, _ = LandedFile.objects.get_or_create(
        sha256=sha256, defaults={"name": Path(name).name[:255], "size": size, "received_at": clock.now()}
    )
    return landed


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
