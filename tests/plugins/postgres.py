"""``@pytest.mark.postgres`` and ``@pytest.mark.databases``: tests on PostgreSQL.

``postgres``: on PostgreSQL only. ``databases``: on SQLite with the rest, and once more on PostgreSQL. ``make test``
runs both in a part of its own whose ``DATABASE_URL`` is a database made for it. A test that starts processes of its
own takes the fixture ``postgres_url`` instead and runs anywhere.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from functools import cache
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from plugins.absence import absent
from system_packages import install_command

DEFAULT_SERVERS = ("postgresql://postgres@127.0.0.1:5432/postgres", "postgresql:///postgres?user=postgres")
_ORM_FIXTURES = {"db", "transactional_db", "django_db_reset_sequences", "client", "admin_client"}


@cache
def server_url() -> str | None:
    """URL of a server on which databases may be made: ZHIJI_TEST_POSTGRES, else this machine's, else None."""
    given = os.environ.get("ZHIJI_TEST_POSTGRES")
    for url in [given] if given else DEFAULT_SERVERS:
        try:
            with psycopg.connect(url, connect_timeout=2) as connection:
                may_create = connection.execute(
                    "select rolcreatedb or rolsuper from pg_roles where rolname = current_user"
                ).fetchone()
        except psycopg.OperationalError:
            continue
        if may_create and may_create[0]:
            return url
    return None


def create_database(server: str) -> str:
    """Make an empty database of a random name; its URL."""
    name = f"zhiji_test_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            sql.SQL("create database {} template template0 encoding 'UTF8'").format(sql.Identifier(name))
        )
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def drop_database(server: str, url: str) -> None:
    """Drop a database made by ``create_database``, connections to it included."""
    name = urlsplit(url).path.lstrip("/")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def _on_postgres() -> bool:
    return os.environ.get("DATABASE_URL", "").startswith("postgres")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("postgres") is None:
        return
    if server_url() is None:
        absent("no PostgreSQL answers", f"set ZHIJI_TEST_POSTGRES, or: {install_command('postgresql')}")
    uses_orm = item.get_closest_marker("django_db") or _ORM_FIXTURES & set(getattr(item, "fixturenames", ()))
    if uses_orm and not _on_postgres():
        pytest.skip("this process is on SQLite; run: make test PARTS=postgres")


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """URL of an empty PostgreSQL database of the test's own, dropped afterwards. Mark the test ``postgres``."""
    server = server_url()
    if server is None:
        absent("no PostgreSQL answers", f"set ZHIJI_TEST_POSTGRES, or: {install_command('postgresql')}")
    url = create_database(server)
    yield url
    drop_database(server, url)
