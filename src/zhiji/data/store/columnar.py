"""Reading the record by column: committed rows as Arrow batches, about a million a second, at bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection

BATCH_ROWS = 65_536
_INSTANT = pa.timestamp("us", tz="UTC")


def arrow_batches(sql: str) -> Iterator[pa.Table]:
    """Rows of ``sql`` (written in this code base, without parameters) as Arrow tables, over a connection of its own.

    Sees what is committed, at one moment. Types are the database's: on SQLite instants and days are text and booleans
    are 0/1, see ``instants``, ``days`` and ``booleans``.
    """
    with closing(_connect()) as link, closing(link.cursor()) as cursor:
        if connection.vendor == "sqlite":
            cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": str(BATCH_ROWS)})
        cursor.execute(sql)
        for batch in cursor.fetch_record_batch():
            yield pa.Table.from_batches([batch])


def _connect() -> Any:
    if connection.vendor == "sqlite":
        from adbc_driver_sqlite import dbapi as sqlite

        return sqlite.connect(f"file:{connection.settings_dict['NAME']}?mode=ro")
    from adbc_driver_postgresql import dbapi as postgresql

    parameters = connection.get_connection_params()
    words = {"host": "host", "port": "port", "user": "user", "password": "password", "dbname": "dbname"}
    quoted = (f"{words[k]}='{str(v).replace(chr(39), chr(92) + chr(39))}'" for k, v in parameters.items() if k in words)
    return postgresql.connect(" ".join(quoted))


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
