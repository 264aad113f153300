"""Which order a return takes from.

A return line (negative quantity, or a cancellation) is linked to the same customer's latest earlier sale of the same
product that still has that many pieces left; a sale of exactly that quantity and price goes before others. What
cannot be linked stays with its own order and counts on its own day. Guests' returns are never linked: nobody knows
whose they are. A pure function of the current lines, so it may run again after every import and undo.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db import transaction

from zhiji.data.store import bulk, derive, line_kinds


class Line(NamedTuple):
    """A sale or a return of one product by one customer; ``quantity_milli`` is positive for both."""

    id: int
    customer_id: int
    product_id: int
    order_id: int
    is_return: bool
    event_at: str
    quantity_milli: int
    amount_micros: int


def link(lines: Iterable[Line]) -> dict[int, int]:
    """Return line id → id of the order it takes from; returns without a sale are left out.

    lines: all current counted sales and returns of the customers at hand, in any order.
    """
    groups: dict[tuple[int, int], list[Line]] = defaultdict(list)
    for line in lines:
        groups[line.customer_id, line.product_id].append(line)
    linked: dict[int, int] = {}
    for group in groups.values():
        group.sort(key=lambda line: (line.event_at, line.is_return, line.id))
        sales: list[Line] = []
        left: dict[int, int] = {}
        for line in group:
            if not line.is_return:
                sales.append(line)
                left[line.id] = line.quantity_milli
                continue
            sale = _match(line, sales, left)
            if sale is not None:
                left[sale.id] -= line.quantity_milli
                linked[line.id] = sale.order_id
    return linked


def _match(back: Line, sales: Sequence[Line], left: dict[int, int]) -> Line | None:
    enough = [sale for sale in sales if left[sale.id] >= back.quantity_milli]
    exact = [
        sale
        for sale in enough
        if (sale.quantity_milli, sale.amount_micros) == (back.quantity_milli, -back.amount_micros)
    ]
    best = exact or enough
    return best[-1] if best else None


def link_returns(customer_ids: Iterable[int], *, count_repeats_once: bool) -> int:
    """Relink the returns of these customers and bring their orders' sums up to date; returns the lines that moved."""
    return sum(_link_block(block, count_repeats_once) for block in derive.blocks(customer_ids, 2_000))


@transaction.atomic
def _link_block(customer_ids: list[int], count_repeats_once: bool) -> int:
    ids = bulk.many(customer_ids)
    # Only products that the customer ever returned are read: a hundredth of all lines.
    rows = bulk.look_up(
        f"""
        WITH back AS (
            SELECT DISTINCT o.customer_id, l.product_id FROM store_orderline l JOIN store_order o ON o.id = l.order_id
            WHERE {bulk.among("o.customer_id")} AND l.counted AND l.product_id IS NOT NULL
                AND {line_kinds.taken_back("l.line_kind")}
        )
        SELECT l.id, o.customer_id, l.product_id, l.order_id, l.line_kind <> 'goods', l.event_at,
            ABS(l.quantity_milli), l.amount_micros, l.value_order_id
        FROM back JOIN store_order o ON o.customer_id = back.customer_id
        JOIN store_orderline l ON l.order_id = o.id AND l.product_id = back.product_id
        WHERE l.counted AND {line_kinds.goods_either_way("l.line_kind")}
        """,
        [ids],
    )
    linked = link(Line(row[0], row[1], row[2], row[3], bool(row[4]), str(row[5]), row[6], row[7]) for row in rows)
    moved: list[tuple[int, int]] = []
    orders: set[int] = set()
    for row in rows:
        wanted = linked.get(row[0], row[3])
        if wanted != row[8]:
            moved.append((wanted, row[0]))
            orders |= {wanted, row[8], row[3]}
    if moved:
        bulk.execute_many("UPDATE store_orderline SET value_order_id = %s WHERE id = %s", moved)
        for block in derive.blocks(orders):
            derive.order_sums(block, count_repeats_once=count_repeats_once)
    return len(moved)
