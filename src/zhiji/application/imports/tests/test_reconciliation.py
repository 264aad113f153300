"""The files' money beside the record's: every difference has a name, and what is wrong in the record shows."""

from __future__ import annotations

import pytest
from django.db.models import F, Sum

from importing import bring, check, orders, store, undo
from zhiji.application.imports import queries, services
from zhiji.data.store.models import CustomerListRow, Order, OrderLine
from zhiji.platform import accounts, jobs
from zhiji.platform.company import company_update

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]

MILLION = 1_000_000
HEAD = "order number,date,customer id,sku,description,quantity,unit price,tax,shipping,refund amount,status\n"
# Months of Shanghai: the last line of the first order is of February there and of January in UTC.
MIXED = (
    HEAD
    + """1,2025-01-31 12:00,C1,A,Cup,2,40,0,0,,completed
1,2025-02-01 02:00,C1,B,Dish,1,12,3,0,,completed
2,2025-01-03 10:00,,A,Cup,1,7,0,0,2,completed
3,2025-01-04 10:00,C2,A,Cup,1,40,0,5,10,partial refund
4,2025-01-05 10:00,C2,A,Cup,-1,20,0,0,,completed
5,2025-01-06 10:00,C2,A,Cup,1,9,0,0,,cancelled
6,2025-01-07 10:00,C2,A,Cup,1,4,0,0,,completed
6,2025-01-07 10:00,C2,A,Cup,1,4,0,0,,completed
7,2025-01-08 10:00,C2,POST,Postage,1,6,0,0,,completed
8,2025-01-09 10:00,C2,A,Cup,1,x,0,0,,completed
"""
)


@pytest.fixture
def admin():
    return accounts.user_create(email="a@example.com", password=None, name="a", roles=["administrator"], team=None)


@pytest.fixture(autouse=True)
def shanghai():
    company_update(zone="Asia/Shanghai", currency="CNY")


def told(user):
    """Months by name, after what holds whatever was imported: the steps add up, and spend is what the lists show."""
    summary = queries.summary(user)
    assert (summary["is_moving"], summary["unsettled_micros"]) == (False, 0)
    months = {row["month"]: row for row in summary["months"]}
    spend = sum(_micros(row, "goods", "repeats", "refunds", "returns", "cancellations", "discounts")
                for row in months.values())  # fmt: skip
    assert spend == (CustomerListRow.objects.aggregate(total=Sum("spend_micros"))["total"] or 0)
    return months


def _micros(row, *parts):
    return sum(row[f"{part}_micros"] for part in parts)


def differences(user):
    months = queries.summary(user)["months"]
    return {row["month"]: row["difference_micros"] for row in months if row["difference_micros"]}


def test_every_kind_of_difference_has_its_step(admin):
    bring(MIXED)
    months = told(admin)
    assert list(months) == ["2025-01", "2025-02"]
    january = months["2025-01"]
    assert {name: value for name, value in january.items() if value and name.endswith("_micros")} == {
        "received_micros": (80 + 7 + 45 - 20 + 9 + 4 + 4 + 6) * MILLION,
        "goods_micros": (80 + 40 + 4) * MILLION, "guests_micros": 7 * MILLION, "guest_refunds_micros": -2 * MILLION,
        "refunds_micros": -10 * MILLION, "returns_micros": -20 * MILLION, "without_value_micros": 9 * MILLION,
        "repeats_micros": 4 * MILLION, "postage_micros": (5 + 6) * MILLION,
    }  # fmt: skip
    assert (january["rejected_lines"], january["rejected_unknown_lines"], january["received_lines"]) == (1, 1, 9)
    february = {name: value for name, value in months["2025-02"].items() if value and name.endswith("_micros")}
    assert february == {"received_micros": 15 * MILLION, "goods_micros": 12 * MILLION, "tax_micros": 3 * MILLION}
    assert not differences(admin)


