"""Whose the money beside the goods is: what one order may show, what takes three, and how much hangs on it."""

from __future__ import annotations

import pytest

from importing import bring
from zhiji.application.imports.tests.test_habits import MILLION, findings, pair, value
from zhiji.kernel import Reason, render

pytestmark = pytest.mark.django_db(transaction=True)

REFUNDS = "order,date,customer,sku,quantity,price,refund amount\n"


def test_refunds_of_two_equal_lines_are_each_lines_own() -> None:
    """Both lines of 30 were paid back; taken once, 30 too many would be left, for this file and the next."""
    row = bring(REFUNDS + "A1,2025-01-29,C1,s1,1,30,30\nA1,2025-01-29,C1,s2,1,30,30\nA2,2025-01-29,C1,s2,1,30,\n")
    assert (value("A1"), value("A2")) == (0, 30)
    assert findings(row) == {"order_money_undecided": {"count": 1, "micros": 30 * MILLION, "money": "30.00 CNY"}}
    later = bring(REFUNDS + pair("B1", 10, 10), name="b.csv")
    assert value("B1") == 50
    assert set(findings(later)) == {"order_money_undecided"}


def test_a_refund_of_orders_is_shown_by_three_or_by_a_line_that_costs_less_than_is_paid_back() -> None:
    three = bring(REFUNDS + "".join(pair(f"A{number}", 10, 10) for number in range(3)))
    assert value("A0") == 60
    assert "order_money_on_each_line" in findings(three)
    bring(REFUNDS + pair("B1", 10, 35) + pair("B2", 10, 35) + pair("B3", 10, 35), name="b.csv", source_code="till")
    one = bring(REFUNDS + pair("C1", 40, 40), source_code="web")
    assert value("C1") == 30, "40 cannot have been paid back of a line of 30"
    assert "order_money_on_each_line" in findings(one)


def test_a_refund_that_stands_once_is_the_same_whichever_file_brings_it() -> None:
    """Of one line in the first file, beside orders that write it on their first line in the second."""
    alone = "A1,2025-01-29,C1,s1,1,30,10\n"
    bring(REFUNDS + alone)
    leading = "".join(pair(f"B{number}", 5, "") for number in range(3))
    second = bring(REFUNDS + alone + leading, name="b.csv")
    assert second.report["counts"] | {"redelivered_orders": 1, "changed_orders": 0} == second.report["counts"]


def test_a_refund_that_stands_once_is_the_same_beside_an_order_that_repeats_it() -> None:
    """A cumulative export: the next day's holds the same four refunds and one that stands on both of its lines."""
    header = REFUNDS.replace("refund amount", "tax,refund amount")
    alone = "".join(f"A{number},2025-01-29,C1,s1,1,30,2,10\n" for number in range(4))
    leading = "L1,2025-01-29,C1,s1,1,30,2,10\nL1,2025-01-29,C1,s2,1,40,,\n"
    bring(header + alone + leading)
    repeating = "E1,2025-01-30,C2,s1,1,30,3,5\nE1,2025-01-30,C2,s2,1,30,3,5\n"
    second = bring(header + alone + leading + repeating, name="b.csv", changed="add")
    counts = second.report["counts"]
    assert counts | {"redelivered_orders": 5, "changed_orders": 0, "new_orders": 1} == counts
    assert (value("A0"), value("L1"), value("E1")) == (20, 60, 50)


def test_equal_refunds_of_one_order_at_two_times_both_count() -> None:
    """Each is of one line and of the same amount, also once a further line of the order comes in."""
    twice = "A1,2025-01-29,C1,s1,1,30,10\nA1,2025-01-30,C1,s2,1,30,10\n"
    bring(REFUNDS + twice)
    assert value("A1") == 60 - 20
    more = bring(REFUNDS + twice + "A1,2025-01-30,C1,s3,1,30,\n", name="b.csv", changed="add")
    assert more.report["counts"]["changed_orders"] == 1
    assert value("A1") == 90 - 20


