"""``zhiji source`` from beginning to end, as one types it."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


class Command:
    def __init__(self, folder: Path) -> None:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("ZHIJI_", "DATABASE_URL"))}
        self.environment = {
            **clean, "ZHIJI_HOME": str(folder / "home"), "ZHIJI_LANGUAGE": "en", "ZHIJI_SOURCE_FOLDERS": str(folder)
        }  # fmt: skip

    def __call__(self, *words: str, text: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "zhiji.cli", "source", *words, "--json"]
        return subprocess.run(
            line, env={**self.environment, **environment}, input=text, capture_output=True, text=True, check=False
        )

    def done(self, *words: str, **more: Any) -> Any:
        ran = self(*words, **more)
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    def refused(self, *words: str, **more: Any) -> str:
        ran = self(*words, **more)
        assert ran.returncode == 1, ran.stdout
        return str(json.loads(ran.stderr)["code"])


@pytest.mark.slow
def test_a_file_of_a_shop_is_added_taken_read_paused_and_removed(tmp_path: Path) -> None:
    command = Command(tmp_path)
    connection = sqlite3.connect(tmp_path / "shop.db")
    connection.execute("CREATE TABLE items (sku TEXT, name TEXT, price NUMERIC, updated_at DATETIME)")
    connection.execute("INSERT INTO items VALUES ('A-1', 'Tea', 12.5, '2025-03-01 10:00:00')")
    connection.commit()
    command.done("add", "shop", "--dialect", "sqlite", "--database", str(tmp_path / "shop.db"))
    assert command.done("test", "shop")["offers"] == ["items"]
    taken = command.done("take", "shop", "items", "--as", "products", "--cursor", "updated_at")
    assert taken["mapping"] == {"product_code": "sku", "product_name": "name", "price": "price"}
    (stream,) = command.done("run", "shop", "items")["streams"]
    assert (stream["health"], stream["stored_rows"]) == ("healthy", 1)
    assert command.done("pause", "shop", "items")["streams"][0]["state"] == "paused"
    assert command.refused("run", "shop", "items") == "stream_not_running"
    command.done("resume", "shop", "items")
    command.done("backfill", "shop", "items", "--since", "2025-01-01")
    command.done("remove", "shop")
    assert command.done("list") == []


@pytest.mark.slow
def test_a_source_that_does_not_answer_is_not_kept_and_its_password_is_told_to_nobody(tmp_path: Path) -> None:
    command = Command(tmp_path)
    about = ("add", "shop", "--dialect", "postgresql", "--host", "127.0.0.1", "--database", "d", "--user", "u")
    assert command.refused(*about, text="s3cret-word\n") == "egress_refused"
    ran = command(*about, "--port", "1", "--secret-env", "WORD", WORD="s3cret-word", ZHIJI_PRIVATE_HOSTS="127.0.0.1")
    assert ran.returncode == 1
    assert "s3cret-word" not in ran.stdout + ran.stderr
    assert command.done("list") == []
