"""One customer's identities through the routes: joined with choices, parted; rules tried, set and taken back."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from digests import state
from importing import bring, undo
from zhiji.application.activities import services as activities
from zhiji.application.activities.queries import notes, tasks
from zhiji.application.customers.services import customer_delete, customer_update
from zhiji.application.identities import services
from zhiji.application.imports.models import Import
from zhiji.data.store.models import Customer, CustomerListRow, Identity
from zhiji.platform import accounts, jobs
from zhiji.platform.models import Job, User

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]

HEADER = "customer,name,phone,email,city\n"
SHOP = f"{HEADER}S1,张伟,13812340001,zw@gmail.com,北京\nS2,李娜,13812340002,,上海\n"
DESK = f"{HEADER}D1,Zhang Wei,13812340009,zw@gmail.com,天津\nD2,王磊,13812340003,,深圳\n"
ORDERS = "order,date,customer,product,quantity,price\nB1,2024-02-05,D1,cup,2,7\n"


@pytest.fixture
def admin(db: None) -> User:
    return accounts.user_create(email="a@acme.test", password=None, roles=["administrator"], name="A", language="en")


@pytest.fixture
def client(admin: User) -> Client:
    found = Client()
    found.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    bring(SHOP, source_code="shop", kind="customers", name="shop.csv")
    bring(DESK, source_code="desk", kind="customers", name="desk.csv")
    bring(ORDERS, source_code="desk", name="orders.csv")
    return found


def get(client: Client, path: str, status: int = 200) -> dict[str, Any]:
    answer = client.get(f"/api/v1/identities/{path}")
    assert answer.status_code == status, answer.content
    found: dict[str, Any] = answer.json()
    return found


def post(client: Client, path: str, body: dict[str, Any], status: int = 200) -> dict[str, Any]:
    answer = client.post(f"/api/v1/identities/{path}", body, content_type="application/json")
    assert answer.status_code == status, answer.content
    found: dict[str, Any] = answer.json()
    return found


def of(external_id: str) -> Identity:
    return Identity.objects.select_related("customer").get(external_id=external_id)


def customer_of(external_id: str) -> Customer:
    found = of(external_id).customer
    assert found is not None
    return found


def record() -> dict[str, Any]:
    return {name: rows for name, rows in state().tables.items() if name.startswith("store_")}


def field(told: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in told["items"] if one["field"] == name)
    return found


def test_two_are_joined_with_a_choice_and_parted_with_a_look_before(client: Client, admin: User) -> None:
    first, second = customer_of("S2").pk, customer_of("D2").pk
    activities.note_create(user=admin, customer_id=second, text="of the second")
    CustomerListRow.objects.filter(pk=second).update(rfm_segment="loyal", value_score=0.5, as_of="2024-02-05")
    preview = post(client, "join/preview", {"customers": [first, second]})
    assert (preview["stays"], [one["notes"] for one in preview["customers"]]) == (first, [0, 1])
    assert field(preview, "city")["conflict"] is True
    assert {word["value"] for word in field(preview, "city")["words"]} == {"上海", "深圳"}
    acted = post(client, "join", {"customers": [first, second], "choices": {"city": of("D2").pk}})
    assert acted["customers"] == [first]
    joined = customer_of("S2")
    assert (joined.city, joined.name) == ("深圳", "王磊"), "the city by choice, the name by rule: the newest"
    part = {"identities": [of("D2").pk]}
    items = post(client, f"customers/{first}/part/preview", part)["items"]
    assert [(one["customer"], one["notes"], one["orders"]) for one in items] == [(first, 0, 0), (second, 1, 0)]
    members = get(client, f"customers/{first}")["items"]
    assert [(one["external_id"], one["link"] and one["link"]["by"]) for one in members] == [
        ("S2", None),
        ("D2", "person"),
    ]
    assert members[1]["link"]["decided_by"]["name"] == "A"
    post(client, f"customers/{first}/part", part)
    assert (customer_of("S2").city, customer_of("D2").city) == ("上海", "深圳"), "a choice of the other's word goes too"
    row = CustomerListRow.objects.get(pk=second)
    assert (row.rfm_segment, row.value_score, str(row.as_of)) == ("loyal", 0.5, "2024-02-05"), "its scores are its own"
    acts = get(client, f"customers/{first}/history")["items"]
    assert [(act["kind"], act["may_undo"]) for act in acts] == [("part", True), ("join", True)]
    post(client, f"decisions/{acts[0]['decision']}/undo", {})
    assert customer_of("D2").pk == first
    assert customer_of("S2").city == "深圳", "and comes again with it"


def test_a_choice_that_cannot_be_joins_nobody(client: Client) -> None:
    before = record()
    customers = [customer_of("S2").pk, customer_of("D2").pk]
    for field_name, identity in (("contact_allowed", "D2"), ("city", "S1"), ("<b>", "D2")):
        body = {"customers": customers, "choices": {field_name: of(identity).pk}}
        assert post(client, "join", body, status=422)["code"] == "choice_unfit"
    assert record() == before


def test_what_a_key_has_joined_says_so_and_what_goes_where_is_told(client: Client) -> None:
    jobs.run_inline(services.resolve_start())
    customer = customer_of("S1").pk
    assert customer_of("D1").pk == customer
    told = get(client, f"customers/{customer}")["items"]
    assert (told[1]["link"]["by"], told[1]["link"]["key"], told[1]["orders"]) == ("key", "email", 1)
    items = post(client, f"customers/{customer}/part/preview", {"identities": [of("D1").pk]})["items"]
    assert [(one["orders"], one["spend_micros"]) for one in items] == [(0, 0), (1, 14_000_000)]


def test_each_word_of_a_field_leads_to_its_line(client: Client, admin: User) -> None:
    jobs.run_inline(services.resolve_start())
    customer = customer_of("S1")
    told = get(client, f"customers/{customer.pk}/fields")
    phone = field(told, "phone")
    lines = {(word["source"], word["file"], word["row"], word["value"], word["stands"]) for word in phone["words"]}
    assert lines == {
        ("shop", "shop.csv", 1, "+8613812340001", False), ("desk", "desk.csv", 1, "+8613812340009", True),
    }  # fmt: skip
    assert (phone["conflict"], field(told, "email")["conflict"], phone["is_by_hand"]) == (True, False, False)
    body = {"revision": told["revision"], "choices": {"phone": of("S1").pk}}
    chosen = field(post(client, f"customers/{customer.pk}/fields", body), "phone")
    assert (chosen["value"], chosen["by_rule"], chosen["by"]["name"]) == ("+8613812340001", "+8613812340009", "A")
    before = record()
    post(client, f"customers/{customer.pk}/fields", body, status=409)
    stranger = {"revision": told["revision"] + 1, "choices": {"phone": of("S2").pk}}
    post(client, f"customers/{customer.pk}/fields", stranger, status=422)
    consent = {"revision": told["revision"] + 1, "choices": {"contact_allowed": of("S1").pk}}
    post(client, f"customers/{customer.pk}/fields", consent, status=422)
    assert record() == before
    back = {"revision": told["revision"] + 1, "choices": {"phone": None}}
    assert field(post(client, f"customers/{customer.pk}/fields", back), "phone")["value"] == "+8613812340009"


def test_a_rule_is_tried_set_and_taken_back(client: Client, admin: User) -> None:
    jobs.run_inline(services.resolve_start())
    before = record()
    rules = {"rules": [{"field": "phone", "rule": "trusted", "sources": ["shop"]}]}
    _done(post(client, "rules/look", rules, status=202))
    assert record() == before, "a look stores nothing"
    looked = get(client, "rules")["looked"]
    assert (looked["customers"], looked["changed"], looked["by_field"]) == (3, 1, {"phone": 1})
    assert [(one["customer"], one["fields"]) for one in looked["examples"]] == [(customer_of("S1").pk, ["phone"])]
    assert _done(post(client, "rules", rules, status=202)).result == {"customers": 3, "changed": 1}
    assert customer_of("S1").phone == "+8613812340001"
    assert field(get(client, f"customers/{customer_of('S1').pk}/fields"), "phone")["rule"] == "trusted"
    _done(post(client, "rules/undo", {}, status=202))
    assert customer_of("S1").phone == "+8613812340009"
    again = record()
    assert {name for name in before if before[name] != again[name]} == {"store_survivorshiprules"}


@pytest.mark.parametrize(
    "rule",
    [
        {"field": "phone", "rule": "trusted", "sources": ["nowhere"]},
        {"field": "phone", "rule": "trusted", "sources": []},
        {"field": "contact_allowed", "rule": "newest"},
    ],
)
def test_a_rule_that_cannot_be_is_refused_and_nothing_is_stored(client: Client, rule: dict[str, Any]) -> None:
    before = record()
    post(client, "rules", {"rules": [rule]}, status=422)
    post(client, "rules/undo", {}, status=409)
    assert (record(), Job.objects.filter(kind="survivorship").count()) == (before, 0)


def test_what_was_written_of_the_other_is_shown_to_who_sees_the_one_that_is_left(client: Client, admin: User) -> None:
    """And to nobody while that one is deleted."""
    agent, second = (
        accounts.user_create(email=f"{name}@acme.test", password=None, roles=["agent"], name=name, language="en")
        for name in ("ann", "ben")
    )
    left, gone = customer_of("S2"), customer_of("D2")
    Customer.objects.filter(pk=left.pk).update(owner=agent)
    Customer.objects.filter(pk=gone.pk).update(owner=second)
    activities.task_create(user=admin, customer_id=gone.pk, title="call")
    assert [tasks(user).count() for user in (agent, second)] == [0, 1]
    post(client, "join", {"customers": [left.pk, gone.pk]})
    assert [tasks(user).count() for user in (agent, second)] == [1, 0]
    customer_delete(user=admin, customer_id=left.pk)
    assert [tasks(user).count() for user in (admin, agent, second)] == [0, 0, 0]


def test_an_edit_by_hand_of_a_joined_customer_stays_with_the_one_that_is_left(client: Client, admin: User) -> None:
    left, gone = customer_of("S2"), customer_of("D2")
    post(client, "join", {"customers": [left.pk, gone.pk]})
    left.refresh_from_db()
    customer_update(user=admin, customer_id=left.pk, revision=left.revision, changes={"city": "杭州"})
    post(client, f"customers/{left.pk}/part", {"identities": [of("D2").pk]})
    assert (customer_of("S2").city, customer_of("D2").city) == ("杭州", "深圳")


def test_an_undo_keeps_whom_somebody_worked_on_and_nobody_for_the_sake_of_whom_they_were_joined_to(
    client: Client, admin: User
) -> None:
    """S1 and D2 have a note, and each is joined to one of the other system without any: D2 stays, and D1 goes."""
    first, second = customer_of("S1").pk, customer_of("D2").pk
    for number in (first, second):
        activities.note_create(user=admin, customer_id=number, text="worked on")
    post(client, "join", {"customers": [first, customer_of("D1").pk]})
    post(client, "join", {"customers": [customer_of("S2").pk, second]})
    for row in Import.objects.filter(batch__source__code="desk").order_by("-pk"):
        undo(row)
    assert set(Identity.objects.values_list("external_id", flat=True)) == {"S1", "S2", "D2"}
    post(client, f"customers/{customer_of('S2').pk}/part", {"identities": [of("D2").pk]})
    assert customer_of("D2").pk == second
    assert note_texts(admin, second) == ["worked on"]


def note_texts(user: User, customer_id: int) -> list[str]:
    return list(notes(user).filter(customer=customer_id).values_list("text", flat=True))


def _done(started: dict[str, Any]) -> Job:
    job = jobs.run_inline(Job.objects.get(pk=started["job"]))
    assert job.state == "done", job.reason
    return job
