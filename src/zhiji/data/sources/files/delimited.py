"""CSV, TSV and white-space separated text. DuckDB reads the plain ones, the splitter all others, with equal results."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from zhiji.data.sources.files.dialect import Dialect, find_dialect
from zhiji.data.sources.files.encoding import TextFile
from zhiji.data.sources.files.errors import FileEmpty, FileTooWide, FileWithoutRecords
from zhiji.data.sources.files.header import find_preamble, has_header, unique_names
from zhiji.data.sources.files.model import SAMPLE_RECORDS, FileProfile
from zhiji.data.sources.files.sink import Sink
from zhiji.data.sources.files.source import Source
from zhiji.data.sources.files.splitter import Record, Splitter
from zhiji.kernel import Reason

if TYPE_CHECKING:
    import duckdb

_FAST_DELIMITERS = (",", "\t", ";", "|")
# Below this size, loading the fast reader takes longer than reading exactly.
_FAST_FROM_BYTES = 1_000_000


def profile(source: Source, text: TextFile) -> FileProfile:
    """Finds dialect, header and names, counts the records."""
    dialect = _dialect(source, text)
    head = _head(text.path, dialect, source.limits.cell_chars)
    filled = [record.cells for record in head if any(cell.strip() for cell in record.cells)]
    if not filled:
        raise FileEmpty(name=source.name, where=source.where)
    preamble = int(source.options.get("preamble", find_preamble([record.cells for record in head])))
    body = head[preamble:]
    while body and not any(body[0].cells):  # blank lines before the names belong to what stands above
        body, preamble = body[1:], preamble + 1
    first, rest = body[0].cells, [record.cells for record in body[1:] if record.cells]
    header = bool(source.options.get("header", has_header(first, rest[:100])))
    width = len(first) if header else max(len(cells) for cells in [first, *rest[:100]])
    if width > source.limits.columns:
        raise FileTooWide(name=source.name, columns=width, limit=source.limits.columns, where=source.where)
    names, notes = unique_names(first) if header else ([f"column {i + 1}" for i in range(width)], [])
    found = FileProfile(
        name=source.name,
        format=dialect.format,
        columns=names,
        sample=[],
        row_count=0,
        size_bytes=source.original.stat().st_size,
        header=header,
        compression=source.compression,
        encoding=text.encoding,
        delimiter=dialect.delimiter,
        quote=dialect.quote,
        preamble=preamble,
        notes=notes + _notes(source, header, preamble),
    )
    records, sample = _count(source, text, found)
    if records == 0:
        raise FileWithoutRecords(name=source.name, columns=names[:20], where=source.where)
    return FileProfile(**{**found.__dict__, "row_count": records, "sample": sample})


def receive(source: Source, text: TextFile, known: FileProfile, out: Path) -> Sink:
    """Writes all records. The counts are those of the sink that is returned."""
    if _may_be_fast(text, known):
        sink = _fast(source, text, known, out)
        if sink is not None:
            return sink
    return _exact(source, text, known, out)


def _notes(source: Source, header: bool, preamble: int) -> list[Reason]:
    notes = []
    if preamble:
        notes.append(Reason("file_preamble_skipped", {"lines": preamble}))
    if not header:
        notes.append(Reason("file_without_header"))
    if source.plain_name.endswith((".xls", ".xlsx", ".parquet")):
        notes.append(Reason("file_extension_differs", {"name": source.name, "format": "text"}))
    return notes


def _dialect(source: Source, text: TextFile) -> Dialect:
    quote = source.options.get("quote", '"')
    if "delimiter" in source.options:
        given = source.options["delimiter"]
        return Dialect(None, None) if given in (None, "", " ", "whitespace") else Dialect(str(given), quote)
    if source.options.get("format") == "whitespace":
        return Dialect(None, None)
    with text.path.open(encoding="utf-8", newline="") as handle:
        lines = [line[:20_000].rstrip("\r\n") for line in islice(handle, 400)]
    found = find_dialect(lines)
    return Dialect(found.delimiter, str(quote)) if "quote" in source.options else found


def _head(path: Path, dialect: Dialect, cell_chars: int) -> list[Record]:
    with path.open(encoding="utf-8", newline="") as handle:
        splitter = Splitter(dialect.delimiter, dialect.quote, cell_chars)
        return list(islice(splitter.records(handle), SAMPLE_RECORDS + 50))


def _records(path: Path, known: FileProfile, cell_chars: int) -> Iterator[tuple[int, Record]]:
    """(row, record) below the header."""
    with path.open(encoding="utf-8", newline="") as handle:
        records = Splitter(known.delimiter, known.quote, cell_chars).records(handle)
        skipped = known.preamble + (1 if known.header else 0)
        yield from enumerate(islice(records, skipped, None), start=1)


def _count(source: Source, text: TextFile, found: FileProfile) -> tuple[int, list[list[str | None]]]:
    width = len(found.columns)
    sample: list[list[str | None]] = []
    for _, record in _records(text.path, found, source.limits.cell_chars):
        if any(record.cells):
            cells: list[str | None] = [cell or None for cell in record.cells[:width]]
            sample.append(cells + [None] * (width - len(cells)))
        if len(sample) == SAMPLE_RECORDS:
            break
    if len(sample) < SAMPLE_RECORDS:
        return len(sample), sample
    if _may_be_fast(text, found):
        import duckdb

        with duckdb.connect() as connection:
            try:
                _limit(connection, source)
                filled = " OR ".join(f"c{i} IS NOT NULL" for i in range(width))
                row = connection.execute(f"SELECT count(*) FILTER ({filled}) FROM {_scan(text, found)}").fetchone()
                return (int(row[0]) if row else 0), sample
            except duckdb.Error:
                pass
    return sum(1 for _, record in _records(text.path, found, source.limits.cell_chars) if any(record.cells)), sample


def _may_be_fast(text: TextFile, known: FileProfile) -> bool:
    large = text.path.stat().st_size >= _FAST_FROM_BYTES
    plain = large and text.plain and not known.preamble and len(known.columns) > 1
    return plain and known.quote == '"' and known.delimiter in _FAST_DELIMITERS and not _spaced_quotes(text.path, known)


def _spaced_quotes(path: Path, known: FileProfile) -> bool:
    """``a, "b"``: DuckDB drops the blank and the quotes; the exact path keeps the cell as it came."""
    mark = re.escape(known.delimiter or "").encode()
    blanks = b" +" if known.delimiter == "\t" else b"[ \\t]+"
    suspicious = re.compile(b"[" + mark + b"\\n]" + blanks + b'"|"' + blanks + b"[" + mark + b"\\r\\n]")
    quotes = 0
    tail = b""
    with path.open("rb") as handle:
        while chunk := handle.read(1 << 22):
            window = tail + chunk
            counted = 0
            for match in suspicious.finditer(window):
                first = match.start() + (1 if window[match.start()] == 0x22 else 0)
                quotes += window.count(b'"', counted, first)
                counted = first
                outside = quotes % 2 == 0
                if outside:
                    return True
            keep = max(counted, len(window) - 64)
            quotes += window.count(b'"', counted, keep)
            tail = window[keep:]
    return (quotes + tail.count(b'"')) % 2 == 1


def _scan(text: TextFile, known: FileProfile) -> str:
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(known.columns)))
    path = str(text.path).replace("'", "''")
    return (
        f"read_csv('{path}', columns={{{columns}}}, auto_detect=false, delim='{known.delimiter}', quote='\"', "
        f"escape='\"', header={str(known.header).lower()}, strict_mode=true, encoding='utf-8')"
    )


def _limit(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    connection.execute(f"SET memory_limit='{source.limits.memory_bytes * 6 // 10_000_000}MB'")
    connection.execute(f"SET temp_directory='{source.scratch}/spill'")
    connection.execute("SET threads=2")


def _fast(source: Source, text: TextFile, known: FileProfile, out: Path) -> Sink | None:
    """DuckDB, strict. None when it met anything that it was not sure of: then the exact path decides."""
    import duckdb  # small files never come here, and spare themselves the loading

    cells = ", ".join(f"c{i}" for i in range(len(known.columns)))
    filled = " OR ".join(f"c{i} IS NOT NULL" for i in range(len(known.columns)))
    with duckdb.connect() as connection:
        _limit(connection, source)
        try:
            total = connection.execute(
                f"COPY (SELECT row, {cells}, broken, raw FROM (SELECT "
                f"row_number() OVER () AS row, {cells}, NULL::VARCHAR AS broken, NULL::VARCHAR AS raw "
                f"FROM {_scan(text, known)}) WHERE {filled}) TO '{out}' (FORMAT parquet, COMPRESSION zstd)"
            ).fetchone()
        except duckdb.Error:
            out.unlink(missing_ok=True)
            return None
    sink = Sink(None, len(known.columns))
    sink.records = int(total[0]) if total else 0
    return sink


def _exact(source: Source, text: TextFile, known: FileProfile, out: Path) -> Sink:
    width = len(known.columns)
    with Sink(out, width) as sink:
        for row, record in _records(text.path, known, source.limits.cell_chars):
            cells, broken = record.cells, record.broken
            if broken is None and len(cells) > width and not any(cells[width:]):
                cells = cells[:width]  # empty cells beyond the last name: nothing is lost
            if broken is None and any(cells) and len(cells) != width:
                broken = Reason("record_cell_count", {"found": len(cells), "expected": width})
            if broken is None:
                broken = _unstorable(cells, text.damaged)
            if broken is not None:
                broken = _placed(broken, row, known.columns)
            sink.add(row, cells, broken, record.raw if broken else None)
    return sink


def _unstorable(cells: list[str], damaged: bool) -> Reason | None:
    for column, cell in enumerate(cells):
        if "\0" in cell:
            return Reason("record_nul", {}, {"column": column})
        if damaged and "\ufffd" in cell:
            return Reason("record_bytes_damaged", {}, {"column": column})
    return None


def _placed(reason: Reason, row: int, columns: list[str]) -> Reason:
    where: dict[str, int | str] = {"row": row}
    if "column" in reason.where:
        position = int(reason.where["column"])
        where["column"] = columns[position] if position < len(columns) else f"column {position + 1}"
    return Reason(reason.code, reason.params, where)
