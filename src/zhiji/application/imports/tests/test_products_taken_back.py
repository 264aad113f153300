"""What a products file said goes with its undo: names and categories are again what is still said of the product."""

from __future__ import annotations

import pytest

from importing import bring, told, undo
from zhiji.data.store.models import Product

pytestmark = pytest.mark.django_db(transaction=True)

ORDERS = (
    "order,date,customer,sku,product,category,quantity,price\n"
    "A1,2025-01-03,C1,t1,Old name,leaves,1,30\n"
    "A2,2025-02-03,C1,t1,Newer name,,1,30\n"
)


def named() -> list[tuple[str, str, str]]:
    return list(Product.objects.order_by("code").values_list("code", "name", "category"))


def test_without_a_record_the_first_order_lines_speak_as_they_did_before():
    bring(ORDERS)
    before = told()
    listed = bring("sku,name,category\nt1,Green Tea,drinks\nt2,Cup,ware\n", kind="products", name="products.csv")
    assert named() == [("t1", "Green Tea", "drinks"), ("t2", "Cup", "ware")]
    undo(listed)
    assert named() == [("t1", "Old name", "leaves")]
    assert told() == before


HEAD = "order,date,customer,sku,product,category,quantity,price\n"
JANUARY = HEAD + "A1,2025-01-03,C1,t1,Old name,leaves,1,30\n"
FEBRUARY = HEAD + "B1,2025-02-03,C1,T1,New name,drinks,1,30\nB2,2025-02-03,C1,t1,Third name,,1,30\n"
NAMELESS = HEAD + "D1,2024-12-03,C1,t1,,,1,30\n"


@pytest.mark.parametrize("taken_back", [(JANUARY,), (NAMELESS,), (NAMELESS, JANUARY), (JANUARY, NAMELESS)])
def test_what_only_an_orders_file_said_goes_with_it(taken_back: tuple[str, ...]):
    """The truth is what the file that is left makes of an empty record."""
    alone = bring(FEBRUARY, name="alone.csv")
    truth = told()
    assert named() == [("T1", "New name", "drinks")]
    undo(alone)
    rows = [bring(text, name=f"{number}.csv") for number, text in enumerate(taken_back)]
    bring(FEBRUARY, name="february.csv")
    for row in rows:
        undo(row)
    assert told() == truth


def test_taking_back_a_later_file_leaves_names_as_they_were():
    bring(NAMELESS)
    bring(JANUARY, name="january.csv")
    before = told()
    assert named() == [("t1", "Old name", "leaves")]
    undo(bring(FEBRUARY, name="february.csv"))
    assert told() == before


def test_the_code_that_a_products_file_gives_goes_before_those_of_orders():
    bring(JANUARY)
    before = told()
    listed = bring("sku,name\nT1,Green Tea\n", kind="products", name="products.csv")
    later = bring(FEBRUARY, name="february.csv")
    assert named() == [("T1", "Green Tea", "leaves")]
    undo(later)
    assert named() == [("T1", "Green Tea", "leaves")]
    undo(listed)
    assert told() == before


def test_an_earlier_products_file_speaks_again_field_by_field():
    bring(ORDERS)
    first = bring("sku,name,category\nt1,Green Tea,drinks\n", kind="products", name="first.csv")
    second = bring("sku,name\nt1,Black Tea\n", kind="products", name="second.csv")
    assert named() == [("t1", "Black Tea", "drinks")]
    undo(first)
    assert named() == [("t1", "Black Tea", "leaves")]
    undo(second)
    assert named() == [("t1", "Old name", "leaves")]


def test_an_order_that_came_again_speaks_from_its_row_in_the_file_that_is_left():
    """The order went over to the second file, where another line stands before it."""
    again = HEAD + "B1,2025-02-03,C1,t1,New name,drinks,1,30\nA1,2025-01-03,C1,t1,Old name,leaves,1,30\n"
    alone = bring(again, name="alone.csv")
    truth = told()
    assert named() == [("t1", "New name", "drinks")]
    undo(alone)
    first = bring(JANUARY, name="january.csv")
    bring(again, name="again.csv")
    assert named() == [("t1", "Old name", "leaves")]
    undo(first)
    assert told() == truth
