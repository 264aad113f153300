"""A running server: set-up link, cookies, headers, CSRF, tokens, retries, live events."""

from __future__ import annotations

import re
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
import requests

from security.server import ADMIN, Browser, Server


def rows(server: Server, query: str, *values: object) -> list[tuple]:
    with closing(sqlite3.connect(server.home / "workspaces/main/zhiji.db", timeout=30)) as database:
        return database.execute(query, values).fetchall()


def test_workspace_is_for_its_owner_alone(server: Server) -> None:
    place = server.home / "workspaces/main"
    open_to_others = [
        str(path) for path in [place, *place.rglob("*")] if path.stat().st_mode & 0o077 and not path.is_symlink()
    ]
    assert open_to_others == []
    assert {path.stat().st_mode & 0o777 for path in (place / "keys").iterdir()} == {0o600}


def test_the_set_up_link_works_once(server: Server, visitor: Browser) -> None:
    used = visitor.set_up(server.setup_token(), email="second@acme.test")
    assert used.status_code == 410
    assert used.json()["code"] == "link_invalid"
    assert rows(server, "select count(*) from platform_user where email = 'second@acme.test'") == [(0,)]


def test_set_up_state_tells_no_secret(visitor: Browser) -> None:
    state = visitor.api("GET", "/accounts/setup/state").json()
    assert state["needed"] is False
    assert state["workspaces"] == [
        {"name": "main", "exists": True, "active": True},
        {"name": "sample", "exists": False, "active": False},
    ]
    assert set(state) == {"needed", "workspace", "workspaces", "can_switch", "mail", "language"}


def test_headers_of_the_page(server: Server) -> None:
    first, second = (requests.get(server.url + "/", timeout=30) for _ in range(2))
    policies = [answer.headers["Content-Security-Policy"] for answer in (first, second)]
    directives = dict(part.strip().split(" ", 1) for part in policies[0].split(";"))
    assert directives["script-src"] == "'self'"
    assert directives["default-src"] == "'self'"
    assert "'unsafe-inline'" not in policies[0]
    assert directives["frame-ancestors"] == "'none'"
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    assert first.headers["X-Frame-Options"] == "DENY"
    assert first.headers["Referrer-Policy"] == "same-origin"
    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", first.text) == []
    assert re.findall(r"\son\w+=", first.text) == []
    shown = [re.search(r'nonce="([^"]+)"', answer.text) for answer in (first, second)]
    if all(shown):
        # The page hands its nonce to the styles that the components write: fresh for each answer, and in its policy.
        nonces = [found.group(1) for found in shown if found]
        assert nonces[0] != nonces[1]
        assert all(f"'nonce-{nonce}'" in policy for nonce, policy in zip(nonces, policies, strict=True))


def test_answers_of_the_api_are_not_kept(admin: Browser) -> None:
    answer = admin.api("GET", "/accounts/me")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["X-Request-Id"])


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(server: Server) -> None:
    browser = Browser(server)
    answer = browser.sign_in()
    flags = {part.strip().lower() for part in answer.headers["Set-Cookie"].split("zhiji=")[1].split(";")}
    assert "httponly" in flags
    assert "samesite=lax" in flags


def test_a_planted_session_is_worthless(server: Server) -> None:
    browser = Browser(server)
    browser.cookies.set("zhiji", "planted0000000000000000000000000", domain="127.0.0.1")
    assert browser.sign_in().status_code == 200
    assert "planted0000000000000000000000000" not in browser.cookies.values()
    assert rows(server, "select count(*) from django_session where session_key like 'planted%'") == [(0,)]


@pytest.mark.parametrize("path", ["/accounts/teams", "/accounts/sign-in", "/accounts/invitations/accept"])
def test_a_write_from_another_page_is_refused(server: Server, admin: Browser, path: str) -> None:
    before = rows(server, "select count(*) from platform_team")
    answer = admin.api("POST", path, json={"name": "forged"}, headers={"X-CSRFToken": "x" * 32})
    assert answer.status_code == 403
    assert answer.json()["code"] == "cross_site_refused"
    assert rows(server, "select count(*) from platform_team") == before


