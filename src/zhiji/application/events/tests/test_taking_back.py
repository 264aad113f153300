"""A day's events are taken back as an import is; rejected and put-aside ones are tried again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from importing import bring, orders, told
from zhiji.data.landing.models import Batch, InboxEvent, RejectedRow
from zhiji.data.store.models import Customer, CustomerActivity, Interaction, Order, SourceRecord
from zhiji.kernel import clock
from zhiji.platform import jobs
from zhiji.platform.models import AuditEntry, Job, User
from zhiji.processing.pipelines import consuming, customers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


def order(name: str, who: str = "C1", /, *, price: Any = 5, source: str = "default") -> dict[str, Any]:
    lines = [{"sku": "P9", "quantity": 1, "price": price}]
    return {"event_id": f"{name}-{price}", "source": source, "type": "order", "occurred_at": clock.now().isoformat(),
            "customer": {"external_id": who, "name": "王芳"},
            "data": {"order_number": name, "lines": lines}}  # fmt: skip


def view(number: int, who: str = "C1") -> dict[str, Any]:
    return {"event_id": f"v{number}", "source": "default", "type": "page_view", "occurred_at": clock.now().isoformat(),
            "customer": {"external_id": who}}  # fmt: skip


@pytest.fixture
def person(sender: User) -> Client:
    client = Client()
    client.force_login(sender, backend="django.contrib.auth.backends.ModelBackend")
    return client


def undone(person: Client, kind: str) -> None:
    days = person.get("/api/v1/events/days").json()["items"]
    (day,) = [one for one in days if one["kind"] == kind and one["state"] == "stored"]
    answer = person.post(f"/api/v1/events/days/{day['id']}/undo")
    assert (answer.status_code, answer.json()["state"]) == (200, "undoing")
    again = person.post(f"/api/v1/events/days/{day['id']}/undo")
    assert (again.status_code, again.json()["code"]) == (409, "events_not_undoable")
    assert jobs.run_inline(Job.objects.get(kind="events_undo", state="queued")).state == Job.State.DONE


def test_what_a_day_brought_is_taken_back_and_nothing_else(
    send: Any, brought: Callable[[], int], person: Client
) -> None:
    bring(orders("O1,2025-01-02 10:00,C1,P1,1,2.00", "O2,2025-01-03 10:00,C2,P1,1,3.00"))
    before = told()
    assert send([order("N1"), order("N2", "C3"), order("O2", "C2", price=8), view(1), view(2, "C3")]).status_code == 202
    brought()
    assert told() != before
    undone(person, "orders")
    # Who was looked at stays: the views are another batch.
    assert set(Order.objects.values_list("number", flat=True)) == {"O1", "O2"}
    assert Customer.objects.filter(identities__external_id="C3").exists()
    undone(person, "interactions")
    assert told() == before
    assert not Interaction.objects.exists()
    assert not SourceRecord.objects.filter(batch__day__isnull=False).exists()
    assert CustomerActivity.objects.count() == 2
    # The inbox keeps what it was sent, and what comes in later begins anew.
    assert InboxEvent.objects.filter(state="done").count() == 5
    send(order("N3"))
    brought()
    assert Batch.objects.filter(kind="orders", day__isnull=False).values_list("state", flat=True).count() == 2
    assert Order.objects.filter(number="N3").exists()


def test_what_comes_in_while_a_day_is_taken_back_is_not_taken_along(
    send: Any, brought: Callable[[], int], person: Client
) -> None:
    send(order("N1"))
    brought()
    day = person.get("/api/v1/events/days").json()["items"][0]
    person.post(f"/api/v1/events/days/{day['id']}/undo")
    send(order("N2"))
    brought()
    assert jobs.run_inline(Job.objects.get(kind="events_undo", state="queued")).state == Job.State.DONE
    assert list(Order.objects.values_list("number", flat=True)) == ["N2"]


def test_a_fault_of_ours_is_tried_again_and_then_waits_for_a_person(
    send: Any, brought: Callable[[], int], person: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of three makes our own code fall over; the others go through, and it is replayed when the fault is mended."""
    store = customers.store_records

    def broken(batch: Any, kind: str, rows: Any) -> Any:
        if any(row["external_id"] == "BAD" for row in rows):
            raise RuntimeError("planted")
        return store(batch, kind, rows)

    monkeypatch.setattr(customers, "store_records", broken)
    send([order("N1"), order("N2", "BAD"), order("N3", "C3")])
    now = clock.now()
    for attempt in range(1, consuming.MOST_ATTEMPTS + 1):
        brought()
        assert set(Order.objects.values_list("number", flat=True)) == {"N1", "N3"}
        bad = InboxEvent.objects.get(event_id="N2-5")
        assert bad.attempts == attempt
        assert (bad.state, bad.due_at is None) == (("waiting", False) if attempt < 5 else ("dead", True))
        monkeypatch.setattr(
            clock, "now", lambda attempt=attempt: now + (attempt + 1) * (now - now.replace(year=now.year - 1)) / 900
        )
    assert person.get("/api/v1/events").json()["dead"] == 1
    listed = person.get("/api/v1/events/failed?state=dead").json()["items"]
    assert [(one["event_id"], one["problem"]["code"]) for one in listed] == [("N2-5", "internal_fault")]
    monkeypatch.setattr(customers, "store_records", store)
    assert person.post("/api/v1/events/replay", {"state": "dead"}, content_type="application/json").json() == {
        "replayed": 1
    }
    brought()
    assert set(Order.objects.values_list("number", flat=True)) == {"N1", "N2", "N3"}
    assert AuditEntry.objects.filter(action__in=["event_put_aside", "event_replay"]).count() == 2


def test_a_rejected_event_is_listed_with_its_reason_and_judged_anew(
    send: Any, brought: Callable[[], int], person: Client
) -> None:
    send([order("N1", price="dear"), order("N2")])
    brought()
    listed = person.get("/api/v1/events/failed").json()["items"]
    assert [(one["event_id"], one["problem"]["code"]) for one in listed] == [("N1-dear", "amount_unreadable")]
    assert listed[0]["problem"]["what"]
    person.post("/api/v1/events/replay", {"state": "rejected"}, content_type="application/json")
    assert RejectedRow.objects.count() == 0
    brought()
    assert RejectedRow.objects.count() == 1
    assert InboxEvent.objects.get(state="rejected").event_id == "N1-dear"
