"""What a machine lacks is said by name; under CI it is a failure. Each case is a pytest run of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from house.tree import ROOT

NEEDY = """
import os, pytest

@pytest.mark.dataset("no_such_data_set")
def test_data(): pass

@pytest.mark.postgres
def test_postgres(postgres_url): pass

def test_always():
    assert os.environ["OMP_NUM_THREADS"] == "1"
    assert "DATABASE_URL" not in os.environ
    assert os.environ["ZHIJI_HOME"] != "somebody's real workspace"
"""
INI = f"""
[pytest]
pythonpath = {ROOT / "tests"} {ROOT / "scripts"}
addopts = -p no:django -p plugins.surroundings -p plugins.datasets -p plugins.postgres -p plugins.report
markers =
    dataset(name): needs a data set
    postgres: needs a server
"""


def run_needy_tests(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_needy.py").write_text(NEEDY, encoding="utf-8")
    (folder / "pytest.ini").write_text(INI, encoding="utf-8")
    inherited = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "ZHIJI", "OMP", "CI"))
    }
    given = {
        "ZHIJI_DATASETS": str(folder),
        "ZHIJI_TEST_POSTGRES": "postgresql://nobody@127.0.0.1:1/none",
        "ZHIJI_HOME": "somebody's real workspace",
        "DATABASE_URL": "postgresql://somebody/real",
    }
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "test_needy.py"]
    return subprocess.run(
        command, cwd=folder, env={**inherited, **given, **environment}, capture_output=True, text=True, check=False
    )


def test_what_is_absent_is_skipped_by_name_with_the_remedy(tmp_path: Path) -> None:
    ran = run_needy_tests(tmp_path)
    assert ran.returncode == 0, ran.stdout
    assert "1 passed, 2 skipped" in ran.stdout
    assert "no_such_data_set is absent; set ZHIJI_DATASETS" in ran.stdout
    assert "no PostgreSQL answers; set ZHIJI_TEST_POSTGRES, or: " in ran.stdout
    assert "no_such_data_set: 1 skipped" in ran.stdout


def test_under_ci_nothing_may_be_absent(tmp_path: Path) -> None:
    ran = run_needy_tests(tmp_path, CI="true")
    assert ran.returncode == 1
    assert "1 passed, 2 errors" in ran.stdout


@pytest.mark.postgres
def test_a_database_of_the_tests_own_is_empty(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("select current_database() like 'zhiji_test_%'").fetchone() == (True,)
        assert connection.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone() == (0,)