def test_a_token_needs_no_csrf_and_reaches_no_further_than_its_scopes(server: Server, admin: Browser) -> None:
    made = admin.api("POST", "/accounts/tokens", json={"name": "shop", "scopes": ["company:read"], "days": 1})
    assert made.status_code == 201
    secret = made.json()["secret"]
    assert made.json()["prefix"] == secret[:10]
    bearer = {"Authorization": f"Bearer {secret}"}
    url = f"{server.url}/api/v1"
    assert requests.get(f"{url}/company", headers=bearer, timeout=30).status_code == 200
    assert requests.get(f"{url}/company/audit", headers=bearer, timeout=30).status_code == 403
    assert requests.patch(f"{url}/company", headers=bearer, json={"name": "x"}, timeout=30).status_code == 403
    assert requests.patch(f"{url}/accounts/me", headers=bearer, json={"name": "x"}, timeout=30).status_code == 403
    found = rows(
        server, "select count(*) from platform_apitoken where digest like ? or name = ?", f"%{secret}%", secret
    )
    assert found == [(0,)]
    admin.api("DELETE", f"/accounts/tokens/{made.json()['id']}")
    assert requests.get(f"{url}/company", headers=bearer, timeout=30).status_code == 401


def test_fifty_parallel_posts_with_one_key_have_one_effect(server: Server, admin: Browser) -> None:
    body = {"name": "idempotent", "scopes": ["company:read"], "days": 1}

    def send(_: int) -> requests.Response:
        return admin.api("POST", "/accounts/tokens", json=body, headers={"Idempotency-Key": "retry-1"})

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(send, range(50)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum(answer.headers.get("Idempotent-Replay") == "true" for answer in answers) == 49
    assert rows(server, "select count(*) from platform_apitoken where name = 'idempotent'") == [(1,)]
    other = admin.api("POST", "/accounts/tokens", json={**body, "days": 2}, headers={"Idempotency-Key": "retry-1"})
    assert other.status_code == 422
    assert other.json()["code"] == "idempotency_key_reused"
    assert rows(server, "select count(*) from platform_apitoken where name = 'idempotent'") == [(1,)]
    # The stored answer holds the token's secret, so it must not be readable in the database.
    secret = answers[0].json()["secret"].encode()
    stored = rows(server, "select body from platform_idempotencykey where key = 'retry-1'")
    assert len(stored) == 1
    assert secret not in bytes(stored[0][0])


def test_a_route_that_locks_nothing_while_it_works_has_one_effect_too(server: Server, admin: Browser) -> None:
    body = {"email": "parallel@acme.test", "roles": ["agent"]}

    def send(_: int) -> requests.Response:
        return admin.api("POST", "/accounts/invitations", json=body, headers={"Idempotency-Key": "retry-2"})

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(send, range(50)))
    assert [answer.status_code for answer in answers] == [201] * 50
    assert len({answer.content for answer in answers}) == 1
    assert sum(answer.headers.get("Idempotent-Replay") == "true" for answer in answers) == 49
    assert rows(server, "select count(*) from platform_oneuselink where email = 'parallel@acme.test'") == [(1,)]


def test_guessing_a_password_rests_the_account(server: Server, admin: Browser) -> None:
    invited = admin.api("POST", "/accounts/invitations", json={"email": "locked@acme.test", "roles": ["agent"]})
    token = invited.json()["url"].split("#token=")[1]
    joined = Browser(server).api(
        "POST", "/accounts/invitations/accept",
        json={"token": token, "name": "L", "password": "correct-horse-battery"},
    )  # fmt: skip
    assert joined.status_code == 200
    guesser = Browser(server)
    codes = [guesser.sign_in("locked@acme.test", f"guess-number-{n}").json()["code"] for n in range(8)]
    assert set(codes[:-1]) == {"sign_in_refused"}
    right = guesser.sign_in("locked@acme.test", "correct-horse-battery")
    assert (right.status_code, right.json()["code"]) == (429, "sign_in_locked")
    unlock(server)


def unlock(server: Server) -> None:
    with closing(sqlite3.connect(server.home / "workspaces/main/zhiji.db", timeout=30)) as database:
        database.execute("delete from axes_accessattempt")
        database.commit()


