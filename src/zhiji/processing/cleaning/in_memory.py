"""Rows of a few events, read and judged as those of a file are, without a file: the way of the imports costs a quarter
of a second before its first row, which a file of millions never notices and an event does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import duckdb
import pyarrow as pa

from zhiji.processing.cleaning.mapping import Mapping
from zhiji.processing.cleaning.orders import orders_in_memory
from zhiji.processing.cleaning.records import records_in_memory
from zhiji.processing.cleaning.settings import CleaningSettings
from zhiji.processing.cleaning.stage import Stage

_MEMORY = "600MB"


@dataclass(frozen=True)
class CleanRows:
    """clean and rejected: the columns of ``clean.parquet`` and ``rejected.parquet``, see ``clean_orders`` and
    ``rejects.rejected_sql``."""

    clean: pa.Table
    rejected: pa.Table


class RowCleaner:
    """Keeps one engine open: each call works in a session of its own, whose tables go with it."""

    def __init__(self) -> None:
        self._engine = duckdb.connect(config={"memory_limit": _MEMORY, "threads": 1})
        self._engine.execute("SET TimeZone='UTC'")

    def clean(self, cells: Sequence[tuple[int, Sequence[str | None]]], mapping: Mapping,
              settings: CleaningSettings) -> CleanRows:  # fmt: skip
        """cells: (row, its cells in the order of ``mapping.columns``); None is an empty cell. Raises what the clean
        functions of the kind raise."""
        with self.session() as session:
            session.register("arrived", _table(cells, len(mapping.columns)))
            session.execute("CREATE TEMP TABLE received AS SELECT * FROM arrived")
            stage = Stage(session, mapping, replace(settings, is_row_by_row=True))
            make = orders_in_memory if mapping.kind == "orders" else records_in_memory
            clean, rejected = make(stage)
            return CleanRows(session.sql(clean).to_arrow_table(), _rejected(session, rejected))

    @contextmanager
    def session(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """For further work on such rows."""
        session = self._engine.cursor()
        try:
            session.execute("SET TimeZone='UTC'")
            yield session
        finally:
            session.close()


def _table(cells: Sequence[tuple[int, Sequence[str | None]]], width: int) -> pa.Table:
    columns = list(zip(*(row for _, row in cells), strict=True)) if cells else [()] * width
    nothing = pa.nulls(len(cells), pa.string())
    return pa.table({
        "row": pa.array([number for number, _ in cells], pa.int64()),
        **{f"c{i}": pa.array(column, pa.string()) for i, column in enumerate(columns)},
        "broken": nothing, "raw": nothing,
    })  # fmt: skip


def _rejected(session: duckdb.DuckDBPyConnection, sql: str) -> pa.Table:
    """Nearly always there is none, and then its reasons need not be put together."""
    if not session.execute("SELECT row FROM failures LIMIT 1").fetchall():
        return pa.table({"row": pa.array([], pa.int64())})
    return session.sql(sql).to_arrow_table()
