"""Money of whole orders and of lines through files that hold an order in part, correct it, or write it in other words:
postage and refunds count once, whatever came first, and one odd order turns no column."""

from __future__ import annotations

import pytest
from django.http import HttpRequest

from importing import bring, check, store, undo
from zhiji.application.imports import presentation
from zhiji.application.imports.models import Import
from zhiji.application.imports.tests.test_habits import MILLION, findings, pair, value
from zhiji.data.store.models import Order, OrderLine

pytestmark = pytest.mark.django_db(transaction=True)

TOTALS = "order,date,customer,sku,quantity,order total\n"
POSTAGE = "order,date,customer,sku,quantity,price,postage\n"
REFUNDS = "order,date,customer,sku,quantity,price,refund amount\n"
DISCOUNTS = "order,date,customer,sku,quantity,price,discount\n"


def totals(*numbers: str) -> str:
    return "".join(f"{number},2025-01-29,C1,s1,1,100\n{number},2025-01-29,C1,s2,1,100\n" for number in numbers)


def posted(*numbers: str) -> str:
    return "".join(f"{number},2025-01-29,C1,s1,1,30,8\n{number},2025-01-29,C1,s2,1,40,8\n" for number in numbers)


def corrected(row: Import, wrong: str, right: str) -> str:
    """The file of its rejects, one cell put right."""
    request = HttpRequest()
    request.user = row.created_by
    text = "".join(presentation.rejected_file(request, row))
    assert wrong in text
    return text.replace(wrong, right)


def counts(row: Import) -> dict[str, int]:
    names = ("new_orders", "changed_orders", "completed_orders", "redelivered_orders", "redelivered")
    return {name: row.dry_run["counts"][name] for name in names}


def test_a_total_stands_on_the_first_row_that_bears_it() -> None:
    usual = totals(*(f"B{number}" for number in range(20)))
    row = bring(TOTALS + usual + "A1,2025-01-29,C1,s1,1,\nA1,2025-01-29,C1,s2,1,100\n")
    assert value("A1") == 100
    assert row.report["counts"]["rejected"] == 0


def test_a_corrected_row_of_an_order_whose_total_stands_on_its_first_comes_back() -> None:
    leading = totals("B1", "B2", "B3", "A1").replace("s2,1,100", "s2,1,")
    row = check(TOTALS + leading.replace("A1,2025-01-29,C1,s2,1", "A1,2025-01-29,C1,s2,x"))
    rejects = corrected(row, ",x,", ",1,")
    store(row)
    again = bring(rejects, name="rejects.csv")
    assert again.report["counts"]["rejected"] == 0
    assert value("A1") == 100
    whole = check(TOTALS + leading, name="whole.csv")
    assert counts(whole)["changed_orders"] == 0


def test_rows_without_a_price_share_the_total_of_their_order() -> None:
    header = "order,date,customer,sku,quantity,unit price,order total\n"
    usual = "".join(f"B{n},2025-01-01,C1,A,1,30,70\nB{n},2025-01-01,C1,B,1,40,70\n" for n in range(3))
    row = bring(header + usual + "A1,2025-01-01,C1,A,1,,100\nA1,2025-01-01,C1,B,1,,100\n")
    assert (value("A1"), value("B0"), row.report["counts"]["rejected"]) == (100, 70, 0)


def test_a_daily_file_of_single_lines_is_known_again_beside_orders_of_several() -> None:
    singles = "".join(f"A{n},2025-01-29,C1,s{n},1,100\n" for n in range(4))
    bring(TOTALS + singles)
    second = check(TOTALS + singles + totals("D1", "D2"), name="b.csv")
    assert counts(second) == counts(second) | {"changed_orders": 0, "redelivered_orders": 4}


def test_refunds_of_lines_are_known_again_line_by_line() -> None:
    """Where three orders have shown that they are the lines': a part of the order, and the whole file after rejects."""
    of_lines = "".join(pair(f"B{number}", 5, 7) for number in range(3))
    whole = "A1,2025-01-29,C1,s1,1,30,10\nA1,2025-01-29,C1,s2,1,30,10\n"
    row = check(REFUNDS + of_lines + whole.replace("s2,1", "s2,x"))
    rejects = corrected(row, ",x,", ",1,")
    store(row)
    bring(rejects, name="rejects.csv")
    assert counts(check(REFUNDS + of_lines + whole, name="whole.csv"))["changed_orders"] == 0
    part = "A1,2025-01-29,C1,s2,1,30,10\nA1,2025-01-29,C1,s3,1,30,\n"
    bring(REFUNDS + of_lines.replace("B", "D") + part, name="part.csv", changed="add")
    assert value("A1") == 90 - 20


