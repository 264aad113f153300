"""JSON (an array of objects, or an object that holds one) and JSON lines. Numbers keep every digit they came with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from zhiji.data.sources.files.encoding import TextFile
from zhiji.data.sources.files.errors import (
    FileEmpty,
    FileTooLarge,
    FileTooWide,
    FileWithoutRecords,
    JsonBroken,
    JsonNotRecords,
    JsonTooDeep,
)
from zhiji.data.sources.files.header import unique_names
from zhiji.data.sources.files.model import SAMPLE_RECORDS, FileProfile
from zhiji.data.sources.files.sink import Sink
from zhiji.data.sources.files.source import Source
from zhiji.kernel import Reason

_ARRAY_BYTES_MOST = 300_000_000
_EXPONENT_MOST = 30
_BLANK = " \t\r\n"


class _Bad(ValueError):
    """One record cannot be taken; its reason goes to the person."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


class _Digits(str):
    """A number as it was written."""

    __slots__ = ()


def find_format(source: Source, text: TextFile) -> str | None:
    """``json``, ``jsonl`` or None for other text."""
    given = source.options.get("format")
    if given in ("json", "jsonl"):
        return str(given)
    with text.path.open(encoding="utf-8") as handle:
        head = handle.read(1_000_000)
    start = head.lstrip()
    if not start.startswith(("{", "[")) or given:
        return None
    if start.startswith("["):
        inner = start[1:].lstrip()
        return "json" if inner.startswith(("{", "]", "[")) or source.plain_name.endswith("json") else None
    line, _, more = start.partition("\n")
    if line.rstrip().endswith("}") and more.lstrip().startswith("{"):
        return "jsonl"
    return "jsonl" if source.plain_name.endswith(("jsonl", "ndjson")) else "json"


def profile(source: Source, text: TextFile, form: str) -> FileProfile:
    """The columns are all keys, in order of appearance."""
    keys: dict[str, None] = {}
    sample: list[dict[str, str | None]] = []
    count = 0
    for _, record in _records(source, text, form):
        if isinstance(record, Reason) or record:
            count += 1
        if isinstance(record, dict):
            keys.update(dict.fromkeys(record))
            if record and len(sample) < SAMPLE_RECORDS:
                sample.append(record)
        if len(keys) > source.limits.columns:
            raise FileTooWide(name=source.name, columns=len(keys), limit=source.limits.columns, where=source.where)
    if count == 0:
        raise FileWithoutRecords(name=source.name, columns=[], where=source.where)
    if not keys:
        raise JsonNotRecords(name=source.name, where=source.where)
    columns, notes = unique_names(list(keys))
    if form == "json" and source.plain_name.endswith((".csv", ".xls", ".xlsx")):
        notes.append(Reason("file_extension_differs", {"name": source.name, "format": form}))
    return FileProfile(
        name=source.name,
        format=form,
        columns=columns,
        sample=[[record.get(key) or None for key in keys] for record in sample],
        row_count=count,
        size_bytes=source.original.stat().st_size,
        compression=source.compression,
        encoding=text.encoding,
        notes=notes,
    )


def receive(source: Source, text: TextFile, known: FileProfile, out: Path) -> Sink:
    """Values by key; ``row`` is the number of the object in the array, or of the line in the file."""
    keys = list(_all_keys(source, text, known.format))
    with Sink(out, len(keys)) as sink:
        for row, record in _records(source, text, known.format):
            if isinstance(record, Reason):
                sink.add(row, [], record, record.params.get("raw"))
            else:
                sink.add(row, [record.get(key) or "" for key in keys])
    return sink


def _all_keys(source: Source, text: TextFile, form: str) -> dict[str, None]:
    keys: dict[str, None] = {}
    for _, record in _records(source, text, form):
        if isinstance(record, dict):
            keys.update(dict.fromkeys(record))
    return keys


def _records(source: Source, text: TextFile, form: str) -> Iterator[tuple[int, dict[str, str | None] | Reason]]:
    return _lines(source, text) if form == "jsonl" else _elements(source, text)


def _lines(source: Source, text: TextFile) -> Iterator[tuple[int, dict[str, str | None] | Reason]]:
    decoder = _decoder()
    with text.path.open(encoding="utf-8", newline="\n") as handle:
        for row, line in enumerate(handle, start=1):
            if line.strip():
                if len(line) > 10 * source.limits.cell_chars:
                    yield row, Reason("record_cell_too_long", {"limit": source.limits.cell_chars}, {"row": row})
                    continue
                yield row, _one(source, decoder, line.strip(), row)


def _one(source: Source, decoder: json.JSONDecoder, line: str, row: int) -> dict[str, str | None] | Reason:
    if _depth(line) > source.limits.json_depth:
        return Reason("record_json_too_deep", {"limit": source.limits.json_depth}, {"row": row})
    try:
        value, end = decoder.raw_decode(line)
        if line[end:].strip():
            return Reason("record_json_broken", {"position": end + 1}, {"row": row})
        return _flat(value, source, row)
    except _Bad as bad:
        return Reason(bad.reason.code, bad.reason.params, {**bad.reason.where, "row": row})
    except json.JSONDecodeError as error:
        return Reason("record_json_broken", {"position": error.pos + 1}, {"row": row})


