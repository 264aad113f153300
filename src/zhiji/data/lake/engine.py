"""The engine that reads the lake: DuckDB, shut in.

Feature code is Ibis expressions and knows nothing of what is here; a cluster's engine will keep the same door.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import duckdb
import pyarrow as pa

from zhiji.data.lake.errors import LakeCorrupt, QueryCancelled, QueryRefused, QueryTimedOut, QueryTooLarge
from zhiji.data.lake.reader import Lake
from zhiji.data.lake.schema import CUSTOMERS, ORDER_HOMES, ORDER_LINES, PRODUCTS, TABLES
from zhiji.data.lake.settings import EngineSettings
from zhiji.data.lake.watch import Watch

if TYPE_CHECKING:
    # Loaded where it is used: a command that only imports a file would wait for it.
    import ibis.expr.types as ir


@dataclass(frozen=True)
class LakeTables:
    """The lake's tables as Ibis expressions; columns as in ``zhiji.data.lake.schema``."""

    order_lines: ir.Table
    customers: ir.Table
    products: ir.Table
    order_homes: ir.Table


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _connect(lake: Lake, settings: EngineSettings, spill: Path) -> duckdb.DuckDBPyConnection:
    """A connection that sees the version's files as views and can reach nothing else, nor be opened up again."""
    connection = duckdb.connect(
        ":memory:",
        config={
            "threads": settings.thread_count,
            "memory_limit": f"{settings.memory_megabytes}MiB",
            "temp_directory": str(spill),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            # Groups come without an order anyway; keeping the order of the files would only cost memory.
            "preserve_insertion_order": False,
        },
    )
    folders = ", ".join(_quoted(f"{folder}/") for folder in (lake.path.resolve(), spill))
    connection.execute(f"SET allowed_directories = [{folders}]")
    for table in TABLES:
        files = ", ".join(_quoted(str(path.resolve())) for path in lake.files(table))
        source = f"read_parquet([{files}], hive_partitioning = false)"
        connection.execute(f'CREATE VIEW "{table}" AS SELECT * FROM {source}')
    return connection


def _shut(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


class Engine:
    """Runs Ibis expressions over one version of the lake.

    One query at a time (it uses every thread); others wait their turn. ``tables`` are the expressions to start from.
    DuckDB may read and spill in two folders only, cannot reach the network or load anything, and cannot be told
    otherwise; because inside those folders it may also write, ``to_arrow`` runs no SQL that came as text.
    """

    def __init__(self, lake: Lake, settings: EngineSettings) -> None:
        """Use ``open_engine``."""
        self.lake = lake
        self.settings = settings
        base = None if settings.spill is None else str(settings.spill)
        self._spill = Path(tempfile.mkdtemp(prefix="zhiji-spill-", dir=base)).resolve()
        self._turn = threading.Lock()
        self._watch: Watch | None = None
        try:
            self._connection = _connect(lake, settings, self._spill)
            import ibis

            self._backend = ibis.duckdb.from_connection(self._connection)
            _shut(self._connection)
            names = (ORDER_LINES, CUSTOMERS, PRODUCTS, ORDER_HOMES)
            self.tables = LakeTables(*(self._backend.table(name) for name in names))
        except duckdb.Error as error:
            shutil.rmtree(self._spill, ignore_errors=True)
            raise LakeCorrupt(path=str(lake.path)) from error

    def to_arrow(self, expression: ir.Expr, *, seconds: float | None = None) -> pa.Table:
        """Run an expression and return its rows, in no promised order unless it says ``order_by``.

        ``seconds`` replaces the settings' limit for this query. Raises QueryTimedOut, QueryCancelled (see ``cancel``),
        QueryTooLarge, QueryRefused (it holds SQL as text) and LakeCorrupt (a file that cannot be read).
        """
        limit = self.settings.seconds if seconds is None else seconds
        table = expression.as_table()
        with self._turn:
            watch = self._watch = Watch(self._connection.interrupt, limit)
            try:
                with watch:
                    return self._run(table)
            except duckdb.InterruptException as error:
                if watch.stopped_by == "limit":
                    raise QueryTimedOut(seconds=f"{limit:g}") from error
                raise QueryCancelled from error
            except duckdb.OutOfMemoryException as error:
                raise QueryTooLarge(megabytes=self.settings.memory_megabytes) from error
            except (duckdb.IOException, duckdb.SerializationException) as error:
                raise LakeCorrupt(path=str(self.lake.path)) from error
            finally:
                self._watch = None

    def _run(self, table: ir.Table) -> pa.Table:
        import ibis.expr.operations as ops

        # An expression compiles to one SELECT, unless somebody's own SQL was put into it.
        if table.op().find((ops.SQLQueryResult, ops.SQLStringView)):
            raise QueryRefused
        rows = self._backend.to_pyarrow(table)
        return rows if isinstance(rows, pa.Table) else pa.table(rows)

    def cancel(self) -> None:
        """Stop the query that is running, from another thread; it raises QueryCancelled. Without one, does nothing."""
        watch = self._watch
        if watch is not None:
            watch.cancel()

    def close(self) -> None:
        """Close the connection, remove what was spilled and let the lake's version go."""
        self.cancel()
        with self._turn:
            self._connection.close()
            shutil.rmtree(self._spill, ignore_errors=True)
            self.lake.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_engine(lake: Lake | Path | str, settings: EngineSettings | None = None, *, verify: bool = True) -> Engine:
    """An engine over the lake, or over the current version in a folder; closing it closes the lake too.

    ``settings``: from the environment where absent. ``verify``: compare the hash of every file first, since some
    damaged Parquet files load without an error; a caller that has just verified this version may leave it out.
    Raises LakeMissing, LakeCorrupt, EngineUnknown.
    """
    chosen = EngineSettings.from_environment() if settings is None else settings
    opened = lake if isinstance(lake, Lake) else Lake(lake)
    try:
        if verify:
            opened.verify()
        return Engine(opened, chosen)
    except BaseException:
        opened.close()
        raise
