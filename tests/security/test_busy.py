"""Another writer keeps the database longer than a request may wait: 503 with a code and when to come again, and nothing
half-written; and so it is where no database answers at all."""

from __future__ import annotations

import json
import logging
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client

from security.matrix.attempts import Matrix, Route, digests, routes
from zhiji.platform import accounts
from zhiji.platform.models import ApiToken, Team, User

WAIT_SECONDS = 0.05
TEAMS = "/api/v1/accounts/teams"
# These write nothing that waits: they only read, or what they would change is settled before.
UNTOUCHED = {"workspace_choose", "password_reset_request", "segment_count"}


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Patience of a moment, so that the tests need none."""
    options = connection.settings_dict["OPTIONS"]
    if connection.vendor == "sqlite":
        monkeypatch.setitem(options, "timeout", WAIT_SECONDS)
    else:
        monkeypatch.setitem(options, "options", f"{options['options']} -c lock_timeout={int(WAIT_SECONDS * 1000)}")
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)
    connection.close()


@contextmanager
def held(*tables: str) -> Iterator[None]:
    """The lock is really held, by a connection of its own."""
    connection.close()
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(connection.settings_dict["NAME"])) as other:
            other.execute("begin immediate")
            yield
            other.rollback()
        return
    with psycopg.connect(**{**connection.get_connection_params(), "cursor_factory": None}) as other:
        for table in tables:
            other.execute(f"lock table {table} in access exclusive mode")
        yield
        other.rollback()


def administrator() -> Client:
    user = accounts.user_create(email="a@acme.test", password=None, roles=["administrator"], language="zh")
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    # The note that somebody is there was made just now.
    assert client.get("/api/v1/accounts/me").status_code == 200
    return client


def assert_busy(answer: HttpResponse, code: str = "service_busy", words: str = "忙") -> None:
    assert answer.status_code == 503, answer.content
    assert answer["Retry-After"] == "5"
    assert answer["Content-Type"] == "application/problem+json"
    told = json.loads(answer.content)
    assert told["code"] == code
    assert words in told["what"]
    assert told["remedy"]


@pytest.mark.databases
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("key", ["", "once"])
def test_a_write_that_waits_too_long_says_so_and_can_be_sent_again(key: str) -> None:
    client = administrator()
    headers: dict[str, Any] = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
    body = {"name": "North"}
    before = digests()
    with held("platform_team"):
        assert_busy(client.post(TEAMS, body, content_type="application/json", **headers))
    assert digests() == before
    assert client.post(TEAMS, body, content_type="application/json", **headers).status_code == 201
    assert Team.objects.filter(name="North").count() == 1


@pytest.mark.databases
@pytest.mark.django_db(transaction=True)
def test_the_session_s_own_note_waits_before_anything_is_done() -> None:
    """Five minutes after the last one a request notes that its person is still there."""
    client = administrator()
    session = client.session
    session["seen"] = 0
    session.save()
    before = digests()
    with held("django_session"):
        assert_busy(client.post(TEAMS, {"name": "North"}, content_type="application/json"), words="")
    assert digests() == before


@pytest.mark.databases
@pytest.mark.django_db(transaction=True)
def test_a_token_s_note_of_use_waits_too() -> None:
    user = accounts.user_create(email="a@acme.test", password=None, roles=["administrator"])
    token, secret = accounts.token_create(user, name="shop", scopes=["company:read"], days=1)
    client = Client(raise_request_exception=False, HTTP_AUTHORIZATION=f"Bearer {secret}")
    with held("platform_apitoken"):
        assert_busy(client.get("/api/v1/company"), words="busy")
    assert ApiToken.objects.get(pk=token.pk).last_used_at is None


@pytest.mark.django_db(transaction=True)
def test_every_route_that_writes_says_that_it_is_busy() -> None:
    """Nothing that a route would write is written; only what writes nothing may answer as ever."""
    matrix = Matrix()
    _, client = next((who, one) for who, one in matrix.callers.all if who is not None and "administrator" in who.roles)
    client.raise_request_exception = False
    writing = [route for route in routes() if route.method != "GET"]
    with held():
        found = {route.name: _send(matrix, route, client) for route in writing}
        upload = SimpleUploadedFile("orders.csv", b"Order,Date,Customer,Amount\nA1,2024-01-05,C1,10.00\n")
        assert_busy(client.post("/api/v1/imports", {"kind": "orders", "file": upload}), words="")
    assert digests() == matrix.before
    for name, answer in found.items():
        if answer.status_code == 503:
            assert_busy(answer, words="")
        else:
            assert answer.status_code < 500, f"{name}: {answer.content!r}"
    calm = {name for name, answer in found.items() if answer.status_code < 300}
    assert calm == UNTOUCHED
    assert sum(answer.status_code == 503 for answer in found.values()) > 30


def _send(matrix: Matrix, route: Route, client: Client) -> HttpResponse:
    rows = matrix.rows(route)
    path = re.sub(r"<[^>]+>", str(rows[0].id) if rows[0] else "", route.path)
    body = json.dumps(matrix.filled(route.entry.get("body")) or {})
    return client.generic(route.method, path, body, content_type="application/json")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/accounts/setup/state", "/api/v1/company"])
def test_a_database_that_does_not_answer_is_no_fault_of_the_request(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside the routes, where the session is read, and inside them."""
    client = administrator()

    def gone(*words: object, **more: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(connection, "cursor", gone)
    answer = client.get(path, HTTP_ACCEPT_LANGUAGE="zh-CN")
    assert_busy(answer, "database_unavailable", "没有响应")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_connection_that_is_cut_is_said_and_the_next_request_has_a_new_one() -> None:
    client = administrator()
    connection.ensure_connection()
    mine = connection.connection.info.backend_pid
    with psycopg.connect(**{**connection.get_connection_params(), "cursor_factory": None}) as other:
        other.execute("select pg_terminate_backend(%s, 5000)", [mine])
    monkey_health = connection.health_check_done
    connection.health_check_done = True
    assert_busy(client.get("/api/v1/company"), "database_unavailable", "")
    connection.health_check_done = monkey_health
    connection.close()
    assert client.get("/api/v1/company").status_code == 200
    assert User.objects.count() == 1
