"""Clean rows in the order in which they are stored: whole orders, in chunks of about ten thousand lines.

A chunk is one row group of the staged file, so that reading one touches nothing else.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

CHUNK_ROWS = 10_000


def stage_orders(clean: Path, staged: Path) -> int:
    """Write ``staged``: the clean lines plus ``order_digest``, ``hides_customer`` (whoever ordered is masked),
    ``first_row``, ``chunk``; returns how many chunks.

    An order's digest covers its lines' keys and states and who ordered: two deliveries of an order are the same exactly
    when their digests are. An order is never split, so a chunk may be longer than ``CHUNK_ROWS`` by one order.
    """
    return _write(_orders(f"read_parquet('{clean}')"), staged)


def staged_orders(session: duckdb.DuckDBPyConnection, clean: pa.Table) -> pa.Table:
    """The same of few lines, in memory."""
    session.register("clean_lines", clean)
    return session.sql(_orders("clean_lines")).to_arrow_table()


def _orders(clean: str) -> str:
    return f"""
        WITH clean AS (SELECT * FROM {clean}), whole AS (
            SELECT order_key, MIN("row") AS first_row, COUNT(*) AS lines,
                md5(concat_ws(chr(31), string_agg(line_digest || '.' || occurrence || '.' || COALESCE(line_state, ''),
                    ',' ORDER BY line_digest, occurrence), arg_min(customer_external_id, "row"))) AS order_digest,
                bool_or(customer_masked) AND count(customer_external_id) = 0 AS hides_customer
            FROM clean GROUP BY order_key
        ), placed AS (
            SELECT *, CAST((SUM(lines) OVER (ORDER BY first_row) - lines) // {CHUNK_ROWS} AS INTEGER) AS chunk
            FROM whole
        )
        SELECT clean.*, placed.order_digest, placed.hides_customer, placed.first_row, placed.chunk
        FROM clean JOIN placed USING (order_key) ORDER BY chunk, first_row, "row", made_from NULLS FIRST
        """


def stage_rows(clean: Path, staged: Path) -> int:
    """The same for kinds whose rows stand alone."""
    return _write(
        f"""SELECT *, CAST((ROW_NUMBER() OVER (ORDER BY "row") - 1) // {CHUNK_ROWS} AS INTEGER) AS chunk
            FROM read_parquet('{clean}') ORDER BY "row" """,
        staged,
    )


def _write(sql: str, staged: Path) -> int:
    """Run ``sql``, which is ordered by ``chunk``, into a file with one row group a chunk."""
    chunks = 0
    with duckdb.connect() as engine:
        reader = engine.sql(sql).to_arrow_reader(CHUNK_ROWS)
        with pq.ParquetWriter(staged, reader.schema, compression="zstd", compression_level=1) as writer:
            waiting: list[pa.Table] = []
            for batch in reader:
                table = pa.Table.from_batches([batch])
                numbers = table.column("chunk")
                for number in pc.unique(numbers).to_pylist():
                    if number == chunks:
                        _flush(writer, waiting)
                        chunks += 1
                    waiting.append(table.filter(pc.equal(numbers, number)))
            _flush(writer, waiting)
    return chunks


def _flush(writer: pq.ParquetWriter, waiting: list[pa.Table]) -> None:
    if waiting:
        whole = pa.concat_tables(waiting).combine_chunks()
        writer.write_table(whole, row_group_size=max(1, whole.num_rows))
        waiting.clear()


def read_chunk(staged: Path, chunk: int) -> pa.Table:
    """One chunk in stored order; times as naive UTC."""
    with pq.ParquetFile(staged) as file:
        return file.read_row_group(chunk)
