"""From the request to the customer's page: what is sent is there, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from importing import told
from zhiji.data.landing.models import Batch, InboxEvent, RejectedRow
from zhiji.data.store.models import Customer, Interaction, Order, OrderLine, Product, SourceRecord
from zhiji.kernel import clock
from zhiji.platform.models import LiveEvent, User

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


def event(number: int, kind: str = "order", /, **more: Any) -> dict[str, Any]:
    base = {
        "event_id": f"e{number}", "source": "shop", "type": kind, "occurred_at": "2026-03-01T09:30:00+08:00",
        "customer": {"external_id": "C1", "name": "张伟", "email": "Zhang@Example.com"},
    }  # fmt: skip
    return {**base, **more}


def order(number: int, name: str = "A1", /, *, lines: Any = None, **more: Any) -> dict[str, Any]:
    lines = lines or [{"product_code": "p-1", "product_name": "茶", "quantity": 2, "unit_price": 19.90}]
    return event(number, data={"order_number": name, "lines": lines, **more.pop("data", {})}, **more)


def test_an_order_is_on_the_customers_page(send: Any, brought: Callable[[], int]) -> None:
    answer = send(order(1, data={"postage": "8.00", "state": "paid"}))
    assert (answer.status_code, answer.json()) == (
        202, {"accepted": 1, "results": [{"event_id": "e1", "outcome": "accepted", "problem": None}]},
    )  # fmt: skip
    assert Order.objects.count() == 0
    assert brought() == 1
    row = Order.objects.get()
    assert (row.number, row.value_micros, row.other_micros, row.lines) == ("A1", 39_800_000, 8_000_000, 2)
    assert row.ordered_at.isoformat() == "2026-03-01T01:30:00+00:00"
    customer = Customer.objects.get()
    assert (customer.name, customer.email, customer.row.orders, customer.row.spend_micros) == (
        "张伟", "zhang@example.com", 1, 39_800_000,
    )  # fmt: skip
    landed = InboxEvent.objects.get()
    assert (landed.state, landed.batch.kind, landed.batch.state) == ("done", "orders", "stored")
    # Traced to the event: the line, the order and what the order said of its buyer.
    assert set(OrderLine.objects.values_list("landing_row", flat=True)) == {landed.pk}
    assert {(one.batch_id, one.landing_row) for one in SourceRecord.objects.all()} == {(landed.batch_id, landed.pk)}
    assert all(one.known_at == landed.received_at for one in SourceRecord.objects.all())
    assert LiveEvent.objects.get(topic="customers").payload == {"ids": [customer.pk], "count": 1}


def test_what_a_customer_did_lately_is_told(send: Any, brought: Callable[[], int], sender: User) -> None:
    at = (clock.now() - timedelta(minutes=90)).isoformat()
    send([order(1, occurred_at=at), event(2, "search", occurred_at=clock.now().isoformat())])
    brought()
    client = Client()
    client.force_login(sender, backend="django.contrib.auth.backends.ModelBackend")
    told = client.get(f"/api/v1/events/activity/{Customer.objects.get().pk}").json()
    assert told["orders"] == {
        "last_1_hour": 0, "last_24_hours": 1, "last_7_days": 1, "last_30_days": 1, "last_90_days": 1,
    }  # fmt: skip
    assert (told["spend_micros"]["last_24_hours"], told["touches"]["last_1_hour"]) == (39_800_000, 1)
    assert client.get("/api/v1/events/activity/999999").status_code == 404


def test_sent_again_it_has_no_second_effect_and_another_under_its_id_is_refused(
    send: Any, brought: Callable[[], int]
) -> None:
    assert send(order(1)).json()["results"][0]["outcome"] == "accepted"
    assert send(order(1)).json()["results"][0]["outcome"] == "duplicate"
    brought()
    before = told()
    assert send(order(1)).json()["results"][0]["outcome"] == "duplicate"
    conflict = send(order(1, "A2"))
    assert (conflict.status_code, conflict.json()["code"]) == (409, "event_conflict")
    brought()
    assert told() == before
    assert InboxEvent.objects.count() == 1


def test_all_kinds_come_through(send: Any, brought: Callable[[], int]) -> None:
    several = [
        event(1, "customer", data={"company": "博远", "city": "上海"}),
        event(2, "product", customer=None, data={"product_code": "P-1", "product_name": "龙井", "category": "茶"}),
        order(3),
        event(4, "product_view", data={"product_code": "P-1", "url": "/p/1"}),
        event(5, "asked_for_quote", customer={"phone": "13800138000"}, data={"subject": "大宗", "pieces": 40}),
    ]
    answer = send(several)
    assert (answer.status_code, answer.json()["accepted"]) == (202, 5)
    brought()
    assert set(InboxEvent.objects.values_list("state", flat=True)) == {"done"}
    customer = Customer.objects.get(identities__external_id="C1")
    assert (customer.company, customer.city, customer.row.orders) == ("博远", "上海", 1)
    assert Product.objects.get().name == "龙井"
    kinds = Interaction.objects.order_by("pk").values_list("kind", "text", "customer__identities__external_id")
    assert list(kinds) == [("product_view", "P-1", "C1"), ("asked_for_quote", "大宗", "+8613800138000")]
    assert {batch.kind for batch in Batch.objects.all()} == {"customers", "orders", "products", "interactions"}


def test_partial_success_is_told_for_each(send: Any, brought: Callable[[], int]) -> None:
    bad = [
        order(2, occurred_at="yesterday"), order(3, source="Shop!"), {"event_id": "e4"}, 7,
        event(5, "order", data={"order_number": "A5"}), order(6, occurred_at="2099-01-01T00:00:00Z"),
        order(7, extra=1), event(8, "page_view", customer=None),
    ]  # fmt: skip
    answer = send([order(1), *bad, order(9)])
    assert answer.status_code == 207
    outcomes = [one["outcome"] for one in answer.json()["results"]]
    assert outcomes == ["accepted", *["refused"] * len(bad), "accepted"]
    assert all(one["problem"]["what"] for one in answer.json()["results"] if one["outcome"] == "refused")
    assert InboxEvent.objects.count() == 2
    alone = send(bad[0])
    assert (alone.status_code, alone.json()["code"]) == (422, "event_refused")
    assert InboxEvent.objects.count() == 2


def test_a_poison_event_blocks_nobody(send: Any, brought: Callable[[], int]) -> None:
    dear = [{"product_code": "p", "quantity": 1, "unit_price": "dear"}]
    good, comma = {"product_code": "q", "quantity": 1, "unit_price": 5}, {"quantity": 1, "unit_price": "1,5"}
    mixed = [order(1), order(2, "A2", lines=[*dear, good]), order(3, "A3", lines=[comma]), order(4, "A4")]
    assert send(mixed).status_code == 202
    brought()
    assert list(InboxEvent.objects.order_by("pk").values_list("state", flat=True)) == [
        "done", "rejected", "rejected", "done",
    ]  # fmt: skip
    assert set(Order.objects.values_list("number", flat=True)) == {"A1", "A4"}
    found = RejectedRow.objects.order_by("row").values_list("column", "value", "code")
    assert list(found) == [("unit_price", "dear", "amount_unreadable"), ("unit_price", "1,5", "amount_mark_differs")]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[{}", b"[{},]", b'{"a":1} x', b"\xff\xfe", b"[" * 20_000, b'"x', b"nothing"],
)
def test_what_is_no_json_is_refused_whole(send: Any, body: bytes) -> None:
    answer = send(body)
    assert (answer.status_code, answer.json()["code"]) == (422, "events_malformed")
    assert InboxEvent.objects.count() == 0


def test_bounds_hold(send: Any) -> None:
    assert send([order(n) for n in range(101)]).json()["code"] == "events_too_many"
    assert send(b" " * 1_000_001).status_code == 413
    too = [
        order(1, data={"note": "x" * 10_001}), order(2, data={"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}}),
        order(3, data={f"f{n}": 1 for n in range(101)}), order(4, data={"note": "a\0b"}), order(5, "A" * 20_000),
    ]  # fmt: skip
    assert [one["outcome"] for one in send(too).json()["results"]] == ["refused"] * len(too)
    raw = b'[{"event_id":"x","event_id":"y"},{"event_id":"\\ud800"},{"event_id": NaN}]'
    assert [one["outcome"] for one in send(raw).json()["results"]] == ["refused"] * 3
    assert InboxEvent.objects.count() == 0


def test_a_token_without_the_scope_sends_nothing(send: Any, sender: Any) -> None:
    from django.test import Client

    from zhiji.platform import accounts

    _, secret = accounts.token_create(sender, name="other", scopes=["customer:write", "event:read"], days=1)
    other = Client(HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert other.post("/api/v1/events", order(1), content_type="application/json").status_code == 403
    assert other.get("/api/v1/events").status_code == 200
    assert Client().post("/api/v1/events", order(1), content_type="application/json").status_code == 401
    assert InboxEvent.objects.count() == 0


def test_an_event_that_comes_late_does_not_turn_an_order_back(send: Any, brought: Callable[[], int]) -> None:
    """Placed, paid, cancelled; they arrive in another order, together or apart, and the last that happened stands."""
    states = {"open": "09:00", "paid": "09:30", "cancelled": "10:00"}

    def at(number: int, state: str, name: str, **more: Any) -> dict[str, Any]:
        time = f"2026-03-01T{states[state]}:00+08:00"
        return order(number, name, occurred_at=time, data={"state": state, **more})

    send([at(1, "cancelled", "A1"), at(2, "open", "A1"), at(3, "paid", "A2"), at(4, "cancelled", "A2")])
    brought()
    send([at(5, "paid", "A1"), at(6, "open", "A2"), at(7, "open", "A3"), at(8, "paid", "A3")])
    brought()
    assert dict(Order.objects.values_list("number", "state")) == {
        "A1": "cancelled", "A2": "cancelled", "A3": "completed",
    }  # fmt: skip
    assert Customer.objects.get().row.orders == 1
    passed = InboxEvent.objects.exclude(reason=None).values_list("event_id", "state", "reason__code")
    assert list(passed.order_by("pk")) == [(f"e{n}", "done", "event_overtaken") for n in (2, 5, 6)]
    # What is paid later was ordered when it was ordered.
    assert Order.objects.get(number="A3").ordered_at.isoformat() == "2026-03-01T01:00:00+00:00"
    assert OrderLine.objects.filter(order__number="A3", is_current=True).count() == 1


def test_what_a_source_says_of_a_customer_stands_as_it_said_it_last(send: Any, brought: Callable[[], int]) -> None:
    def lives(number: int, city: str, time: str, **more: Any) -> dict[str, Any]:
        return event(number, "customer", occurred_at=time, data={"city": city, **more})

    send(lives(1, "上海", "2026-03-02T09:00:00+08:00"))
    brought()
    send(lives(2, "苏州", "2026-03-01T09:00:00+08:00", company="博远"))
    brought()
    assert Customer.objects.values_list("city", "company").get() == ("上海", "博远")
