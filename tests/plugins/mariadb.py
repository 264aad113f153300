"""MariaDB as a source: the fixture ``mariadb`` gives an empty database of the test's own, dropped afterwards."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import pytest

from plugins.absence import absent
from system_packages import install_command

DEFAULT_SERVER = "mysql://root@127.0.0.1:3306"


@cache
def server() -> dict[str, Any] | None:
    """Where databases may be made: ZHIJI_TEST_MARIADB, else this machine's, else None."""
    import pymysql

    parts = urlsplit(os.environ.get("ZHIJI_TEST_MARIADB") or DEFAULT_SERVER)
    told = {
        "host": parts.hostname or "127.0.0.1", "port": parts.port or 3306, "user": parts.username or "root",
        "password": parts.password or "",
    }  # fmt: skip
    try:
        pymysql.connect(**told, connect_timeout=2).close()
    except pymysql.MySQLError:
        return None
    return told


@pytest.fixture
def mariadb() -> Iterator[dict[str, Any]]:
    """host, port, user, password and ``database``, the name of an empty one."""
    import pymysql

    told = server()
    if told is None:
        absent("no MariaDB answers", f"set ZHIJI_TEST_MARIADB, or: {install_command('mariadb')}")
    name = f"zhiji_test_{secrets.token_hex(6)}"
    with pymysql.connect(**told, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        try:
            yield {**told, "database": name}
        finally:
            cursor.execute(f"DROP DATABASE {name}")
