"""A shop on each of three databases, and the streams that read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from shops import Shop, mariadb_shop, postgres_shop, sqlite_shop


@pytest.fixture
def shop(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """On SQLite; on the database that a test names with ``indirect``."""
    monkeypatch.setenv("ZHIJI_PRIVATE_HOSTS", "127.0.0.1")
    monkeypatch.setenv("ZHIJI_SOURCE_FOLDERS", str(tmp_path))
    dialect = getattr(request, "param", "sqlite")
    if dialect == "sqlite":
        made = sqlite_shop(tmp_path)
    elif dialect == "postgresql":
        made = postgres_shop(request.getfixturevalue("postgres_url"))
    else:
        made = mariadb_shop(request.getfixturevalue("mariadb"))
    return made
