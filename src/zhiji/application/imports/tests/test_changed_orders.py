"""Orders whose head changes from file to file: state, customer, country. All of it can be taken back."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import connection

from importing import bring, check, orders, store, told, undo
from zhiji.data.store.models import CustomerListRow, Order, SourceRecord

pytestmark = pytest.mark.django_db(transaction=True)

HEADER = "order,date,customer,product,quantity,price,status,country\n"
FIRST = f"""{HEADER}A1,2025-01-03,C1,tea,2,30,completed,CN
A2,2025-01-04,C2,tea,1,30,completed,CN
A3,2025-01-05,,tea,1,30,completed,CN
"""


def spend() -> dict[str, int]:
    """Customer → spend in the list, in whole units."""
    rows = CustomerListRow.objects.values_list("external_id", "spend_micros")
    return {external_id: micros // 1_000_000 for external_id, micros in rows}


@pytest.mark.databases
def test_undoing_a_file_that_changed_heads_brings_the_earlier_heads_back() -> None:
    bring(FIRST)
    before = told()
    assert spend() == {"C1": 60, "C2": 30}
    changed = bring(
        f"{HEADER}A1,2025-01-03,C2,tea,2,30,completed,HK\n"  # goes to another customer
        "A2,2025-01-04,C2,tea,1,30,refunded,CN\n"  # is paid back
        "A3,2025-01-05,C9,tea,1,30,completed,CN\n",  # a guest is known afterwards
        changed="replace",
    )
    assert spend() == {"C1": 0, "C2": 60, "C9": 30}
    heads = Order.objects.values_list("external_id", "state", "identity__external_id", "country", "value_micros")
    assert {row[0]: row[1:] for row in heads} == {
        "A1": ("completed", "C2", "HK", 60_000_000),
        "A2": ("refunded", "C2", "CN", 0),
        "A3": ("completed", "C9", "CN", 30_000_000),
    }
    undo(changed)
    assert told() == before
    assert spend() == {"C1": 60, "C2": 30}


@pytest.mark.databases
def test_heads_of_records_from_before_they_were_kept_are_what_the_orders_say() -> None:
    bring(FIRST)
    before = told()
    SourceRecord.objects.filter(kind="order").update(payload=None)
    migration = import_module("zhiji.data.store.migrations.0004_order_heads")
    with connection.schema_editor() as editor:
        migration.keep_heads(None, editor)
    undo(bring(f"{HEADER}A2,2025-01-04,C1,tea,1,30,refunded,HK\n", changed="replace"))
    assert told() == before


def test_a_return_gives_back_what_it_took_when_its_file_or_its_customer_goes() -> None:
    header = "order,date,customer,sku,quantity,price\n"
    sale = bring(f"{header}A1,2025-01-03,C1,tea,2,30\n")
    without = told()
    back = bring(f"{header}R1,2025-01-09,C1,tea,-1,30\n")
    assert _values() == {"A1": 30_000_000, "R1": 0}
    # A return of nobody knows whom has no sale to take from.
    moved = bring(f"{header}R1,2025-01-09,,tea,-1,30\n", changed="replace")
    assert _values() == {"A1": 60_000_000, "R1": -30_000_000}
    undo(moved)
    assert _values() == {"A1": 30_000_000, "R1": 0}
    undo(back)
    assert told() == without
    bring(f"{header}R1,2025-01-09,C1,tea,-1,30\n")
    undo(sale)
    assert _values() == {"R1": -30_000_000}


def _values() -> dict[str, int]:
    return dict(Order.objects.values_list("external_id", "value_micros"))


def test_a_full_export_after_corrected_rejects_says_nothing_new_and_stands_alone() -> None:
    line = "A1,2025-01-03 10:00,C1,cup,1,"
    first = bring(orders("A1,2025-01-03 10:00,C1,tea,2,30.5", f'{line}"1,2,0"'))
    corrected = bring(
        "order,date,customer,product,quantity,price,error_row,error_column,error_reason,error_file\n"
        f"{line}120,2,price,mended,{first.file_id}\n"
    )
    before = told()
    whole = check(orders("A1,2025-01-03 10:00,C1,tea,2,30.5", f"{line}120"))
    counts = whole.dry_run["counts"]
    assert (counts["changed_orders"], counts["redelivered_orders"], counts["redelivered"]) == (0, 1, 2)
    report = store(whole).report
    assert (report["counts"]["stored"], report["counts"]["redelivered"]) == (0, 2)
    undo(first)
    undo(corrected)
    assert told() == before


def test_a_newer_file_that_says_what_was_superseded_is_asked_about() -> None:
    first, second = orders("A1,2025-01-03,C1,tea,1,30"), orders("A1,2025-01-03,C1,tea,2,30")
    bring(first)
    bring(second, changed="replace")
    assert check(first).dry_run["counts"]["changed_orders"] == 0  # the old file itself turns no clock back
    newer = check(first + "A2,2025-01-04,C1,tea,1,30\n")
    assert newer.dry_run["counts"]["changed_orders"] == 1
    store(newer, "replace")
    assert _values() == {"A1": 30_000_000, "A2": 30_000_000}
