"""Parquet, through DuckDB: typed values become text, exactly and without float noise."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from zhiji.data.sources.files.errors import (
    FileTooWide,
    FileWithoutRecords,
    ParquetBroken,
    ParquetGroupTooLarge,
    ParquetNested,
)
from zhiji.data.sources.files.header import unique_names
from zhiji.data.sources.files.model import SAMPLE_RECORDS, FileProfile
from zhiji.data.sources.files.sink import Sink
from zhiji.data.sources.files.source import Source


def profile(source: Source) -> FileProfile:
    """Schema and counts from the footer, the sample from the first rows."""
    schema, records = _checked_schema(source)
    if records == 0:
        raise FileWithoutRecords(name=source.name, columns=schema.names[:20], where=source.where)
    columns, notes = unique_names(schema.names)
    sample = _query(source, f"SELECT {_texts(schema)} FROM {_scan(source)} LIMIT {SAMPLE_RECORDS}")
    return FileProfile(
        name=source.name,
        format="parquet",
        columns=columns,
        sample=[[cell or None for cell in row] for row in sample],
        row_count=records,
        size_bytes=source.original.stat().st_size,
        compression=source.compression,
        notes=notes,
    )


def receive(source: Source, known: FileProfile, out: Path) -> Sink:
    """All rows, in the order of the file."""
    schema, _ = _checked_schema(source)
    _check_pages(source)
    cells = ", ".join(f"c{i}" for i in range(len(schema.names)))
    filled = " OR ".join(f"c{i} IS NOT NULL" for i in range(len(schema.names)))
    rows = _query(
        source,
        f"COPY (SELECT row, {cells}, broken, raw FROM (SELECT row_number() OVER () AS row, {_texts(schema)}, "
        f"NULL::VARCHAR AS broken, NULL::VARCHAR AS raw FROM {_scan(source)}) WHERE {filled}) "
        f"TO '{out}' (FORMAT parquet, COMPRESSION zstd)",
    )
    sink = Sink(None, len(known.columns))
    sink.records = int(rows[0][0])
    return sink


def _checked_schema(source: Source) -> tuple[pa.Schema, int]:
    try:
        footer = pq.ParquetFile(source.path, page_checksum_verification=True)
        schema, meta = footer.schema_arrow, footer.metadata
        for number in range(meta.num_row_groups):
            size = meta.row_group(number).total_byte_size
            if size > source.limits.expanded_bytes:
                raise ParquetGroupTooLarge(name=source.name, size_mb=size // 1_000_000, where=source.where)
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise ParquetBroken(name=source.name, where=source.where) from error
    if len(schema.names) > source.limits.columns:
        raise FileTooWide(name=source.name, columns=len(schema.names), limit=source.limits.columns, where=source.where)
    for field in schema:
        if pa.types.is_nested(field.type):
            raise ParquetNested(
                name=source.name, type=str(field.type)[:80], where={**source.where, "column": field.name}
            )
    return schema, meta.num_rows


def _check_pages(source: Source) -> None:
    """Decodes every page once with checksums on, where the writer left any: DuckDB does not look at them."""
    try:
        file = pq.ParquetFile(source.path, page_checksum_verification=True)
        for number in range(file.metadata.num_row_groups):
            file.read_row_group(number, use_threads=False)
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise ParquetBroken(name=source.name, where=source.where) from error


def _scan(source: Source) -> str:
    return "read_parquet('{}')".format(str(source.path).replace("'", "''"))


def _query(source: Source, query: str) -> list[tuple[str, ...]]:
    with duckdb.connect() as connection:
        connection.execute(f"SET memory_limit='{source.limits.memory_bytes * 6 // 10_000_000}MB'")
        connection.execute(f"SET temp_directory='{source.scratch}/spill'")
        connection.execute("SET threads=2")
        try:
            return connection.execute(query).fetchall()
        except duckdb.OutOfMemoryException as error:
            raise ParquetGroupTooLarge(name=source.name, size_mb=0, where=source.where) from error
        except duckdb.Error as error:
            raise ParquetBroken(name=source.name, where=source.where) from error


def _texts(schema: pa.Schema) -> str:
    return ", ".join(f"nullif({_text(field)}, '') AS c{i}" for i, field in enumerate(schema))


def _text(field: pa.Field) -> str:
    name = '"' + field.name.replace('"', '""') + '"'
    kind = field.type
    if pa.types.is_floating(kind):
        shortest = f"{name}::VARCHAR"
        plain = f"rtrim(rtrim({name}::DECIMAL(38,15)::VARCHAR, '0'), '.')"
        fits = f"abs({name}) < 1e22"
        return (
            f"CASE WHEN {shortest} LIKE '%e%' AND {fits} THEN {plain} "
            f"WHEN {shortest} LIKE '%.0' THEN left({shortest}, length({shortest}) - 2) ELSE {shortest} END"
        )
    if pa.types.is_timestamp(kind) and kind.tz:
        return f"strftime(make_timestamp(epoch_us({name})), '%Y-%m-%d %H:%M:%S.%f') || '+00:00'"
    if pa.types.is_decimal(kind) and kind.scale > 0:
        return f"rtrim(rtrim({name}::VARCHAR, '0'), '.')"
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return f"CASE WHEN {name} IS NULL THEN NULL ELSE coalesce(try(decode({name})), {name}::VARCHAR) END"
    return f"{name}::VARCHAR"
