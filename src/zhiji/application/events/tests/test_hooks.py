"""A system that signs may send; what is unsigned, changed, stale or seen before is not taken in."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from zhiji.application.events import hooks
from zhiji.application.events.models import Hook, HookDelivery
from zhiji.data.landing.models import InboxEvent
from zhiji.data.store.models import Customer
from zhiji.kernel import clock
from zhiji.platform import accounts
from zhiji.platform.models import AuditEntry, User

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]
EVENT = {"event_id": "e1", "type": "page_view", "occurred_at": "2026-03-01T09:30:00+08:00",
         "customer": {"external_id": "C1"}}  # fmt: skip


@pytest.fixture
def person(sender: User) -> Client:
    client = Client()
    client.force_login(sender, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def secret(person: Client) -> str:
    answer = person.post("/api/v1/events/hooks", {"source": "shop"}, content_type="application/json")
    assert answer.status_code == 201
    assert answer.json()["path"] == "/api/v1/events/hook?source=shop"
    return str(answer.json()["secret"])


def signed(secret: str, body: str, at: str) -> str:
    """As the guide tells a program to, without our code."""
    return hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()


def deliver(secret: str, body: Any = EVENT, *, source: str = "shop", at: str = "", signature: str = "",
            sent: str = "") -> Any:  # fmt: skip
    text, at = json.dumps(body), at or str(int(time.time()))
    headers = {"X-Zhiji-Time": at, "X-Zhiji-Signature": signature or signed(secret, text, at)}
    return Client(enforce_csrf_checks=True).post(
        f"/api/v1/events/hook?source={source}", sent or text, content_type="application/json", headers=headers
    )


def test_what_is_signed_is_taken_in_as_its_source_s(secret: str, brought: Callable[[], int]) -> None:
    assert deliver(secret).status_code == 202
    both = [{**EVENT, "event_id": "e2", "source": "shop"}, {**EVENT, "event_id": "e3", "source": "other"}]
    answer = deliver(secret, both)
    assert [one["outcome"] for one in answer.json()["results"]] == ["accepted", "refused"]
    brought()
    assert set(InboxEvent.objects.values_list("source", "state")) == {("shop", "done")}
    assert Customer.objects.get().identities.get().source.code == "shop"


def test_nothing_else_passes(secret: str) -> None:
    now = int(time.time())
    text = json.dumps(EVENT)
    attempts = {
        "unsigned": deliver(secret, signature="0"),
        "of another secret": deliver("guess"),
        "another body": deliver(secret, sent=text.replace("C1", "C2")),
        "another time": deliver(secret, at=str(now), signature=signed(secret, text, str(now - 1))),
        "another door": deliver(secret, source="elsewhere"),
        "no time": deliver(secret, at="now"),
        "not ascii": deliver(secret, signature="\u00e9" * 64),
    }
    assert {name: (one.status_code, one.json()["code"]) for name, one in attempts.items()} == dict.fromkeys(
        attempts, (401, "hook_refused")
    )
    for seconds in (-301, 301):
        stale = deliver(secret, at=str(now + seconds + (5 if seconds > 0 else -5)))
        assert (stale.status_code, stale.json()["code"]) == (401, "hook_stale")
    assert InboxEvent.objects.count() == HookDelivery.objects.count() == 0


def test_a_recorded_delivery_does_not_pass_again(secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    at = str(int(time.time()))
    assert deliver(secret, at=at).status_code == 202
    again = deliver(secret, at=at)
    assert (again.status_code, again.json()["code"]) == (409, "hook_replayed")
    # Signed anew it passes, and its event has no second effect.
    anew = deliver(secret, at=str(int(at) + 1))
    assert anew.json()["results"][0]["outcome"] == "duplicate"
    assert InboxEvent.objects.count() == 1
    later = clock.now() + hooks.KEPT * 2
    monkeypatch.setattr(clock, "now", lambda: later)
    hooks.forget_old()
    assert HookDelivery.objects.count() == 0


def test_the_secret_is_told_once_and_ends_with_the_door(secret: str, person: Client, sender: User) -> None:
    assert secret not in str(list(Hook.objects.values()))
    listed = person.get("/api/v1/events/hooks").json()
    assert [set(one) for one in listed] == [{"id", "source", "path", "created_at"}]
    taken = person.post("/api/v1/events/hooks", {"source": "shop"}, content_type="application/json")
    assert (taken.status_code, taken.json()["code"]) == (409, "hook_taken")
    assert person.delete(f"/api/v1/events/hooks/{listed[0]['id']}").status_code == 204
    assert deliver(secret).status_code == 401
    assert AuditEntry.objects.filter(action__in=["hook_create", "hook_delete"]).count() == 2
    agent = accounts.user_create(email="a@example.com", password=None, roles=["agent"])
    client = Client()
    client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post("/api/v1/events/hooks", {"source": "x"}, content_type="application/json").status_code == 403
    assert Hook.objects.count() == 0
