"""Whatever was imported, undone, joined and parted in whatever order: once all is parted, each customer has exactly
what it would have had if nothing had ever been joined; and all the while what people decided holds.

A walk is drawn from a seed and made on the record. Then the record is emptied, the same imports, undos and writing are
made without any joining, and both are compared, identity by identity.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from random import Random
from typing import Any

import pytest

from importing import bring, undo
from zhiji.application.activities import services as activities
from zhiji.application.activities.models import Note, Task
from zhiji.application.customers.errors import ChoiceUnfit
from zhiji.application.customers.services import customer_choose
from zhiji.application.identities import services
from zhiji.application.identities.decisions import customers_join, decision_undo, identities_part
from zhiji.data.store.models import Customer, CustomerListRow, Identity, Interaction, Order, SourceRecord
from zhiji.platform import accounts, jobs
from zhiji.platform.models import User

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases, pytest.mark.slow]

PEOPLE = "customer,name,phone,email,city\n"
ORDERS = "order,date,customer,customer name,phone,product,quantity,price\n"
CALLS = "interaction,date,customer,channel,text\n"
# (source, kind, text): numbers and names that are shared by some, so that keys join them.
FILES: dict[str, tuple[str, str, str]] = {
    "shop people": ("shop", "customers", f"{PEOPLE}S1,张伟,13812340001,zw@gmail.com,北京\nS2,李娜,13812340002,,上海\n"
                    "S3,王芳,13812340003,,广州\nS4,赵敏,,zm@qq.com,\n"),
    "shop orders": ("shop", "orders", f"{ORDERS}A1,2024-01-05,S1,张伟,13812340001,tea,1,10\n"
                    "A2,2024-01-06,S2,李娜,,tea,2,10\nA3,2024-01-07,S3,王芳,13812340003,tea,3,10\n"),
    "desk people": ("desk", "customers", f"{PEOPLE}D1,Zhang Wei,,z.w@gmail.com,天津\nD2,李娜,13812340002,ln@qq.com,\n"
                    "D3,王磊,13812340003,,深圳\n"),
    "desk orders": ("desk", "orders", f"{ORDERS}B1,2024-02-05,D1,Zhang Wei,13812340009,cup,1,7\n"
                    "B2,2024-02-06,D2,李娜,13812340002,cup,1,5\nB3,2024-02-07,D3,王磊,,cup,1,3\n"),
    "desk calls": ("desk", "interactions", f"{CALLS}I1,2024-02-08,D1,call,tea\nI2,2024-02-09,D3,call,cups\n"),
    "erp people": ("erp", "customers", f"{PEOPLE}E1,张伟,13812340001,,北京\n"
                   "E2,赵敏,,zm@qq.com,成都\nE3,孙丽,13812340005,,\n"),
    "erp later": ("erp", "orders", f"{ORDERS}C1,2024-03-01,E1,张伟,13812340007,pot,1,9\n"
                  "C2,2024-03-02,E3,孙丽,13812340005,pot,2,9\n"),
}  # fmt: skip
STEPS = 16
FIELDS = ("name", "kind", "company", "phone", "phone_is_masked", "email", "country", "city", "address",
          "contact_allowed", "extra")  # fmt: skip


@pytest.fixture
def admin(db: None) -> User:
    return accounts.user_create(email="a@acme.test", password=None, roles=["administrator"], name="A", language="en")


class Walk:
    """A walk over the record. ``made``: what is to be made again without joining. ``words``: what people said last of
    two identities, by their names."""

    def __init__(self, seed: int, user: User) -> None:
        self.rng, self.user = Random(seed), user
        self.stored: dict[str, Any] = {}
        self.made: list[tuple[str, str]] = []
        self.words: dict[frozenset[str], str] = {}
        self.steps = 0

    def step(self) -> None:
        kinds = ("bring", "bring", "bring", "undo", "write", "resolve", "join", "join", "part", "choose", "take_back")
        getattr(self, self.rng.choice(kinds))()
        self.steps += 1

    def bring(self) -> None:
        waiting = sorted(set(FILES) - set(self.stored))
        if waiting:
            self.make("bring", self.rng.choice(waiting))

    def undo(self) -> None:
        if self.stored:
            self.make("undo", self.rng.choice(sorted(self.stored)))

    def write(self) -> None:
        """Of a customer that is one identity's alone: what is written of a joined one is written of that one."""
        alone = [row for row in Identity.objects.order_by("external_id") if row.customer_id == row.home_id
                 and not Customer.objects.filter(merged_into=row.customer_id).exists()]  # fmt: skip
        if alone:
            self.make("write", self.rng.choice(alone).external_id)

    def make(self, kind: str, what: str) -> None:
        make(kind, what, self.stored, self.user, len(self.made))
        self.made.append((kind, what))

    def resolve(self) -> None:
        assert jobs.run_inline(services.resolve_start()).state == "done"

    def join(self) -> None:
        there = list(Identity.objects.order_by("external_id"))
        if len({row.customer_id for row in there}) < 2:
            return
        one, other = self.rng.sample(there, 2)
        if one.customer_id == other.customer_id:
            return
        ours = [{row.external_id for row in there if row.customer_id == side.customer_id} for side in (one, other)]
        customers_join(user=self.user, customer_ids=[one.customer_id or 0, other.customer_id or 0])
        # What was said of any two of both sides gives way.
        self.words = {two: word for two, word in self.words.items() if not (two & ours[0] and two & ours[1])}
        self.words[frozenset({min(there_of(ours[0])), min(there_of(ours[1]))})] = "same"

    def part(self) -> None:
        found = groups()
        if found:
            group = self.rng.choice(found)
            away = self.rng.sample(group, self.rng.randrange(1, len(group)))
            self.part_from(group, away)

    def part_from(self, group: list[str], away: list[str]) -> None:
        rows = {row.external_id: row for row in Identity.objects.filter(external_id__in=group)}
        customer = next(iter(rows.values())).customer_id or 0
        identities_part(user=self.user, customer_id=customer, identity_ids=[rows[name].pk for name in away])
        for one in away:
            for other in set(group) - set(away):
                self.words[frozenset({one, other})] = "different"

    def choose(self) -> None:
        """A person prefers the word of one side of a joined customer."""
        for group in groups()[:1]:
            row = Identity.objects.get(external_id=self.rng.choice(group))
            assert row.customer is not None
            field = self.rng.choice(["name", "phone", "city"])
            with suppress(ChoiceUnfit):  # that side says nothing of it
                customer_choose(user=self.user, customer_id=row.customer.pk, revision=row.customer.revision,
                                choices={field: row.pk})  # fmt: skip

    def take_back(self) -> None:
        """An act and its way back leave everything as it was."""
        found = groups()
        if found:
            group = self.rng.choice(found)
            before = standing()
            row = Identity.objects.get(external_id=group[-1])
            acted = identities_part(user=self.user, customer_id=row.customer_id or 0, identity_ids=[row.pk])
            decision_undo(user=self.user, decision_id=acted.decision.pk)
            assert standing() == before

    def assert_decisions_hold(self) -> None:
        customers = dict(Identity.objects.values_list("external_id", "customer_id"))
        for two, word in self.words.items():
            if two <= customers.keys():
                one, other = sorted(two)
                assert (customers[one] == customers[other]) == (word == "same"), (one, other, word)

    def part_all(self) -> None:
        while found := groups():
            self.part_from(found[0], found[0][1:])


