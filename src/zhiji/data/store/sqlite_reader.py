"""Runs as a process of its own: an SQL query on standard input, its rows as an Arrow stream on standard output.

The columnar driver brings an SQLite library of its own. Two of them must never hold one database in one process: when
either closes the file, the kernel drops the locks of both (POSIX locks belong to the process, not to the opener).
Another process then takes itself for the last, removes the write-ahead log, and whatever is written after that is lost.
See "How To Corrupt An SQLite Database File", section 2.2.1.
"""

from __future__ import annotations

import sys
from contextlib import closing

import pyarrow as pa
from adbc_driver_sqlite import dbapi


def main() -> None:
    path, batch_rows = sys.argv[1:]
    with closing(dbapi.connect(f"file:{path}?mode=ro")) as link, closing(link.cursor()) as cursor:
        cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": batch_rows})
        cursor.execute(sys.stdin.read())
        reader = cursor.fetch_record_batch()
        with pa.ipc.new_stream(sys.stdout.buffer, reader.schema) as stream:
            for batch in reader:
                stream.write_batch(batch)


if __name__ == "__main__":
    main()
