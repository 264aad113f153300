"""The same little shop on three databases: what a test writes there goes by the database's own driver."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from zhiji.data.sources.sql import Database

TYPES = {
    "sqlite": {"instant": "DATETIME", "money": "NUMERIC(12,2)", "text": "TEXT"},
    "postgresql": {"instant": "TIMESTAMP(6)", "money": "NUMERIC(12,2)", "text": "VARCHAR(200)"},
    "mariadb": {"instant": "DATETIME(6)", "money": "DECIMAL(12,2)", "text": "VARCHAR(200)"},
}


class Shop:
    """database: how Zhiji is told of it. ``run``: a statement, as the shop itself would write."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.types = TYPES[database.dialect]

    def run(self, sql: str, rows: Iterable[tuple[Any, ...]] | None = None) -> None:
        connection = self._connect()
        cursor = connection.cursor()
        if rows is None:
            cursor.execute(sql)
        else:
            marks = sql if self.database.dialect == "sqlite" else sql.replace("?", "%s")
            cursor.executemany(marks, list(rows))
        connection.commit()
        connection.close()

    def _connect(self) -> Any:
        told = self.database
        if told.dialect == "sqlite":
            return sqlite3.connect(told.database)
        if told.dialect == "postgresql":
            import psycopg

            return psycopg.connect(host=told.host, port=told.port, user=told.user, dbname=told.database)
        import pymysql

        return pymysql.connect(
            host=told.host, port=told.port, user=told.user, password=told.password, database=told.database
        )


def sqlite_shop(folder: Path) -> Shop:
    path = folder / "shop.db"
    sqlite3.connect(path).close()
    return Shop(Database("sqlite", str(path)))


def postgres_shop(url: str) -> Shop:
    parts = urlsplit(url)
    return Shop(
        Database("postgresql", parts.path[1:], parts.hostname or "", parts.port or 5432, parts.username or "",
                 parts.password or "", "plain")
    )  # fmt: skip


def mariadb_shop(told: dict[str, Any]) -> Shop:
    return Shop(
        Database("mariadb", told["database"], told["host"], told["port"], told["user"], told["password"], "plain")
    )
