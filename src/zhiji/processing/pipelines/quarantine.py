"""Rows that were refused: from the check's table to what people see, correct and send again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
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


def corrections(staged: Path) -> list[tuple[int | None, int]]:
    """The rows that a corrected file of rejects brings back: ``(batch of the original import or None, row)``."""
    if "corrects_row" not in pq.read_schema(staged).names:
        return []
    columns = ["corrects_import", "corrects_row"]
    table = pq.read_table(staged, columns=columns, filters=pc.field("corrects_row").is_valid())
    pairs = {(_number(row["corrects_import"]), row["corrects_row"]) for row in table.to_pylist()}
    return sorted(pairs, key=lambda pair: (pair[0] or 0, pair[1]))


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() else None


def mark_corrected(batch: Batch, pairs: Sequence[tuple[int | None, int]]) -> None:
    """Set ``corrected_by`` of the rejected rows behind ``pairs``; without a batch, of the newest with that row."""
    numbers = {row for _, row in pairs}
    open_rows = RejectedRow.objects.filter(row__in=numbers, corrected_by=None, batch__kind=batch.kind).order_by("pk")
    found = {(one.batch_id, one.row): one.pk for one in open_rows}
    newest = {row: pk for (_, row), pk in found.items()}
    keys = [found.get((original, row)) if original is not None else newest.get(row) for original, row in pairs]
    RejectedRow.objects.filter(pk__in=[key for key in keys if key is not None]).update(corrected_by=batch)
