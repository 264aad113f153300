"""The lines that ``superseded`` works through, out of the record: of all orders that changed, and of those beside them.

Beside an order with several versions, made of a row: those of the same customer and time, for of identical rows another
may have stood for all. And of customers who have, or once had, changed orders, all that they traded in products that
they ever returned: a return may have taken from an order that counts no more.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from zhiji.data.store import columnar, heads, line_kinds

INSTANTS = ("event_at", "known_at", "value_at", "order_at")
_FLAGS = ("is_repeat", "is_current", "counted", "is_made")


def read(path: Path) -> pa.Array:
    """Copy the lines concerned into a file, instants as µs; returns their orders, rising."""
    orders: list[pa.Array] = []
    writer: pq.ParquetWriter | None = None
    for table in columnar.arrow_batches(_lines()):
        rows = columnar.booleans(columnar.instants(table, INSTANTS), _FLAGS)
        for name in INSTANTS:
            rows = set_column(rows, name, rows.column(name).cast(pa.int64()))
        writer = writer or pq.ParquetWriter(path, rows.schema, compression="zstd")
        writer.write_table(rows)
        orders.append(rows.column("order_id").unique())
    if writer is None:
        return pa.array([], pa.int64())
    writer.close()
    return pa.concat_arrays(orders).unique().sort()


def _lines() -> str:
    return _LINES.format(customer=heads.customer_of("r.payload"), taken_back=line_kinds.taken_back("l.line_kind"))


def set_column(table: pa.Table, name: str, column: pa.ChunkedArray) -> pa.Table:
    return table.set_column(table.schema.get_field_index(name), name, column)


# CROSS JOIN holds SQLite to this order of the tables.
_LINES = """
    WITH several AS (
        SELECT DISTINCT o.id, o.customer_id FROM store_sourcerecord r CROSS JOIN store_order o
        WHERE r.kind = 'order' AND r.version > 1 AND o.source_id = r.source_id AND o.external_id = r.external_id
    ), theirs AS (
        SELECT id, customer_id FROM several WHERE customer_id IS NOT NULL
        UNION SELECT s.id, i.customer_id
        FROM several s CROSS JOIN store_order o CROSS JOIN store_sourcerecord r CROSS JOIN store_identity i
        WHERE o.id = s.id AND r.kind = 'order' AND r.source_id = o.source_id AND r.external_id = o.external_id
            AND i.source_id = r.source_id AND i.external_id = {customer} AND i.customer_id IS NOT NULL
    ), back AS (
        SELECT o.customer_id, l.product_id
        FROM (SELECT DISTINCT customer_id FROM theirs) c CROSS JOIN store_order o CROSS JOIN store_orderline l
        WHERE o.customer_id = c.customer_id AND l.order_id = o.id AND l.product_id IS NOT NULL
            AND {taken_back}
        UNION SELECT t.customer_id, l.product_id FROM theirs t CROSS JOIN store_orderline l
        WHERE l.order_id = t.id AND l.product_id IS NOT NULL AND {taken_back}
    ), made AS (
        SELECT DISTINCT o.source_id, o.customer_id, o.ordered_at FROM several s CROSS JOIN store_order o
        WHERE o.id = s.id AND o.number = ''
    ), concerned AS (
        SELECT id FROM several
        UNION SELECT o.id FROM made m CROSS JOIN store_order o WHERE o.customer_id = m.customer_id
            AND o.ordered_at = m.ordered_at AND o.source_id = m.source_id AND o.number = ''
        UNION SELECT o.id FROM made m CROSS JOIN store_order o WHERE m.customer_id IS NULL AND o.customer_id IS NULL
            AND o.ordered_at = m.ordered_at AND o.source_id = m.source_id AND o.number = ''
        UNION SELECT o.id FROM back b CROSS JOIN store_order o CROSS JOIN store_orderline l
        WHERE o.customer_id = b.customer_id AND l.order_id = o.id AND l.product_id = b.product_id
    )
    SELECT l.id AS line_id, l.order_id, o.customer_id, o.ordered_at AS order_at, o.source_id, l.value_order_id,
        v.customer_id AS value_customer, COALESCE(v.ordered_at, o.ordered_at) AS value_at, l.product_id, l.category,
        l.line_kind, l.quantity_milli, l.amount_micros, l.event_at, l.known_at, l.is_repeat, l.is_current, l.counted,
        l.digest, l.occurrence, l.said_state, o.number = '' AS is_made, l.record_id, r.version, r.mode,
        i.customer_id AS said_customer, COALESCE(CAST(r.payload AS TEXT), 'null') AS said
    FROM concerned c CROSS JOIN store_order o CROSS JOIN store_orderline l CROSS JOIN store_sourcerecord r
    LEFT JOIN store_order v ON v.id = l.value_order_id
    LEFT JOIN store_identity i ON i.source_id = r.source_id AND i.external_id = {customer}
    WHERE o.id = c.id AND l.order_id = o.id AND r.id = l.record_id
"""
