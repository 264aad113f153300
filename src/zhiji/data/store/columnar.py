"""Reading the record by column: committed rows as Arrow batches, about a million a second, at bounded memory."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing

import pyarrow as pa
import pyarrow.compute as pc
from django.db import OperationalError, connection

BATCH_ROWS = 65_536
_INSTANT = pa.timestamp("us", tz="UTC")
_LIBPQ = {"host", "port", "user", "password", "dbname", "options", "sslmode", "sslrootcert", "sslcert", "sslkey"}


def arrow_batches(sql: str) -> Iterator[pa.Table]:
    """Rows of ``sql`` (written in this code base, without parameters) as Arrow tables, over a connection of its own.

    Sees what is committed, at one moment. Types are the database's: on SQLite instants and days are text and booleans
    are 0/1, see ``instants``, ``days`` and ``booleans``.
    """
    for batch in _sqlite_batches(sql) if connection.vendor == "sqlite" else _postgresql_batches(sql):
        yield pa.Table.from_batches([batch])


def _sqlite_batches(sql: str) -> Iterator[pa.RecordBatch]:
    """By a process of its own (``sqlite_reader`` says why). Raises OperationalError with what that one said."""
    words = [sys.executable, "-m", "zhiji.data.store.sqlite_reader", str(connection.settings_dict["NAME"])]
    with tempfile.TemporaryFile() as said:
        pipe = subprocess.PIPE
        reader = subprocess.Popen([*words, str(BATCH_ROWS)], stdin=pipe, stdout=pipe, stderr=said)  # noqa: S603 - ours
        assert reader.stdin is not None  # noqa: S101 - for the types: both were asked for
        assert reader.stdout is not None  # noqa: S101
        try:
            with reader.stdin as asked:
                asked.write(sql.encode())
            broken: pa.ArrowInvalid | None = None
            try:
                with pa.ipc.open_stream(reader.stdout) as stream:
                    yield from stream
            except pa.ArrowInvalid as error:
                broken = error
            if reader.wait() != 0 or broken is not None:
                said.seek(0)
                raise OperationalError(said.read().decode(errors="replace")[-500:]) from broken
        finally:
            reader.kill()
            reader.stdout.close()
            reader.wait()


def _postgresql_batches(sql: str) -> Iterator[pa.RecordBatch]:
    from adbc_driver_postgresql import dbapi
    from psycopg.conninfo import make_conninfo

    # Of what Django hands to psycopg, that which is libpq's own: the schema of a workspace is among its options.
    parameters = {name: value for name, value in connection.get_connection_params().items() if name in _LIBPQ}
    with closing(dbapi.connect(make_conninfo(**parameters))) as link, closing(link.cursor()) as cursor:
        cursor.execute(sql)
        yield from cursor.fetch_record_batch()


def instants(table: pa.Table, names: Sequence[str]) -> pa.Table:
    """The named columns as UTC instants in microseconds."""
    for name in names:
        column = table.column(name)
        if pa.types.is_string(column.type):
            column = column.cast(pa.timestamp("us")).cast(_INSTANT)
        table = _set(table, name, column.cast(_INSTANT))
    return table


def booleans(table: pa.Table, names: Sequence[str]) -> pa.Table:
    for name in names:
        table = _set(table, name, table.column(name).cast(pa.bool_()))
    return table


def company_days(column: pa.ChunkedArray, zone: str) -> pa.ChunkedArray:
    """The company's calendar days of UTC instants."""
    return pc.local_timestamp(column.cast(pa.timestamp("us", tz=zone))).cast(pa.date32())


def _set(table: pa.Table, name: str, column: pa.ChunkedArray) -> pa.Table:
    return table.set_column(table.schema.get_field_index(name), name, column)
