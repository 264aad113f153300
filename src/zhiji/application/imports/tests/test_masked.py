"""Masked contact data on its way into the record: no key, and never in place of what is whole."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest

from importing import bring, check, store, told, undo
from zhiji.application.imports import states
from zhiji.data.store.models import Customer, Order
from zhiji.processing.pipelines import storing

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


def test_strangers_with_the_same_masked_address_are_guests() -> None:
    bring(
        "order,date,email,phone,product,quantity,price\n"
        "A1,2025-01-03,z***@qq.com,138****0001,tea,1,30\n"
        "A2,2025-01-04,z***@qq.com,139****0002,tea,1,40\n"
        "A3,2025-01-05,w***@qq.com,137****0003,tea,1,50\n"
    )
    assert Customer.objects.count() == 0
    assert sum(Order.objects.values_list("value_micros", flat=True)) == 120_000_000


def test_a_masked_address_or_phone_never_replaces_a_whole_one() -> None:
    header = "order,date,customer,email,phone,product,quantity,price\n"
    bring(
        header + "A1,2025-01-03,C1,ann@qq.com,13800138000,tea,1,30\nA2,2025-01-04,C1,a***@qq.com,138****8000,tea,1,40\n"
    )
    bring(header + "A3,2025-02-03,C1,a***@qq.com,138****8000,tea,1,30\nA4,2025-02-03,C2,b***@qq.com,,tea,1,30\n")
    bring("id,name,email\nC1,Ann,a***@qq.com\nC2,Ben,\n", kind="customers", name="customers.csv")
    first, second = Customer.objects.order_by("identities__external_id")
    assert (first.name, first.email, first.phone, first.phone_is_masked) == (
        "Ann",
        "ann@qq.com",
        "+8613800138000",
        False,
    )
    assert (second.email, second.phone) == ("b***@qq.com", "")
    # The whole one takes the place of a masked one, from whatever kind of file.
    bring(header + "A5,2024-02-03,C2,ben@qq.com,,tea,1,30\n")
    second.refresh_from_db()
    assert second.email == "ben@qq.com"


NAMED = "order,date,customer,product,quantity,price,status\n"
WHOLE = NAMED + "A1,2025-01-03,Li Ming,tea,1,30,completed\nA2,2025-01-04,Li Ming,tea,1,40,completed\n"


def whose() -> list[tuple[str, str | None, int]]:
    return [
        (number, who, micros // 1_000_000)
        for number, who, micros in Order.objects.order_by("number").values_list(
            "number", "identity__external_id", "value_micros"
        )
    ]


@pytest.mark.parametrize("changed", ["replace", "add"])
def test_an_order_that_comes_again_behind_a_mask_stays_whose_it_was(changed: str) -> None:
    """Platforms mask the buyers of older orders in later exports."""
    bring(WHOLE)
    masked = check(
        NAMED + "A1,2025-01-03,L***g,tea,1,30,completed\nA2,2025-01-04,L***g,tea,1,40,refunded\n"
        "A3,2025-02-04,L***g,tea,1,50,completed\n",
        name="masked.csv",
    )
    counts = masked.dry_run["counts"]
    assert [counts[name] for name in ("redelivered_orders", "changed_orders", "new_orders")] == [1, 1, 1]
    store(masked, changed)
    assert whose() == [("A1", "Li Ming", 30), ("A2", "Li Ming", 0), ("A3", None, 50)]
    undo(masked)
    assert whose() == [("A1", "Li Ming", 30), ("A2", "Li Ming", 40)]


@pytest.mark.parametrize("changed", ["replace", "add"])
def test_a_whole_number_says_whose_a_masked_order_was(changed: str) -> None:
    masked = WHOLE.replace("Li Ming", "L***g")
    bring(masked)
    assert whose() == [("A1", None, 30), ("A2", None, 40)]
    whole = check(WHOLE, name="whole.csv")
    assert whole.dry_run["counts"]["changed_orders"] == 2
    store(whole, changed)
    assert whose() == [("A1", "Li Ming", 30), ("A2", "Li Ming", 40)]
    again = check(masked + "A3,2025-02-04,L***g,tea,1,50,completed\n", name="more.csv")
    assert (again.dry_run["counts"]["redelivered_orders"], again.dry_run["counts"]["changed_orders"]) == (2, 0)
    store(again)
    assert whose()[:2] == [("A1", "Li Ming", 30), ("A2", "Li Ming", 40)]


def test_an_order_that_goes_to_somebody_else_has_changed() -> None:
    """An empty cell and another name are words; a mask is none."""
    bring(WHOLE)
    later = check(WHOLE.replace("03,Li Ming", "03,").replace("04,Li Ming", "04,Wang"), name="later.csv")
    assert later.dry_run["counts"]["changed_orders"] == 2
    store(later, "replace")
    assert whose() == [("A1", None, 30), ("A2", "Wang", 40)]


def test_one_line_behind_a_mask_hides_nobody_whom_another_names() -> None:
    bring(NAMED + "A1,2025-01-03,L***g,tea,1,30,completed\nA1,2025-01-03,Li Ming,cup,1,40,completed\n")
    bring(NAMED + "A1,2025-01-03,,tea,1,30,completed\nA1,2025-01-03,L***g,cup,1,40,completed\nB,2025-01-03,X,t,1,1,\n",
          name="later.csv")  # fmt: skip
    assert whose()[0] == ("A1", "Li Ming", 70)


def test_what_was_staged_before_masks_hid_anybody_is_stored() -> None:
    waiting = check(WHOLE)
    staged = states.folder_of(waiting) / storing.STAGED
    pq.write_table(pq.read_table(staged).drop_columns(["hides_customer", "customer_masked"]), staged)
    store(waiting)
    assert whose() == [("A1", "Li Ming", 30), ("A2", "Li Ming", 40)]


NAMELESS = {
    "behind a mask": WHOLE.replace("Li Ming", "L***g"),
    "no column": WHOLE.replace("customer,", "").replace("Li Ming,", ""),
    "empty": WHOLE.replace("Li Ming", ""),
}


@pytest.mark.parametrize("how", ["behind a mask", "no column"])
def test_a_name_goes_with_the_last_file_that_says_it(how: str) -> None:
    """Though the orders stay, for a file that names nobody delivered them again."""
    alone = bring(NAMELESS[how], name="nameless.csv")
    nameless = told()
    undo(alone)
    first = bring(WHOLE)
    named = told()
    again = check(NAMELESS[how], name="nameless.csv")
    assert (again.dry_run["counts"]["redelivered_orders"], again.dry_run["counts"]["changed_orders"]) == (2, 0)
    store(again)
    assert told() == named
    second = bring(WHOLE + "\n", name="once more.csv")
    undo(first)
    assert told() == named
    undo(second)
    assert told() == nameless
    assert (whose(), Customer.objects.count()) == ([("A1", None, 30), ("A2", None, 40)], 0)
    # Nor is the file taken for known that would say it again.
    back = check(WHOLE, name="back.csv")
    assert back.dry_run["counts"]["changed_orders"] == 2
    undo(store(back, "replace"))
    assert told() == nameless
    undo(again)
    assert Order.objects.count() == 0


def test_a_mask_takes_over_no_empty_cell() -> None:
    """An empty cell says that the order is nobody's; a mask in its place, delivered again, does not."""
    bring(WHOLE)
    named = told()
    empty = bring(NAMELESS["empty"], name="empty.csv", changed="replace")
    again = check(NAMELESS["behind a mask"], name="masked.csv")
    assert again.dry_run["counts"]["redelivered_orders"] == 2
    store(again)
    assert whose() == [("A1", None, 30), ("A2", None, 40)]
    undo(empty)
    assert told() == named
