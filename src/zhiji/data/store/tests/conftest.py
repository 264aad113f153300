"""Customers straight in the record, for tests of what is made from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from zhiji.data.landing.models import Batch, Source
from zhiji.data.store import paging
from zhiji.data.store.models import Customer, Identity, Order

KNOWN = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    paging.forget()
    yield
    paging.forget()


@pytest.fixture
def source(db: None) -> Source:
    return Source.objects.create(code="shop")


@pytest.fixture
def add(source: Source) -> Callable[..., Customer]:
    batch = Batch.objects.create(source=source, kind="customers", received_at=KNOWN)

    def _add(name: str = "", *ids: str, orders: list[tuple[datetime, int]] | None = None, **fields: Any) -> Customer:
        customer = Customer.objects.create(name=name, known_at=KNOWN, **fields)
        for external_id in ids or (f"id{customer.pk}",):
            identity = Identity.objects.create(
                source=source, external_id=external_id, customer=customer, first_batch_id=batch.pk
            )
        for at, micros in orders or []:
            number = f"{customer.pk}-{at.isoformat()}-{micros}"
            Order.objects.create(
                source=source, external_id=number, identity=identity, customer=customer, currency="CNY", ordered_at=at,
                known_at=at, value_micros=micros, is_order=micros > 0,
            )  # fmt: skip
        return customer

    return _add
