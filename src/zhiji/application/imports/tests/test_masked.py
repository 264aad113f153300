"""Masked contact data on its way into the record: no key, and never in place of what is whole."""

from __future__ import annotations

import pytest

from importing import bring
from zhiji.data.store.models import Customer, Order

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]


def test_strangers_with_the_same_masked_address_are_guests() -> None:
    bring(
        "order,date,email,phone,product,quantity,price\n"
        "A1,2025-01-03,z***@qq.com,138****0001,tea,1,30\n"
        "A2,2025-01-04,z***@qq.com,139****0002,tea,1,40\n"
        "A3,2025-01-05,w***@qq.com,137****0003,tea,1,50\n"
    )
    assert Customer.objects.count() == 0
    assert sum(Order.objects.values_list("value_micros", flat=True)) == 120_000_000


def test_a_masked_address_or_phone_never_replaces_a_whole_one() -> None:
    header = "order,date,customer,email,phone,product,quantity,price\n"
    bring(
        header + "A1,2025-01-03,C1,ann@qq.com,13800138000,tea,1,30\nA2,2025-01-04,C1,a***@qq.com,138****8000,tea,1,40\n"
    )
    bring(header + "A3,2025-02-03,C1,a***@qq.com,138****8000,tea,1,30\nA4,2025-02-03,C2,b***@qq.com,,tea,1,30\n")
    bring("id,name,email\nC1,Ann,a***@qq.com\nC2,Ben,\n", kind="customers", name="customers.csv")
    first, second = Customer.objects.order_by("identities__external_id")
    assert (first.name, first.email, first.phone, first.phone_is_masked) == (
        "Ann",
        "ann@qq.com",
        "+8613800138000",
        False,
    )
    assert (second.email, second.phone) == ("b***@qq.com", "")
    # The whole one takes the place of a masked one, from whatever kind of file.
    bring(header + "A5,2024-02-03,C2,ben@qq.com,,tea,1,30\n")
    second.refresh_from_db()
    assert second.email == "ben@qq.com"
