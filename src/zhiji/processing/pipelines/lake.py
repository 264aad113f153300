"""The record → the lake: rebuilt whole, swapped in at once."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from zhiji.data.lake import CUSTOMERS, ORDER_LINES, PRODUCTS, LakeWriter
from zhiji.data.store import columnar
from zhiji.platform.company import company
from zhiji.platform.workspace import workspace

_LINES = """
    SELECT l.id AS line_id, l.order_id, l.value_order_id, v.customer_id, o.source_id, l.product_id,
        l.category, l.line_kind, l.quantity_milli, l.amount_micros, l.event_at, l.known_at,
        v.ordered_at AS value_at, o.ordered_at AS order_at, l.is_repeat, l.counted
    FROM store_orderline l JOIN store_order o ON o.id = l.order_id JOIN store_order v ON v.id = l.value_order_id
    WHERE l.is_current
"""
_CUSTOMERS = """
    SELECT id AS customer_id, owner_id, team_id, country, city, kind, registered_at, known_at, contact_allowed
    FROM store_customer WHERE deleted_at IS NULL
"""
_PRODUCTS = "SELECT id AS product_id, code, name, category FROM store_product"


def rebuild_lake() -> dict[str, Any]:
    """Write a new version of the lake from what is committed; returns its row counts by table."""
    zone = company().zone
    with LakeWriter(workspace().lake) as writer:
        for table in columnar.arrow_batches(_LINES):
            writer.append(ORDER_LINES, _lines(table, zone))
        for table in columnar.arrow_batches(_CUSTOMERS):
            writer.append(CUSTOMERS, _customers(table, zone))
        for table in columnar.arrow_batches(_PRODUCTS):
            writer.append(PRODUCTS, table)
        manifest = writer.commit(facts={"zone": zone, "currency": company().currency})
    return {entry.name: entry.rows for entry in manifest.tables.values()}


def _lines(table: pa.Table, zone: str) -> pa.Table:
    table = columnar.instants(table, ["event_at", "known_at", "value_at", "order_at"])
    table = columnar.booleans(table, ["is_repeat", "counted"])
    value_on = columnar.company_days(table.column("value_at"), zone)
    order_on = columnar.company_days(table.column("order_at"), zone)
    return table.append_column("value_on", value_on).append_column("order_on", order_on)


def _customers(table: pa.Table, zone: str) -> pa.Table:
    table = columnar.instants(table, ["registered_at", "known_at"])
    table = columnar.booleans(table, ["contact_allowed"])
    return table.append_column("registered_on", columnar.company_days(table.column("registered_at"), zone))
