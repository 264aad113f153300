"""Writes records, as they came, to ``received.parquet``: the exact path, one Python call a record."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from zhiji.kernel import Reason

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

_BATCH = 20_000
_RAW_CHARS = 10_000


def _schema(width: int) -> pa.Schema:
    """``row``, ``c0``…, ``broken``, ``raw``: see ``Received``."""
    import pyarrow as pa

    cells = [(f"c{i}", pa.string()) for i in range(width)]
    return pa.schema([("row", pa.int64()), *cells, ("broken", pa.string()), ("raw", pa.string())])


class Sink:
    """Collects records in columns and writes them in batches. A path of None only counts.

    ``records`` counts all that were added, ``broken`` those with a reason, ``blank`` those whose every cell is empty:
    they are no records and are not written. ``first_broken`` keeps one reason for a refusal of the whole file.
    """

    def __init__(self, path: Path | None, width: int) -> None:
        self.width = width
        self.records = self.broken = self.blank = 0
        self.first_broken: Reason | None = None
        self._writer: pq.ParquetWriter | None = None
        if path:
            import pyarrow.parquet as pq  # counting does without this large library

            self._writer = pq.ParquetWriter(path, _schema(width), compression="zstd")
        self._rows: list[int] = []
        self._cells: list[Sequence[str | None]] = []
        self._broken: list[str | None] = []
        self._raw: list[str | None] = []

    def __enter__(self) -> Sink:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writer:
            if kind is None:
                self._flush()
            self._writer.close()

    def add(self, row: int, cells: Sequence[str | None], broken: Reason | None = None, raw: str | None = None) -> None:
        """One record. Cells beyond the width are only in ``raw``; missing ones become NULL."""
        if broken is None and not any(cells):
            self.blank += 1
            return
        self.records += 1
        if broken is not None:
            self.broken += 1
            self.first_broken = self.first_broken or broken
        if not self._writer:
            return
        padded = [cell or None for cell in cells[: self.width]]
        padded += [None] * (self.width - len(padded))
        self._rows.append(row)
        self._cells.append(padded)
        self._broken.append(None if broken is None else json.dumps(broken.to_json(), ensure_ascii=False))
        self._raw.append(None if raw is None else raw[:_RAW_CHARS])
        if len(self._rows) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        if not self._writer or not self._rows:
            return
        import pyarrow as pa

        cells = list(zip(*self._cells, strict=True)) if self.width else []
        arrays = [pa.array(self._rows, pa.int64()), *(pa.array(column, pa.string()) for column in cells)]
        arrays += [pa.array(self._broken, pa.string()), pa.array(self._raw, pa.string())]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=_schema(self.width)))
        self._rows, self._cells, self._broken, self._raw = [], [], [], []
