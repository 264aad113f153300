"""What a backup says of itself: every file with its hash, every table with its rows and digest."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from zhiji.operations.backup.errors import BackupDamaged, BackupFormatUnknown, BackupNotFound

FORMAT = 1
NAME, SEAL = "manifest.json", "manifest.sha256"


@dataclass
class Manifest:
    """engine: ``sqlite`` | ``postgresql``. migrations: ``app.name`` of each step the schema had taken.

    tables: name → {rows, digest}, as of the snapshot. files: path in the backup → {bytes, sha256}, all but the manifest
    and its seal. keys: name → sha256 of the key (of random keys of ≥32 bytes: tells nothing of them).
    """

    name: str
    workspace: str
    created_at: str
    version: str
    engine: str
    automatic: bool
    migrations: list[str] = field(default_factory=list)
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def rows(self) -> int:
        return sum(table["rows"] for table in self.tables.values())

    @property
    def size(self) -> int:
        return sum(file["bytes"] for file in self.files.values())


def write(folder: Path, manifest: Manifest) -> None:
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1, sort_keys=True).encode()
    for name, content in ((NAME, text), (SEAL, hashlib.sha256(text).hexdigest().encode())):
        with (folder / name).open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())


def read(folder: Path) -> Manifest:
    """Raises BackupNotFound, BackupDamaged, BackupFormatUnknown."""
    try:
        text, seal = (folder / NAME).read_bytes(), (folder / SEAL).read_bytes()
    except FileNotFoundError:
        raise BackupNotFound(path=str(folder), where={"path": str(folder)}) from None
    if hashlib.sha256(text).hexdigest().encode() != seal.strip():
        raise BackupDamaged(part=NAME, detail="sha256", where={"path": str(folder)})
    told = json.loads(text)
    if told.get("format") != FORMAT:
        raise BackupFormatUnknown(found=told.get("format"), where={"path": str(folder)})
    return Manifest(**told)


def found_in(path: Path) -> Path:
    """The backup that a path means: itself, its manifest, or the newest of a folder of backups."""
    folder = path.parent if path.name == NAME and path.is_file() else path
    if (folder / NAME).exists():
        return folder
    inside = all_in(folder)
    if not inside:
        raise BackupNotFound(path=str(path), where={"path": str(path)})
    return inside[-1]


def all_in(folder: Path) -> list[Path]:
    """The backups of a folder, oldest first; what cannot be read is not one."""
    found = []
    for path in folder.glob("*/" + NAME) if folder.is_dir() else ():
        try:
            found.append((json.loads(path.read_bytes())["created_at"], path.parent))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return [path for _, path in sorted(found)]
