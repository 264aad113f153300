"""Money on its way from the file into the record: refunds, tax and postage, currencies, identical lines."""

from __future__ import annotations

import pytest
from django.db.models import Sum

from importing import bring, check, store, table_counts, told, undo
from zhiji.application.imports import queries, services
from zhiji.application.imports.errors import ImportCurrencyDiffers
from zhiji.data.landing.models import RejectedRow
from zhiji.data.store.models import CustomerListRow, Order, OrderLine
from zhiji.platform import jobs
from zhiji.platform.company import company, company_update

pytestmark = pytest.mark.django_db(transaction=True)

MILLION = 1_000_000
SHOP = "order number,date,customer id,sku,quantity,unit price,tax,shipping,refund amount,status\n"
PLAIN = "1,2025-01-02,C1,A,2,40,2,5,,completed\n1,2025-01-02,C1,B,1,12,1,5,,completed\n"
TWO = PLAIN + "2,2025-01-03,C2,A,1,40,0,0,,completed\n"


def spend() -> int:
    return CustomerListRow.objects.aggregate(total=Sum("spend_micros"))["total"] or 0


def test_what_stands_in_columns_of_the_order_is_in_the_record_once():
    row = bring(SHOP + TWO)
    first = Order.objects.get(external_id="1")
    assert (first.value_micros, first.other_micros) == (92 * MILLION, 8 * MILLION)
    assert row.report["counts"] == row.report["counts"] | {"received": 3, "stored": 3, "redelivered": 0, "rejected": 0}
    assert row.report["adds_up"] is True
    before = told()
    again = bring(SHOP + TWO)
    assert again.report["counts"] == again.report["counts"] | {"received": 3, "stored": 0, "redelivered": 3}
    assert again.report["adds_up"] is True
    assert told() == before


def test_a_refund_that_comes_later_is_a_return_and_goes_with_its_import():
    bring(SHOP + TWO)
    before, sold = told(), spend()
    refund = store(check(SHOP + PLAIN.replace(",,completed", ",40,部分退款")), "replace")
    counts = refund.report["counts"]
    assert counts == counts | {"received": 2, "stored": 0, "redelivered": 2, "changed_orders": 1}
    order = Order.objects.get(external_id="1")
    assert (order.goods_micros, order.returned_micros, order.state) == (92 * MILLION, 40 * MILLION, "partial_refund")
    made = OrderLine.objects.get(made_from="refund_amount")
    assert (made.line_kind, made.amount_micros, made.order_id) == ("return", -40 * MILLION, order.pk)
    assert spend() == sold - 40 * MILLION
    undo(refund)
    assert told() == before
    assert spend() == sold


HEADER = "order number,date,customer id,amount,currency\n"


def test_single_rows_of_another_currency_are_held_back_and_no_sum_crosses():
    company_update(currency="CNY")
    row = bring(HEADER + "1,2025-01-02,C1,100,USD\n2,2025-01-02,C1,100,CNY\n3,2025-01-02,C1,100,JPY\n")
    assert row.report["counts"] == row.report["counts"] | {"received": 3, "stored": 1, "rejected": 2}
    assert spend() == 100 * MILLION
    held = RejectedRow.objects.order_by("row").values_list("row", "column", "value", "code")
    assert list(held) == [(1, "currency", "USD", "currency_foreign"), (3, "currency", "JPY", "currency_foreign")]
    assert [(m["currency"], m["received_micros"]) for m in row.report["months"]] == [("CNY", 100 * MILLION)]


def test_the_first_file_sets_the_books_and_a_later_one_in_another_currency_is_refused():
    company_update(currency="CNY")
    row = check(HEADER + "1,2025-01-02,C1,100,US$\n2,2025-01-02,C1,7,\n3,2025-01-02,C1,7,usd\n")
    assert company().currency == "CNY", "a dry run changes nothing"
    assert row.dry_run["findings"][0] == row.dry_run["findings"][0] | {
        "code": "books_currency_from_file", "params": {"currency": "USD"},
    }  # fmt: skip
    store(row)
    row.refresh_from_db()
    assert (company().currency, row.currency) == ("USD", "USD")
    assert set(Order.objects.values_list("currency", flat=True)) == {"USD"}
    before, counts = told(), table_counts()
    refused = check(HEADER + "4,2025-01-02,C1,100,CNY\n5,2025-01-02,C1,100,CNY\n")
    assert (refused.state, refused.reason["code"]) == ("failed", "order_currency_differs")
    assert refused.reason["params"] == {"found": "CNY", "expected": "USD"}
    assert (told(), table_counts(), company().currency) == (before, counts, "USD")


def test_of_two_first_files_in_different_currencies_the_second_is_refused():
    company_update(currency="CNY")
    dollars = check(HEADER + "1,2025-01-02,C1,100,USD\n")
    store(check(HEADER.replace("number", "no") + "2,2025-01-02,C1,100,CNY\n"))
    with pytest.raises(ImportCurrencyDiffers):
        services.import_confirm(dollars)
    assert (company().currency, Order.objects.count()) == ("CNY", 1)


def test_the_switch_on_identical_lines_promises_what_it_does():
    """Repeats of a cancelled order, of a guest and of postage change no spend."""
    head = "order number,date,customer id,sku,description,quantity,unit price,status\n"
    twice = [
        "1,2025-01-02,C1,A,Cup,1,5,completed", "2,2025-01-02,C1,A,Cup,1,7,cancelled",
        "3,2025-01-02,,A,Cup,1,11,completed",
        "4,2025-01-02,C2,POST,Postage,1,13,completed", "5,2025-01-03,C2,A,Cup,-1,2,completed",
    ]  # fmt: skip
    bring(head + "".join(f"{line}\n" * 2 for line in twice))
    promised, before = queries.identical_lines(), spend()
    assert promised == {
        "lines": 5, "amount_micros": 3 * MILLION, "guest_lines": 1, "guest_micros": 11 * MILLION, "counted_once": False,
    }  # fmt: skip
    jobs.run_inline(services.identical_lines_switch(once=True))
    assert before - spend() == promised["amount_micros"]
    assert queries.identical_lines() == {**promised, "counted_once": True}
    jobs.run_inline(services.identical_lines_switch(once=False))
    assert spend() == before


def test_the_sign_beside_the_first_amounts_sets_the_books_and_no_later_file_may_have_another():
    company_update(currency="GBP")
    row = check("order,date,customer,price,quantity\n1,2024-01-05,C1,$10.50,2\n2,2024-01-06,C2,$3,1\n")
    assert row.state == "checked", row.reason
    assert row.dry_run["findings"][0]["params"] == {"currency": "USD"}
    store(row)
    assert company().currency == "USD"
    later = check("order,date,customer,price,quantity\n3,2024-02-05,C1,£10.50,2\n", name="later.csv")
    assert (later.state, later.reason["code"]) == ("failed", "order_currency_differs")
    assert Order.objects.count() == 2
