"""The record → the lake: rebuilt whole, swapped in at once."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from zhiji.data.lake import CUSTOMERS, ORDER_HOMES, ORDER_LINES, PRODUCTS, LakeWriter
from zhiji.data.store import columnar
from zhiji.platform.company import company
from zhiji.platform.workspace import workspace
from zhiji.processing.pipelines import superseded

# The standing lines; of orders that any version changed, ``superseded`` has those that stood before, too.
_LINES = """
    SELECT l.id AS line_id, l.order_id, l.value_order_id, v.customer_id, o.source_id, l.product_id,
        l.category, l.line_kind, l.quantity_milli, l.amount_micros, l.event_at, l.known_at,
        v.ordered_at AS value_at, o.ordered_at AS order_at, l.is_repeat, l.counted
    FROM store_orderline l JOIN store_order o ON o.id = l.order_id JOIN store_order v ON v.id = l.value_order_id
    WHERE l.is_current
"""
_CUSTOMERS = """
    SELECT id AS customer_id, owner_id, team_id, country, city, kind, registered_at, known_at, contact_allowed
    FROM store_customer WHERE deleted_at IS NULL AND merged_into_id IS NULL
"""
_PRODUCTS = "SELECT id AS product_id, code, name, category FROM store_product"
_ORDER_HOMES = """
    SELECT o.id AS value_order_id, i.home_id FROM store_identity i JOIN store_order o ON o.identity_id = i.id
    WHERE i.home_id <> i.customer_id
"""


def rebuild_lake() -> dict[str, Any]:
    """Write a new version of the lake from what is committed; returns its row counts by table."""
    zone = company().zone
    with LakeWriter(workspace().lake) as writer:
        for table in _lines():
            writer.append(ORDER_LINES, _with_days(table, zone))
        for table in columnar.arrow_batches(_CUSTOMERS):
            writer.append(CUSTOMERS, _customers(table, zone))
        for table in columnar.arrow_batches(_PRODUCTS):
            writer.append(PRODUCTS, table)
        for table in columnar.arrow_batches(_ORDER_HOMES):
            writer.append(ORDER_HOMES, table)
        manifest = writer.commit(facts={"zone": zone, "currency": company().currency})
    return {entry.name: entry.rows for entry in manifest.tables.values()}


def _lines() -> Iterator[pa.Table]:
    """All lines with the periods for which they stood."""
    changed = np.array([], np.int64)
    if superseded.is_any():
        once = company().count_identical_lines_once
        with (
            tempfile.TemporaryDirectory(prefix="zhiji-superseded-") as folder,
            superseded.Superseded(Path(folder), count_repeats_once=once) as found,
        ):
            changed = found.order_ids.to_numpy()
            yield from found.batches()
    for table in columnar.arrow_batches(_LINES):
        # By the orders read before, not by those of now: an import in between must not show an order twice.
        alone = table if not len(changed) else table.filter(_not_among(table.column("order_id"), changed))
        alone = columnar.instants(alone, ["event_at", "known_at", "value_at", "order_at"])
        alone = columnar.booleans(alone, ["is_repeat", "counted"])
        yield alone.append_column("superseded_at", pa.nulls(len(alone), pa.timestamp("us", tz="UTC")))


def _not_among(column: pa.ChunkedArray, ordered: np.ndarray[Any, Any]) -> pa.Array:
    values = column.to_numpy()
    places = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    return pa.array(ordered[places] != values)


def _with_days(table: pa.Table, zone: str) -> pa.Table:
    value_on = columnar.company_days(table.column("value_at"), zone)
    order_on = columnar.company_days(table.column("order_at"), zone)
    return table.append_column("value_on", value_on).append_column("order_on", order_on)


def _customers(table: pa.Table, zone: str) -> pa.Table:
    table = columnar.instants(table, ["registered_at", "known_at"])
    table = columnar.booleans(table, ["contact_allowed"])
    return table.append_column("registered_on", columnar.company_days(table.column("registered_at"), zone))
