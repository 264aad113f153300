"""How an export writes what its cells alone do not say is learnt from the file that shows it, and holds for the next
one with the same columns that does not."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from importing import bring, check, orders, undo
from zhiji.application.imports.models import Import
from zhiji.data.store.models import Order, OrderLine
from zhiji.kernel import Reason, render
from zhiji.platform.company import company

pytestmark = pytest.mark.django_db(transaction=True)

MILLION = 1_000_000


def findings(row: Import) -> dict[str, dict[str, Any]]:
    """Code → params of what is said of days and of money of orders."""
    listed = (row.report or row.dry_run)["findings"]
    return {one["code"]: one["params"] for one in listed if one["code"].startswith(("dates_", "order_money_"))}


def day(number: str) -> date:
    return Order.objects.get(external_id=number).ordered_at.astimezone(ZoneInfo(company().zone)).date()


def months_first(*lines: str) -> Import:
    """A file whose 25th month there is none of, and further lines."""
    return bring(orders("A1,01/25/2025,C1,tea,1,30", "A2,02/01/2025,C1,tea,1,50", *lines))


def test_the_order_of_day_and_month_is_that_of_the_file_that_showed_it() -> None:
    first = months_first()
    second = check(orders("A2,02/01/2025,C1,tea,1,50", "A3,02/03/2025,C1,tea,1,50"), name="february.csv")
    assert second.dry_run["counts"]["changed_orders"] == 0, "an order that both files hold is the same"
    assert (second.dry_run["first_on"], second.dry_run["last_on"]) == ("2025-02-01", "2025-02-03")
    assert findings(second) == {"dates_month_first_as_before": {"count": 2, "earlier": first.pk}}
    said = Reason.from_json(next(f for f in second.dry_run["findings"] if f["code"] == "dates_month_first_as_before"))
    assert f"read month first, as import {first.pk} was" in render(said, "en").what
    assert f"与导入 {first.pk} 一样按“月在前”读取" in render(said, "zh").what


def test_it_is_handed_on_by_files_that_do_not_show_it_and_by_files_without_such_days() -> None:
    months_first()
    bring(orders("A3,02/03/2025,C1,tea,1,50"), name="b.csv")
    bring(orders("A4,2025-02-04,C1,tea,1,50"), name="c.csv")
    bring(orders("A5,03/04/2025,C1,tea,1,50"), name="d.csv")
    assert [day(f"A{number}") for number in (3, 4, 5)] == [date(2025, 2, 3), date(2025, 2, 4), date(2025, 3, 4)]


def test_what_a_file_shows_itself_is_stronger_and_is_said_to_differ() -> None:
    first = months_first()
    second = bring(orders("B1,25/02/2025,C1,tea,1,50", "B2,03/02/2025,C1,tea,1,50"), name="b.csv")
    assert day("B2") == date(2025, 2, 3)
    assert set(findings(second)) == {"dates_read_day_first", "dates_day_first_unlike_before"}
    assert findings(second)["dates_day_first_unlike_before"] == {"earlier": first.pk}
    third = bring(orders("B3,04/02/2025,C1,tea,1,50"), name="c.csv")
    assert day("B3") == date(2025, 2, 4)
    assert set(findings(third)) == {"dates_day_first_as_before"}


def test_what_was_only_assumed_is_not_taken_for_known_but_a_file_that_shows_otherwise_says_so() -> None:
    first = bring(orders("A1,02/03/2025,C1,tea,1,30"))
    assert set(findings(first)) == {"dates_assumed_day_first"}
    second = check(orders("A2,04/03/2025,C1,tea,1,30"), name="b.csv")
    assert set(findings(second)) == {"dates_assumed_day_first"}
    third = check(orders("A3,03/25/2025,C1,tea,1,30"), name="c.csv")
    assert findings(third)["dates_month_first_unlike_before"] == {"earlier": first.pk}


def test_what_a_person_said_holds_until_a_file_shows_otherwise() -> None:
    bring(orders("A1,02/03/2025,C1,tea,1,30"), options={"day_first": False})
    second = bring(orders("A2,02/04/2025,C1,tea,1,30"), name="b.csv")
    assert day("A2") == date(2025, 2, 4)
    assert set(findings(second)) == {"dates_month_first_as_before"}
    third = bring(orders("A3,25/03/2025,C1,tea,1,30", "A4,01/03/2025,C1,tea,1,30"), name="c.csv")
    assert third.report["counts"]["rejected"] == 0
    assert day("A4") == date(2025, 3, 1)
    mixture = orders("A5,25/04/2025,C1,tea,1,30", "A6,04/25/2025,C1,tea,1,30")
    bring(mixture, name="d.csv", options={"day_first": False})
    again = check(mixture.replace("A5", "A7").replace("A6", "A8"), name="e.csv")
    assert again.dry_run["counts"] | {"rejected": 1, "accepted": 1} == again.dry_run["counts"], "it was answered once"


def test_each_column_of_days_has_its_own_order() -> None:
    header = "order,date,paid at,customer,product,quantity,price\n"
    bring(header + "A1,01/25/2025,26/01/2025,C1,tea,1,30\n")
    second = bring(header + "A2,02/03/2025,04/02/2025,C1,tea,1,30\n", name="b.csv")
    assert day("A2") == date(2025, 2, 3)
    said = {(f["code"], f["where"]["column"]) for f in second.report["findings"] if f["code"].startswith("dates_")}
    assert said == {("dates_month_first_as_before", "date"), ("dates_day_first_as_before", "paid at")}


def test_nothing_is_remembered_of_an_undone_import_of_another_source_and_where_it_is_matched_anew() -> None:
    first = months_first()
    later = orders("A3,02/03/2025,C1,tea,1,50")
    assert set(findings(check(later, anew=True))) == {"dates_assumed_day_first"}
    assert set(findings(check(later, source_code="till"))) == {"dates_assumed_day_first"}
    undo(first)
    assert set(findings(check(later))) == {"dates_assumed_day_first"}


def test_rejects_that_come_back_are_read_as_their_file_was_and_teach_nothing() -> None:
    """The one day that stands the other way round is still there: the rest of the rejects must not turn with it."""
    months_first(*[f"A{number},01/26/2025,C1,tea,1,50" for number in range(10, 40)],
                 "A3,25/01/2025,C1,tea,1,50", "A4,02/03/2025,C1,tea,x,50")  # fmt: skip
    rejected = "error_row,error_column,error_reason," + orders().strip() + "\n33,date,?,A3,25/01/2025,C1,tea,1,50\n"
    back = bring(rejected + "34,quantity,?,A4,02/03/2025,C1,tea,1,50\n", name="rejects.csv")
    assert back.report["counts"]["rejected"] == 1
    assert day("A4") == date(2025, 2, 3)
    bring(orders("A5,02/04/2025,C1,tea,1,50"), name="b.csv")
    assert day("A5") == date(2025, 2, 4)


SHOP = "order,date,customer,sku,quantity,price,discount\n"


def pair(number: str, first: int | str, second: int | str) -> str:
    """An order of 30 and 40 with what stands in the column of discounts on its two lines."""
    return f"{number},2025-01-29,C1,s1,1,30,{first}\n{number},2025-01-29,C1,s2,1,40,{second}\n"


def value(number: str) -> float:
    return Order.objects.get(external_id=number).value_micros / MILLION


def test_discounts_of_lines_that_are_equal_by_chance_stay_those_of_lines_in_the_next_export() -> None:
    own = "".join(pair(f"A{number}", 1 + number % 3, 5 + number % 3) for number in range(20))
    first = bring(SHOP + own + pair("Z1", 5, 5))
    assert value("Z1") == 60
    second = check(SHOP + pair("Z1", 5, 5) + "Z2,2025-01-30,C1,s1,1,30,5\n", name="b.csv")
    assert second.dry_run["counts"]["changed_orders"] == 0
    assert findings(second) == {"order_money_of_line_as_before": {"count": 1, "earlier": first.pk}}


def test_discounts_of_orders_stay_those_of_orders_in_an_export_of_one_order() -> None:
    first = bring(SHOP + "".join(pair(f"A{number}", 5, 5) for number in range(3)) + "B1,2025-01-30,C1,s1,1,30,5\n")
    assert (value("A1"), value("B1")) == (65, 25)
    assert "order_money_on_each_line" in findings(first)
    second = bring(SHOP + pair("A1", 5, 5) + "B1,2025-01-30,C1,s1,1,30,5\n" + pair("Z1", 6, 6), name="b.csv")
    assert second.report["counts"] | {"redelivered_orders": 2, "changed_orders": 0} == second.report["counts"]
    assert value("Z1") == 64
    assert findings(second) == {"order_money_of_order_as_before": {"count": 2, "earlier": first.pk}}


def test_one_order_alone_does_not_make_a_discount_that_of_the_order() -> None:
    """30 − 5 and 40 − 5; were it once of the order, 5 more: that much hangs on it."""
    row = bring(SHOP + pair("Z1", 5, 5))
    assert value("Z1") == 60
    assert findings(row) == {"order_money_undecided": {"count": 1, "micros": 5 * MILLION, "money": "5.00 CNY"}}


def test_several_orders_that_show_otherwise_are_stronger_and_it_is_said() -> None:
    first = bring(SHOP + pair("A1", 1, 5) + pair("A2", 2, 5))
    few = check(SHOP + pair("B1", 5, 5) + pair("B2", 6, 6), name="b.csv")
    assert set(findings(few)) == {"order_money_of_line_as_before"}
    many = bring(SHOP + pair("B1", 5, 5) + pair("B2", 6, 6) + pair("B3", 7, 7), name="c.csv")
    assert [value(f"B{number}") for number in (1, 2, 3)] == [65, 64, 63]
    assert findings(many)["order_money_of_order_unlike_before"] == {"earlier": first.pk}
    slip = bring(SHOP + pair("C1", 5, 3), name="d.csv")
    assert value("C1") == 62, "nothing is left out of an order that says two different things"
    beside = {"count": 1, "micros": 3 * MILLION, "money": "3.00 CNY"}
    assert findings(slip) == {"order_money_counted_as_written": beside}
    back = bring(SHOP + pair("D1", 5, 3) + pair("D2", 4, 3) + pair("D3", 1, 2), name="e.csv")
    assert findings(back) == {"order_money_of_line_unlike_before": {"earlier": slip.pk}}


def test_equal_lines_do_not_show_whose_the_discount_is() -> None:
    """Lines that cost the same have the same discount either way."""
    lines = "".join(f"E{n},2025-01-29,C1,s1,1,30,3\nE{n},2025-01-29,C1,s2,1,30,3\n" for n in range(5))
    row = bring(SHOP + lines)
    assert value("E1") == 54
    assert findings(row)["order_money_undecided"] == {"count": 5, "micros": 15 * MILLION, "money": "15.00 CNY"}


def test_postage_is_that_of_the_order_whether_the_first_file_shows_it_or_not() -> None:
    """By name it is charged once an order: an order of one line is the same in a file that has one of several too."""
    header = "order,date,customer,sku,quantity,price,postage\n"
    one, two = "A1,2025-01-29,C1,s1,1,30,9\n", "B1,2025-01-30,C1,s1,1,30,8\nB1,2025-01-30,C1,s2,1,40,8\n"
    bring(header + one)
    second = bring(header + one + two, name="b.csv")
    assert second.report["counts"]["redelivered_orders"] == 1
    assert set(findings(second)) == {"order_money_on_each_line"}
    postage = OrderLine.objects.filter(order__external_id="B1", line_kind="postage")
    assert [line.amount_micros for line in postage] == [8 * MILLION]
