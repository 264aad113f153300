"""The review queue through its routes: what waits for whom, answers that are remembered, and their way back."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from django.test import Client

from digests import state
from importing import bring, undo
from zhiji.application.identities import services
from zhiji.application.identities.decisions import customers_join, identities_part
from zhiji.data.store.models import Customer, DecidedPair, Identity, IdentityDecision, IdentityLink
from zhiji.kernel import clock
from zhiji.platform import accounts, jobs
from zhiji.platform.models import AuditEntry, User

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]

HEADER = "order,date,customer,customer name,email,phone,product,quantity,price\n"
SHOP = f"""{HEADER}A1,2024-01-05,S1,张伟,,13812340001,tea,1,10
A2,2024-01-06,S2,李娜,,13812340002,tea,2,10
A3,2024-01-07,S3,王芳,,13812340003,tea,3,10
"""
DESK = f"""{HEADER}B1,2024-02-05,D1,张维,,13812340001,cup,1,7
B2,2024-02-06,D2,李楠,,13812340002,cup,1,5
B3,2024-02-07,D3,王磊,,13812340003,cup,1,3
"""


@pytest.fixture
def admin(db: None) -> User:
    return accounts.user_create(email="a@acme.test", password=None, roles=["administrator"], name="A", language="en")


@pytest.fixture
def agent(db: None) -> User:
    return accounts.user_create(email="g@acme.test", password=None, roles=["agent"], name="G", language="en")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def asked(client: Client, path: str, **query: Any) -> dict[str, Any]:
    answer = client.get(f"/api/v1/identities/{path}", query)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def sent(client: Client, path: str, body: dict[str, Any] | None = None, status: int = 200) -> dict[str, Any]:
    answer = client.post(f"/api/v1/identities/{path}", body or {}, content_type="application/json")
    assert answer.status_code == status, answer.content
    found: dict[str, Any] = answer.json()
    return found


def digests() -> dict[str, Any]:
    """Every row of the record and of the jobs."""
    return {name: rows for name, rows in state().tables.items() if name.startswith(("store_", "platform_job"))}


def key(external_id: str) -> int:
    return Identity.objects.get(external_id=external_id).pk


def customer_of(external_id: str) -> int:
    found = Identity.objects.get(external_id=external_id).customer_id
    assert found is not None
    return found


def waiting(left: str, right: str, probability: float) -> IdentityLink:
    """A pair as a resolution leaves it for a person, with an evidence that can be checked by hand."""
    one, other = sorted((key(left), key(right)))
    return IdentityLink.objects.create(
        left_id=one, right_id=other, state="review", by="model", weight=-1.0, probability=probability,
        doubt=1 - abs(2 * probability - 1), evidence={"phone": ["same", 9.8], "given": ["different", -2.3]},
        found_at=clock.now(),
    )  # fmt: skip


@pytest.fixture
def three(db: None) -> list[IdentityLink]:
    bring(SHOP, source_code="shop")
    bring(DESK, source_code="desk", name="desk.csv")
    return [waiting("S1", "D1", 0.2), waiting("S2", "D2", 0.5), waiting("S3", "D3", 0.85)]


def test_the_most_doubtful_pair_comes_first_on_every_page(admin: User, three: list[IdentityLink]) -> None:
    client = signed_in(admin)
    found, after = [], ""
    while True:
        page = asked(client, "pairs", limit=1, after=after)
        found += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        after = page["next"]
    assert found == [three[1].pk, three[0].pk, three[2].pk], "0.5, then 0.2, then 0.85"
    assert asked(client, "pairs/count") == {"count": 3, "exact": True}
    assert asked(client, "pairs/count", source="shop")["count"] == 3
    assert asked(client, "pairs", source="erp")["items"] == []
    Customer.objects.filter(pk=customer_of("S1")).update(kind="organisation")
    assert [item["id"] for item in asked(client, "pairs", kind="organisation")["items"]] == [three[0].pk]
    assert asked(client, "pairs/count", kind="person")["count"] == 2


def test_a_pair_says_what_each_source_says_and_what_each_field_weighs(admin: User, three: list[IdentityLink]) -> None:
    pair = asked(signed_in(admin), f"pairs/{three[0].pk}")
    assert [(one["compared"], one["field"], one["level"], one["bits"]) for one in pair["evidence"]] == [
        ("phone", "phone", "same", 9.8), ("given", "name", "different", -2.3),
    ]  # fmt: skip
    assert pair["start_bits"] == -8.5, "with 9.8 and -2.3 it makes the weight"
    sides = {side["external_id"]: side for side in pair["sides"]}
    assert sides["S1"]["values"] == {"name": "张伟", "phone": "+8613812340001"}
    assert (sides["D1"]["values"]["name"], sides["D1"]["source"]) == ("张维", "desk")
    assert (sides["S1"]["figures"]["orders"], sides["S1"]["figures"]["spend"]) == (1, "10")


def test_one_answered_the_same_is_one_customer_at_once_and_two_again_when_taken_back(
    admin: User, three: list[IdentityLink]
) -> None:
    client = signed_in(admin)
    before = (customer_of("S1"), customer_of("D1"))
    acted = sent(client, "pairs/decide", {"answers": [{"pair": three[0].pk, "word": "same"}]})
    assert acted["customers"] == [before[0]]
    assert customer_of("S1") == customer_of("D1") == before[0]
    assert asked(client, "pairs/count")["count"] == 2
    assert sent(client, f"decisions/{acted['decision']}/undo")["customers"] == sorted(before)
    assert (customer_of("S1"), customer_of("D1")) == before
    assert asked(client, "pairs/count")["count"] == 3
    assert sent(client, f"decisions/{acted['decision']}/undo", status=409)["code"] == "decision_undone"
    names = list(
        AuditEntry.objects.filter(action__in=["pairs_decide", "decision_undo"]).values_list("action", flat=True)
    )
    assert names == ["pairs_decide", "decision_undo"]


def test_a_page_is_answered_in_one_act_and_taken_back_as_one(admin: User, three: list[IdentityLink]) -> None:
    client = signed_in(admin)
    words = ["same", "different", "later"]
    answers = [{"pair": link.pk, "word": word} for link, word in zip(three, words, strict=True)]
    acted = sent(client, "pairs/decide", {"answers": answers})
    assert IdentityDecision.objects.count() == 1
    assert (asked(client, "pairs/count")["count"], asked(client, "pairs/count", state="later")["count"]) == (0, 1)
    assert (customer_of("S1") == customer_of("D1"), customer_of("S2") == customer_of("D2")) == (True, False)
    sent(client, f"decisions/{acted['decision']}/undo")
    assert (asked(client, "pairs/count")["count"], asked(client, "pairs/count", state="later")["count"]) == (3, 0)


def test_an_answer_that_comes_too_late_refuses_the_whole_page_and_changes_nothing(
    admin: User, three: list[IdentityLink]
) -> None:
    client = signed_in(admin)
    sent(client, "pairs/decide", {"answers": [{"pair": three[0].pk, "word": "different"}]})
    before = digests()
    answers = [{"pair": link.pk, "word": "same"} for link in three]
    assert sent(client, "pairs/decide", {"answers": answers}, status=409)["code"] == "pair_not_waiting"
    assert digests() == before
    sent(client, "pairs/decide", {"answers": [{"pair": 10**9, "word": "same"}]}, status=404)
    assert digests() == before


def test_a_pair_is_there_only_for_who_may_read_both_its_customers(
    admin: User, agent: User, three: list[IdentityLink]
) -> None:
    """The agent owns both sides of the second pair and one side of the first."""
    Customer.objects.update(owner=admin)
    Customer.objects.filter(pk__in=[customer_of("S1"), customer_of("S2"), customer_of("D2")]).update(owner=agent)
    client = signed_in(agent)
    assert [item["id"] for item in asked(client, "pairs")["items"]] == [three[1].pk]
    assert asked(client, "pairs/count")["count"] == 1
    before = digests()
    for link in (three[0], three[2]):
        assert client.get(f"/api/v1/identities/pairs/{link.pk}").status_code == 404
        sent(client, "pairs/decide", {"answers": [{"pair": link.pk, "word": "same"}]}, status=404)
    act = customers_join(user=admin, customer_ids=[customer_of("S3"), customer_of("D3")]).decision
    sent(client, f"decisions/{act.pk}/undo", status=404)
    assert (customer_of("S3") == customer_of("D3"), IdentityDecision.objects.filter(undone_at=None).count()) == (
        True,
        1,
    )
    assert before["store_customer"] != digests()["store_customer"], "the digest sees a joining"
    assert asked(client, "resolution")["figures"] is None, "figures of everything are not for who sees a part"


def test_who_is_deleted_waits_in_no_queue(admin: User, three: list[IdentityLink]) -> None:
    Customer.objects.filter(pk=customer_of("S1")).update(deleted_at=clock.now())
    client = signed_in(admin)
    assert [item["id"] for item in asked(client, "pairs")["items"]] == [three[1].pk, three[2].pk]
    assert client.get(f"/api/v1/identities/pairs/{three[0].pk}").status_code == 404


@pytest.mark.parametrize("gone", ["shop", "desk"])
def test_a_decision_outlasts_the_import_that_brought_either_side(
    admin: User, three: list[IdentityLink], gone: str
) -> None:
    files = {"shop": SHOP, "desk": DESK}
    customers_join(user=admin, customer_ids=[customer_of("S1"), customer_of("D1")])
    answers = [{"pair": three[1].pk, "word": "different"}]
    sent(signed_in(admin), "pairs/decide", {"answers": answers})
    undo(next(row for row in _imports() if row.batch.source.code == gone))
    assert Identity.objects.count() == 3
    bring(files[gone], source_code=gone, name="again.csv")
    assert customer_of("S1") == customer_of("D1"), "at once, without a resolution"
    assert customer_of("S2") != customer_of("D2")
    assert jobs.run_inline(services.resolve_start()).state == "done"
    assert (customer_of("S1") == customer_of("D1"), customer_of("S2") == customer_of("D2")) == (True, False)


def test_joining_takes_back_what_was_parted_and_undoing_it_brings_the_parting_back(admin: User) -> None:
    """Three acts on one pair, taken back in turn: what stands is always the newest that was not taken back."""
    bring(SHOP, source_code="shop")
    bring(DESK.replace("张维", "张伟"), source_code="desk", name="desk.csv")
    jobs.run_inline(services.resolve_start())
    assert customer_of("S1") == customer_of("D1"), "one number and one name"
    parted = identities_part(user=admin, customer_id=customer_of("S1"), identity_ids=[key("D1")])
    joined = customers_join(user=admin, customer_ids=parted.customer_ids)
    again = identities_part(user=admin, customer_id=customer_of("S1"), identity_ids=[key("D1")])
    client = signed_in(admin)
    states = [customer_of("S1") == customer_of("D1")]
    for act in (again, joined, parted):
        sent(client, f"decisions/{act.decision.pk}/undo")
        states.append(customer_of("S1") == customer_of("D1"))
    assert states == [False, True, False, True]
    assert all(here != there for here, there in pairwise(states))
    assert DecidedPair.objects.count() == 3, "nothing of what was said is lost"


def test_a_resolution_is_started_by_who_writes_all_customers_and_one_at_a_time(admin: User, agent: User) -> None:
    bring(SHOP, source_code="shop")
    before = digests()
    sent(signed_in(agent), "resolution", {"mode": "run"}, status=403)
    assert digests() == before
    client = signed_in(admin)
    job = sent(client, "resolution", {"mode": "look"}, status=202)["job"]
    assert sent(client, "resolution", {"mode": "look"}, status=202)["job"] == job
    assert sent(client, "resolution", {"mode": "undo"}, status=409)["code"] == "resolution_under_way"
    assert asked(client, "resolution")["under_way"] == job


def _imports() -> list[Any]:
    from zhiji.application.imports.models import Import

    return list(Import.objects.filter(state="stored").select_related("batch__source").order_by("pk"))
