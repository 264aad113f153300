"""What passes through the door of this room: limits, what a file looks like, what was received. All JSON-safe."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from zhiji.kernel import Reason

SAMPLE_RECORDS = 200
FORMATS = ("csv", "tsv", "whitespace", "excel", "json", "jsonl", "parquet")


@dataclass(frozen=True)
class Limits:
    """What one file may cost. Every limit that is met ends in a coded error, never in a crash of the caller.

    memory_bytes: resident size of the parsing process, watched from outside (an address-space limit kills DuckDB
    early).
    seconds: wall time of one call. input_bytes: size of the file as it comes. expanded_bytes: size after unpacking.
    output_bytes: what the parser may write. cell_chars: one cell. columns: width. json_depth: nesting.
    """

    memory_bytes: int = 1_000_000_000
    seconds: float = 300.0
    input_bytes: int = 4_000_000_000
    expanded_bytes: int = 8_000_000_000
    output_bytes: int = 8_000_000_000
    cell_chars: int = 1_000_000
    columns: int = 2_000
    json_depth: int = 100

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class FileProfile:
    """What a file looks like: enough to read it again the same way.

    format: one of ``FORMATS``. compression: ``gz`` or None. encoding: of text formats, a Python codec name.
    delimiter, quote: of csv and tsv. header: whether a line of names stands above the records.
    preamble: lines or sheet rows above that line (titles). sheet, sheets: of workbooks. columns: names, made unique.
    sample: the first 200 records, each a list as wide as ``columns``, of text or None (an empty cell).
    row_count: records in the file, broken ones included, blank ones not. notes: what a person should know.
    """

    name: str
    format: str
    columns: list[str]
    sample: list[list[str | None]]
    row_count: int
    size_bytes: int
    header: bool = True
    compression: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    preamble: int = 0
    sheet: str | None = None
    sheets: list[str] = field(default_factory=list)
    notes: list[Reason] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "notes": [note.to_json() for note in self.notes]}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> FileProfile:
        return cls(**{**value, "notes": [Reason.from_json(note) for note in value.get("notes", [])]})


@dataclass(frozen=True)
class Received:
    """Every record of a file, as it came, in one Parquet file.

    ``path`` has ``row`` int64, then ``c0`` … ``cN`` VARCHAR (NULL is an empty cell), then ``broken`` VARCHAR (NULL, or
    the JSON of the ``Reason`` why the record could not be split) and ``raw`` VARCHAR (the text of a broken record).

    ``row`` is the number of the record as a person counts it: 1 is the first line under the header, and blank lines
    count although they are no records. In a spreadsheet program with one header line, record ``n`` stands on line n+1.
    ``records == row_count of the profile``; ``broken`` of them have a reason. ``sha256`` is of the file as it came.
    """

    path: Path
    records: int
    broken: int
    blank: int
    sha256: str
    size_bytes: int
    columns: list[str]

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "path": str(self.path)}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Received:
        return cls(**{**value, "path": Path(value["path"])})
