"""What a version of the lake holds: each file with its rows, size and hash. Read before anything else is believed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from zhiji.data.lake.errors import LakeCorrupt, LakeOutdated
from zhiji.data.lake.schema import TABLES

FORMAT = 2
NAME = "manifest.json"
# What the tables looked like when the files were written: others cannot be read by the expressions of this program.
LAYOUT = hashlib.sha256(
    "\n".join(f"{name} {field}" for name, table in TABLES.items() for field in table).encode()
).hexdigest()[:16]


@dataclass(frozen=True)
class FileEntry:
    """One Parquet file. ``path`` is relative to the version's folder, with forward slashes."""

    path: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class TableEntry:
    """One table: its files in the order written, and the sum of their rows."""

    name: str
    rows: int
    files: tuple[FileEntry, ...]


@dataclass(frozen=True)
class Manifest:
    """One version of the lake.

    ``number`` grows by one with each version; ``created_at`` is ISO 8601 UTC; ``facts`` is what the writer wished to
    say of the copy (currency, zone, the last import in it), JSON-safe, not interpreted here.
    """

    number: int
    created_at: str
    facts: dict[str, Any]
    tables: dict[str, TableEntry]

    def to_bytes(self) -> bytes:
        content = {"format": FORMAT, "layout": LAYOUT, **asdict(self)}
        return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True).encode()

    @classmethod
    def from_bytes(cls, content: bytes, path: Path) -> Manifest:
        """Raises LakeOutdated where another release wrote it, LakeCorrupt where the content is no manifest."""
        try:
            raw = json.loads(content)
            if (int(raw["format"]), raw.get("layout")) != (FORMAT, LAYOUT):
                raise LakeOutdated(path=str(path))
            tables = {
                name: TableEntry(name, entry["rows"], tuple(FileEntry(**file) for file in entry["files"]))
                for name, entry in raw["tables"].items()
            }
            return cls(raw["number"], raw["created_at"], raw["facts"], tables)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise LakeCorrupt(path=str(path)) from error


def digest_of(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
