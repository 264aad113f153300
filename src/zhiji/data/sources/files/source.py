"""The file in the parsing process: unpacked, and known by its first bytes, never by its name alone."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zhiji.data.sources.files.errors import (
    ArchiveBroken,
    ArchiveTooLarge,
    FileEmpty,
    FileIsWebPage,
    FileNotTable,
    WorkbookEncrypted,
)
from zhiji.data.sources.files.model import Limits

_CHUNK = 1 << 20
_RATIO_MOST = 200
_RATIO_FROM_BYTES = 100_000_000
_FOREIGN = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"SQLite format 3": "SQLite",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\x7fELF": "program",
    b"MZ\x90": "program",
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class Source:
    """One file to parse. ``path`` is unpacked, ``original`` as it came."""

    path: Path
    original: Path
    name: str
    scratch: Path
    limits: Limits
    options: Mapping[str, Any] = field(default_factory=dict)
    compression: str | None = None

    @property
    def where(self) -> dict[str, Any]:
        return {"path": self.name}

    @property
    def plain_name(self) -> str:
        lower = self.name.lower()
        return lower[:-3] if lower.endswith(".gz") else lower


def unpack(original: Path, name: str, scratch: Path, limits: Limits, options: Mapping[str, Any]) -> Source:
    """Gzip is expanded to the scratch folder, and left as soon as it grows beyond the limits."""
    with original.open("rb") as handle:
        zipped = handle.read(2) == b"\x1f\x8b"
    if not zipped:
        return Source(original, original, name, scratch, limits, options)
    plain = scratch / "expanded"
    packed = max(1, original.stat().st_size)
    written = 0
    try:
        with gzip.open(original, "rb") as incoming, plain.open("wb") as outgoing:
            while chunk := incoming.read(_CHUNK):
                written += len(chunk)
                too_dense = written > _RATIO_FROM_BYTES and written > packed * _RATIO_MOST
                if written > limits.expanded_bytes or too_dense:
                    raise ArchiveTooLarge(
                        name=name, limit_mb=min(limits.expanded_bytes, written) // 1_000_000, where={"path": name}
                    )
                outgoing.write(chunk)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ArchiveBroken(name=name, where={"path": name}) from error
    if written == 0:
        raise FileEmpty(name=name, where={"path": name})
    return Source(plain, original, name, scratch, limits, options, "gz")


def family(source: Source) -> str:
    """``excel``, ``parquet`` or ``text``, by the first bytes. Refuses what is no table, saying what it is."""
    with source.path.open("rb") as handle:
        head = handle.read(4096)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "excel"
    if head.startswith(_OLE):
        return _ole_family(source)
    for magic, kind in _FOREIGN.items():
        if head.startswith(magic):
            raise FileNotTable(name=source.name, format=kind, where=source.where)
    if head[257:262] == b"ustar":
        raise FileNotTable(name=source.name, format="tar", where=source.where)
    lower = head.lstrip(b"\xef\xbb\xbf \r\n\t")[:200].lower()
    if lower.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta")):
        raise FileIsWebPage(name=source.name, where=source.where)
    return "text"


def _ole_family(source: Source) -> str:
    """Old workbooks and encrypted new ones share a container; the names of its streams tell them apart."""
    content = source.path.read_bytes() if source.path.stat().st_size < 200_000_000 else b""
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise WorkbookEncrypted(name=source.name, where=source.where)
    if "Workbook".encode("utf-16-le") in content or "Book".encode("utf-16-le") in content:
        return "excel"
    raise FileNotTable(name=source.name, format="OLE", where=source.where)