def test_nobody_learns_which_address_has_an_account(visitor: Browser, server: Server) -> None:
    known = visitor.api("POST", "/accounts/password-reset/request", json={"email": ADMIN["email"]})
    unknown = visitor.api("POST", "/accounts/password-reset/request", json={"email": "nobody@acme.test"})
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json()) == (200, {"mail": False})
    wrong = [visitor.sign_in(email, "some-wrong-password-1").json() for email in (ADMIN["email"], "nobody@acme.test")]
    assert wrong[0]["what"] == wrong[1]["what"]
    unlock(server)


def test_sessions_end_with_the_password(server: Server, admin: Browser) -> None:
    other = Browser(server)
    assert other.sign_in().status_code == 200
    fresh = "another-four-words-now"
    wrong = admin.api("PATCH", "/accounts/me", json={"password": fresh, "old_password": "not it at all"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "password_wrong")
    assert other.api("GET", "/accounts/me").status_code == 200
    changed = admin.api("PATCH", "/accounts/me", json={"password": fresh, "old_password": ADMIN["password"]})
    assert changed.status_code == 200
    assert other.api("GET", "/accounts/me").status_code == 401
    assert admin.api("GET", "/accounts/me").status_code == 200
    back = admin.api("PATCH", "/accounts/me", json={"password": ADMIN["password"], "old_password": fresh})
    assert back.status_code == 200


def events(browser: Browser, seconds: float, **headers: str) -> list[str]:
    """Lines of the stream for so long."""
    lines: list[str] = []
    with browser.get(
        f"{browser.base}/api/v1/company/events", headers=headers, stream=True, timeout=(5, seconds)
    ) as answer:
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        ends = time.monotonic() + seconds
        try:
            for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
                lines.append(line)
                if time.monotonic() > ends:
                    break
        except requests.exceptions.ConnectionError:
            pass  # the read ran into its time limit: nothing more came
    return lines


def publish(server: Server, topic: str) -> int:
    with closing(sqlite3.connect(server.home / "workspaces/main/zhiji.db", timeout=30)) as database:
        made = database.execute(
            "insert into platform_liveevent (at, topic, payload) values (datetime('now'), ?, '{\"n\": 1}')", (topic,)
        )
        database.commit()
        assert made.lastrowid is not None
        return made.lastrowid


def test_events_arrive_live_and_after_a_gap(server: Server, admin: Browser) -> None:
    missed = publish(server, "job")
    threading.Timer(1.5, publish, (server, "import")).start()
    lines = events(admin, 3.5, **{"Last-Event-ID": str(missed - 1)})
    heard = [line for line in lines if line.startswith("event: ")]
    assert heard[0] == "event: job"
    assert heard[-1] == "event: import"
    assert f"id: {missed}" in lines


def test_forty_streams_leave_room_for_requests(server: Server, admin: Browser) -> None:
    url = f"{server.url}/api/v1/company/events"
    cookies = {"zhiji": admin.cookies["zhiji"]}
    streams: list[requests.Response] = []
    try:
        refused = None
        for _ in range(45):
            answer = requests.get(url, cookies=cookies, stream=True, timeout=30)
            if answer.status_code == 503:
                refused = answer
                break
            streams.append(answer)
        assert refused is not None
        assert refused.headers["Retry-After"] == "5"
        assert refused.json()["code"] == "streams_full"
        assert len(streams) <= 40
        began = time.monotonic()
        assert all(admin.api("GET", "/accounts/me").status_code == 200 for _ in range(20))
        assert time.monotonic() - began < 5
        team = admin.api("POST", "/accounts/teams", json={"name": "while streaming"})
        assert team.status_code == 201
        # A stream that held a transaction or a read snapshot would keep the write-ahead log from being emptied.
        blocked = rows(server, "pragma wal_checkpoint(truncate)")[0][0]
        assert blocked == 0
    finally:
        for answer in streams:
            answer.close()


def test_openapi_is_served(visitor: Browser) -> None:
    schema = visitor.api("GET", "/openapi.json").json()
    assert schema["openapi"].startswith("3.1")
    operations = [op["operationId"] for path in schema["paths"].values() for op in path.values()]
    assert len(operations) == len(set(operations))
