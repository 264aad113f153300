"""Files of exports, written block by block so that a million rows need no more memory than a thousand.

Cells come typed: ``text``, ``whole``, ``number``, ``money`` (micros), ``day``, ``instant``, ``flag``; None is empty.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from zhiji.application.customers.errors import ExportKindUnknown
from zhiji.application.customers.rows import amount
from zhiji.processing.cleaning import guarded

FORMATS = {"csv": "text/csv; charset=utf-8",
           "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
           "parquet": "application/vnd.apache.parquet"}  # fmt: skip
SHEET_ROWS = 1_048_575
_LONGEST_CELL = 32_767
# Control characters that XML, and so Excel, cannot hold.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True)
class Column:
    name: str
    kind: str


class Writer(Protocol):
    """Takes rows in blocks; ``close`` makes the file whole."""

    def write(self, rows: Sequence[Sequence[Any]]) -> None: ...

    def close(self) -> None: ...


def _plain(kind: str, value: Any) -> str:
    """A cell as text, exact."""
    if value is None:
        return ""
    if kind == "text":
        return guarded(str(value))
    if kind == "money":
        return amount(value) or ""
    if kind == "flag":
        return "true" if value else "false"
    if kind == "instant":
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    if kind == "day":
        return str(value.isoformat())
    return repr(float(value)) if kind == "number" else str(value)


class CsvWriter:
    """UTF-8 with a mark at its beginning: without it, Excel reads Chinese as noise."""

    def __init__(self, path: Path, columns: Sequence[Column]) -> None:
        self._kinds = [column.kind for column in columns]
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._csv = csv.writer(self._file)
        self._csv.writerow([column.name for column in columns])

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        kinds = self._kinds
        self._csv.writerows([_plain(kind, value) for kind, value in zip(kinds, row, strict=True)] for row in rows)

    def close(self) -> None:
        self._file.close()


class ExcelWriter:
    """One sheet, and a further one whenever a sheet is full."""

    def __init__(self, path: Path, columns: Sequence[Column]) -> None:
        from openpyxl import Workbook

        self._path, self._columns = path, columns
        self._book = Workbook(write_only=True)
        self._left = 0

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        for row in rows:
            if self._left == 0:
                self._sheet = self._book.create_sheet()
                self._sheet.append([column.name for column in self._columns])
                self._left = SHEET_ROWS
            self._left -= 1
            self._sheet.append(
                [self._cell(column.kind, value) for column, value in zip(self._columns, row, strict=True)]
            )

    def _cell(self, kind: str, value: Any) -> Any:
        if value is None:
            return None
        if kind == "money":
            return Decimal(amount(value) or 0)
        if kind == "instant":
            return value.astimezone(UTC).replace(tzinfo=None)
        if kind != "text":
            return value
        text = _UNPRINTABLE.sub("", str(value))[:_LONGEST_CELL]
        if text.startswith("="):
            from openpyxl.cell import WriteOnlyCell

            # A cell that is said to be text is never a formula, whatever it begins with.
            cell = WriteOnlyCell(self._sheet, value="")
            cell.value, cell.data_type = text, "s"
            return cell
        return text

    def close(self) -> None:
        if not self._book.worksheets:
            self._left = SHEET_ROWS
            self._sheet = self._book.create_sheet()
            self._sheet.append([column.name for column in self._columns])
        self._book.save(self._path)


_ARROW = {
    "text": pa.string(), "whole": pa.int64(), "number": pa.float64(), "money": pa.decimal128(19, 6),
    "day": pa.date32(), "instant": pa.timestamp("us", tz="UTC"), "flag": pa.bool_(),
}  # fmt: skip


class ParquetWriter:
    """Typed columns; money as exact decimals with six places."""

    def __init__(self, path: Path, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._schema = pa.schema([(column.name, _ARROW[column.kind]) for column in columns])
        self._file = pq.ParquetWriter(path, self._schema)

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        if not rows:
            return
        arrays = []
        for column, values in zip(self._columns, zip(*rows, strict=True), strict=True):
            if column.kind == "money":
                values = tuple(None if v is None else Decimal(v).scaleb(-6) for v in values)
            elif column.kind == "text":
                values = tuple(None if v is None else str(v) for v in values)
            arrays.append(pa.array(values, _ARROW[column.kind]))
        self._file.write_table(pa.table(arrays, schema=self._schema))

    def close(self) -> None:
        self._file.close()


def writer(file_format: str, path: Path, columns: Sequence[Column]) -> Writer:
    if file_format == "csv":
        return CsvWriter(path, columns)
    if file_format == "xlsx":
        return ExcelWriter(path, columns)
    if file_format == "parquet":
        return ParquetWriter(path, columns)
    raise ExportKindUnknown(name=file_format, where={"field": "format"})


def format_of(path: Path) -> str:
    """The format that a file's ending asks for."""
    ending = path.suffix.lower().lstrip(".")
    if ending not in FORMATS:
        raise ExportKindUnknown(name=path.name, where={"path": path.name})
    return ending
