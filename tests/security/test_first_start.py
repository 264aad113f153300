"""From ``zhiji serve`` to the sample company and back, and what the supervisor does when things die."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import requests

from security.server import ADMIN, Browser, Server


def eventually(true: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if true():
                return
        except requests.exceptions.RequestException:
            pass
        time.sleep(0.2)
    raise AssertionError("it never came about")


def serves(server: Server, workspace: str) -> bool:
    if requests.get(f"{server.url}/readyz", timeout=5).status_code != 200:
        return False
    return requests.get(f"{server.url}/api/v1/accounts/setup/state", timeout=5).json()["workspace"] == workspace


@pytest.mark.slow
def test_sample_first_then_the_own_company_and_death_in_between(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        token = server.setup_token()
        assert len(token) >= 43, "256 bits"
        browser = Browser(server)
        weak = browser.set_up(token, choice="sample", password="short")
        assert weak.status_code == 422
        moved = browser.set_up(token, choice="sample")
        assert moved.status_code == 202, moved.text
        assert moved.json()["workspace"] == "sample"
        eventually(lambda: serves(server, "sample"))
        browser = Browser(server)
        ticket = {"ticket": moved.json()["ticket"]}
        me = browser.api("POST", "/accounts/sign-in/ticket", json=ticket)
        assert me.status_code == 200, me.text
        assert (me.json()["workspace"], me.json()["company"]["is_sample"]) == ("sample", True)
        assert Browser(server).api("POST", "/accounts/sign-in/ticket", json=ticket).status_code == 410

        _the_worker_comes_back(server)
        _the_web_process_comes_back(server)

        back = browser.api("POST", "/accounts/workspace", json={"name": "main"})
        assert back.status_code == 202, back.text
        eventually(lambda: serves(server, "main"))
        browser = Browser(server)
        me = browser.api("POST", "/accounts/sign-in/ticket", json={"ticket": back.json()["ticket"]})
        assert (me.json()["workspace"], me.json()["company"]["is_sample"]) == ("main", False)
        assert browser.sign_in().json()["email"] == ADMIN["email"]
        assert browser.set_up(token).status_code in (409, 410), "the printed link is spent"
        children = server.children()
        assert set(children) == {"web", "worker"}
    for pid in children.values():
        assert not Path(f"/proc/{pid}").exists(), "a child outlived the server"
    assert server.process.returncode == 0


def _the_worker_comes_back(server: Server) -> None:
    killed = server.children()["worker"]
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: server.children().get("worker") not in (None, killed))


def _the_web_process_comes_back(server: Server) -> None:
    killed = server.children()["web"]
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: server.children().get("web") not in (None, killed) and serves(server, "sample"))


def test_children_do_not_outlive_a_killed_supervisor(tmp_path: Path) -> None:
    server = Server(tmp_path)
    with server:
        children = server.children()
        assert set(children) == {"web", "worker"}
        server.process.kill()
        eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children.values()), 30)


@pytest.mark.parametrize(
    ("environment", "code"),
    [
        ({"ZHIJI_BIND": "0.0.0.0"}, "bind_refused"),
        ({"ZHIJI_BIND": "0.0.0.0", "ZHIJI_HOSTS": "crm.acme.test"}, "bind_refused"),
        ({"ZHIJI_TLS_CERTIFICATE": "/nowhere.pem"}, "tls_incomplete"),
    ],
)
def test_an_exposed_start_is_refused(tmp_path: Path, environment: dict[str, str], code: str) -> None:
    done = Server(tmp_path, **environment).command("serve", "--port", "0", "--no-browser")
    assert (done.returncode, done.stderr.split(":")[0]) == (1, code)
    assert not (tmp_path / "workspaces").exists()


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = Server(tmp_path).command("serve", "--port", str(port), "--no-browser")
    assert done.returncode == 1
    assert done.stderr.startswith(f"port_taken: Port {port} on 127.0.0.1 is taken.")


def test_a_schema_newer_than_the_program_is_refused_untouched(tmp_path: Path) -> None:
    server = Server(tmp_path)
    assert server.command("workspace", "prepare").returncode == 0
    path = tmp_path / "workspaces/main/zhiji.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("insert into django_migrations (app, name, applied) values ('store', '9999_future', '')")
        database.commit()
        database.execute("pragma wal_checkpoint(truncate)")
    before = path.read_bytes()
    done = server.command("workspace", "prepare")
    assert (done.returncode, done.stderr.split(":")[0]) == (1, "schema_newer")
    assert "store.9999_future" in done.stderr
    assert path.read_bytes() == before


def test_a_copy_is_kept_before_a_migration(tmp_path: Path) -> None:
    server = Server(tmp_path)
    assert server.command("workspace", "prepare").returncode == 0
    path = tmp_path / "workspaces/main/zhiji.db"
    with closing(sqlite3.connect(path)) as database:
        # As if the program had just learnt to keep sessions.
        database.execute("drop table django_session")
        database.execute("delete from django_migrations where app = 'sessions'")
        database.execute("insert into platform_team (name) values ('before')")
        database.commit()
    assert server.command("workspace", "prepare").returncode == 0
    (copy,) = (tmp_path / "workspaces/main/backups").glob("before-migration-*.db")
    assert copy.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("select name from platform_team").fetchall() == [("before",)]
        tables = [name for (name,) in database.execute("select name from sqlite_master")]
    assert "django_session" not in tables
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("select count(*) from django_session").fetchall() == [(0,)]
