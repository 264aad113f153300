"""The company's settings, jobs, views and live events through the API."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from django.test import Client

from zhiji.application.company.queries import Audience
from zhiji.application.company.stream import MOST_STREAMS, EventStream, Hub
from zhiji.data.landing.models import Batch, Source
from zhiji.kernel import clock
from zhiji.platform import accounts, audit, live
from zhiji.platform.company import company
from zhiji.platform.models import AuditEntry, Job, LiveEvent, User

API = "/api/v1/company"


@pytest.fixture
def admin(db: None) -> User:
    return accounts.user_create(email="a@acme.test", password=None, roles=["administrator"], language="en")


@pytest.fixture
def client(admin: User) -> Client:
    client = Client()
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    return client


def patch(client: Client, **body: Any) -> Any:
    return client.patch(API, body, content_type="application/json")


def test_zone_and_currency_change_only_before_the_first_import(client: Client) -> None:
    assert patch(client, zone="Europe/London", currency="GBP", margin_percent="32.5").json()["margin_percent"] == 32.5
    source = Source.objects.create(code="shop")
    batch = Batch.objects.create(source=source, kind="orders", received_at=clock.now())
    for field, value in (("zone", "Asia/Tokyo"), ("currency", "JPY")):
        refused = patch(client, name="New", **{field: value})
        assert (refused.status_code, refused.json()["code"]) == (409, "company_fixed")
        assert refused.json()["where"] == {"field": field}
    assert (company().zone, company().currency, company().name) == ("Europe/London", "GBP", "")
    assert patch(client, zone="Europe/London", name="Same zone").status_code == 200
    batch.state = Batch.State.WITHDRAWN
    batch.save()
    assert patch(client, currency="EUR").json()["zone_and_currency_fixed"] is False


@pytest.mark.parametrize(
    "body", [{"zone": "Mars/Olympus"}, {"currency": "eur"}, {"margin_percent": 101}, {"name": "a\x00b"}]
)
def test_nonsense_is_refused_and_changes_nothing(client: Client, body: dict[str, Any]) -> None:
    assert patch(client, **body).status_code == 422
    assert not AuditEntry.objects.filter(action="company_update").exists()


def test_the_margin_can_be_taken_back(client: Client) -> None:
    patch(client, margin_percent=30)
    assert patch(client, margin_percent=None).json()["margin_percent"] is None


def test_the_trail_is_paged_filtered_and_verified(client: Client) -> None:
    for number in range(5):
        audit.record("test", "thing", number)
    first = client.get(f"{API}/audit?limit=3&object_kind=thing").json()
    rest = client.get(f"{API}/audit?limit=3&object_kind=thing&after={first['next']}").json()
    assert [item["object_id"] for item in first["items"] + rest["items"]] == ["4", "3", "2", "1", "0"]
    assert rest["next"] is None
    assert client.get(f"{API}/audit/verify").json()["whole"] is True
    broken = AuditEntry.objects.get(object_id="2", object_kind="thing")
    AuditEntry.objects.filter(pk=broken.pk).update(action="other")
    assert client.get(f"{API}/audit/verify").json()["first_broken"] == broken.pk


def test_a_failed_job_says_why_in_words_and_is_tried_again(client: Client) -> None:
    reason = {"code": "service_busy", "params": {}, "where": {}}
    job = Job.objects.create(kind="import", state="failed", reason=reason, not_before=clock.now())
    assert client.get(f"{API}/jobs/{job.pk}").json()["reason"]["what"] == "Zhiji is busy: nothing was changed."
    assert client.post(f"{API}/jobs/{job.pk}/retry").json()["state"] == "queued"
    again = client.post(f"{API}/jobs/{job.pk}/retry")
    assert (again.status_code, again.json()["code"]) == (409, "job_not_failed")
    assert client.post(f"{API}/jobs/{job.pk}/cancel").json()["state"] == "cancelled"
    assert client.post(f"{API}/jobs/{job.pk}/cancel").json()["code"] == "job_already_ended"


def test_views_are_private_unless_shared(client: Client) -> None:
    def save(who: Client, **more: Any) -> Any:
        body = {"place": "customers", "name": "v", "definition": {"sort": "-spend"}, **more}
        return who.post(f"{API}/views", body, content_type="application/json").json()

    other = Client()
    agent = accounts.user_create(email="g@acme.test", password=None, roles=["agent"])
    other.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
    mine, shared = save(client), save(client, is_shared=True)
    assert [view["id"] for view in other.get(f"{API}/views?place=customers").json()] == [shared["id"]]
    assert other.delete(f"{API}/views/{shared['id']}").status_code == 404
    assert {view["id"] for view in client.get(f"{API}/views").json()} == {mine["id"], shared["id"]}
    large = client.post(
        f"{API}/views", {"place": "customers", "name": "v", "definition": {"x": "y" * 30_000}},
        content_type="application/json",
    )  # fmt: skip
    assert large.status_code == 422


def test_settings_are_told_without_their_values(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIJI_MAIL_URL", "smtp://user:hidden-word@mail.acme.test")
    answer = client.get(f"{API}/settings-table")
    assert {row["name"] for row in answer.json() if row["is_set"]} >= {"ZHIJI_MAIL_URL", "ZHIJI_HOME"}
    assert b"hidden-word" not in answer.content


def test_polling_tells_where_to_begin_and_what_came_after(client: Client) -> None:
    live.publish("job", n=1)
    begin = client.get(f"{API}/events/poll").json()
    assert begin["items"] == []
    live.publish("job", n=2)
    after = client.get(f"{API}/events/poll?after={begin['last_id']}").json()
    assert [item["payload"] for item in after["items"]] == [{"n": 2}]


def test_slots_are_bounded_and_given_back() -> None:
    hub = Hub(lambda after: [])
    slots = [hub.take_slot() for _ in range(MOST_STREAMS)]
    assert hub.take_slot() is None
    hub.give_back(slots[0])  # type: ignore[arg-type]
    assert hub.take_slot() is not None


def test_an_event_that_commits_late_under_a_lower_id_is_heard(admin: User) -> None:
    table: list[LiveEvent] = [LiveEvent(pk=10, topic="job", payload={"n": 10})]
    hub = Hub(lambda after: [event for event in table if event.pk > after])
    slot = hub.take_slot()
    assert slot is not None
    stream = EventStream(hub, slot, Audience(admin), None)
    assert b"retry" in next(stream)
    next(stream)
    threading.Timer(0.1, lambda: table.extend([LiveEvent(pk=12, topic="job", payload={"n": 12})])).start()
    threading.Timer(1.5, lambda: table.insert(1, LiveEvent(pk=11, topic="job", payload={"n": 11}))).start()
    heard, ends = b"", time.monotonic() + 8
    while b"id: 11" not in heard and time.monotonic() < ends:
        heard += next(stream)
    stream.close()
    assert heard.count(b"id: 12") == 1
    assert heard.count(b"id: 11") == 1
    assert b"id: 10" not in heard


def test_the_country_of_phone_numbers_can_change_after_imports_and_the_change_is_on_record(client: Client) -> None:
    source = Source.objects.create(code="shop")
    Batch.objects.create(source=source, kind="customers", received_at=clock.now(), state=Batch.State.STORED)
    assert client.get(API).json()["region"] == "CN"
    assert patch(client, region="GB").json()["region"] == "GB"
    assert patch(client, name="Other").json()["region"] == "GB"
    assert patch(client, region="").json()["region"] == ""
    changed = [entry.details["changed"] for entry in AuditEntry.objects.filter(action="company_update").order_by("pk")]
    assert [sorted(each) for each in changed] == [["region"], ["name"], ["region"]]


@pytest.mark.parametrize("region", ["UK", "gb", "CHN", "+4", "AQ"])
def test_a_country_without_a_numbering_plan_is_refused(client: Client, region: str) -> None:
    assert patch(client, region=region).status_code == 422
    assert company().region == "CN"


def test_whoever_sets_up_sees_the_countries_and_the_zones_that_suggest_them(db: None) -> None:
    answer = Client().get(f"{API}/regions")
    assert answer.status_code == 200
    by_code = {each["code"]: each for each in answer.json()}
    assert by_code["GB"]["calling_code"] == 44
    assert "Europe/London" in by_code["GB"]["zones"]
    assert "Asia/Urumqi" in by_code["CN"]["zones"]