def test_delivered_again_replaced_added_and_undone_are_steps(admin):
    first = bring(MIXED)
    bring(MIXED)
    assert _micros(told(admin)["2025-01"], "again") == 135 * MILLION
    changed = store(check(HEAD + "3,2025-01-04 10:00,C2,A,Cup,1,33,0,5,,completed\n"), "replace")
    assert _micros(told(admin)["2025-01"], "replaced") == 45 * MILLION
    added = HEAD + "6,2025-01-07 10:00,C2,A,Cup,1,4,0,0,,completed\n6,2025-01-07 10:00,C2,B,Dish,1,2,0,0,,completed\n"
    more = store(check(added), "add")
    months = told(admin)
    assert _micros(months["2025-01"], "again") == (135 + 4) * MILLION
    assert not differences(admin)
    undo(first)
    months = told(admin)
    assert _micros(months["2025-01"], "undone") == _micros(months["2025-01"], "again") + 131 * MILLION == 135 * MILLION
    for row in (more, changed):
        undo(row)
        told(admin)
        assert not differences(admin)


def test_corrected_rows_add_up(admin):
    first = bring(MIXED)
    columns = HEAD.strip() + ",error_row,error_column,error_reason,error_file\n"
    line = "8,2025-01-09 10:00,C2,A,Cup,1,120,0,0,,completed"
    row = check(f"{columns}{line},10,unit price,mended,{first.file_id}\n")
    store(row, "add" if row.dry_run["counts"].get("changed_orders") else None)
    assert _micros(told(admin)["2025-01"], "received") == 255 * MILLION
    assert not differences(admin)


@pytest.mark.parametrize(
    ("plant", "difference"),
    [
        (lambda line: OrderLine.objects.filter(pk=line.pk).update(amount_micros=F("amount_micros") + 7), -7),
        (lambda line: OrderLine.objects.filter(pk=line.pk).delete(), 40 * MILLION),
        (lambda line: OrderLine.objects.filter(pk=line.pk).update(is_current=False), 40 * MILLION),
        (lambda line: _doubled(line), -40 * MILLION),
    ],
    ids=["changed", "lost", "switched_off", "doubled"],
)
def test_what_is_wrong_in_the_record_is_left_unexplained(admin, plant, difference):
    bring(MIXED)
    plant(OrderLine.objects.get(order__external_id="3", line_kind="goods"))
    assert differences(admin) == {"2025-01": difference}


def _doubled(line):
    line.pk, line.digest = None, "0" * 16
    line.save()


def test_a_stale_sum_of_an_order_shows(admin):
    bring(MIXED)
    assert queries.summary(admin)["unsettled_micros"] == 0
    Order.objects.filter(external_id="3").update(value_micros=F("value_micros") + 5)
    assert queries.summary(admin)["unsettled_micros"] == 5


def test_the_switch_keeps_the_account(admin):
    bring(orders("A1,2025-01-03 10:00,C1,tea,1,5", "A1,2025-01-03 10:00,C1,tea,1,5"))
    jobs.run_inline(services.identical_lines_switch(once=True))
    summary = queries.summary(admin)
    assert (summary["unsettled_micros"], _micros(summary["months"][0], "repeats", "difference")) == (0, 5 * MILLION)


def test_a_refund_of_an_order_that_was_called_off_takes_from_nothing(admin):
    """The second file has no column of states: the order stays cancelled, and so is its refund."""
    head = "order,date,customer,sku,quantity,price,"
    bring(head + "status\nA1,2025-01-01,C1,t1,1,30,cancelled\nA2,2025-01-02,,t1,1,20,cancelled\n")
    bring(head + "refund amount\nA1,2025-01-01,C1,t1,1,30,10\nA2,2025-01-02,,t1,1,20,5\n", changed="replace",
          name="refunds.csv")  # fmt: skip
    row = told(admin)["2025-01"]
    assert _micros(row, "without_value") == 50 * MILLION
    assert _micros(row, "refunds", "guest_refunds") == row["difference_micros"] == 0
