"""Clean rows in the order in which they are stored: whole orders, in chunks of about ten thousand lines."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

CHUNK_ROWS = 10_000


def stage_orders(clean: Path, staged: Path) -> int:
    """Write ``staged``: the clean lines plus ``order_digest`` and ``chunk``; returns the number of chunks.

    An order's digest covers its lines' keys and its state: two deliveries of an order are the same exactly when their
    digests are. An order is never split, so a chunk may be longer than ``CHUNK_ROWS`` by one order.
    """
    with duckdb.connect() as engine:
        engine.execute(f"CREATE VIEW clean AS SELECT * FROM read_parquet('{clean}')")
        engine.execute(
            f"""
            COPY (
                WITH whole AS (
                    SELECT order_key, MIN("row") AS first_row, COUNT(*) AS lines,
                        md5(string_agg(line_digest || '.' || occurrence || '.' || COALESCE(order_state, ''), ','
                            ORDER BY line_digest, occurrence)) AS order_digest
                    FROM clean GROUP BY order_key
                ), placed AS (
                    SELECT *, CAST((SUM(lines) OVER (ORDER BY first_row) - lines) // {CHUNK_ROWS} AS INTEGER) AS chunk
                    FROM whole
                )
                SELECT clean.*, placed.order_digest, placed.chunk, placed.first_row
                FROM clean JOIN placed USING (order_key) ORDER BY chunk, first_row, "row"
            ) TO '{staged}' (FORMAT parquet, ROW_GROUP_SIZE {CHUNK_ROWS * 2})
            """
        )
        found = engine.execute(f"SELECT COALESCE(MAX(chunk), -1) + 1 FROM read_parquet('{staged}')").fetchone()
    return int(found[0]) if found else 0


def stage_rows(clean: Path, staged: Path) -> int:
    """The same for kinds whose rows stand alone."""
    with duckdb.connect() as engine:
        engine.execute(
            f"""COPY (SELECT *, CAST((ROW_NUMBER() OVER (ORDER BY "row") - 1) // {CHUNK_ROWS} AS INTEGER) AS chunk
                FROM read_parquet('{clean}') ORDER BY "row") TO '{staged}' (FORMAT parquet)"""
        )
        found = engine.execute(f"SELECT COALESCE(MAX(chunk), -1) + 1 FROM read_parquet('{staged}')").fetchone()
    return int(found[0]) if found else 0


def read_chunk(staged: Path, chunk: int) -> pa.Table:
    """One chunk in stored order; times as naive UTC."""
    with duckdb.connect() as engine:
        return engine.execute(
            f"""SELECT * FROM read_parquet('{staged}') WHERE chunk = ? ORDER BY "row" """,
            [chunk],
        ).to_arrow_table()
