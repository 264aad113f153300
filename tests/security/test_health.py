"""Who may read the figures, and what "ready" means."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.test import Client

from zhiji.config import health
from zhiji.kernel import clock
from zhiji.platform import accounts
from zhiji.platform.models import Job, LiveEvent

FAR = "203.0.113.9"


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    health._seen.clear()
    yield
    health._seen.clear()


def token(*roles: str, scopes: tuple[str, ...]) -> str:
    user = accounts.user_create(email=f"{roles[0]}@acme.test", password=None, roles=roles)
    return f"Bearer {accounts.token_create(user, name='figures', scopes=list(scopes), days=1)[1]}"


@pytest.mark.django_db
def test_figures_are_for_this_machine_alone() -> None:
    assert Client(REMOTE_ADDR="127.0.0.1").get("/metrics").status_code == 200
    assert Client(REMOTE_ADDR="::1").get("/metrics").status_code == 200
    for caller in (FAR, "10.0.0.7", "", "unix:"):
        refused = Client(REMOTE_ADDR=caller).get("/metrics")
        assert (refused.status_code, refused.json()["code"]) == (401, "not_signed_in")
        assert b"process_" not in refused.content


@pytest.mark.django_db
@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "Via", "X-Real-IP"])
def test_what_a_proxy_passes_on_does_not_come_from_this_machine(header: str) -> None:
    assert Client(REMOTE_ADDR="127.0.0.1").get("/metrics", headers={header: "127.0.0.1"}).status_code == 401


@pytest.mark.django_db
def test_a_token_that_may_read_all_jobs_gets_them_from_anywhere() -> None:
    good = token("administrator", scopes=("job:read",))
    narrow = token("analyst", scopes=("customer:read",))
    poor = token("agent", scopes=("job:read",))
    far = Client(REMOTE_ADDR=FAR)
    answer = far.get("/metrics", headers={"Authorization": good})
    assert answer.status_code == 200
    assert b"process_" in answer.content or b"django_" in answer.content
    for one in (narrow, poor):
        # Not even from this machine: who says who they are is taken at their word.
        assert Client(REMOTE_ADDR="127.0.0.1").get("/metrics", headers={"Authorization": one}).status_code == 403
    assert far.get("/metrics", headers={"Authorization": "Bearer zj_nonsense"}).status_code == 401


@pytest.mark.databases
@pytest.mark.django_db
def test_ready_tells_the_age_of_the_oldest_job_that_is_due() -> None:
    now = clock.now()
    Job.objects.create(kind="later", not_before=now + timedelta(hours=1))
    assert Client().get("/readyz").json()["oldest_job_seconds"] == 0
    Job.objects.create(kind="due", not_before=now - timedelta(minutes=5))
    answer = Client().get("/readyz")
    assert answer.status_code == 200
    assert 300 <= answer.json()["oldest_job_seconds"] < 400
    assert answer.json()["checks"] == {"disk": True, "schema": True, "database": True}
    assert not LiveEvent.objects.filter(topic="ready").exists(), "the write was taken back"


@pytest.mark.django_db
def test_a_database_that_takes_no_write_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON")
    try:
        answer = Client().get("/readyz")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA query_only = OFF")
    assert (answer.status_code, answer.json()["checks"]["database"]) == (503, False)
    assert Client().get("/livez").status_code == 200


@pytest.mark.django_db
def test_no_room_on_the_disk_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LEAST_FREE_BYTES", 2**80)
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["disk"]) == (503, False)


@pytest.mark.django_db
def test_the_process_lives_whatever_the_database_does(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*words: object, **more: object) -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr(connection, "cursor", gone)
    assert Client().get("/livez").status_code == 200
    assert Client().get("/readyz").status_code == 503


@pytest.mark.django_db(transaction=True)
def test_a_writer_at_work_is_no_reason_to_be_unready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.05)
    connection.close()
    with closing(sqlite3.connect(connection.settings_dict["NAME"])) as other:
        other.execute("begin immediate")
        assert Client().get("/readyz").json()["checks"]["database"] is True
        other.rollback()
    connection.close()
