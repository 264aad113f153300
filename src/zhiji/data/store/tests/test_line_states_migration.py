"""A record from before lines had states gives each line one that leaves every sum as it was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from zhiji.data.store import derive
from zhiji.data.store.models import CustomerListRow, Order, OrderLine

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]

BEFORE = ("store", "0005_made_lines")
AT = datetime(2025, 1, 31, 20, tzinfo=UTC)  # already February in Shanghai


def migrate(*to: tuple[str, str]) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate(list(to))
    return executor.loader.project_state(list(to)).apps


def newest() -> list[tuple[str, str]]:
    """All of every app: what is undone takes whatever stands on it along."""
    return [node[:2] for node in MigrationExecutor(connection).loader.graph.leaf_nodes()]


@pytest.fixture
def old() -> Iterator[Any]:
    yield migrate(BEFORE)
    migrate(*newest())


def record(apps: Any, key: str, state: str, value: int, *lines: tuple[str, int, bool], says: bool = True) -> None:
    """An order of C1 as it was stored: lines are kind, amount, whether counted."""
    get = apps.get_model
    source, _ = get("landing", "Source").objects.get_or_create(code="shop")
    batch, _ = get("landing", "Batch").objects.get_or_create(source=source, kind="orders", defaults={"received_at": AT})
    customer, _ = get("store", "Customer").objects.get_or_create(name="C1", defaults={"known_at": AT})
    get("store", "CustomerListRow").objects.get_or_create(customer=customer)
    order = get("store", "Order").objects.create(
        source=source, external_id=key, customer=customer, currency="CNY", state=state, ordered_at=AT, known_at=AT,
        value_micros=value, lines=len(lines),
    )  # fmt: skip
    said = get("store", "SourceRecord").objects.create(
        kind="order", source=source, external_id=key, version=1, mode="replace", batch=batch, digest=key, landing_row=1,
        event_at=AT, known_at=AT, payload={"state": state} if says else {},
    )  # fmt: skip
    for number, (kind, amount, counted) in enumerate(lines):
        get("store", "OrderLine").objects.create(
            order=order, record=said, value_order=order, landing_row=number, digest=f"{key}{number}", line_kind=kind,
            quantity_milli=1000, amount_micros=amount, event_at=AT, known_at=AT, counted=counted,
        )  # fmt: skip


def test_lines_take_the_state_that_their_sums_were_made_from(old: Any) -> None:
    old.get_model("platform", "Company").objects.update_or_create(pk=1, defaults={"zone": "Asia/Shanghai"})
    record(old, "A1", "completed", 30, ("goods", 30, True), ("goods", 20, False))
    record(old, "A2", "cancelled", 100, ("goods", 30, False), ("goods", 100, True))
    record(old, "A3", "refunded", 0, ("goods", 30, False))
    record(old, "A4", "completed", 0, ("goods", 0, True), says=False)
    record(old, "A5", "completed", -3, ("return", -3, True))
    record(old, "A6", "completed", -13, ("goods", 17, True), ("return", -30, True))
    migrate(*newest())
    orders = {row[0]: row[1:] for row in Order.objects.values_list("external_id", "state", "is_order", "is_void")}
    assert orders == {
        "A1": ("completed", True, False), "A2": ("completed", True, False), "A3": ("refunded", False, False),
        "A4": ("completed", True, False), "A5": ("completed", False, False), "A6": ("completed", False, True),
    }  # fmt: skip
    lines = list(OrderLine.objects.order_by("digest").values_list("digest", "state", "said_state"))
    assert lines == [
        ("A10", "completed", "completed"), ("A11", "cancelled", "cancelled"),
        ("A20", "cancelled", "cancelled"), ("A21", "completed", "completed"),
        ("A30", "refunded", "refunded"), ("A40", "completed", ""), ("A50", "completed", "completed"),
        ("A60", "completed", "completed"), ("A61", "completed", "completed"),
    ]  # fmt: skip
    row = CustomerListRow.objects.get()
    assert (row.orders, row.spend_micros, row.mean_order_micros) == (3, 127, 42)
    assert (row.first_order_on, row.last_order_on) == (date(2025, 2, 1), date(2025, 2, 1))
    values = dict(Order.objects.values_list("external_id", "value_micros"))
    derive.orders(Order.objects.values_list("pk", flat=True), count_repeats_once=False)
    assert dict(Order.objects.values_list("external_id", "value_micros")) == values, "nothing is worth less or more"
    again = {row[0]: row[1:] for row in Order.objects.values_list("external_id", "state", "is_order", "is_void")}
    assert again == orders
