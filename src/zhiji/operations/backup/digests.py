"""A digest of each table's rows: equal exactly when the rows are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import orjson


def of_rows(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> dict[str, Any]:
    """``rows`` and ``digest`` of a table, from its rows in a fixed order."""
    digest, count, block = hashlib.sha256(orjson.dumps(list(columns))), 0, []
    for row in rows:
        block.append(tuple(row))
        if len(block) == 2_000:
            count += len(block)
            digest.update(_bytes(block))
            block = []
    digest.update(_bytes(block) if block else b"")
    return {"rows": count + len(block), "digest": digest.hexdigest()}


def _bytes(rows: list[tuple[Any, ...]]) -> bytes:
    # One line a row, so that the digest does not depend on how rows come in blocks.
    return b"".join(orjson.dumps(row, default=_other) + b"\n" for row in rows)


def _other(value: Any) -> str:
    if isinstance(value, bytes | bytearray | memoryview):
        return "x" + bytes(value).hex()
    return f"{type(value).__name__}:{value}"