def test_equal_refunds_of_two_lines_of_three_both_count_where_the_others_write_theirs_once() -> None:
    leading = "".join(pair(f"B{number}", 5, "") for number in range(100))
    two = "A1,2025-01-29,C1,s1,1,30,10\nA1,2025-01-29,C1,s2,1,30,10\nA1,2025-01-29,C1,s3,1,30,\n"
    bring(REFUNDS + leading + two)
    assert (value("B0"), value("A1")) == (65, 70)


def test_an_order_that_writes_it_on_its_first_line_does_not_speak_for_one_that_repeats_it() -> None:
    header = "order,date,customer,sku,quantity,price,discount\n"
    row = bring(header + pair("A1", 5, "") + "E1,2025-01-29,C1,s1,1,30,3\nE1,2025-01-29,C1,s2,1,30,3\n")
    assert (value("A1"), value("E1")) == (65, 54)
    assert findings(row) == {"order_money_undecided": {"count": 1, "micros": 3 * MILLION, "money": "3.00 CNY"}}


def test_nothing_is_said_of_a_discount_on_which_nothing_hangs() -> None:
    """The amount is what the line cost already; only a line that has none is computed with its discount."""
    header = "order,date,customer,sku,quantity,price,amount,discount\n"
    used = "Z1,2025-01-29,C1,s1,1,30,25,5\nZ1,2025-01-29,C1,s2,1,40,35,5\n"
    row = bring(header + used)
    assert value("Z1") == 60
    assert findings(row) == {}
    half = bring(header + "Y1,2025-01-29,C1,s1,1,30,25,5\nY1,2025-01-29,C1,s2,1,40,,5\n", name="b.csv")
    assert value("Y1") == 60
    assert findings(half)["order_money_undecided"]["micros"] == 5 * MILLION


def test_nothing_is_said_of_refunds_of_an_order_without_value() -> None:
    header = "order,date,customer,sku,quantity,price,refund amount,status\n"
    row = bring(header + "A1,2025-01-29,C1,s1,1,30,30,refunded\nA1,2025-01-29,C1,s2,1,30,30,refunded\n")
    assert value("A1") == 0
    assert findings(row) == {}


TOTALS = "order,date,customer,sku,quantity,order total\n"


def totals(number: str, first: int, second: int) -> str:
    return f"{number},2025-01-29,C1,s1,1,{first}\n{number},2025-01-29,C1,s2,1,{second}\n"


def test_one_order_does_not_turn_totals_that_an_earlier_file_showed() -> None:
    bring(TOTALS + "".join(totals(f"A{number}", 100, 100) for number in range(5)))
    slip = bring(TOTALS + totals("B1", 100, 100) + totals("B2", 50, 60), name="b.csv")
    assert value("B1") == 100
    assert value("B2") == 50
    differ = {"count": 1, "micros": 60 * MILLION, "money": "60.00 CNY"}
    assert findings(slip)["order_money_differs_on_lines"] == differ
    said = next(f for f in slip.report["findings"] if f["code"] == "order_money_differs_on_lines")
    assert "order total differs between the lines of 1 order" in render(Reason.from_json(said), "en").what
    three = bring(TOTALS + "".join(totals(f"C{number}", 50, 60) for number in range(3)), name="c.csv")
    assert value("C0") == 110
    assert findings(three)["order_money_of_line_unlike_before"] == {"earlier": slip.pk}


def test_totals_that_differ_are_taken_once_whatever_else_the_file_holds() -> None:
    """The finding says what was left out, so it was; 50 it is alone as it is beside an order that repeats its total."""
    bring(TOTALS + "".join(totals(f"A{number}", 100, 100) for number in range(5)))
    alone = bring(TOTALS + totals("B2", 50, 60), name="b.csv")
    assert findings(alone) == {
        "order_money_differs_on_lines": {"count": 1, "micros": 60 * MILLION, "money": "60.00 CNY"}
    }
    assert value("B2") == 50
    beside = bring(TOTALS + totals("B2", 50, 60) + totals("B1", 100, 100), name="c.csv")
    assert beside.report["counts"]["changed_orders"] == 0
    assert (value("B1"), value("B2")) == (100, 50)


def test_one_order_is_enough_where_nothing_is_known_of_totals() -> None:
    row = bring(TOTALS + totals("B2", 50, 60))
    assert value("B2") == 110
    assert findings(row) == {}
