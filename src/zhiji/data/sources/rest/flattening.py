"""A nested record becomes rows: names joined by dots, and one row for each element of the list of its lines."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

Row = dict[str, str | None]


def at(value: Any, path: str) -> Any:
    """What lies at a path of names joined by dots; None where there is nothing. A number names a place in a list."""
    for name in path.split(".") if path else ():
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and name.isdecimal():
            value = value[int(name)] if int(name) < len(value) else None
        else:
            return None
    return value


def has(value: Any, path: str) -> bool:
    """Whether there is something at the path, were it null."""
    before, _, last = path.rpartition(".")
    inner = at(value, before)
    return not path or (isinstance(inner, dict) and last in inner) or isinstance(at(value, path), list)


def rows(record: Any, lines: str) -> list[Row]:
    """Each row has the record's own values; those of a line under the path of the lines. A record without lines, or of
    which they are nothing, is one row."""
    if not isinstance(record, dict):
        return [{"value": text(record)}]
    found = at(record, lines) if lines else None
    own: Row = {}
    _spread(record, "", own, skip=lines if isinstance(found, list) else "")
    if not isinstance(found, list) or not found:
        return [own]
    made = []
    for element in found:
        row = dict(own)
        _spread(element, lines, row, skip="")
        made.append(row)
    return made


def _spread(value: Any, name: str, into: Row, skip: str) -> None:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            path = f"{name}.{key}" if name else str(key)
            if path != skip:
                _spread(inner, path, into, skip)
    else:
        into[name] = text(value)


def text(value: Any) -> str | None:
    """As a cell: numbers with every digit that they came with, lists of plain values with commas, others as JSON."""
    if value is None or value in ({}, []):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return format(value, "f") if abs(value.adjusted()) < 30 else str(value)
    if isinstance(value, list) and all(isinstance(one, str | int) and not isinstance(one, bool) for one in value):
        return ", ".join(str(one) for one in value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
