"""Records of one customer are joined under one number, and taken apart again as if nothing had been."""

from __future__ import annotations

from typing import Any

import pytest

from importing import bring, told, undo
from zhiji.application.activities import services as activities
from zhiji.application.activities.models import Note
from zhiji.application.activities.queries import task_json, tasks
from zhiji.application.customers import queries as customers
from zhiji.application.customers.timeline import timeline
from zhiji.application.identities import services
from zhiji.application.identities.decisions import customers_join, identities_part
from zhiji.application.identities.errors import IdentitiesNotOfCustomer, NothingToJoin
from zhiji.data.store.models import Customer, CustomerListRow, Identity, IdentityLink, Order
from zhiji.platform import accounts, jobs
from zhiji.platform.models import User

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]

HEADER = "order,date,customer,customer name,email,phone,product,quantity,price\n"
SHOP = f"""{HEADER}A1,2024-01-05,S1,张伟,Zhang.Wei@gmail.com,13812340001,tea,1,10
A2,2024-01-06,S2,李娜,,13812340002,tea,2,10
A3,2024-01-07,S3,王芳,,13812340003,tea,3,10
"""
DESK = f"""{HEADER}B1,2024-02-05,D1,Zhang Wei,zhangwei@gmail.com,,cup,1,7
B2,2024-02-06,D2,李娜,,13812340002,cup,1,5
B3,2024-02-07,D3,王磊,,13812340003,cup,1,3
"""


@pytest.fixture
def admin(db: None) -> User:
    return accounts.user_create(email="a@acme.test", password=None, roles=["administrator"], name="A", language="en")


def resolve() -> dict[str, Any]:
    job = jobs.run_inline(services.resolve_start())
    assert job.state == "done", job.reason
    return job.result


def customer_of(external_id: str) -> int:
    found = Identity.objects.get(external_id=external_id).customer_id
    assert found is not None
    return found


def both() -> None:
    bring(SHOP, source_code="shop")
    bring(DESK, source_code="desk", name="desk.csv")


def test_one_address_or_one_number_and_name_make_one_customer_and_a_number_alone_does_not() -> None:
    both()
    result = resolve()
    assert customer_of("S1") == customer_of("D1"), "one mailbox, one name in two scripts"
    assert customer_of("S2") == customer_of("D2"), "one number, one name"
    assert customer_of("S3") != customer_of("D3"), "a number that two names share"
    assert (result["customers"], result["merged"], result["joined"]) == (4, 2, 2)
    row = CustomerListRow.objects.get(customer_id=customer_of("S1"))
    assert (row.orders, row.spend_micros) == (2, 17_000_000)
    assert CustomerListRow.objects.count() == 4, "who was merged is in no list"
    assert set(Order.objects.filter(customer_id=row.customer_id).values_list("external_id", flat=True)) == {"A1", "B1"}
    assert resolve()["moved"] == 0, "the same records give the same customers"


def test_a_resolution_is_taken_back_whole(admin: User) -> None:
    both()
    (number,) = customers_join(user=admin, customer_ids=[customer_of("S3"), customer_of("D3")]).customer_ids
    before = told()
    resolve()
    assert told() != before
    job = jobs.run_inline(services.resolve_undo())
    assert (job.state, job.result["moved"]) == ("done", 2)
    assert told() == before
    assert customer_of("S3") == customer_of("D3") == number, "what a person decided is not the model's to take back"


def test_a_look_stores_nothing() -> None:
    both()
    before = told()
    job = jobs.run_inline(services.resolve_look_start())
    found = job.result
    assert job.state == "done", job.reason
    assert (found["joined"], found["moved"], found["identities"], found["customers"]) == (2, 2, 6, 4)
    pairs = {tuple(one["pair"]) for one in found["examples"]["key"]}
    numbers = dict(Identity.objects.values_list("external_id", "pk"))
    assert pairs == {(numbers["S1"], numbers["D1"]), (numbers["S2"], numbers["D2"])}
    assert (told(), IdentityLink.objects.count()) == (before, 0)


