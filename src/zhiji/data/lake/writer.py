"""Writing a new version of the lake and swapping it in."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from zhiji.data.lake.errors import LakeBusy, LakeMissing, LakeRowsRefused
from zhiji.data.lake.folder import DRAFT, LEASE, LakeFolder, Pointer
from zhiji.data.lake.manifest import NAME, FileEntry, Manifest, TableEntry, digest_of
from zhiji.data.lake.schema import ORDER_LINES, PARTITION_DAY, TABLES, C
from zhiji.kernel import LineKind
from zhiji.kernel.clock import now
from zhiji.platform.durable import FolderLock, sync_folder, sync_tree

# DuckDB hands out work by row group; its own size makes the best use of every thread.
ROW_GROUP_ROWS = 122_880
_KINDS = pa.array(LineKind.ALL, pa.string())


def fitted(table: str, rows: pa.Table) -> pa.Table:
    """The rows with the columns and types of ``TABLES[table]``, in its order; extra columns are dropped.

    Raises LakeRowsRefused: a column is absent, a value does not fit its type, a null where none may be, or a line kind
    that nobody knows.
    """
    if table not in TABLES:
        raise LakeRowsRefused(table=table, column="*", expected=list(TABLES), found=table)
    columns = []
    for field in TABLES[table]:
        if field.name not in rows.column_names:
            raise LakeRowsRefused(table=table, column=field.name, expected=str(field.type), found="absent")
        column = rows.column(field.name)
        if isinstance(field.type, pa.TimestampType) and getattr(column.type, "tz", None) is None:
            raise LakeRowsRefused(table=table, column=field.name, expected=str(field.type), found=str(column.type))
        try:
            column = column.cast(field.type)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise LakeRowsRefused(
                table=table, column=field.name, expected=str(field.type), found=str(column.type)
            ) from error
        if column.null_count and not field.nullable:
            raise LakeRowsRefused(table=table, column=field.name, expected="a value", found="null")
        columns.append(column)
    fit = pa.Table.from_arrays(columns, schema=TABLES[table])
    if table == ORDER_LINES and not pc.all(pc.is_in(fit.column(C.LINE_KIND), _KINDS), min_count=0).as_py():
        raise LakeRowsRefused(table=table, column=C.LINE_KIND, expected=list(LineKind.ALL), found="another word")
    return fit


class _PartitionWriter:
    """One Parquet file that grows by whole row groups, however small the batches are that come in."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path, self.rows = path, 0
        self._writer = pq.ParquetWriter(path, schema, compression="lz4", write_statistics=True)
        self._waiting: list[pa.Table] = []
        self._waiting_rows = 0

    def append(self, rows: pa.Table) -> None:
        self._waiting.append(rows)
        self._waiting_rows += rows.num_rows
        self.rows += rows.num_rows
        if self._waiting_rows >= ROW_GROUP_ROWS:
            self._flush(everything=False)

    def _flush(self, *, everything: bool) -> None:
        waiting = pa.concat_tables(self._waiting)
        whole = waiting.num_rows if everything else waiting.num_rows // ROW_GROUP_ROWS * ROW_GROUP_ROWS
        self._writer.write_table(waiting.slice(0, whole), row_group_size=ROW_GROUP_ROWS)
        rest = waiting.slice(whole)
        self._waiting, self._waiting_rows = ([rest] if rest.num_rows else []), rest.num_rows

    def close(self) -> None:
        if self._waiting:
            self._flush(everything=True)
        self._writer.close()