def there_of(names: set[str]) -> list[str]:
    """The oldest identity of these, by which a joining names them."""
    return list(Identity.objects.filter(external_id__in=names).order_by("pk").values_list("external_id", flat=True))[:1]


def make(kind: str, what: str, stored: dict[str, Any], user: User, number: int) -> None:
    if kind == "bring":
        source, of, text = FILES[what]
        stored[what] = bring(text, source_code=source, kind=of, name=f"{what}.csv")
    elif kind == "undo":
        undo(stored.pop(what))
    else:
        customer = Identity.objects.get(external_id=what).customer_id or 0
        activities.note_create(user=user, customer_id=customer, text=f"note {number} of {what}")
        activities.task_create(user=user, customer_id=customer, title=f"task {number} of {what}")


def groups() -> list[list[str]]:
    """Identities of joined customers, the oldest first."""
    found: dict[int, list[str]] = defaultdict(list)
    for external_id, customer in Identity.objects.order_by("pk").values_list("external_id", "customer_id"):
        found[customer or 0].append(external_id)
    return sorted(group for group in found.values() if len(group) > 1)


def standing() -> dict[str, Any]:
    """Of each identity what its customer has, without any number of a row."""
    found = {}
    for row in Identity.objects.select_related("customer"):
        customer = row.customer
        assert customer is not None
        listed = CustomerListRow.objects.filter(customer=customer).first()
        origins = dict(
            SourceRecord.objects.filter(pk__in=customer.field_sources.values()).values_list("pk", "external_id")
        )
        found[row.external_id] = {
            "fields": {name: getattr(customer, name) for name in FIELDS},
            "origins": {field: origins[pk] for field, pk in customer.field_sources.items()},
            "listed": listed and (listed.name, listed.orders, listed.spend_micros, listed.last_order_on),
            "orders": sorted(Order.objects.filter(customer=customer).values_list("external_id", "value_micros")),
            "interactions": sorted(Interaction.objects.filter(customer=customer).values_list("text", flat=True)),
            "notes": sorted(Note.objects.filter(customer=customer).values_list("text", flat=True)),
            "tasks": sorted(Task.objects.filter(customer=customer).values_list("title", flat=True)),
            "merged": Customer.objects.filter(merged_into=customer).count(),
        }
    return found


def empty(stored: dict[str, Any]) -> None:
    """Nothing is left of a walk but what it was: the work is forgotten, then the imports are undone."""
    Note.objects.all().delete()
    Task.objects.all().delete()
    SourceRecord.objects.filter(kind="choice").delete()
    for what in sorted(stored):
        undo(stored[what])
    # A record of which nothing but a hand's word was left goes with the next undo of its source.
    for source in ("shop", "desk", "erp"):
        what = next(name for name, (of, *_) in FILES.items() if of == source)
        undo(bring(FILES[what][2], source_code=source, kind=FILES[what][1], name="empty.csv"))
    assert (Identity.objects.count(), Customer.objects.count()) == (0, 0)


@pytest.mark.parametrize("seed", range(6))
def test_once_all_is_parted_each_has_what_it_would_have_had(seed: int, admin: User) -> None:
    walk = Walk(seed, admin)
    while walk.steps < STEPS:
        walk.step()
        walk.assert_decisions_hold()
    walk.resolve()
    walk.assert_decisions_hold()
    walk.part_all()
    walk.resolve()
    walk.assert_decisions_hold()
    found = standing()
    assert all(one["merged"] == 0 for one in found.values())
    empty(walk.stored)
    stored: dict[str, Any] = {}
    for number, (kind, what) in enumerate(walk.made):
        make(kind, what, stored, admin, number)
    assert found == standing()
    assert walk.made
