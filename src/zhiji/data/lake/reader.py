"""Reading the lake: one consistent version, held for as long as it is open."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import TracebackType
from typing import Self

from zhiji.data.lake.errors import LakeBusy, LakeCorrupt, LakeMissing
from zhiji.data.lake.folder import LEASE, LakeFolder
from zhiji.data.lake.manifest import NAME, Manifest, TableEntry, digest_of
from zhiji.data.lake.schema import TABLES
from zhiji.platform.durable import FolderLock

_ATTEMPTS = 20


class Lake:
    """The version of the lake that was current when this was made.

    It stays readable while newer versions are swapped in, until ``close`` (or the end of a ``with`` block). Raises
    LakeMissing where nothing was written yet, LakeOutdated where another release wrote it (the next refresh writes it
    anew), LakeCorrupt where the manifest is not the one that was swapped in, or a file is absent or of another size.
    Hashes of whole files are compared by ``verify``.
    """

    def __init__(self, folder: Path | str) -> None:
        self._folder = LakeFolder(Path(folder))
        self._lease = self._hold()
        try:
            self.manifest = self._read()
        except BaseException:
            self._lease.release()
            raise

    def _hold(self) -> FolderLock:
        """Lease the current version. Tried again where a writer swaps and prunes between our two steps."""
        for _ in range(_ATTEMPTS):
            self._pointer = self._folder.pointer()
            self.path = self._folder.version(self._pointer.number)
            lease = FolderLock(self.path / LEASE)
            try:
                if lease.take(shared=True):
                    return lease
            except FileNotFoundError as error:
                if self._folder.pointer() == self._pointer:
                    raise LakeCorrupt(path=str(self.path)) from error
        raise LakeBusy(path=str(self._folder.root))

    def _read(self) -> Manifest:
        path = self.path / NAME
        try:
            content = path.read_bytes()
        except FileNotFoundError as error:
            raise LakeCorrupt(path=str(path)) from error
        if hashlib.sha256(content).hexdigest() != self._pointer.manifest_sha256:
            raise LakeCorrupt(path=str(path))
        manifest = Manifest.from_bytes(content, path)
        for file in (file for table in manifest.tables.values() for file in table.files):
            found = self.path / file.path
            if not found.is_file() or found.stat().st_size != file.bytes:
                raise LakeCorrupt(path=str(found))
        if missing := set(TABLES) - set(manifest.tables):
            raise LakeCorrupt(path=str(self.path / min(missing)))
        return manifest

    def tables(self) -> dict[str, TableEntry]:
        """Name → rows and files of every table in this version."""
        return dict(self.manifest.tables)

    def files(self, table: str) -> list[Path]:
        """The Parquet files of a table, whole paths."""
        return [self.path / file.path for file in self.manifest.tables[table].files]

    def verify(self) -> None:
        """Compare the hash of every file with the manifest: about a second a gigabyte. Raises LakeCorrupt."""
        for table in self.manifest.tables.values():
            for file in table.files:
                if digest_of(self.path / file.path) != file.sha256:
                    raise LakeCorrupt(path=str(self.path / file.path))

    def is_current(self) -> bool:
        """False once a newer version was swapped in, or the lake was dropped."""
        try:
            return self._folder.pointer() == self._pointer
        except LakeMissing:
            return False

    def close(self) -> None:
        """Let this version go; it may then be pruned."""
        self._lease.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
