"""Workbooks (xlsx, xlsm, xlsb, xls, ods) through calamine; values become the text that a person would type.

Numbers have the 15 digits that a spreadsheet keeps (so 0.1+0.2 is 0.3), whole ones no point; dates are ISO, whatever
epoch the workbook counts from; booleans ``true`` and ``false``. An error cell (#N/A) is empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path

import python_calamine as calamine

from zhiji.data.sources.files.errors import (
    FileEmpty,
    FileTooWide,
    FileWithoutRecords,
    HeaderMerged,
    SheetNotFound,
    WorkbookBroken,
    WorkbookEncrypted,
)
from zhiji.data.sources.files.header import find_preamble, has_header, unique_names
from zhiji.data.sources.files.model import SAMPLE_RECORDS, FileProfile
from zhiji.data.sources.files.sink import Sink
from zhiji.data.sources.files.source import Source
from zhiji.data.sources.files.workbook_guard import Findings, guard_workbook
from zhiji.kernel import Reason

_LATEST_RUST = (calamine.CalamineError, calamine.ZipError, calamine.XmlError, OSError, ValueError)


def profile(source: Source) -> FileProfile:
    """Chooses the sheet (the one asked for, or the first visible one with cells), finds its names, counts."""
    findings = _guard(source)
    workbook = _open(source)
    sheet, names = _choose(source, workbook)
    head = [cells for _, cells in islice(_rows(sheet), SAMPLE_RECORDS + 50)]
    if not any(any(row) for row in head):
        raise FileEmpty(name=source.name, where={**source.where, "sheet": sheet.name})
    preamble = int(source.options.get("preamble", find_preamble(head)))
    while preamble < len(head) and not any(head[preamble]):
        preamble += 1
    first, rest = head[preamble], [row for row in head[preamble + 1 :] if any(row)]
    header = bool(source.options.get("header", has_header(first, rest[:100])))
    if header:
        _refuse_merged(source, sheet, preamble)
    if len(first) > source.limits.columns:
        raise FileTooWide(name=source.name, columns=len(first), limit=source.limits.columns, where=source.where)
    columns, notes = unique_names(first) if header else ([f"column {i + 1}" for i in range(len(first))], [])
    found = FileProfile(
        name=source.name,
        format="excel",
        columns=columns,
        sample=[],
        row_count=0,
        size_bytes=source.original.stat().st_size,
        header=header,
        compression=source.compression,
        preamble=preamble,
        sheet=sheet.name,
        sheets=names,
        notes=notes + _notes(source, sheet.name, names, findings, header, preamble),
    )
    sample: list[list[str | None]] = []
    records = 0
    for _, cells in _records(sheet, found):
        if any(cells):
            records += 1
            if records <= SAMPLE_RECORDS:
                sample.append([cell or None for cell in cells])
    if records == 0:
        raise FileWithoutRecords(name=source.name, columns=columns[:20], where=source.where)
    return FileProfile(**{**found.__dict__, "row_count": records, "sample": sample})


def receive(source: Source, known: FileProfile, out: Path) -> Sink:
    """All records of the sheet of the profile."""
    findings = _guard(source)
    sheet = _open(source).get_sheet_by_name(known.sheet or "")
    first_row, first_column = sheet.start or (0, 0)
    above = first_row + known.preamble + (1 if known.header else 0)
    unvalued: dict[int, int] = {}
    for row, column in findings.empty_formulas.get(sheet.name, []):
        unvalued.setdefault(row - above + 1, column - first_column)
    with Sink(out, len(known.columns)) as sink:
        for row, cells in _records(sheet, known):
            broken = None
            if row in unvalued:
                name = known.columns[unvalued[row]] if unvalued[row] < len(known.columns) else "?"
                broken = Reason("record_formula_without_value", {}, {"row": row, "column": name})
            elif (
                long := next((i for i, cell in enumerate(cells) if len(cell) > source.limits.cell_chars), None)
            ) is not None:
                where = {"row": row, "column": known.columns[long]}
                broken = Reason("record_cell_too_long", {"limit": source.limits.cell_chars}, where)
                cells = [cell[:1000] for cell in cells]
            elif (nul := next((i for i, cell in enumerate(cells) if "\0" in cell), None)) is not None:
                broken = Reason("record_nul", {}, {"row": row, "column": known.columns[nul]})
            sink.add(row, cells, broken)
    return sink


def _guard(source: Source) -> Findings:
    with source.path.open("rb") as handle:
        zipped = handle.read(2) == b"PK"
    return guard_workbook(source) if zipped else Findings()


def _open(source: Source) -> calamine.CalamineWorkbook:
    try:
        return calamine.CalamineWorkbook.from_path(source.path)
    except calamine.PasswordError as error:
        raise WorkbookEncrypted(name=source.name, where=source.where) from error
    except _LATEST_RUST as error:
        raise WorkbookBroken(name=source.name, where=source.where) from error


def _choose(source: Source, workbook: calamine.CalamineWorkbook) -> tuple[calamine.CalamineSheet, list[str]]:
    kinds = [meta for meta in workbook.sheets_metadata if meta.typ == calamine.SheetTypeEnum.WorkSheet]
    names = [meta.name for meta in kinds]
    asked = source.options.get("sheet")
    if asked is not None and asked not in names:
        raise SheetNotFound(name=source.name, sheet=str(asked), sheets=names, where=source.where)
    visible = [meta.name for meta in kinds if meta.visible == calamine.SheetVisibleEnum.Visible]
    try:
        for name in [asked] if asked else [*visible, *names]:
            sheet = workbook.get_sheet_by_name(name)
            if sheet.height and sheet.width:
                return sheet, names
    except _LATEST_RUST as error:
        raise WorkbookBroken(name=source.name, where=source.where) from error
    raise FileEmpty(name=source.name, where=source.where)


def _refuse_merged(source: Source, sheet: calamine.CalamineSheet, preamble: int) -> None:
    """A name that spans several columns names none of them."""
    first_row, _ = sheet.start or (0, 0)
    row = first_row + preamble
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        if top <= row <= bottom and right > left:
            cell = f"{_letters(left + 1)}{row + 1}:{_letters(right + 1)}{row + 1}"
            where = {**source.where, "sheet": sheet.name, "row": row + 1, "column": _letters(left + 1)}
            raise HeaderMerged(name=source.name, cell=cell, where=where)


def _letters(number: int) -> str:
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def _notes(
    source: Source, sheet: str, sheets: list[str], findings: Findings, header: bool, preamble: int
) -> list[Reason]:
    notes = []
    others = [name for name in sheets if name != sheet]
    if others:
        notes.append(Reason("file_other_sheets", {"sheet": sheet, "others": others[:20]}))
    if findings.macros:
        notes.append(Reason("file_macros_ignored"))
    if preamble:
        notes.append(Reason("file_preamble_skipped", {"lines": preamble}))
    if not header:
        notes.append(Reason("file_without_header"))
    if source.plain_name.endswith((".csv", ".tsv", ".txt", ".json", ".parquet")):
        notes.append(Reason("file_extension_differs", {"name": source.name, "format": "excel"}))
    return notes


def _rows(sheet: calamine.CalamineSheet) -> Iterator[tuple[int, list[str]]]:
    first_row, _ = sheet.start or (0, 0)  # lazily: all cells as Python objects at once cost several times the memory
    for number, values in enumerate(islice(sheet.iter_rows(), first_row, None)):
        yield number, [as_text(value) for value in values]


def _records(sheet: calamine.CalamineSheet, known: FileProfile) -> Iterator[tuple[int, list[str]]]:
    """(row, cells) under the names."""
    skipped = known.preamble + (1 if known.header else 0)
    for number, cells in _rows(sheet):
        if number >= skipped:
            yield number - skipped + 1, cells


def as_text(value: object) -> str:
    """A cell's value as text; see the module."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return format(Decimal(f"{value:.15g}"), "f").removesuffix(".0") if value == value else "NaN"
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds" if not value.microsecond else "microseconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return "" if value is None else str(value)
