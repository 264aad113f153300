"""The customer list and the features say the same of everybody: one definition of an order and of spend."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from importing import bring, undo
from zhiji.data.lake import Lake, open_engine
from zhiji.data.store import derive
from zhiji.data.store.models import CustomerListRow, Order
from zhiji.platform.company import company_update
from zhiji.platform.workspace import workspace
from zhiji.processing.features import customer_features
from zhiji.processing.pipelines.lake import rebuild_lake

pytestmark = pytest.mark.django_db(transaction=True)

HEADER = "order,date,customer,sku,quantity,price\n"  # returns are linked by the code of what was sold
FILE = HEADER.replace("\n", ",status\n") + "\n".join(
    [
        "A1,2025-01-03,C1,tea,2,30,completed", "A2,2025-01-05,C1,cup,1,20,completed",
        "A3,2025-01-01,C2,mug,1,0,completed",  # free: somebody came
        "A4,2025-01-03,C3,tea,1,30,completed", "A5,2025-01-04,C3,tea,-1,30,completed",  # came back whole: void
        "A6,2025-01-03,C4,tea,1,30,completed", "A6,2025-01-03,C4,cup,-1,30.13,completed",  # below zero: void
        "A7,2025-01-04,C4,pot,1,10,completed", "A8,2025-01-05,C4,pan,-1,3,completed",  # a return that found no sale
        "A9,2025-01-02,C5,tea,1,30,cancelled", "A10,2025-01-06,C5,cup,1,20,completed",
        "A11,2025-01-02,C6,tea,1,30,cancelled",
    ]
)  # fmt: skip
MILLION = 1_000_000


def in_the_list() -> dict[int, tuple[object, ...]]:
    rows = CustomerListRow.objects.values_list(
        "customer_id", "orders", "spend_micros", "first_order_on", "last_order_on", "mean_order_micros"
    )
    return {pk: tuple(rest) for pk, *rest in rows}


def in_the_features() -> dict[int, tuple[object, ...]]:
    rebuild_lake()
    with open_engine(Lake(workspace().lake), verify=False) as engine:
        table = engine.to_arrow(customer_features(engine.tables, date(2025, 12, 31), ZoneInfo("UTC"))).to_pylist()
    return {
        row["customer_id"]: (
            row["orders"], row["spend_micros"], row["first_order_on"], row["last_order_on"],
            round(row["mean_order_micros"] or 0),
        )
        for row in table
    }  # fmt: skip


def test_the_list_counts_orders_and_spend_as_the_features_do() -> None:
    company_update(zone="UTC")
    bring(FILE)
    found = in_the_list()
    by_name = dict(CustomerListRow.objects.values_list("external_id", "customer_id"))
    day = lambda number: date(2025, 1, number)  # noqa: E731
    assert {name: found[pk] for name, pk in by_name.items()} == {
        "C1": (2, 80 * MILLION, day(3), day(5), 40 * MILLION),
        "C2": (1, 0, day(1), day(1), 0),
        "C3": (0, 0, None, None, 0),
        "C4": (1, 7 * MILLION, day(4), day(4), 7 * MILLION),
        "C5": (1, 20 * MILLION, day(6), day(6), 20 * MILLION),
        "C6": (0, 0, None, None, 0),
    }
    features = in_the_features()
    assert by_name["C6"] not in features, "who never brought a line of value has no features"
    assert {pk: row for pk, row in found.items() if pk != by_name["C6"]} == features


def test_the_bulk_path_and_the_derivation_weigh_orders_alike() -> None:
    bring(FILE)
    weights = {row[0]: row[1:] for row in Order.objects.values_list("external_id", "is_order", "is_void")}
    ids = list(Order.objects.values_list("pk", flat=True))
    Order.objects.update(is_order=False, is_void=True)
    derive.orders(ids, count_repeats_once=False)
    again = {row[0]: row[1:] for row in Order.objects.values_list("external_id", "is_order", "is_void")}
    assert again == weights
    assert {name for name, (_, is_void) in weights.items() if is_void} == {"A4", "A6"}
    assert {name for name, (is_order, _) in weights.items() if is_order} == {"A1", "A2", "A3", "A7", "A10"}


def test_a_return_that_is_undone_gives_the_order_back() -> None:
    company_update(zone="UTC")
    bring(HEADER + "A4,2025-01-03,C3,tea,1,30\n")
    before = in_the_list()
    back = bring(HEADER + "A5,2025-01-04,C3,tea,-1,30\n", name="back.csv")
    assert [row[:2] for row in in_the_list().values()] == [(0, 0)]
    assert [row[:2] for row in in_the_features().values()] == [(0, 0)]
    undo(back)
    assert in_the_list() == before == in_the_features()
