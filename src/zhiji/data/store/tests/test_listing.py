"""List rows say what the record says; scores are written beside it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhiji.data.store import listing
from zhiji.data.store.models import Customer, CustomerListRow
from zhiji.platform.company import company_update

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
Add = Callable[..., Customer]


def row(customer: Customer) -> CustomerListRow:
    return CustomerListRow.objects.get(pk=customer.pk)


def test_a_row_sums_up_the_record_in_the_companys_days(add: Add) -> None:
    company_update(zone="Asia/Shanghai")
    late = datetime(2024, 1, 31, 16, 30, tzinfo=UTC)  # half past midnight on 1 February in Shanghai
    buyer = add("曾國藩", "A1", "B2", country="中国", city="长沙", contact_allowed=False,
                orders=[(datetime(2023, 5, 1, tzinfo=UTC), 10_000_001), (late, 5_000_000),
                        (datetime(2024, 6, 1, tzinfo=UTC), -3_000_000),
                        (datetime(2022, 1, 1, tzinfo=UTC), 0)])  # fmt: skip
    assert listing.write_rows() == 1
    made = row(buyer)
    assert (made.external_id, made.name, made.name_sort) == ("A1", "曾國藩", "zeng guo fan")
    assert (made.country, made.city, made.contact_allowed) == ("中国", "长沙", False)
    # Returns take from the spend, but they are no orders, and neither is what has no goods.
    assert (made.orders, made.spend_micros, made.mean_order_micros) == (2, 12_000_001, 6_000_001)
    assert (made.first_order_on, made.last_order_on) == (date(2023, 5, 1), date(2024, 2, 1))
    assert (made.value_score, made.rfm_segment, made.as_of) == (None, "", None)


def test_one_without_a_name_stands_by_company_or_id(add: Add) -> None:
    plain, organisation = add("", "12346"), add("", "9", company="上海博远")
    listing.write_rows()
    assert (row(plain).name, row(plain).name_sort) == ("", "12346")
    assert (row(organisation).name, row(organisation).name_sort) == ("上海博远", "shang hai bo yuan")


def test_scores_and_record_leave_each_other_alone(add: Add) -> None:
    customer, other = add("A"), add("B")
    listing.write_rows()
    frame = pd.DataFrame(
        {
            "customer_id": [customer.pk, other.pk, 10**9],
            "rfm_segment": ["champions", None, "x"],
            "value_score": [0.1 + 0.2, np.nan, 1.0],
            "value_rank": [1, None, 2],
            "expected_value_micros": pd.array([2**60 + 1, None, 3], dtype="Int64"),
            "as_of": [date(2024, 3, 1)] * 3,
            "some_feature": [1, 2, 3],
        }
    )
    listing.write_scores(frame)
    assert (row(customer).rfm_segment, row(customer).value_score, row(customer).value_rank) == (
        "champions",
        0.1 + 0.2,
        1,
    )
    assert row(customer).expected_value_micros == 2**60 + 1
    assert row(customer).as_of == date(2024, 3, 1)
    assert (row(other).rfm_segment, row(other).value_score, row(other).expected_value_micros) == ("", None, None)
    Customer.objects.filter(pk=customer.pk).update(name="C")
    listing.write_rows([customer.pk])
    assert (row(customer).name, row(customer).rfm_segment, row(customer).value_score) == ("C", "champions", 0.1 + 0.2)
    with pytest.raises(KeyError):
        listing.write_scores(pd.DataFrame({"customer_id": [1], "name": ["x"]}))


def test_deleted_and_vanished_customers_lose_their_row(add: Add) -> None:
    customer = add("A")
    listing.write_rows([customer.pk, 10**9])
    Customer.objects.filter(pk=customer.pk).update(deleted_at=datetime(2024, 1, 1, tzinfo=UTC))
    assert listing.write_rows([customer.pk]) == 0
    assert not CustomerListRow.objects.exists()


def test_a_block_takes_the_same_statements_however_many_customers(add: Add) -> None:
    company_update(zone="Asia/Shanghai")  # the first to ask makes the company's row
    counts = []
    for n in (1, 30):
        ids = [add(f"客户{i}", orders=[(datetime(2024, 1, 1, tzinfo=UTC), 1)]).pk for i in range(n)]
        with CaptureQueriesContext(connection) as captured:
            listing.write_rows(ids)
        # PostgreSQL's driver logs one entry per row of a prepared statement that is sent in one go.
        counts.append(len([query for query in captured if "INSERT" not in query["sql"]]))
    assert counts[0] == counts[1] <= 8