def _elements(source: Source, text: TextFile) -> Iterator[tuple[int, dict[str, str | None] | Reason]]:
    if text.path.stat().st_size > _ARRAY_BYTES_MOST:
        size = text.path.stat().st_size // 1_000_000
        raise FileTooLarge(name=source.name, size_mb=size, limit_mb=_ARRAY_BYTES_MOST // 1_000_000, where=source.where)
    content = text.path.read_text(encoding="utf-8")
    if not content.strip():
        raise FileEmpty(name=source.name, where=source.where)
    if _depth(content) > source.limits.json_depth:
        raise JsonTooDeep(name=source.name, limit=source.limits.json_depth, where=source.where)
    decoder = _decoder()
    at = _array_start(source, content, decoder)
    row = 0
    while True:
        at = _skip(content, at)
        if content.startswith("]", at):
            return
        row += 1
        try:
            value, at = decoder.raw_decode(content, at)
            yield row, _flat(value, source, row)
        except _Bad as bad:
            yield row, Reason(bad.reason.code, bad.reason.params, {**bad.reason.where, "row": row})
            at = _skip_value(content, at)
        except json.JSONDecodeError as error:
            raise _broken(source, content, error.pos, row) from error
        at = _skip(content, at)
        if content.startswith(",", at):
            at += 1
        elif not content.startswith("]", at):
            raise _broken(source, content, at, row)


def _array_start(source: Source, content: str, decoder: json.JSONDecoder) -> int:
    """Behind the bracket of the records: the top array, or the first array of objects in the top object."""
    at = _skip(content, 0)
    if content.startswith("[", at):
        return at + 1
    at = _skip(content, at + 1)
    while content.startswith('"', at):
        try:
            _, at = decoder.raw_decode(content, at)
            at = _skip(content, at)
            at = _skip(content, at + 1)
            if content.startswith("[", at) and content.startswith("{", _skip(content, at + 1)):
                return at + 1
            at = _skip_value(content, at)
        except (json.JSONDecodeError, _Bad) as error:
            raise _broken(source, content, getattr(error, "pos", at), 1) from error
        at = _skip(content, at)
        at = _skip(content, at + 1) if content.startswith(",", at) else at
    if at >= len(content):
        raise _broken(source, content, at, 1)
    raise JsonNotRecords(name=source.name, where=source.where)


def _broken(source: Source, content: str, position: int, row: int) -> JsonBroken:
    line = content.count("\n", 0, position) + 1
    column = position - content.rfind("\n", 0, position)
    return JsonBroken(name=source.name, line=line, position=column, where={**source.where, "row": row})


def _skip(content: str, at: int) -> int:
    while at < len(content) and content[at] in _BLANK:
        at += 1
    return at


def _skip_value(content: str, at: int) -> int:
    """Behind one value, whatever is wrong inside it."""
    _, end = json.JSONDecoder().raw_decode(content, at)
    return int(end)


def _decoder() -> json.JSONDecoder:
    return json.JSONDecoder(object_pairs_hook=_pairs, parse_float=_plain, parse_int=_Digits, parse_constant=_not_finite)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        key = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise _Bad(Reason("record_json_key_repeated", {"key": key[:200]}, {"column": key[:200]}))
    return result


def _plain(digits: str) -> str:
    """``1.5e3`` is exact in JSON, unlike in a spreadsheet: it is written out. Absurd exponents stay as they came."""
    number = Decimal(digits)
    if "e" not in digits.lower() or abs(number.adjusted()) > _EXPONENT_MOST:
        return _Digits(digits)
    return _Digits(format(number, "f"))


def _not_finite(word: str) -> str:
    raise _Bad(Reason("record_json_not_finite", {"value": word}))


def _flat(value: Any, source: Source, row: int) -> dict[str, str | None] | Reason:
    if not isinstance(value, dict):
        return Reason("record_json_not_object", {}, {"row": row})
    flat = {key: _text(inner) for key, inner in value.items()}
    for key, cell in flat.items():
        code = _unstorable(key + (cell or ""), source.limits.cell_chars)
        if code:
            shown = key.encode("utf-8", "replace").decode("utf-8")[:200]
            return Reason(code, {"limit": source.limits.cell_chars}, {"row": row, "column": shown})
    return flat


def _unstorable(cell: str, limit: int) -> str | None:
    if len(cell) > limit:
        return "record_cell_too_long"
    if "\0" in cell:
        return "record_nul"
    if any("\ud800" <= character <= "\udfff" for character in cell):
        return "record_json_surrogate"
    return None


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)


def _depth(content: str) -> int:
    """The deepest nesting, from brackets outside strings; found before a parser recurses."""
    if content.count("[") + content.count("{") < 50:
        return 0
    deepest = depth = 0
    parts = content.replace("\\\\", "").replace('\\"', "").split('"')
    for outside in parts[::2]:
        for character in outside:
            if character in "[{":
                depth += 1
                deepest = max(deepest, depth)
            elif character in "]}":
                depth -= 1
    return deepest
