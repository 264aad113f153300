"""What a products file said goes with its undo: names and categories are again what is still said of the product."""

from __future__ import annotations

import pytest

from importing import bring, undo
from zhiji.data.store.models import Product

pytestmark = pytest.mark.django_db(transaction=True)

ORDERS = (
    "order,date,customer,sku,product,category,quantity,price\n"
    "A1,2025-01-03,C1,t1,Old name,leaves,1,30\n"
    "A2,2025-02-03,C1,t1,Newer name,,1,30\n"
)


def named() -> list[tuple[str, str, str]]:
    return list(Product.objects.order_by("code").values_list("code", "name", "category"))


def test_without_a_record_the_newest_order_lines_speak():
    bring(ORDERS)
    listed = bring("sku,name,category\nt1,Green Tea,drinks\nt2,Cup,ware\n", kind="products", name="products.csv")
    assert named() == [("t1", "Green Tea", "drinks"), ("t2", "Cup", "ware")]
    undo(listed)
    assert named() == [("t1", "Newer name", "leaves")]


def test_a_line_that_was_superseded_speaks_no_more():
    bring(ORDERS)
    again = ORDERS.replace("Newer name", "Name of today").replace("A1,2025-01-03,C1,t1,Old name,leaves,1,30\n", "")
    bring(again, name="again.csv", changed="replace")
    listed = bring("sku,name\nt1,Green Tea\n", kind="products", name="products.csv")
    undo(listed)
    assert named() == [("t1", "Name of today", "leaves")]


def test_an_earlier_products_file_speaks_again_field_by_field():
    bring(ORDERS)
    first = bring("sku,name,category\nt1,Green Tea,drinks\n", kind="products", name="first.csv")
    second = bring("sku,name\nt1,Black Tea\n", kind="products", name="second.csv")
    assert named() == [("t1", "Black Tea", "drinks")]
    undo(first)
    assert named() == [("t1", "Black Tea", "leaves")]
    undo(second)
    assert named() == [("t1", "Newer name", "leaves")]
