"""The record page: where values come from, hand edits and their history, deleting and bringing back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from zhiji.application.activities import services as activities
from zhiji.application.customers import queries, record, services
from zhiji.application.customers.errors import CustomerChanged, CustomerValueInvalid
from zhiji.data.landing.models import Batch
from zhiji.data.store import derive, listing
from zhiji.data.store.models import Customer, CustomerListRow, Identity, OrderLine, SourceRecord
from zhiji.platform import audit
from zhiji.platform.models import AuditEntry, Team, User
from zhiji.processing.pipelines.customers import store_records
from zhiji.processing.pipelines.survivorship import derive_customers

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
Add = Callable[..., Customer]
Browse = Callable[[User], Client]


def patch(client: Client, pk: int, **body: Any) -> Any:
    return client.patch(f"/api/v1/customers/{pk}", json.dumps(body), content_type="application/json")


def properties(detail: dict[str, Any]) -> dict[str, Any]:
    return {each["field"]: each["value"] for each in detail["properties"]}


def test_a_hand_edit_is_a_source_and_survives_the_next_import(
    users: dict[str, User], add: Add, batch: Batch, browser: Browse
) -> None:
    customer = add("王伟", external_id="W1", city="北京", phone="+8613811112222")
    client = browser(users["admin"])
    before = client.get(f"/api/v1/customers/{customer.pk}").json()
    origin = next(each["origin"] for each in before["properties"] if each["field"] == "city")
    assert (origin["kind"], origin["source"], origin["external_id"], origin["row"]) == ("customer", "shop", "W1", 1)
    answer = patch(client, customer.pk, revision=before["revision"], city="上海", email="WEI@Example.com",
                   phone="138 1234 5678", contact_allowed=False)  # fmt: skip
    assert answer.status_code == 200, answer.content
    detail = answer.json()
    assert detail["revision"] == before["revision"] + 1
    shown = properties(detail)
    assert (shown["city"], shown["email"], shown["phone"]) == ("上海", "wei@example.com", "+8613812345678")
    assert next(e["origin"]["kind"] for e in detail["properties"] if e["field"] == "city") == "hand"
    row = CustomerListRow.objects.get(pk=customer.pk)
    assert (row.city, row.contact_allowed) == ("上海", False)
    assert [each["id"] for each in client.get("/api/v1/search", {"q": "5678"}).json()["customers"]] == [customer.pk]
    # A later file says otherwise; what a person wrote stands.
    again = {"external_id": "W1", "row": 9, "event_at": None, "known_at": batch.received_at + timedelta(days=1000),
             "name": "王大伟", "city": "广州"}  # fmt: skip
    store_records(batch, "customer", [again])
    derive_customers([customer.pk])
    customer.refresh_from_db()
    assert (customer.name, customer.city) == ("王大伟", "上海")


def test_a_field_can_be_emptied_by_hand(users: dict[str, User], add: Add) -> None:
    customer = add("A", city="北京", contact_allowed=False)
    services.customer_update(user=users["admin"], customer_id=customer.pk, revision=customer.revision,
                             changes={"city": "", "contact_allowed": None})  # fmt: skip
    customer.refresh_from_db()
    assert (customer.city, customer.contact_allowed) == ("", None)


def test_two_editors_cannot_overwrite_each_other(users: dict[str, User], add: Add, browser: Browse) -> None:
    customer = add("A")
    client = browser(users["admin"])
    assert patch(client, customer.pk, revision=1, city="one").status_code == 200
    records, entries = SourceRecord.objects.count(), AuditEntry.objects.count()
    second = patch(client, customer.pk, revision=1, city="two")
    assert (second.status_code, second.json()["code"]) == (409, "customer_changed")
    with pytest.raises(CustomerChanged):
        services.customer_update(user=users["admin"], customer_id=customer.pk, revision=99, changes={"city": "x"})
    customer.refresh_from_db()
    assert customer.city == "one"
    assert (SourceRecord.objects.count(), AuditEntry.objects.count()) == (records, entries)


def test_saving_the_same_changes_nothing(users: dict[str, User], add: Add) -> None:
    customer = add("A", city="x")
    before = (SourceRecord.objects.count(), AuditEntry.objects.count())
    services.customer_update(
        user=users["admin"], customer_id=customer.pk, revision=1, changes={"city": "x", "name": "A"}
    )
    customer.refresh_from_db()
    assert customer.revision == 1
    assert (SourceRecord.objects.count(), AuditEntry.objects.count()) == before


@pytest.mark.parametrize(
    "body",
    [{"email": "nobody"}, {"email": "z***@qq.com"}, {"phone": "12"}, {"phone": "call me"}, {"name": "a\u0000b"},
     {"name": "x" * 201}, {"kind": "cat"}, {"spend": "1"}, {"owner_id": 1}, {"deleted_at": None}],
)  # fmt: skip
def test_values_that_do_not_fit_are_refused_and_change_nothing(
    users: dict[str, User], add: Add, browser: Browse, body: dict[str, Any]
) -> None:
    customer = add("A", phone="+8613811112222")
    assert patch(browser(users["admin"]), customer.pk, revision=1, **body).status_code == 422
    again = Customer.objects.get(pk=customer.pk)
    assert (again.revision, again.name, again.phone) == (1, "A", "+8613811112222")
    assert not SourceRecord.objects.filter(kind="hand").exists()


def test_those_who_may_not_write_are_refused(users: dict[str, User], add: Add, browser: Browse) -> None:
    theirs = add("A", owner=users["zhou"])
    for user, pk, status in (("analyst", theirs.pk, 403), ("li", theirs.pk, 404)):
        client = browser(users[user])
        assert patch(client, pk, revision=1, city="x").status_code == status
        assert client.delete(f"/api/v1/customers/{pk}").status_code == status
    again = Customer.objects.get(pk=theirs.pk)
    assert (again.city, again.deleted_at, again.revision) == ("", None, 1)


def test_the_history_says_who_changed_what_and_when(
    users: dict[str, User], teams: dict[str, Team], add: Add, browser: Browse
) -> None:
    customer = add("A", city="one")
    services.customer_update(user=users["admin"], customer_id=customer.pk, revision=1, changes={"city": "two"})
    services.customer_update(user=users["manager"], customer_id=customer.pk, revision=2, changes={"city": "three"})
    services.customers_assign(user=users["admin"], ids=[customer.pk], owner_id=users["li"].pk, team_id=teams["east"].pk)
    client = browser(users["admin"])
    found = client.get(f"/api/v1/customers/{customer.pk}/history").json()
    told = [(c["kind"], c["field"], c["before"], c["after"], c["by"] and c["by"]["name"]) for c in found["items"]]
    assert told == [
        ("assignment", "team", None, "East", "admin"),
        ("assignment", "owner", None, "li", "admin"),
        ("hand", "city", "two", "three", "manager"),
        ("hand", "city", None, "two", "admin"),
        ("customer", "name", None, "A", None),
        ("customer", "city", None, "one", None),
    ]
    only = client.get(f"/api/v1/customers/{customer.pk}/history", {"field": "owner"}).json()
    assert [each["field"] for each in only["items"]] == ["owner"]
    assert audit.first_broken() is None
    # The trail shows that it changed, never what it says.
    assert "three" not in json.dumps([entry.details for entry in AuditEntry.objects.all()])


def test_deleting_hides_and_restoring_brings_all_back(users: dict[str, User], add: Add, browser: Browse) -> None:
    import pandas as pd

    customer = add("王伟", spend=["10"])
    listing.write_scores(pd.DataFrame({"customer_id": [customer.pk], "value_score": [2.5], "rfm_segment": ["loyal"]}))
    client = browser(users["admin"])
    assert client.delete(f"/api/v1/customers/{customer.pk}").status_code == 204
    queries.forget()
    assert client.get("/api/v1/customers").json()["items"] == []
    assert client.get("/api/v1/search", {"q": "王"}).json()["customers"] == []
    assert client.get(f"/api/v1/customers/{customer.pk}").status_code == 404
    assert [each["id"] for each in client.get("/api/v1/customers/deleted").json()["items"]] == [customer.pk]
    assert client.post(f"/api/v1/customers/{customer.pk}/restore").status_code == 200
    (item,) = client.get("/api/v1/customers").json()["items"]
    assert (item["name"], item["spend"], item["value_score"], item["segment"]) == ("王伟", "10", 2.5, "loyal")
    assert client.get("/api/v1/search", {"q": "王"}).json()["customers"][0]["id"] == customer.pk
    assert client.post(f"/api/v1/customers/{customer.pk}/restore").status_code == 404


def test_the_page_costs_a_fixed_number_of_queries(users: dict[str, User], add: Add) -> None:
    counts = []
    for n in (1, 6):
        customer = add(f"A{n}", spend=["1"] * n)
        for i in range(n):
            services.customer_update(
                user=users["admin"], customer_id=customer.pk, revision=1 + i, changes={"city": f"{i}"}
            )
        with CaptureQueriesContext(connection) as captured:
            record.detail(users["admin"], customer.pk)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_orders_come_newest_first_with_lines_page_by_page(
    users: dict[str, User], add: Add, batch: Batch, browser: Browse
) -> None:
    customer = add("A", spend=["1", "2", "3.005", "4", "5"])
    client, cursor, seen = browser(users["admin"]), "", []
    for _ in range(9):
        page = client.get(f"/api/v1/customers/{customer.pk}/orders", {"limit": 2, "after": cursor}).json()
        seen += [(order["value"], [line["amount"] for line in order["lines"]]) for order in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [(v, [v]) for v in ("5", "4", "3.005", "2", "1")]
    order_id = page["items"][-1]["id"]
    lines = client.get(f"/api/v1/customers/{customer.pk}/orders/{order_id}/lines").json()
    assert [line["product_code"] for line in lines["items"]] == ["P1"]
    other = add("B", spend=["7"])
    assert client.get(f"/api/v1/customers/{other.pk}/orders/{order_id}/lines").json()["items"] == []


def test_a_long_order_shows_its_first_lines_and_a_page_two_queries_more(users: dict[str, User], add: Add) -> None:
    from zhiji.application.customers import timeline

    customer = add("A", spend=["1", "2"])
    line = OrderLine.objects.filter(order__customer=customer).first()
    assert line is not None
    for i in range(1, 120):
        line.pk, line.occurrence = None, i
        line.save(force_insert=True)
    with CaptureQueriesContext(connection) as captured:
        page = timeline.orders(users["admin"], customer.pk, cursor="", limit=50)
    assert sorted(len(order["lines"]) for order in page["items"]) == [1, 100]
    assert len(captured) <= 5


def test_the_timeline_meets_everything_once_newest_first(
    users: dict[str, User], add: Add, batch: Batch, browser: Browse, order: Callable[..., Any]
) -> None:
    customer = add("A", spend=["1", "2", "3"])
    identity = Identity.objects.get(customer=customer)
    order(identity, "back", "-1", batch.received_at, kind="return")
    admin = users["admin"]
    services.customer_update(user=admin, customer_id=customer.pk, revision=1, changes={"city": "x"})
    activities.note_create(user=admin, customer_id=customer.pk, text="hello")
    activities.call_record(
        user=admin, customer_id=customer.pk, outcome="callback", callback_on=batch.received_at.date()
    )
    client = browser(admin)
    path = f"/api/v1/customers/{customer.pk}/timeline"
    whole = client.get(path, {"limit": 100}).json()
    kinds = sorted(item["kind"] for item in whole["items"])
    assert kinds == ["call", "change", "change", "note", "order", "order", "order", "return", "task"]
    assert [item["at"] for item in whole["items"]] == sorted((item["at"] for item in whole["items"]), reverse=True)
    for limit in (1, 2, 3):
        cursor, seen = "", []
        while cursor is not None:
            page = client.get(path, {"limit": limit, "after": cursor}).json()
            seen += [(item["kind"], item["id"]) for item in page["items"]]
            cursor = page["next"]
        assert seen == [(item["kind"], item["id"]) for item in whole["items"]]
    orders = client.get(path, {"kinds": "order,return"}).json()["items"]
    assert {item["kind"] for item in orders} == {"order", "return"}
    assert len(orders) == 4
    back, sold = next(item for item in orders if item["kind"] == "return"), orders[-1]
    # Linked to its sale, a return leaves its own order at nothing; the timeline says what came back all the same.
    lines = OrderLine.objects.filter(order_id=back["id"])
    lines.update(value_order=sold["id"])
    derive.order_sums([back["id"], sold["id"]], count_repeats_once=False)
    linked = next(item["order"] for item in client.get(path, {"kinds": "return"}).json()["items"])
    assert (linked["value"], linked["taken_back"]) == ("0", "-1")


def test_invalid_email_is_coded(users: dict[str, User], add: Add) -> None:
    with pytest.raises(CustomerValueInvalid):
        services.customer_update(user=users["admin"], customer_id=add("A").pk, revision=1, changes={"email": "x@"})


def test_days_are_counted_to_the_day_of_the_scores_from_what_was_an_order_by_then(
    users: dict[str, User], add: Add, browser: Browse
) -> None:
    """Orders on 1, 2 and 3 March, the second one free; scores as of the second: the data reach a day farther."""
    customer = add("A", spend=["10.00", "0.00", "10.00"])
    CustomerListRow.objects.filter(pk=customer.pk).update(as_of=date(2024, 3, 2))
    facts = browser(users["admin"]).get(f"/api/v1/customers/{customer.pk}").json()["facts"]
    assert (facts["days_since_last_order"], facts["reference_on"], facts["data_to"]) == (0, "2024-03-02", "2024-03-03")
    CustomerListRow.objects.filter(pk=customer.pk).update(as_of=date(2024, 3, 3))
    facts = browser(users["admin"]).get(f"/api/v1/customers/{customer.pk}").json()["facts"]
    assert (facts["days_since_last_order"], facts["data_to"]) == (0, None)


def test_the_band_of_the_usual_gap_stands_beside_it_and_each_order_says_whether_it_counts(
    users: dict[str, User], add: Add, browser: Browse
) -> None:
    """A free order is one; a return is none."""
    customer = add("A", spend=["10.00", "0.00", "10.00", "-1.00"])
    client, path = browser(users["admin"]), f"/api/v1/customers/{customer.pk}"
    names = ("usual_gap_days", "usual_gap_low_days", "usual_gap_high_days")
    assert [client.get(path).json()["facts"][name] for name in names] == [None, None, None]
    scores = pd.DataFrame({"customer_id": [customer.pk], **dict(zip(names, ([20.0], [16.0], [24.0]), strict=True))})
    listing.write_scores(scores)
    assert [client.get(path).json()["facts"][name] for name in names] == [20.0, 16.0, 24.0]
    orders = client.get(f"{path}/orders").json()["items"]
    assert [(order["value"], order["is_order"]) for order in orders] == [
        ("-1", False), ("10", True), ("0", True), ("10", True),
    ]  # fmt: skip