class LakeWriter:
    """Writes one new version of the lake; readers keep the old one until ``commit``, which is one atomic step.

    ::

        with LakeWriter(folder) as writer:
            for batch in batches:
                writer.append("order_lines", batch)
            manifest = writer.commit(facts={"currency": "GBP"})

    Every table of ``TABLES`` is written; one that nothing was appended to is empty. Leaving the block without
    ``commit``, or being killed anywhere, changes nothing that a reader sees. Only one writer at a time.
    Raises LakeBusy on entering, LakeRowsRefused on ``append``.
    """

    def __init__(self, folder: Path | str, *, keep: int = 2) -> None:
        """``keep``: how many versions stay after the swap, the new one included; those being read stay longer."""
        self._folder = LakeFolder(Path(folder))
        self._keep = max(1, keep)
        self._lock = FolderLock(self._folder.root / ".writer")
        self._draft: Path | None = None
        self._partitions: dict[tuple[str, str], _PartitionWriter] = {}

    def __enter__(self) -> Self:
        if not self._folder.versions.exists():
            self._folder.versions.mkdir(parents=True, exist_ok=True)
            sync_folder(self._folder.root.parent)
        if not self._lock.take(shared=False, create=True):
            raise LakeBusy(path=str(self._folder.root))
        self._folder.sweep()
        self._draft = Path(tempfile.mkdtemp(prefix=DRAFT, dir=self._folder.versions))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            for partition in self._partitions.values():
                # What is still open is thrown away below; on a full disk closing it fails as writing it did.
                with suppress(OSError, pa.ArrowException):
                    partition.close()
            self._partitions.clear()
            self._folder.sweep()
        finally:
            self._draft = None
            self._lock.release()

    def append(self, table: str, rows: pa.Table | pa.RecordBatch | Iterable[pa.RecordBatch]) -> int:
        """Add rows to a table (see ``schema``) and return how many. Memory stays at a few row groups a year."""
        if not isinstance(rows, pa.Table | pa.RecordBatch):
            return sum(self.append(table, batch) for batch in rows)
        fit = fitted(table, rows if isinstance(rows, pa.Table) else pa.Table.from_batches([rows]))
        day = PARTITION_DAY.get(table)
        if day is None:
            self._partition(table, "").append(fit)
            return int(fit.num_rows)
        years = pc.year(fit.column(day))
        for year in sorted(pc.unique(years).to_pylist()):
            self._partition(table, f"year={year}").append(fit.filter(pc.equal(years, year)))
        return int(fit.num_rows)

    def _partition(self, table: str, name: str) -> _PartitionWriter:
        if self._draft is None:
            raise LakeMissing(path=str(self._folder.root))
        key = (table, name)
        if key not in self._partitions:
            path = self._draft / table / name / "part-0.parquet"
            self._partitions[key] = _PartitionWriter(path, TABLES[table])
        return self._partitions[key]

    def commit(self, facts: dict[str, Any] | None = None) -> Manifest:
        """Swap the new version in and prune old ones. ``facts``: JSON-safe words about the copy, for the manifest."""
        for table in TABLES:
            if not any(name == table for name, _ in self._partitions):
                self._partition(table, "")
        for partition in self._partitions.values():
            partition.close()
        draft = self._draft
        if draft is None:
            raise LakeMissing(path=str(self._folder.root))
        number = max([0, *self._folder.numbers()]) + 1
        tables = {table: self._entry(table, draft) for table in TABLES}
        manifest = Manifest(number, now().isoformat(), dict(facts or {}), tables)
        (draft / NAME).write_bytes(manifest.to_bytes())
        (draft / LEASE).touch()
        sync_tree(draft)
        digest = digest_of(draft / NAME)
        draft.rename(self._folder.version(number))
        sync_folder(self._folder.versions)
        self._folder.point_to(Pointer(number, digest))
        self._partitions.clear()
        self._draft = None
        for old in self._folder.numbers()[: -self._keep]:
            self._folder.remove(old)
        return manifest

    def _entry(self, table: str, draft: Path) -> TableEntry:
        files = []
        for (name, _), partition in sorted(self._partitions.items()):
            if name != table:
                continue
            # Read-only as a reminder to people; what refuses writes by query is the engine.
            partition.path.chmod(0o440)
            path = partition.path.relative_to(draft).as_posix()
            size = os.path.getsize(partition.path)  # noqa: PTH202
            files.append(FileEntry(path, partition.rows, size, digest_of(partition.path)))
        return TableEntry(table, sum(file.rows for file in files), tuple(files))


def lake_prune(folder: Path | str, *, keep: int = 1) -> list[int]:
    """Remove all versions but the newest ``keep``; returns those that a reader still holds, to be pruned another time.

    For erasure: what was forgotten must not live on in an old version. Raises LakeBusy while a writer is at work.
    """
    return _remove(LakeFolder(Path(folder)), keep)


def lake_drop(folder: Path | str) -> list[int]:
    """Remove the lake: it is derived, so the next refresh rebuilds it. Returns the versions that a reader still holds.

    Raises LakeBusy while a writer is at work.
    """
    return _remove(LakeFolder(Path(folder)), 0)


def _remove(lake: LakeFolder, keep: int) -> list[int]:
    if not lake.versions.exists():
        return []
    lock = FolderLock(lake.root / ".writer")
    if not lock.take(shared=False, create=True):
        raise LakeBusy(path=str(lake.root))
    try:
        if keep == 0:
            lake.current.unlink(missing_ok=True)
            sync_folder(lake.root)
        lake.sweep()
        numbers = lake.numbers()
        return [number for number in numbers[: len(numbers) - keep] if not lake.remove(number)]
    finally:
        lock.release()
