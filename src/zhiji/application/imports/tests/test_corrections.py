"""Rows that were refused come back corrected: every sale is there, none twice, and nobody is asked about one again."""

from __future__ import annotations

import pytest
from django.http import HttpRequest

from importing import bring, check, orders, store, told, undo
from zhiji.application.imports import presentation
from zhiji.application.imports.models import Import
from zhiji.data.landing.models import RejectedRow
from zhiji.data.store.models import Order

pytestmark = pytest.mark.django_db(transaction=True)

TEA = "A1,2025-01-03,C1,tea,1,30"
CUP = "A1,2025-01-03,C1,cup,1,7"
BAD = "A1,2025-01-03,C1,tea,x,30"


def corrected(row: Import, wrong: str = ",x,", right: str = ",1,") -> str:
    """The file of rejects as a person downloads it, with the fault mended."""
    request = HttpRequest()
    request.user = row.created_by  # type: ignore[assignment]
    text = "".join(presentation.rejected_file(request, row))
    assert wrong in text
    return text.replace(wrong, right)


def value(order: str = "A1") -> int:
    return Order.objects.get(external_id=order).value_micros // 1_000_000


def open_rows() -> list[tuple[str, int]]:
    rows = RejectedRow.objects.filter(corrected_by=None).order_by("pk")
    return list(rows.values_list("batch__source__code", "row"))


@pytest.mark.parametrize(("lines", "whole"), [((TEA, BAD), 60), ((TEA, CUP, BAD), 67), ((CUP, BAD), 37)])
@pytest.mark.parametrize("when", ["dry run", "stored"])
def test_a_corrected_line_that_equals_another_is_a_second_sale(lines: tuple[str, ...], whole: int, when: str) -> None:
    row = check(orders(*lines))
    text = corrected(row)
    store(row)
    if when == "stored":
        text = corrected(row)
    again = bring(text, name="rejects.csv")
    assert value() == whole
    assert (again.report["counts"]["stored"], again.report["counts"]["redelivered"]) == (1, 0)
    assert open_rows() == []
    before = told()
    twice = bring(text + "\n", name="rejects again.csv")
    assert (told(), twice.report["counts"]["redelivered"]) == (before, 1)
    undo(again)
    undo(twice)
    assert value() == whole - 30


def test_also_where_the_other_lines_came_with_an_earlier_file() -> None:
    bring(orders(TEA, CUP))
    row = bring(orders(TEA, CUP, BAD))
    dry = check(corrected(row), name="rejects.csv")
    assert (dry.dry_run["counts"]["completed_orders"], dry.dry_run["counts"]["redelivered_orders"]) == (1, 0)
    store(dry)
    assert value() == 67


def test_rows_of_another_source_with_the_same_number_stay_in_quarantine() -> None:
    row = check(orders(BAD, "A2,2025-01-03,C1,tea,1,30"))
    text = corrected(row)
    store(row)
    other = orders("B1,2025-01-03,C1,tea,y,30", "B2,2025-01-03,C1,tea,1,30")
    bring(other, name="other.csv", source_code="other")
    bring(text, name="rejects.csv")
    assert open_rows() == [("other", 1)]
    header = "order,date,customer,product,quantity,price,error_row,error_column,error_reason\n"
    unnamed = f"{header}B1,2025-01-03,C1,tea,1,30,1,quantity,?\n"
    bring(unnamed, name="unnamed.csv")
    assert open_rows() == [("other", 1)]
    bring(unnamed, name="unnamed.csv", source_code="other")
    assert open_rows() == []


def test_what_was_corrected_is_not_asked_for_again_when_it_comes_once_more() -> None:
    text = orders(CUP, BAD)
    bring(corrected(bring(text)), name="rejects.csv")
    later = bring(text + "B1,2025-01-04,C1,cup,1,7\n", name="later.csv")
    assert later.report["counts"]["rejected"] == 1
    assert (value(), value("B1"), open_rows()) == (37, 7, [])


def test_a_second_row_of_the_same_words_is_asked_for() -> None:
    text = orders(CUP, BAD)
    correction = bring(corrected(bring(text)), name="rejects.csv")
    bring(text + BAD + "\n", name="later.csv")
    assert open_rows() == [("default", 3)]
    undo(correction)
    assert len(open_rows()) == 3


def test_after_lines_were_added_a_newer_file_with_fewer_asks() -> None:
    first = orders(TEA)
    bring(first)
    bring(orders(CUP), name="more.csv", changed="add")
    assert value() == 37
    newer = check(first + "A2,2025-01-04,C1,tea,1,30\n", name="newer.csv")
    assert newer.dry_run["counts"]["changed_orders"] == 1
    store(newer, "replace")
    assert value() == 30


def test_after_lines_were_added_either_file_again_changes_nothing() -> None:
    bring(orders(TEA))
    bring(orders(CUP), name="more.csv", changed="add")
    before = told()
    for text in (orders(TEA), orders(CUP)):
        again = check(text)
        assert again.dry_run["counts"]["changed_orders"] == 0
        store(again)
    assert told() == before
