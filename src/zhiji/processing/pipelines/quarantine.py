"""Rows that were refused: from the check's table to what people see, correct and send again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq

from zhiji.data.landing.models import Batch, RejectedRow


def read_rejected(path: Path, columns: Sequence[str], after: int, limit: int) -> list[dict[str, Any]]:
    """Rows ``after``+1 … of a check's quarantine: ``row, column, value, code, params, original``.

    columns: the file's column names; ``original`` has the row's cells under them, in the file's order. A record that
    could not be split into cells has its whole text under the first name.
    """
    table = pq.ParquetFile(path)
    rows = table.read().slice(after, limit).to_pylist() if table.metadata.num_rows > after else []
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


def _original(row: dict[str, Any], columns: Sequence[str]) -> dict[str, Any]:
    cells = {name: row.get(f"c{position}") for position, name in enumerate(columns)}
    if row.get("raw") and not any(cells.values()) and columns:
        cells[columns[0]] = row["raw"]
    return cells


def keep_rejected(batch: Batch, rows: Sequence[dict[str, Any]]) -> None:
    """Put rows of ``read_rejected`` into the batch's quarantine."""
    RejectedRow.objects.bulk_create(
        [
            RejectedRow(
                batch=batch, row=row["row"], column=row["column"][:200], value=row["value"][:500], code=row["code"],
                params=row["params"], original=row["original"],
            )
            for row in rows
        ],
        batch_size=500,
    )  # fmt: skip


def mark_corrected(batch: Batch, corrections: Sequence[tuple[int | None, int]]) -> None:
    """Note that this batch brought corrected rows: pairs of (import's batch or None, row of that file)."""
    for original, row in corrections:
        found = RejectedRow.objects.filter(row=row, corrected_by=None)
        found = found.filter(batch_id=original) if original is not None else found.filter(batch__kind=batch.kind)
        pk = found.order_by("-pk").values_list("pk", flat=True).first()
        RejectedRow.objects.filter(pk=pk).update(corrected_by=batch)
