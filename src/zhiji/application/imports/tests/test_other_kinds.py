"""Customers, products and interactions: from a file to the record, again without doubling, and back."""

from __future__ import annotations

import pytest

from importing import bring, orders, table_counts, told, undo
from zhiji.data.store.models import Customer, Interaction, Product, SourceRecord

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = (
    "客户编号,姓名,手机号,邮箱,城市,允许营销\n"
    "C1,王芳,13800138000,Wang.Fang@Example.com,杭州,是\n"
    "C2,李雷,138****1234,,上海,否\n"
)


def test_a_customers_file_gives_names_and_consent_to_the_buyers_of_the_order_file():
    bring(orders("A1,2025-01-03 10:00,C1,tea,2,30.5"))
    row = bring(PEOPLE, kind="customers", name="customers.csv")
    assert row.report["counts"]["stored"] == 2
    first, second = Customer.objects.order_by("identities__external_id")
    assert (first.name, first.phone, first.email, first.city) == (
        "王芳",
        "+8613800138000",
        "wang.fang@example.com",
        "杭州",
    )
    assert (first.contact_allowed, second.contact_allowed) == (True, False)
    assert (second.phone, second.phone_is_masked) == ("138****1234", True)
    assert first.orders.count() == 1
    # Each field says which record it comes from.
    record = SourceRecord.objects.get(pk=first.field_sources["name"])
    assert (record.kind, record.landing_row) == ("customer", 1)


def test_a_newer_row_wins_and_its_undo_brings_the_older_back():
    bring(PEOPLE, kind="customers")
    before = told()
    moved = bring(PEOPLE.replace("杭州", "苏州"), kind="customers")
    assert Customer.objects.get(identities__external_id="C1").city == "苏州"
    undo(moved)
    assert told() == before


def test_the_same_customers_again_change_nothing():
    bring(PEOPLE, kind="customers")
    before = told()
    again = bring(PEOPLE, kind="customers")
    assert (again.report["counts"]["stored"], again.report["counts"]["redelivered"]) == (0, 2)
    assert told() == before


def test_a_value_that_goes_back_is_a_change_but_the_old_file_again_is_not():
    bring(PEOPLE, kind="customers")
    bring(PEOPLE.replace("杭州", "苏州"), kind="customers")
    city = Customer.objects.filter(identities__external_id="C1").values_list("city", flat=True)
    again = bring(PEOPLE, kind="customers")
    assert (again.report["counts"]["stored"], city.get()) == (0, "苏州")
    # Another export that says the old city: the customer moved back.
    back = bring(PEOPLE + "C3,韩梅,,,宁波,\n", kind="customers")
    assert (back.report["counts"]["stored"], city.get()) == (2, "杭州")
    undo(back)
    assert city.get() == "苏州"


def buyer(*lines: str) -> str:
    header = "order,date,customer,phone,country,accepts marketing,amount\n"
    return header + "".join(f"{line}\n" for line in lines)


def test_the_buyers_of_an_order_file_bring_consent_masked_phones_and_countries():
    bring(
        buyer(
            "A1,2025-01-01 23:30,C1,138****1234,Japan,yes,5", "A2,2025-02-01 10:00,C1,138****1234,China,no,5",
            "A3,2025-01-03 10:00,C2,13800138000,China,no,5", "A4,2025-02-03 10:00,C2,138****8000,China,yes,5",
            "A5,2025-01-03 10:00,C3,,China,,5",
        )
    )  # fmt: skip
    first, second, third = Customer.objects.order_by("identities__external_id")
    assert (first.contact_allowed, second.contact_allowed, third.contact_allowed) == (False, True, None)
    assert (first.phone, first.phone_is_masked) == ("138****1234", True)
    assert (second.phone, second.phone_is_masked) == ("+8613800138000", False)
    # Half past eleven at night in the company's zone (Asia/Shanghai) is still that day.
    assert first.extra["countries"] == [["Japan", "2025-01-01"], ["China", "2025-02-01"]]
    later = bring(buyer("A6,2025-03-01 10:00,C1,,Iceland,,5"))
    first.refresh_from_db()
    assert [place for place, _ in first.extra["countries"]] == ["Japan", "China", "Iceland"]
    undo(later)
    first.refresh_from_db()
    assert [place for place, _ in first.extra["countries"]] == ["Japan", "China"]


def test_one_refusal_is_enough_whichever_file_it_stands_in():
    bring(PEOPLE, kind="customers")
    person = Customer.objects.get(identities__external_id="C1")
    assert person.contact_allowed is True
    refusing = bring(buyer("A1,2020-01-03 10:00,C1,,China,no,5"))
    person.refresh_from_db()
    assert person.contact_allowed is False
    undo(refusing)
    person.refresh_from_db()
    assert person.contact_allowed is True


def test_ids_that_differ_in_case_alone_are_two_customers():
    row = bring("id,name\n0015g00000AbcDe,Ann\n0015g00000abcde,Bob\n", kind="customers")
    assert (row.report["counts"]["stored"], row.report["counts"]["rejected"]) == (2, 0)


def test_an_interaction_that_changed_stands_once_and_its_undo_brings_the_earlier_back():
    head = "id,time,customer,type,content\n"
    bring(head + "7,2025-01-03 10:00,C1,call,about tea\n", kind="interactions")
    changed = bring(head + "7,2025-01-03 10:00,C1,call,about cups\n", kind="interactions")
    assert Interaction.objects.get().text == "about cups"
    undo(changed)
    assert Interaction.objects.get().text == "about tea"


def test_products_get_names_and_go_with_their_undo():
    empty = table_counts()
    row = bring(
        "sku,name,category,price\nT1,Tea 绿茶,Drinks,30\nT2,Cup,Ware,12\n", kind="products", name="products.csv"
    )
    assert sorted(Product.objects.values_list("code", "name", "category")) == [
        ("T1", "Tea 绿茶", "Drinks"), ("T2", "Cup", "Ware"),
    ]  # fmt: skip
    undo(row)
    assert table_counts() == empty


def test_interactions_belong_to_customers_and_go_with_their_undo():
    empty = table_counts()
    row = bring(
        "time,customer,type,subject,content\n" + "2025-01-03 10:00,C1,call,asked,about tea\n" * 2,
        kind="interactions", name="calls.csv",
    )  # fmt: skip
    assert Interaction.objects.filter(customer__identities__external_id="C1", kind="call").count() == 2
    again = bring("time,customer,type,subject,content\n2025-01-03 10:00,C1,call,asked,about tea\n", kind="interactions")
    assert again.report["counts"]["redelivered"] == 1
    undo(again)
    undo(row)
    assert table_counts() == empty
