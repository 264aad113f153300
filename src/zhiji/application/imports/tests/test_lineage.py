"""What two files brought alike stays when the first is undone, and then lies where the second has it, known since then.

The truth is the second file itself: its rows, counted from 1 below the header, and the moment of its receipt.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from importing import bring, check, orders, store, undo
from zhiji.application.imports import services
from zhiji.application.imports.models import Import
from zhiji.data.landing.files import land
from zhiji.data.store.models import Customer, Interaction, Order, OrderLine, SourceRecord
from zhiji.platform import jobs

pytestmark = [pytest.mark.databases, pytest.mark.django_db(transaction=True)]

FIRST = datetime(2025, 1, 5, 12, tzinfo=UTC)
SECOND = datetime(2025, 2, 5, 12, tzinfo=UTC)


def received(text: str, at: datetime, *, kind: str = "orders") -> Import:
    """A live file, as received at that moment."""
    file = land(f"{at:%m}.csv", [text.encode()])
    row = services.import_create(file=file, name=file.name, kind=kind, is_history=False)
    Import.objects.filter(pk=row.pk).update(created_at=at)
    row.refresh_from_db()
    jobs.run_inline(services.import_check(row))
    row.refresh_from_db()
    return store(row)


def places(order: str) -> dict[str, int]:
    """Product → row of an order's lines."""
    lines = OrderLine.objects.filter(order__external_id=order, is_current=True)
    return dict(lines.values_list("description", "landing_row"))


def test_a_row_of_customers_lies_in_the_file_that_still_brings_it():
    first = bring("customer id,name\nC9,Zed\nC8,Yan\nC1,Ann\n", kind="customers", name="first.csv")
    second = bring("customer id,name\nC7,Xi\nC1,Ann\n", kind="customers", name="second.csv")
    undo(first)
    record = SourceRecord.objects.get(kind="customer", external_id="C1")
    assert (record.batch_id, record.landing_row) == (second.batch_id, 2)
    assert Customer.objects.get(identities__external_id="C1").name == "Ann"


def test_each_line_of_an_order_lies_in_the_file_that_still_brings_it():
    lines = ["A1,2025-01-03,C1,tea,1,30", "A1,2025-01-03,C1,cup,2,5", "A1,2025-01-03,C1,pot,1,90"]
    first = bring(orders("Z1,2025-01-01,C2,tea,1,5", *lines), name="first.csv")
    second = bring(orders(lines[2], "B1,2025-01-01,C3,tea,1,9", lines[0], lines[1]), name="second.csv")
    assert places("A1") == {"tea": 2, "cup": 3, "pot": 4}
    undo(first)
    assert places("A1") == {"pot": 1, "tea": 3, "cup": 4}
    record = SourceRecord.objects.get(kind="order", external_id="A1")
    assert (record.batch_id, record.landing_row) == (second.batch_id, 1)


def test_the_first_of_the_files_that_are_left_has_it():
    line = "A1,2025-01-03,C1,tea,1,30"
    imports = [bring(orders(*[f"Z{i},2025-01-01,C2,tea,1,{i + 1}" for i in range(n)], line)) for n in (0, 1, 2)]
    undo(imports[1])
    assert places("A1") == {"tea": 1}
    undo(imports[0])
    assert places("A1") == {"tea": 3}


def test_an_order_of_two_versions_lies_in_the_one_file_that_says_both():
    tea, cup = "A1,2025-01-03,C1,tea,1,30", "A1,2025-01-03,C1,cup,2,5"
    first = bring(orders(tea), name="first.csv")
    added = store(check(orders(cup), name="added.csv"), "add")
    whole = bring(orders("B1,2025-01-01,C3,tea,1,9", cup, tea), name="whole.csv")
    undo(first)
    assert places("A1") == {"cup": 1, "tea": 3}
    undo(added)
    assert places("A1") == {"cup": 2, "tea": 3}
    assert set(SourceRecord.objects.filter(kind="order").values_list("batch_id", flat=True)) == {whole.batch_id}


def test_what_a_live_export_brought_is_known_since_the_one_that_is_left():
    line = "A2,2025-01-04,C1,tea,1,50"
    first = received(orders(line), FIRST)
    received(orders(line, "A3,2025-01-06,C1,tea,1,50"), SECOND)
    order = Order.objects.get(external_id="A2")
    assert order.known_at == FIRST
    undo(first)
    order.refresh_from_db()
    record = SourceRecord.objects.get(kind="order", external_id="A2")
    assert {order.known_at, order.order_lines.get().known_at, record.known_at} == {SECOND}


def test_a_contact_is_known_since_the_export_that_is_left():
    text = "customer id,date,channel,text\nC1,2025-01-03,phone,hello\n"
    first = received(text, FIRST, kind="interactions")
    received(text + "C5,2025-01-04,phone,hi\n", SECOND, kind="interactions")
    undo(first)
    assert set(Interaction.objects.values_list("known_at", flat=True)) == {SECOND}


def test_a_file_of_the_past_that_is_left_keeps_the_times_of_its_lines():
    line = "A1,2025-01-03,C1,tea,1,30"
    live = received(orders(line), SECOND)
    bring(orders(line, "A1,2025-01-20,C1,cup,2,5"), name="past.csv", changed="replace")
    other = bring(orders("B1,2025-01-01,C3,tea,1,9", line, "A1,2025-01-20,C1,cup,2,5"), name="again.csv")
    undo(live)
    undo(Import.objects.get(name="past.csv"))
    lines = OrderLine.objects.filter(order__external_id="A1", is_current=True).select_related("record")
    assert {(one.landing_row, one.record.batch_id) for one in lines} == {(2, other.batch_id), (3, other.batch_id)}
    assert all(one.known_at == one.event_at for one in lines)
