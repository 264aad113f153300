"""Which database and schema a workspace works in, as libpq reads the URL."""

from __future__ import annotations

import pytest
from psycopg.conninfo import conninfo_to_dict

from zhiji.platform.database import database_url, in_database, schema_of, without_password

SOCKET, FULL = "postgresql:///zhiji", "postgresql://crm:p%40ss@db.test:5433/zhiji?sslmode=require"


@pytest.mark.parametrize("url", [SOCKET, FULL])
def test_each_workspace_has_a_schema_of_its_own(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    assert database_url("main") == url
    names = ["sample", "a.b", "a-b", "Ä" * 60, "ä" * 60, "x" * 63]
    schemas = [schema_of(database_url(name)) for name in names]
    assert schemas[0] == "zhiji_sample"
    assert len({schema_of(url), *schemas}) == len(names) + 1
    assert all(len(schema.encode()) <= 63 and schema.isidentifier() for schema in schemas)
    for name, schema in zip(names, schemas, strict=True):
        told = conninfo_to_dict(database_url(name))
        assert told.pop("options") == f"-c search_path={schema}"
        assert told == conninfo_to_dict(url)


def test_a_url_that_names_its_schema_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgresql:///zhiji?options=-c%20search_path%3Dcrm"
    monkeypatch.setenv("DATABASE_URL", url)
    assert database_url("sample") == url
    assert schema_of(url) == "crm"
    monkeypatch.setenv("DATABASE_URL", "")
    assert database_url("sample") == ""


def test_another_database_and_no_password_for_a_command_line() -> None:
    assert conninfo_to_dict(in_database(SOCKET, "other")) == {"dbname": "other"}
    shown, password = without_password(FULL)
    assert password == "p@ss"
    assert conninfo_to_dict(shown) == {"user": "crm", "host": "db.test", "port": "5433", "dbname": "zhiji",
                                       "sslmode": "require"}  # fmt: skip
    assert without_password(SOCKET) == (SOCKET, "")
