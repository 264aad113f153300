"""A small company: users of every role, customers through the real derivation, orders in the record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from zhiji.application.customers import queries, services
from zhiji.data.landing.models import Batch, Source
from zhiji.data.store import derive
from zhiji.data.store.models import Customer, Identity, Order, OrderLine, SourceRecord
from zhiji.kernel import MICROS
from zhiji.platform import accounts
from zhiji.platform.models import Team, User
from zhiji.processing.pipelines.customers import store_records

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _nothing_remembered(db: None) -> Iterator[None]:
    """Counts are kept per database name, which tests share."""
    queries.forget()
    yield
    queries.forget()


@pytest.fixture
def batch(db: None) -> Batch:
    return Batch.objects.create(
        source=Source.objects.create(code="shop"), kind="customers", state="stored", received_at=NOON, stored_at=NOON
    )


@pytest.fixture
def teams(db: None) -> dict[str, Team]:
    east = Team.objects.create(name="East")
    return {"east": east, "shanghai": Team.objects.create(name="Shanghai", parent=east),
            "west": Team.objects.create(name="West")}  # fmt: skip


@pytest.fixture
def users(teams: dict[str, Team]) -> dict[str, User]:
    def make(name: str, role: str, team: str | None) -> User:
        return accounts.user_create(
            email=f"{name}@example.com", password=None, name=name, roles=[role], team=teams[team] if team else None
        )

    return {
        "admin": make("admin", "administrator", None),
        "manager": make("manager", "manager", "east"),
        "analyst": make("analyst", "analyst", None),
        "li": make("li", "agent", "shanghai"),
        "zhou": make("zhou", "agent", "west"),
    }


@pytest.fixture
def add(batch: Batch) -> Callable[..., Customer]:
    """Store a customer as an import does; ``owner`` and ``team`` as somebody assigned them."""
    numbers = iter(range(1, 10_000))

    def _add(name: str = "", *, external_id: str = "", owner: User | None = None, team: Team | None = None,
             spend: list[str] | None = None, **fields: Any) -> Customer:  # fmt: skip
        number = next(numbers)
        external_id = external_id or f"C{number:05d}"
        row = {"external_id": external_id, "row": number, "event_at": NOON, "known_at": NOON, "name": name, **fields}
        store_records(batch, "customer", [row])
        identity = Identity.objects.get(source=batch.source, external_id=external_id)
        Customer.objects.filter(pk=identity.customer_id).update(owner=owner, team=team)
        for i, value in enumerate(spend or []):
            kind = "return" if value.startswith("-") else "goods"
            add_order(batch, identity, f"{external_id}-{i}", value, NOON.replace(day=1 + i), kind)
        services.refresh([identity.customer_id])
        return Customer.objects.get(pk=identity.customer_id)

    return _add


def add_order(batch: Batch, identity: Identity, number: str, value: str, at: datetime, kind: str = "goods") -> Order:
    record = SourceRecord.objects.create(
        kind="order", source=batch.source, external_id=number, batch=batch, digest=number[:32], landing_row=1,
        event_at=at, known_at=at,
    )  # fmt: skip
    order = Order.objects.create(
        source=batch.source, external_id=number, number=number, identity=identity, customer_id=identity.customer_id,
        currency="CNY", ordered_at=at, known_at=at,
    )  # fmt: skip
    OrderLine.objects.create(
        order=order, record=record, value_order=order, landing_row=1, digest=number[-16:], line_kind=kind,
        quantity_milli=1000 if kind == "goods" else -1000, amount_micros=int(Decimal(value) * MICROS), event_at=at,
        known_at=at, product_code="P1", description="Tea",
    )  # fmt: skip
    derive.order_sums([order.pk], count_repeats_once=False)
    order.refresh_from_db()
    return order


@pytest.fixture
def browser() -> Callable[[User], Client]:
    def _browser(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return _browser


@pytest.fixture
def order(batch: Batch) -> Callable[..., Order]:
    def _order(identity: Identity, number: str, value: str, at: datetime, kind: str = "goods") -> Order:
        return add_order(batch, identity, number, value, at, kind)

    return _order
