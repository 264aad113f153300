"""Rows that were refused: from the check's table to what people see, correct and send again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from zhiji.data.landing.models import Batch, RejectedRow


def read_rejected(path: Path, columns: Sequence[str], after: int, limit: int) -> list[dict[str, Any]]:
    """Rows ``after``+1 … of a check's quarantine: ``row, column, value, code, params, original``.

    columns: the file's column names; ``original`` has the row's cells under them, in the file's order. A record that
    could not be split into cells has its whole text under the first name.
    """
    with pq.ParquetFile(path) as file:
        rows = _slice(file, after, limit).to_pylist()
    return [
        {
            "row": row["row"],
            "column": row["column"] or "",
            "value": row["value"] or "",
            "code": row["code"],
            "params": orjson.loads(row["params"] or "{}"),
            "original": _original(row, columns),
        }
        for row in rows
    ]


def _slice(file: pq.ParquetFile, after: int, limit: int) -> pa.Table:
    """Rows ``after``+1 …, from the row groups that hold them and no other."""
    groups, first, skipped = [], 0, 0
    for number in range(file.metadata.num_row_groups):
        end = first + file.metadata.row_group(number).num_rows
        if end <= after:
            skipped = end
        elif first < after + limit:
            groups.append(number)
        first = end
    return file.read_row_groups(groups).slice(after - skipped, limit)


def _original(row: dict[str, Any], columns: Sequence[str]) -> dict[str, Any]:
    cells = {name: row.get(f"c{position}") for position, name in enumerate(columns)}
    if row.get("raw") and not any(cells.values()) and columns:
        cells[columns[0]] = row["raw"]
    return cells


def keep_rejected(batch: Batch, rows: Sequence[dict[str, Any]]) -> list[RejectedRow]:
    """Put rows of ``read_rejected`` into the batch's quarantine."""
    return RejectedRow.objects.bulk_create(
        [
            RejectedRow(
                batch=batch, row=row["row"], column=row["column"][:200], value=row["value"][:500], code=row["code"],
                params=row["params"], original=row["original"],
            )
            for row in rows
        ],
        batch_size=500,
    )  # fmt: skip
