"""Which encoding a text file has, found by reading all of it; other encodings become UTF-8 before parsing."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

from zhiji.data.sources.files.errors import EncodingWrong
from zhiji.data.sources.files.source import Source

_CHUNK = 1 << 20
_SNIFF = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class TextFile:
    """A text file in UTF-8 without a mark.

    encoding: of the file as it came. damaged: some bytes were not of that encoding and stand as U+FFFD.
    plain: no NUL, no blank line within, nothing damaged, so that the fast reader and the exact one agree.
    """

    path: Path
    encoding: str
    damaged: bool
    plain: bool


def open_text(source: Source) -> TextFile:
    """Finds the encoding (or takes the one given) and makes UTF-8 of the file. Raises EncodingWrong for a wrong given
    one."""
    given = source.options.get("encoding")
    encoding = str(given) if given else _find(source.path)
    if given:
        _known(encoding, source)
    if encoding.lower().replace("_", "-") in ("utf-8", "utf8"):
        if _valid(source.path, "utf-8"):
            return TextFile(source.path, "utf-8", damaged=False, plain=_is_plain(source.path))
        if _mostly_utf8(source.path):
            path, _ = _to_utf8(source, "utf-8", "replace")
            return TextFile(path, "utf-8", damaged=True, plain=False)
    try:
        path, plain = _to_utf8(source, encoding, "strict")
    except UnicodeError as error:
        raise EncodingWrong(name=source.name, encoding=encoding, where=source.where) from error
    return TextFile(path, encoding, damaged=False, plain=plain)


def _known(encoding: str, source: Source) -> None:
    try:
        codecs.lookup(encoding)
    except LookupError as error:
        raise EncodingWrong(name=source.name, encoding=encoding, where=source.where) from error


def _find(path: Path) -> str:
    with path.open("rb") as handle:
        head = handle.read(_SNIFF)
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    start = head[:4096]
    if len(start) >= 4 and start[1::2].count(0) > len(start) * 0.2 and not start[0::2].count(0):
        return "utf-16-le"
    if len(start) >= 4 and start[0::2].count(0) > len(start) * 0.2 and not start[1::2].count(0):
        return "utf-16-be"
    if _valid(path, "utf-8") or _mostly_utf8(path):
        return "utf-8"
    if _chinese_share(head) > 0.8 and _valid(path, "gb18030"):
        return "gb18030"
    if _traditional_share(head) > 0.8:
        for name in ("big5", "cp950"):
            if _valid(path, name):
                return name
    return "cp1252" if _valid(path, "cp1252") else "latin-1"


def _valid(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        with path.open("rb") as handle:
            while chunk := handle.read(_CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _mostly_utf8(path: Path) -> bool:
    """A few bad bytes among many good characters: UTF-8 that was damaged, not another encoding."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    bad = good = 0
    with path.open("rb") as handle:
        while chunk := handle.read(_CHUNK):
            text = decoder.decode(chunk)
            replaced = text.count("\ufffd")
            bad += replaced
            good += sum(1 for character in text if ord(character) > 127) - replaced
    return good >= 10 * max(1, bad)


def _chinese_share(head: bytes) -> float:
    """Of the bytes ≥ 0x80, the share that pairs up inside GB 2312: near 1 in Chinese text, near 0 in Latin-1."""
    pairs = paired = index = 0
    while index < len(head) - 1:
        if head[index] < 0x80:
            index += 1
            continue
        pairs += 1
        if 0xA1 <= head[index] <= 0xF7 and 0xA1 <= head[index + 1] <= 0xFE:
            paired += 1
            index += 2
        elif head[index + 1] >= 0x80:  # a rarer character of GBK: neither for nor against
            pairs -= 1
            index += 2
        else:
            index += 1
    return paired / pairs if pairs else 0.0


def _traditional_share(head: bytes) -> float:
    """Of the bytes ≥ 0x80, the share that begins one of Big5's frequent characters and stands beside another: near 1 in
    traditional Chinese, near 0 in Latin-1, where such bytes stand alone between letters."""
    pairs = good = index = 0
    last_end = -1
    while index < len(head) - 1:
        if head[index] < 0x80:
            index += 1
            continue
        pairs += 1
        trail = head[index + 1]
        frequent = 0xA4 <= head[index] <= 0xC6 and (0x40 <= trail <= 0x7E or 0xA1 <= trail <= 0xFE)
        beside = last_end == index or (index + 2 < len(head) and head[index + 2] >= 0x80)
        good += frequent and beside
        last_end = index = index + 2
    return good / pairs if pairs else 0.0


def _to_utf8(source: Source, encoding: str, errors: str) -> tuple[Path, bool]:
    target = source.scratch / "utf8"
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    with source.path.open("rb") as incoming, target.open("wb") as outgoing:
        while chunk := incoming.read(_CHUNK):
            outgoing.write(decoder.decode(chunk).encode("utf-8"))
        outgoing.write(decoder.decode(b"", final=True).encode("utf-8"))
    return target, _is_plain(target)


def _is_plain(path: Path) -> bool:
    tail = b""
    with path.open("rb") as handle:
        while chunk := handle.read(_CHUNK):
            window = tail + chunk
            if b"\x00" in window:
                return False
            stripped = window.rstrip(b"\r\n") if len(chunk) < _CHUNK else window
            if b"\n\n" in stripped or b"\n\r\n" in stripped or b"\r\r" in stripped:
                return False
            tail = window[-2:]
    return True
