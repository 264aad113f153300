"""Where the names of the columns stand, whether there are any, and how they become unique."""

from __future__ import annotations

import re
from collections.abc import Sequence

from zhiji.kernel import Reason

_NUMBER = re.compile(r"^[-+(]?[¥￥$£€]?\s*\d[\d.,'\s]*\)?(?:[eE][-+]?\d+)?%?$")
_DATE = re.compile(r"^\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}日?")
_PREAMBLE_MOST = 30


def is_value(cell: str | None) -> bool:
    """Whether a cell looks like a number or a date, which no name of a column does."""
    text = (cell or "").strip().lstrip("'")
    return bool(_NUMBER.match(text) or _DATE.match(text))


def find_preamble(records: Sequence[Sequence[str | None]]) -> int:
    """How many records stand above the table: titles, with hardly a cell filled where the table below is wide."""
    filled = [sum(1 for cell in record if cell and cell.strip()) for record in records[:100]]
    wide = sorted(count for count in filled if count)
    if not wide:
        return 0
    width = wide[len(wide) // 2]
    if width < 3:
        return 0
    for index, count in enumerate(filled[:_PREAMBLE_MOST]):
        if count > max(2, width // 3):
            return index
    return 0


def has_header(first: Sequence[str | None], rest: Sequence[Sequence[str | None]]) -> bool:
    """Whether the first record holds names. Years as names (2019, 2020) are taken for values: say ``header`` then."""
    filled = [cell for cell in first if cell and cell.strip()]
    if not filled or any(is_value(cell) for cell in filled):
        return False
    if not rest:
        return True
    columns = list(zip(*(tuple(record) + (None,) * (len(first) - len(record)) for record in rest), strict=False))
    below_values = any(sum(is_value(cell) for cell in column) > len(column) / 2 for column in columns)
    if below_values:
        return True
    repeated = sum(1 for cell, column in zip(first, columns, strict=False) if cell and cell in column)
    return len(set(filled)) == len(filled) and repeated <= len(filled) / 4


def unique_names(names: Sequence[str | None]) -> tuple[list[str], list[Reason]]:
    """Names as found, trimmed; an empty one becomes ``column 3``, a repeated one ``Amount (2)``. Says what it
    changed."""
    taken: dict[str, int] = {}
    result: list[str] = []
    changed: list[str] = []
    for position, name in enumerate(names, start=1):
        base = re.sub(r"\s+", " ", (name or "").replace("\ufeff", "")).strip()[:200] or f"column {position}"
        final = base
        while final in taken:
            taken[base] += 1
            final = f"{base} ({taken[base]})"
        taken.setdefault(base, 1)
        taken.setdefault(final, 1)
        if name is None or final != re.sub(r"\s+", " ", name).strip():
            changed.append(final)
        result.append(final)
    notes = [Reason("file_columns_renamed", {"columns": changed[:20], "count": len(changed)})] if changed else []
    return result, notes
