"""Looks into a zipped workbook without unpacking it to disk or memory: bombs, entities, sparse extents, formulas.

A workbook of 4.7 KB can claim a cell at XFD1048576 and make a reader allocate gigabytes; one of 40 KB can expand to
terabytes. Both are refused from the archive's directory and a streaming scan, before any reader sees the file.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from zhiji.data.sources.files.errors import (
    ArchiveTooLarge,
    FileNotTable,
    SheetSparse,
    WorkbookBroken,
    WorkbookEntities,
)
from zhiji.data.sources.files.source import Source

_EXPANDED_MOST = 2_000_000_000
_RATIO_MOST = 200
_RATIO_FROM_BYTES = 20_000_000
_CELLS_MOST = 60_000_000
_EXTENT_FREE = 2_000_000
_EXTENT_PER_CELL = 50
_CHUNK = 1 << 20
# What the archive reader raises on damaged directories, parts and offsets.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    ValueError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    KeyError,
)
_ROW = re.compile(rb'<row [^>]*?\br="(\d{1,9})"')
_FAR_CELL = re.compile(rb'<c [^>]*?\br="([A-Z]{2,3})\d')
_FORMULA_CELL = re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*>\s*(<f\b.*?)</c>', re.DOTALL)
_SHEET = re.compile(rb"<sheet\b[^>]*>")
_ATTRIBUTE = re.compile(rb'([\w:]+)="([^"]*)"')


@dataclass
class Findings:
    """macros: a macro part is there (never run). empty_formulas: sheet → cells (row, column, both 0-based) whose
    formula has no stored value."""

    macros: bool = False
    empty_formulas: dict[str, list[tuple[int, int]]] = field(default_factory=dict)


def guard_workbook(source: Source) -> Findings:
    """Raises ArchiveTooLarge, WorkbookEntities, SheetSparse, WorkbookBroken, FileNotTable."""
    try:
        with zipfile.ZipFile(source.path) as archive:
            return _guard(source, archive)
    except _DAMAGED as error:
        raise WorkbookBroken(name=source.name, where=source.where) from error


def _guard(source: Source, archive: zipfile.ZipFile) -> Findings:
    entries = archive.infolist()
    names = {entry.filename for entry in entries}
    if not names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}:
        raise FileNotTable(name=source.name, format="zip", where=source.where)
    total = sum(entry.file_size for entry in entries)
    dense = any(
        entry.file_size > _RATIO_FROM_BYTES and entry.file_size > _RATIO_MOST * max(1, entry.compress_size)
        for entry in entries
    )
    if total > min(_EXPANDED_MOST, source.limits.expanded_bytes) or dense or len(entries) > 10_000:
        raise ArchiveTooLarge(name=source.name, limit_mb=total // 1_000_000, where=source.where)
    found = Findings(macros=any(name.endswith("vbaProject.bin") for name in names))
    titles = _sheet_titles(archive, names)
    for entry in entries:
        if entry.filename.endswith((".xml", ".rels")):
            title = titles.get(entry.filename)
            cells = _scan_part(source, archive, entry, title)
            if cells and title:
                found.empty_formulas[title] = cells
    return found


def _sheet_titles(archive: zipfile.ZipFile, names: set[str]) -> dict[str, str]:
    """Part name → sheet title."""
    if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
        return {}
    relations = {}
    for tag in re.findall(rb"<Relationship\b[^>]*>", archive.read("xl/_rels/workbook.xml.rels")):
        attributes = dict(_ATTRIBUTE.findall(tag))
        target = attributes.get(b"Target", b"").decode("utf-8", "replace").lstrip("/")
        relations[attributes.get(b"Id")] = target if target.startswith("xl/") else f"xl/{target}"
    titles = {}
    for tag in _SHEET.findall(archive.read("xl/workbook.xml")):
        attributes = dict(_ATTRIBUTE.findall(tag))
        part = relations.get(attributes.get(b"r:id"))
        if part:
            titles[part] = _unescape(attributes.get(b"name", b"").decode("utf-8", "replace"))
    return titles


def _unescape(text: str) -> str:
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(entity, character)
    return text


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The part in pieces that end at the end of a cell, so that no cell is cut in two."""
    rest = b""
    with archive.open(entry) as handle:
        while chunk := handle.read(_CHUNK):
            window = rest + chunk
            cut = window.rfind(b"</row>") + 6
            if cut < 6:
                cut = window.rfind(b"</c>") + 4
            if cut < 4:
                cut = max(0, len(window) - 4096) if len(window) > 4 * _CHUNK else 0
            yield window[:cut]
            rest = window[cut:]
    yield rest


def _scan_part(
    source: Source, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, title: str | None
) -> list[tuple[int, int]]:
    cells = widest = lowest = 0
    empty: list[tuple[int, int]] = []
    for piece in _pieces(archive, entry):
        if b"<!DOCTYPE" in piece or b"<!ENTITY" in piece:
            raise WorkbookEntities(name=source.name, part=entry.filename, where=source.where)
        if not entry.filename.startswith("xl/worksheets/"):
            continue
        cells += piece.count(b"<c ")
        for row in _ROW.findall(piece):
            lowest = max(lowest, int(row))
        for letters in set(_FAR_CELL.findall(piece)):
            widest = max(widest, column_number(letters.decode()))
        if b"<f" in piece:
            for letters, row, body in _FORMULA_CELL.findall(piece):
                if b"<v>" not in body or b"<v></v>" in body:
                    empty.append((int(row) - 1, column_number(letters.decode()) - 1))
    extent = max(26, widest) * lowest
    if (
        extent > _EXTENT_FREE and (extent > _EXTENT_PER_CELL * cells or extent > 10 * _CELLS_MOST)
    ) or cells > _CELLS_MOST:
        params = {"sheet": title or entry.filename, "rows": lowest, "columns": widest, "cells": cells}
        raise SheetSparse(name=source.name, where={**source.where, "row": lowest}, **params)
    return empty


def column_number(letters: str) -> int:
    """A → 1, Z → 26, AA → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