def test_one_order_that_differs_does_not_make_a_total_that_of_the_line_for_all_others() -> None:
    odd = "A1,2025-01-29,C1,s1,1,100\nA1,2025-01-29,C1,s2,1,60\n"
    row = bring(TOTALS + totals(*(f"B{number}" for number in range(20))) + odd)
    assert (value("B0"), value("A1")) == (100, 100)
    assert findings(row)["order_money_differs_on_lines"]["count"] == 1


def test_one_order_with_a_gift_does_not_make_a_discount_that_of_the_line_for_all_others() -> None:
    gift = pair("A1", 5, 5) + "A1,2025-01-29,C1,gift,1,0,0\n"
    row = bring(DISCOUNTS + "".join(pair(f"B{number}", 5, 5) for number in range(20)) + gift)
    assert value("B0") == 65
    assert findings(row)["order_money_counted_as_written"] == {"count": 1, "micros": 5 * MILLION, "money": "5.00 CNY"}


def test_whether_money_of_an_order_counts_once_is_judged_by_its_own_lines_alone() -> None:
    leading = "".join(pair(f"B{number}", 5, "") for number in range(20))
    three = "A1,2025-01-29,C1,s1,1,30,10\nA1,2025-01-29,C1,s2,1,30,10\nA1,2025-01-29,C1,s3,1,30,\n"
    bring(REFUNDS + leading + three)
    assert value("A1") == 70
    second = check(REFUNDS + leading + three + pair("E1", 5, 5), name="b.csv")
    assert counts(second)["changed_orders"] == 0


def test_postage_of_the_order_is_not_in_the_key_of_the_line_on_which_it_stands_first() -> None:
    bring(POSTAGE + posted("B1", "B2", "B3", "A1"))
    middle = "A1,2025-01-29,C1,s2,1,40,8\nA1,2025-01-29,C1,s3,1,50,8\n"
    bring(POSTAGE + middle + posted("D1", "D2", "D3"), name="b.csv", changed="add")
    assert value("A1") == 120
    assert Order.objects.get(external_id="A1").other_micros == 8 * MILLION


def test_corrected_rejects_and_the_file_itself_are_one_order_also_with_postage() -> None:
    row = check(POSTAGE + posted("B1", "B2", "B3") + "A1,2025-01-29,C1,s1,1,30,8\nA1,2025-01-29,C1,s2,x,40,8\n")
    rejects = corrected(row, ",x,", ",1,")
    store(row)
    dry = check(rejects, name="rejects.csv")
    assert counts(dry) == counts(dry) | {"completed_orders": 1, "changed_orders": 0}
    store(dry)
    assert value("A1") == 70
    whole = check(POSTAGE + posted("B1", "B2", "B3", "A1"), name="whole.csv")
    assert counts(whole) == counts(whole) | {"redelivered_orders": 4, "redelivered": 8, "changed_orders": 0}


@pytest.mark.parametrize("way", ["corrected", "in parts"])
def test_equal_refunds_of_two_lines_both_count_where_the_file_shows_that_they_are_the_lines(way: str) -> None:
    of_lines = "".join(pair(f"B{number}", 5, 7) for number in range(3))
    first, second = "A1,2025-01-29,C1,s1,1,30,10\n", "A1,2025-01-29,C1,s2,{},30,10\n"
    if way == "corrected":
        row = check(REFUNDS + of_lines + first + second.format("x"))
        rejects = corrected(row, ",x,", ",1,")
        store(row)
        later = bring(rejects, name="rejects.csv")
    else:
        bring(REFUNDS + of_lines + first)
        later = bring(REFUNDS + of_lines.replace("B", "D") + second.format(1), name="b.csv", changed="add")
    assert value("A1") == 60 - 20
    undo(later)
    assert value("A1") == 30 - 10


def test_equal_refunds_of_one_day_without_order_numbers_both_count() -> None:
    header = "date,customer,sku,quantity,price,refund amount\n"
    bring(header + "2025-01-29 10:00,C1,s1,1,30,10\n")
    bring(header + "2025-01-29 15:00,C1,s2,1,30,10\n", name="b.csv", changed="add")
    assert Order.objects.get().value_micros == 40 * MILLION


def test_a_corrected_line_without_a_word_on_its_state_is_in_that_of_its_order() -> None:
    header = "order,date,customer,sku,quantity,price,status\n"
    usual = "".join(f"B{n},2025-01-29,C1,s1,1,30,completed\nB{n},2025-01-29,,s2,1,40,\n" for n in range(3))
    row = check(header + usual + "A1,2025-01-29,C1,s1,1,30,cancelled\nA1,2025-01-29,,s2,x,40,\n")
    rejects = corrected(row, ",x,", ",1,")
    store(row)
    bring(rejects, name="rejects.csv")
    order = Order.objects.get(external_id="A1")
    assert (order.state, order.value_micros) == ("cancelled", 0)
    assert set(OrderLine.objects.filter(order=order).values_list("state", flat=True)) == {"cancelled"}
