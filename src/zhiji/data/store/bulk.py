"""Bulk paths into the record: key blocks, columnar inserts, look-ups by many values. Never a query in a loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
from django.db import connection, models, transaction

Columns = dict[str, Sequence[Any]]  # or an array of numpy


_TURN = 0x5A48_4A31
# A turn is at most some seconds long, but several may stand in the queue. Less than the lease of a job.
_TURN_SECONDS = 75


@contextmanager
def turn() -> Iterator[None]:
    """A transaction that has the bulk paths to itself: they look up what is missing and then insert it, and two at
    once would both find it missing. Others wait until it ends; on SQLite every write does so by itself."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            execute(f"SET LOCAL lock_timeout = '{_TURN_SECONDS}s'", [])
            execute("SELECT pg_advisory_xact_lock(%s)", [_TURN])
            execute("SET LOCAL lock_timeout = DEFAULT", [])
        yield


def reserve_keys(model: type[models.Model], count: int) -> list[int]:
    """``count`` fresh primary keys of ``model``, taken from the database's own sequence, so that single inserts and
    other bulk writers never meet them. On SQLite this must run inside the transaction of the insert."""
    if count == 0:
        return []
    table = model._meta.db_table
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
            )
            return sorted(row[0] for row in cursor.fetchall())
        cursor.execute("UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s", [count, table])
        if cursor.rowcount == 0:
            cursor.execute(
                f"INSERT INTO sqlite_sequence(name, seq) SELECT %s, COALESCE(MAX(id), 0) + %s FROM {table}",
                [table, count],
            )
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = cursor.fetchone()[0]
    return list(range(last - count + 1, last + 1))


def _as_text(values: Sequence[Any]) -> list[Any]:
    """Instants and days as SQLite keeps them: ``2011-12-09 12:50:00``, with a fraction only where there is one."""
    if isinstance(values, np.ndarray):
        column = pa.array(values)
        try:
            column = column.cast(pa.timestamp("s"))
        except pa.ArrowInvalid:
            return [
                None if text is None else text.removesuffix(".000000") for text in column.cast(pa.string()).to_pylist()
            ]
        return list(column.cast(pa.string()).to_pylist())
    return [None if value is None else str(value) for value in values]


def _as_json(values: Sequence[Any]) -> list[Any]:
    return [None if value is None else orjson.dumps(value).decode() for value in values]


def _prepared(field: models.Field[Any, Any], values: Sequence[Any]) -> Sequence[Any]:
    convert: Callable[[Sequence[Any]], list[Any]] | None = None
    if isinstance(field, models.JSONField):
        convert = _as_json
    elif isinstance(field, models.DateField) and connection.vendor == "sqlite":
        convert = _as_text  # the form in which the ORM stores and compares them
    if convert is None and isinstance(values, np.ndarray):
        return list(values.tolist())
    return values if convert is None else convert(values)


def insert(model: type[models.Model], columns: Columns) -> int:
    """Insert many rows given by column; returns how many.

    columns: attribute name (``order_id`` for a foreign key) → values, all of one length. Instants are naive UTC
    ``datetime`` objects or a ``datetime64`` array, JSON columns are plain Python
    values. Columns left out take the model's default. No signals,
    no ``save()``: the caller's transaction is the unit.
    """
    fields = {field.attname: field for field in model._meta.concrete_fields}
    count = len(next(iter(columns.values()))) if columns else 0
    if count == 0:
        return 0
    full = dict(columns)
    for name, field in fields.items():
        if name not in full and field.has_default():
            full[name] = [field.get_default()] * count
        elif name not in full and isinstance(field, models.CharField | models.TextField) and not field.null:
            full[name] = [""] * count
    names = ", ".join(f'"{fields[name].column}"' for name in full)
    table = model._meta.db_table
    prepared = [_prepared(fields[name], values) for name, values in full.items()]
    rows = zip(*prepared, strict=True)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(full))
            cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', list(rows))
    return count


def among(column: str) -> str:
    """SQL for ``column`` being one of many values given as one parameter (see ``many``): no limit on their number."""
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s)"
    return f"{column} IN (SELECT value FROM json_each(%s))"


def many(values: Sequence[Any]) -> Any:
    """The parameter that goes with ``among``."""
    return list(values) if connection.vendor == "postgresql" else orjson.dumps(list(values)).decode()


def look_up(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Rows of a read; ``sql`` is written in this code base, its values come as parameters."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def execute(sql: str, parameters: Sequence[Any] = ()) -> int:
    """Run a set-based write; returns the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return int(cursor.rowcount)


def execute_many(sql: str, rows: Sequence[Sequence[Any]]) -> None:
    """One prepared write for many rows."""
    with connection.cursor() as cursor:
        cursor.executemany(sql, rows)
