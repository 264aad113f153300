"""Runs as a process of its own: an SQL query on standard input, its rows as an Arrow stream on standard output.

The columnar driver brings an SQLite library of its own. Two of them must never hold one database in one process: when
either closes the file, the kernel drops the locks of both (POSIX locks belong to the process, not to the opener).
Another process then takes itself for the last, removes the write-ahead log, and whatever is written after that is lost.
See "How To Corrupt An SQLite Database File", section 2.2.1.
"""

from __future__ import annotations

import sys

import adbc_driver_sqlite
import pyarrow as pa

# Without the driver's ``dbapi``: that loads pandas, and starting up would take longer than reading most tables.
from adbc_driver_manager import AdbcConnection, AdbcStatement


def main() -> None:
    path, batch_rows = sys.argv[1:]
    with (
        adbc_driver_sqlite.connect(f"file:{path}?mode=ro") as database,
        AdbcConnection(database) as link,
        AdbcStatement(link) as statement,
    ):
        statement.set_options(**{"adbc.sqlite.query.batch_rows": batch_rows})
        statement.set_sql_query(sys.stdin.read())
        answer, _ = statement.execute_query()
        reader = pa.RecordBatchReader.from_stream(answer)
        with reader, pa.ipc.new_stream(sys.stdout.buffer, reader.schema) as stream:
            for batch in reader:
                stream.write_batch(batch)


if __name__ == "__main__":
    main()
