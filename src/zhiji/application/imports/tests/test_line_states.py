"""Orders whose lines are in different states: each line counts by its own, whichever way it came into the record."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory

from importing import HEADER, bring, check, store, told, undo
from zhiji.application.imports import presentation, queries, services
from zhiji.application.imports.models import Import
from zhiji.data.store import derive
from zhiji.data.store.models import CustomerListRow, Order, OrderLine
from zhiji.platform import accounts, jobs
from zhiji.platform.models import User

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]

WITH_STATE = HEADER.replace("\n", ",status\n")
TEA = "A1,2025-01-03,C1,tea,1,30,"
CUP = "A1,2025-01-03,C1,cup,1,20,"


@pytest.fixture
def user() -> User:
    return accounts.user_create(email="a@b.test", password="correct horse battery 9", roles=["administrator"])


def states(*lines: str) -> str:
    return WITH_STATE + "".join(line + "\n" for line in lines)


def stands() -> dict[str, tuple[str, int]]:
    """Order → its state and its value in whole units."""
    rows = Order.objects.values_list("external_id", "state", "value_micros")
    return {key: (state, micros // 1_000_000) for key, state, micros in rows}


def lines() -> dict[str, str]:
    """Product → state of the current line."""
    return dict(OrderLine.objects.filter(is_current=True).values_list("description", "state"))


def findings(row: Import) -> dict[str, Any]:
    return {finding["code"]: finding["params"] for finding in row.dry_run["findings"]}


def settled(user: User) -> bool:
    """The Imports page finds nothing that it cannot explain."""
    told = queries.summary(user)
    return told["unsettled_micros"] == 0 and all(month["difference_micros"] == 0 for month in told["months"])


def test_each_line_counts_by_its_own_state(user: User) -> None:
    row = bring(
        states(
            TEA + "completed", CUP + "cancelled",
            "A2,2025-01-03,C1,tea,1,30,cancelled", "A2,2025-01-03,C1,cup,1,100,completed",
            "A3,2025-01-03,C1,tea,1,30,cancelled", "A3,2025-01-03,C1,cup,1,100,cancelled",
            "A4,2025-01-03,C1,tea,1,30,cancelled", "A4,2025-01-03,C1,cup,1,100,refunded",
        )
    )  # fmt: skip
    expected = {"A1": ("completed", 30), "A2": ("completed", 100), "A3": ("cancelled", 0), "A4": ("refunded", 0)}
    assert stands() == expected
    assert findings(row)["orders_of_mixed_states"] == {"count": 3, "micros": 180_000_000, "money": "180.00 CNY"}
    assert CustomerListRow.objects.get().spend_micros == 130_000_000
    assert CustomerListRow.objects.get().orders == 2
    assert settled(user)
    before = told()
    derive.orders(Order.objects.values_list("pk", flat=True), count_repeats_once=False)
    assert told() == before, "the bulk path and the derivation agree"


def test_also_in_the_words_of_a_chinese_platform(user: User) -> None:
    head = "订单号,下单时间,客户编号,商品名称,数量,单价,订单状态\n"
    row = bring(head + "A1,2025-01-03,C1,茶,1,30,交易成功\nA1,2025-01-03,C1,杯,1,20,交易关闭\n")
    assert stands() == {"A1": ("completed", 30)}
    assert findings(row)["orders_of_mixed_states"]["count"] == 1
    assert settled(user)


def test_replacing_and_undoing_end_where_they_began(user: User) -> None:
    bring(states(TEA + "completed", CUP + "cancelled"))
    before = told()
    later = bring(states(TEA + "cancelled", CUP + "completed"), changed="replace")
    assert (stands(), lines()) == ({"A1": ("completed", 20)}, {"tea": "cancelled", "cup": "completed"})
    assert settled(user)
    undo(later)
    assert told() == before
    assert settled(user)


def test_the_switch_on_identical_lines_goes_by_the_lines_too(user: User) -> None:
    bring(states(TEA + "completed", TEA + "completed", CUP + "已关闭", CUP + "已关闭"))
    before = told()
    assert queries.identical_lines()["amount_micros"] == 30_000_000
    jobs.run_inline(services.identical_lines_switch(once=True))
    assert stands() == {"A1": ("completed", 30)}
    assert settled(user)
    jobs.run_inline(services.identical_lines_switch(once=False))
    assert told() == before
    assert settled(user)


def test_a_state_that_changes_on_one_line_is_a_change_and_the_same_again_is_none() -> None:
    bring(states(TEA + "completed", CUP + "cancelled"))
    again = check(states(CUP + "cancelled", TEA + "completed"))
    assert store(again).report["counts"]["redelivered"] == 2
    changed = check(states(TEA + "completed", CUP + "completed"))
    assert changed.dry_run["counts"]["changed_orders"] == 1
    store(changed, "replace")
    assert stands() == {"A1": ("completed", 50)}


def test_what_is_added_changes_the_lines_that_it_names(user: User) -> None:
    first = bring(states(TEA + "completed"))
    added = bring(states(TEA + "refunded", CUP + "completed"), changed="add")
    assert lines() == {"tea": "refunded", "cup": "completed"}
    assert stands() == {"A1": ("completed", 20)}
    assert settled(user)
    whole = check(states(TEA + "refunded", CUP + "completed"), name="whole.csv")
    assert whole.dry_run["counts"]["changed_orders"] == 0
    undo(added)
    assert (stands(), lines()) == ({"A1": ("completed", 30)}, {"tea": "completed"})
    undo(first)
    assert Order.objects.count() == 0


def test_a_file_without_states_leaves_those_that_are_known(user: User) -> None:
    bring(states(TEA + "completed", CUP + "cancelled"))
    plain = HEADER + "A1,2025-01-03,C1,tea,1,30\nA1,2025-01-03,C1,cup,1,20\n"
    assert check(plain).dry_run["counts"]["changed_orders"] == 0, "it says nothing of states, so nothing has changed"
    bring(plain + "A1,2025-01-03,C1,pot,1,5\n", changed="replace")
    assert lines() == {"tea": "completed", "cup": "cancelled", "pot": "completed"}
    assert stands() == {"A1": ("completed", 35)}
    assert settled(user)


def rejects(row: Import) -> str:
    return "".join(presentation.rejected_file(RequestFactory().get("/"), row)).lstrip("\ufeff")


def test_a_corrected_line_has_its_own_state_unless_the_order_has_changed_since(user: User) -> None:
    row = bring(states(TEA + "completed", CUP.replace(",1,20", ",x,20") + "cancelled"))
    mended = rejects(row).replace(",x,", ",1,")
    again = bring(mended, name="rejects.csv")
    assert lines() == {"tea": "completed", "cup": "cancelled"}
    assert stands() == {"A1": ("completed", 30)}
    assert settled(user)
    undo(again)
    bring(states(TEA + "refunded"), changed="replace")
    bring(mended.replace("cancelled", "completed"), name="rejects again.csv")
    assert (stands(), lines()) == ({"A1": ("refunded", 0)}, {"tea": "refunded", "cup": "refunded"})
    assert settled(user)


def test_money_beside_the_goods_is_in_the_state_of_its_lines_or_of_the_order(user: User) -> None:
    """Postage on the first line alone is the order's; tax stands on each line."""
    head = "order number,date,customer id,sku,quantity,unit price,tax,shipping,discount,status\n"
    bring(head + "A1,2025-01-03,C1,A,1,20,2,4,6,cancelled\nA1,2025-01-03,C1,B,1,30,3,,,completed\n")
    order = Order.objects.get()
    assert (order.state, order.value_micros, order.other_micros) == ("completed", 24_000_000, 7_000_000)
    made = OrderLine.objects.exclude(made_from="").values_list("made_from", "amount_micros", "counted")
    assert sorted(made) == [
        ("discount", -6_000_000, True), ("postage", 4_000_000, True), ("tax", 2_000_000, False),
        ("tax", 3_000_000, True),
    ]  # fmt: skip
    assert settled(user)