def test_parted_by_hand_they_are_what_they_were_and_stay_so(admin: User) -> None:
    both()
    before, numbers = told(), dict(Identity.objects.values_list("external_id", "customer_id"))
    resolve()
    for here, there in (("S1", "D1"), ("S2", "D2")):
        identity = Identity.objects.get(external_id=there)
        identities_part(user=admin, customer_id=customer_of(here), identity_ids=[identity.pk])
    assert told() == before
    assert dict(Identity.objects.values_list("external_id", "customer_id")) == numbers
    resolve()
    assert told() == before, "what a person parted, no key joins again"


def test_parted_after_later_imports_each_has_its_own(admin: User) -> None:
    """As if they had never been one: the same files without any joining in between."""
    later = f"{HEADER}B4,2024-03-01,D1,Zhang Wei,,,cup,2,7\nB5,2024-03-02,D2,李娜,,,cup,2,5\n"
    both()
    bring(later, source_code="desk", name="later.csv")
    untouched = told()
    for row in reversed(_imports()):
        undo(row)
    both()
    resolve()
    bring(later, source_code="desk", name="later2.csv")
    assert CustomerListRow.objects.get(customer_id=customer_of("S1")).orders == 3
    for here, there in (("S1", "D1"), ("S2", "D2")):
        identity = Identity.objects.get(external_id=there)
        identities_part(user=admin, customer_id=customer_of(here), identity_ids=[identity.pk])
    assert told() == untouched


def _imports() -> list[Any]:
    from zhiji.application.imports.models import Import

    return list(Import.objects.filter(state="stored").order_by("pk"))


def test_undoing_the_import_that_brought_the_first_gives_the_other_its_own_number_back() -> None:
    shop = bring(SHOP, source_code="shop")
    bring(DESK, source_code="desk", name="desk.csv")
    numbers = {name: customer_of(name) for name in ("D1", "D2", "D3")}
    resolve()
    assert customer_of("D1") != numbers["D1"]
    undo(shop)
    assert {name: customer_of(name) for name in numbers} == numbers
    assert Customer.objects.count() == 3
    assert set(CustomerListRow.objects.values_list("customer_id", flat=True)) == set(numbers.values())
    assert not Customer.objects.exclude(merged_into=None).exists()


def test_undoing_the_import_of_the_other_leaves_nothing_of_it() -> None:
    bring(SHOP, source_code="shop")
    before = told()
    desk = bring(DESK, source_code="desk", name="desk.csv")
    resolve()
    undo(desk)
    assert told() == before
    assert (Customer.objects.count(), IdentityLink.objects.count()) == (3, 0)


def test_what_was_written_of_each_is_shown_under_the_one_that_is_left_and_goes_home_with_it(
    admin: User,
) -> None:
    both()
    first, second = customer_of("S1"), customer_of("D1")
    for number, text in ((first, "of the first"), (second, "of the second")):
        activities.note_create(user=admin, customer_id=number, text=text)
    activities.task_create(user=admin, customer_id=second, title="call")
    resolve()
    task = task_json(tasks(admin).get())
    assert (task["customer_id"], task["customer_name"]) == (first, Customer.objects.get(pk=first).name)
    assert task["customer_name"]
    items = timeline(admin, first, kinds=["note"], cursor="", limit=10)["items"]
    assert [item["note"]["text"] for item in items] == ["of the second", "of the first"]
    assert customers.customer_get(admin, second).pk == first, "an old address leads to who is left"
    identity = Identity.objects.get(external_id="D1")
    identities_part(user=admin, customer_id=first, identity_ids=[identity.pk])
    assert [note.customer_id for note in Note.objects.order_by("pk")] == [first, second]
    items = timeline(admin, second, kinds=["note"], cursor="", limit=10)["items"]
    assert [item["note"]["text"] for item in items] == ["of the second"]


def test_joined_by_hand_they_stay_one_whatever_is_found(admin: User) -> None:
    both()
    (number,) = customers_join(user=admin, customer_ids=[customer_of("S3"), customer_of("D3")]).customer_ids
    assert (customer_of("S3"), customer_of("D3")) == (number, number)
    resolve()
    assert customer_of("S3") == customer_of("D3") == number
    with pytest.raises(NothingToJoin):
        customers_join(user=admin, customer_ids=[number])
    before = told()
    stranger = Identity.objects.get(external_id="S2")
    with pytest.raises(IdentitiesNotOfCustomer):
        identities_part(user=admin, customer_id=number, identity_ids=[stranger.pk])
    assert told() == before
