"""Where things stand inside a lake's folder, and which version is the current one.

::

    CURRENT                          which version counts, and the hash of its manifest; replaced atomically
    .writer                          held (flock) by the one writer
    versions/v00000007/.lease        held, shared, by each reader of that version
    versions/v00000007/manifest.json
    versions/v00000007/order_lines/year=2011/part-0.parquet
    versions/.building-…             a draft; an orphan where nobody holds .writer
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from zhiji.data.lake.errors import LakeCorrupt, LakeMissing
from zhiji.platform.durable import FolderLock, sync_folder, write_atomically

DRAFT = ".building-"
TRASH = ".trash-"
LEASE = ".lease"


@dataclass(frozen=True)
class Pointer:
    """The content of CURRENT."""

    number: int
    manifest_sha256: str


@dataclass(frozen=True)
class LakeFolder:
    """The paths of one lake."""

    root: Path

    @property
    def versions(self) -> Path:
        return self.root / "versions"

    @property
    def current(self) -> Path:
        return self.root / "CURRENT"

    def version(self, number: int) -> Path:
        return self.versions / f"v{number:08d}"

    def pointer(self) -> Pointer:
        """Which version counts. Raises LakeMissing where there is none, LakeCorrupt where CURRENT cannot be read."""
        try:
            content = self.current.read_bytes()
        except FileNotFoundError as error:
            raise LakeMissing(path=str(self.root)) from error
        try:
            raw = json.loads(content)
            return Pointer(int(raw["number"]), str(raw["manifest_sha256"]))
        except (ValueError, KeyError, TypeError) as error:
            raise LakeCorrupt(path=str(self.current)) from error

    def point_to(self, pointer: Pointer) -> None:
        content = {"number": pointer.number, "manifest_sha256": pointer.manifest_sha256}
        write_atomically(self.current, json.dumps(content).encode())

    def numbers(self) -> list[int]:
        """Numbers of the versions on the disk, rising."""
        return sorted(int(path.name[1:]) for path in self.versions.glob("v" + "[0-9]" * 8))

    def sweep(self) -> None:
        """Remove drafts and trash that a killed writer left. Only for the holder of the writer's lock."""
        for pattern in (f"{DRAFT}*", f"{TRASH}*"):
            for path in self.versions.glob(pattern):
                shutil.rmtree(path)

    def remove(self, number: int) -> bool:
        """Remove a version unless a reader holds it. It vanishes in one step; whether it did is returned."""
        folder = self.version(number)
        lease = FolderLock(folder / LEASE)
        try:
            if not lease.take(shared=False):
                return False
        except FileNotFoundError:
            pass  # half gone already: no reader can lease it
        try:
            trash = self.versions / f"{TRASH}{folder.name}"
            folder.rename(trash)
            sync_folder(self.versions)
            shutil.rmtree(trash)
        finally:
            lease.release()
        return True
