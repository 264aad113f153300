"""Who was undone and brought in again is on the ledger's page, and within an agent's reach, whether settled or not."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from importing import bring, undo
from planted import draw, text_of
from zhiji.application.predictions import numbers, pseudonyms, services
from zhiji.application.predictions.models import (
    LedgerEntry,
    LedgerNumber,
    LedgerSettlement,
    LedgerSnapshot,
    ModelVersion,
)
from zhiji.application.predictions.queries import entries
from zhiji.application.predictions.record import People
from zhiji.application.predictions.tests.test_corrections import DUE, NOON, brought, came, frozen, gone
from zhiji.application.predictions.tests.test_reach import seen
from zhiji.application.refresh import services as refresh
from zhiji.data.store.models import Customer, CustomerListRow, Identity
from zhiji.platform import accounts, jobs
from zhiji.platform.company import company_update
from zhiji.platform.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
RUNNING = date(2024, 1, 5)


def today(snapshot: LedgerSnapshot) -> list[int]:
    """In the order of rank."""
    return [row.number_now for row in entries(snapshot)]


def numbered() -> dict[int, int | None]:
    """Of those that stand in the ledger; other numbers are dead too, of whoever was there in tests before."""
    return dict(LedgerNumber.objects.exclude(pseudonyms="").values_list("customer_ref", "customer_id"))


@pytest.mark.parametrize("is_settled", [False, True])
def test_who_comes_again_is_found_without_a_new_settlement(is_settled: bool) -> None:
    ids = brought("A", "B", "C")
    snapshot = frozen(ids)
    covered_to = DUE if is_settled else RUNNING
    services.ledger_settle(came((ids["A"], 20, 5)), covered_to)
    gone(ids["A"], ids["B"])
    services.ledger_settle(came(), covered_to)
    again = brought("B", "A")
    services.ledger_settle(came((again["A"], 20, 5)), covered_to)
    assert today(snapshot) == [again["A"], again["B"], ids["C"]]
    assert numbered() == {ids["A"]: again["A"], ids["B"]: again["B"]}
    assert LedgerSettlement.objects.count() == is_settled, "no sum is another"
    # A second time, to yet another number.
    numbers.release([again["A"]])
    gone(again["A"])
    third = brought("A")
    services.ledger_settle(came((third["A"], 20, 5)), covered_to)
    assert today(snapshot) == [third["A"], again["B"], ids["C"]]


def test_rows_are_of_dead_numbers_and_the_ledger_is_asked_once() -> None:
    ids = brought("A", "B")
    frozen(ids)
    numbers.renew(People())
    assert numbered() == {}
    gone(ids["A"])
    stranger = brought("S")["S"]
    gone(stranger)
    numbers.renew(People())
    assert numbered() == {ids["A"]: None}
    with CaptureQueriesContext(connection) as statements:
        assert numbers.renew(People()) == 0
    assert len(statements) <= 5
    assert not any("pseudonyms <> ''" in query["sql"] for query in statements)


def test_later_entries_are_found_where_the_first_had_no_pseudonyms() -> None:
    ids = brought("A")
    first = frozen(ids)
    with connection.cursor() as cursor:
        on = f" ON {LedgerEntry._meta.db_table}" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER {LedgerEntry._meta.db_table}_frozen{on}")
    LedgerEntry.objects.update(pseudonyms=None)
    version = ModelVersion.objects.create(
        task="customer_value", version=2, as_of=RUNNING, horizon_days=91, state="published"
    )
    LedgerEntry.objects.create(
        snapshot=LedgerSnapshot.objects.create(version=version, task="x", as_of=RUNNING, due_on=DUE, entries=1),
        customer_ref=ids["A"], rank=1, value_score=1.0, pseudonyms=pseudonyms.assigned()[ids["A"]],
    )  # fmt: skip
    gone(ids["A"])
    again = brought("A")
    numbers.renew(People())
    assert today(first) == [again["A"]]


def test_who_was_erased_is_led_to_by_nothing() -> None:
    ids = brought("A", "B")
    snapshot = frozen(ids)
    gone(ids["A"])
    again = brought("A")
    numbers.renew(People())
    assert today(snapshot)[0] == again["A"]
    pseudonyms.forget([again["A"]])
    assert again["A"] not in today(snapshot)
    gone(again["A"])
    third = brought("A")
    numbers.renew(People())
    assert third["A"] not in today(snapshot)


def test_agents_keep_the_rows_of_their_customers() -> None:
    """And nobody reads the row of a customer that went to another's reach."""
    li, wu = (
        accounts.user_create(email=f"{name}@example.com", password=None, name=name, roles=["agent"])
        for name in ("li", "wu")
    )
    ids = brought("A", "B")
    snapshot = frozen(ids)
    gone(*ids.values())
    again = brought("A", "B")
    for name, owner in (("A", li), ("B", wu)):
        Customer.objects.filter(pk=again[name]).update(owner=owner, name=name)
        CustomerListRow.objects.create(customer_id=again[name], owner=owner, name=name)

    def named(user: User) -> list[str]:
        return [row["name"] for row in seen(user, f"ledger/{snapshot.pk}/entries")]

    assert (named(li), named(wu)) == ([], [])
    services.ledger_settle(came(), RUNNING)
    assert (named(li), named(wu)) == (["A"], ["B"])


def test_who_was_deleted_has_no_page_to_be_led_to() -> None:
    boss = accounts.user_create(email="boss@example.com", password=None, name="boss", roles=["administrator"])
    ids = brought("A", "B")
    for name, pk in ids.items():
        CustomerListRow.objects.create(customer_id=pk, name=name)
    snapshot = frozen(ids)
    Customer.objects.filter(pk=ids["A"]).update(deleted_at=NOON)
    rows = seen(boss, f"ledger/{snapshot.pk}/entries")
    assert [(row["customer_id"], row["name"]) for row in rows] == [(None, ""), (ids["B"], "B")]


@pytest.mark.django_db(transaction=True)
def test_undo_and_redo_of_a_file_lead_to_everybody_again() -> None:
    """Through the public door, of a snapshot that is due and of one that runs; and undone once more."""
    company_update(zone="UTC", currency="GBP")
    rows = draw(60, 3, history_days=500).transactions.sort_values("event_at", ignore_index=True)
    cut = pd.Timestamp("2024-09-01")
    early, late = rows[rows.value_on <= cut], rows[rows.value_on > cut]
    late = late[late.external_id.isin(set(early.external_id))]

    def brought_again() -> list[object]:
        return [bring(text_of(early)), bring(text_of(late, first=10_001), name="late.csv")]

    first = bring(text_of(early))
    jobs.run_inline(refresh.refresh_start())
    second = bring(text_of(late, first=10_001), name="late.csv")
    jobs.run_inline(refresh.refresh_start())
    due, running = LedgerSnapshot.objects.order_by("pk")
    assert (due.settlements.count(), running.settlements.count()) == (1, 0)
    for round_ in range(2):
        undo(second)
        undo(first)
        assert not Customer.objects.exists()
        first, second = brought_again()
        jobs.run_inline(refresh.refresh_start())
        people = dict(Identity.objects.values_list("customer_id", "external_id"))
        for snapshot in (due, running):
            assert len(today(snapshot)) == snapshot.entries > 0
            assert {number in people for number in today(snapshot)} == {True}, round_
        assert due.settlements.count() == 1
