"""An upgrade of the schema: a copy first, all or nothing, never backwards. Workspaces side by side in PostgreSQL."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

# Two steps as a later version would bring them: the first is done, the second changes rows and then breaks, outside a
# transaction, as a step that builds an index in the background is.
PLANTED = """
import json, sys
from django.db.migrations import Migration, RunSQL
from django.db.migrations.loader import MigrationLoader
from zhiji.cli import frame

frame.start()
from zhiji.config import schema
from zhiji.kernel import CodedError

load = MigrationLoader.load_disk

def planted(self):
    load(self)
    leaf = max(name for app, name in self.disk_migrations if app == "platform")
    for name, before, sql in (
        ("9998_added", leaf, ["CREATE TABLE planted (n int)"]),
        ("9999_broken", "9998_added", ["UPDATE platform_team SET name = 'spoiled'", "SELECT nonsense FROM nowhere"]),
    ):
        step = Migration(name, "platform")
        step.dependencies, step.operations, step.atomic = [("platform", before)], [RunSQL(one) for one in sql], False
        self.disk_migrations["platform", name] = step

if "plant" in sys.argv:
    MigrationLoader.load_disk = planted
try:
    print(json.dumps(schema.prepare()))
except CodedError as refused:
    print(json.dumps(refused.reason.to_json()))
"""


class Place:
    """A workspace that is not ``main``, prepared, with a team to spoil."""

    def __init__(self, home: Path, url: str) -> None:
        self.url, self.root = url, home / "workspaces" / "sample"
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("ZHIJI_", "DATABASE_URL"))}
        self.environment = {**clean, "ZHIJI_HOME": str(home), "ZHIJI_WORKSPACE": "sample", "DATABASE_URL": url}
        assert self.prepare()["copy"] == ""
        self.execute("INSERT INTO platform_team (name) VALUES ('East')")

    def prepare(self, *words: str, **environment: str) -> dict[str, Any]:
        line = [sys.executable, "-c", PLANTED, *words]
        done = subprocess.run(line, env={**self.environment, **environment}, capture_output=True, text=True, check=True)
        said: dict[str, Any] = json.loads(done.stdout)
        return said

    def execute(self, sql: str) -> None:
        if not self.url:
            with closing(sqlite3.connect(self.root / "zhiji.db")) as database:
                database.execute(sql)
                database.commit()
            return
        with psycopg.connect(self.url, options="-c search_path=zhiji_sample") as database:
            database.execute(sql)

    def contents(self) -> dict[str, list[str]]:
        """Every table with its rows, as text."""
        if not self.url:
            with closing(sqlite3.connect(self.root / "zhiji.db")) as database:
                names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
                return {name: sorted(map(repr, database.execute(f'SELECT * FROM "{name}"'))) for (name,) in names}
        with psycopg.connect(self.url, row_factory=dict_row) as database:
            rows = database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'zhiji_sample'").fetchall()
            names = [row["tablename"] for row in rows]
            return {name: sorted(map(repr, database.execute(f"SELECT * FROM zhiji_sample.{name}"))) for name in names}


def _upgrade_breaks_and_leaves_everything(place: Place) -> None:
    before = place.contents()
    assert "platform_team" in before
    broke = place.prepare("plant")
    assert broke["code"] == "migration_failed"
    assert Path(broke["params"]["copy"]).stat().st_size > 1000
    assert place.contents() == before
    assert place.prepare()["migrated"] == 0


@pytest.mark.slow
def test_a_broken_upgrade_of_sqlite_is_undone(tmp_path: Path) -> None:
    _upgrade_breaks_and_leaves_everything(Place(tmp_path / "home", ""))


@pytest.mark.slow
@pytest.mark.postgres
def test_a_broken_upgrade_of_postgresql_is_undone(postgres_url: str, tmp_path: Path) -> None:
    place = Place(tmp_path / "home", postgres_url)
    _upgrade_breaks_and_leaves_everything(place)
    before = place.contents()
    # Without the tools that make a copy nothing is begun.
    assert place.prepare("plant", PATH="")["code"] == "backup_tool_missing"
    assert place.contents() == before
    assert len(list((place.root / "backups").iterdir())) == 1
    place.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('platform', '9999_later', '2030-01-01')")
    assert place.prepare()["code"] == "schema_newer"
    with psycopg.connect(postgres_url) as database:
        schemas = database.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'zhiji%'").fetchall()
        public = database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    assert schemas == [("zhiji_sample",)], "what was set aside is dropped again"
    assert public == []


@pytest.mark.slow
@pytest.mark.postgres
def test_the_sample_company_lives_beside_the_company_s_own_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("ZHIJI_", "DATABASE_URL"))}
    environment = {**clean, "ZHIJI_HOME": str(tmp_path / "home"), "DATABASE_URL": postgres_url, "ZHIJI_LANGUAGE": "en"}

    def zhiji(*words: str, **more: str) -> dict[str, Any]:
        line = [sys.executable, "-m", "zhiji.cli", *words, "--json"]
        done = subprocess.run(line, env={**environment, **more}, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        said: dict[str, Any] = json.loads(done.stdout)
        return said

    def orders(schema: str) -> int:
        with psycopg.connect(postgres_url) as database:
            (count,) = database.execute(f"SELECT COUNT(*) FROM {schema}.store_order").fetchone() or (-1,)
            return int(count)

    zhiji("workspace", "prepare")
    zhiji("workspace", "prepare", ZHIJI_WORKSPACE="sample")
    made = zhiji("demo", "--customers", "60", "--fresh")
    assert made["agrees"] is True
    assert Path(made["moved_aside"]).is_dir()
    there = orders("zhiji_sample")
    assert there > 60
    assert orders("public") == 0
    assert {row["name"] for row in zhiji("workspace", "list")} >= {"main", "sample"}
    saved = zhiji("backup", "--to", str(tmp_path / "to"), ZHIJI_WORKSPACE="sample")
    assert saved["verified"] == "restored"
    assert zhiji("restore", saved["path"], "--into", "main", "--replace")["workspace"] == "main"
    assert (orders("public"), orders("zhiji_sample")) == (there, there)