def test_dry_run_report_and_record_agree_on_whose_an_order_is(user: User) -> None:
    row = bring(HEADER + "A1,2025-01-03,,tea,1,30\nA1,2025-01-03,C2,cup,1,20\nA2,2025-01-03,,tea,1,7\n")
    assert findings(row)["lines_without_customer"]["micros"] == 7_000_000
    assert findings(row)["lines_of_the_orders_customer"] == {"count": 1, "micros": 30_000_000, "money": "30.00 CNY"}
    months = [
        (m["guests_micros"], m["goods_micros"]) for m in (*row.report["months"], *queries.summary(user)["months"])
    ]
    assert months == [(7_000_000, 50_000_000)] * 2
    rows = CustomerListRow.objects.values_list("external_id", "orders", "spend_micros")
    assert list(rows) == [("C2", 1, 50_000_000)]
    assert settled(user)


def test_an_order_of_two_customers_is_told_and_goes_to_the_first(user: User) -> None:
    row = check(HEADER + "A1,2025-01-03,C1,tea,1,30\nA1,2025-01-03,C2,cup,1,20\n")
    told = {"count": 1, "micros": 20_000_000, "money": "20.00 CNY"}
    assert findings(row)["orders_of_several_customers"] == told
    store(row)
    assert Order.objects.values_list("identity__external_id", "value_micros").get() == ("C1", 50_000_000)
    assert settled(user)
