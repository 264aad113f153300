"""Little tables for tests of cleaning: written as text, cleaned without going through a file of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq

from zhiji.data.sources.files.model import FileProfile
from zhiji.data.sources.files.sink import Sink
from zhiji.processing.cleaning import (
    Cleaned,
    CleaningSettings,
    clean_customers,
    clean_interactions,
    clean_orders,
    clean_products,
    match_columns,
)

Rows = list[dict[str, object]]
CLEANERS = {
    "orders": clean_orders,
    "customers": clean_customers,
    "products": clean_products,
    "interactions": clean_interactions,
}


def clean(
    folder: Path, text: str, kind: str = "orders", overrides: dict[str, str] | None = None, **settings: object
) -> tuple[Rows, Rows, Cleaned]:
    """Clean rows, rejected rows, and the account of both. Cells are split at commas."""
    names, *records = [line.split(",") for line in text.strip().splitlines()]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "received.parquet"
    with Sink(path, len(names)) as sink:
        for row, cells in enumerate(records, start=1):
            sink.add(row, cells)
    sample = [[cell or None for cell in cells] for cells in records]
    profile = FileProfile("x.csv", "csv", names, sample, len(records), 0)
    result = CLEANERS[kind](path, match_columns(profile, kind, overrides), CleaningSettings(**settings), folder)
    assert result.received == len(records) == result.clean + result.rejected
    assert Cleaned.from_json(json.loads(json.dumps(result.to_json()))) == result
    return pq.read_table(result.clean_path).to_pylist(), pq.read_table(result.rejected_path).to_pylist(), result


def column(rows: Rows, name: str) -> list[object]:
    return [row[name] for row in rows]
