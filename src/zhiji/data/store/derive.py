"""One derivation for everything that follows from source records.

Storing, undoing, re-delivery and switches change which source records stand; these functions then make orders,
customers and list rows what the records say. They are set-based and may be run again at any time: the same records
always give the same record.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction

from zhiji.data.landing.models import Batch
from zhiji.data.store import deliveries, heads, line_kinds, states
from zhiji.data.store.bulk import among, execute, look_up, many
from zhiji.data.store.heads import Version
from zhiji.data.store.models import OrderLine, SourceRecord

BLOCK = 10_000


def blocks(ids: Iterable[int], size: int = BLOCK) -> Iterable[list[int]]:
    """Ids in sorted blocks, so that each write stays short."""
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]


@transaction.atomic
def order_versions(order_ids: Sequence[int]) -> None:
    """Settle which versions of these orders stand, which of their lines, and what their heads say.

    The last ``replace`` and all that came after it are current; among their lines the first of each key counts.
    Orders without any current record are removed: nobody says any more that they exist.
    """
    versions = _versions(order_ids)
    switch_on: list[int] = []
    switch_off: list[int] = []
    for found in versions.values():
        start = max((i for i, one in enumerate(found) if one.mode == "replace"), default=0)
        for i, one in enumerate(found):
            if one.is_current != (i >= start):
                (switch_on if i >= start else switch_off).append(one.record_id)
    SourceRecord.objects.filter(pk__in=switch_on).update(is_current=True)
    SourceRecord.objects.filter(pk__in=switch_off).update(is_current=False)
    for block in blocks(set(order_ids) - set(versions)):
        execute(f"DELETE FROM store_orderline WHERE {among('order_id')}", [many(block)])
        heads.unlink(block)
        execute(f"DELETE FROM store_order WHERE {among('id')}", [many(block)])
    _current_lines(sorted(versions))
    heads.settle(versions)
    _states(versions)


def _versions(order_ids: Sequence[int]) -> dict[int, list[Version]]:
    """Of each order that somebody still speaks of, its versions, oldest first."""
    versions: dict[int, list[Version]] = defaultdict(list)
    # CROSS JOIN holds SQLite to this order of the tables; by itself it walks through the records of all orders.
    for order_id, record_id, mode, is_current, payload in look_up(
        "SELECT o.id, r.id, r.mode, r.is_current, r.payload FROM store_order o CROSS JOIN store_sourcerecord r "
        "WHERE r.kind = 'order' AND r.source_id = o.source_id AND r.external_id = o.external_id "
        f"AND {among('o.id')} ORDER BY o.id, r.version",
        [many(order_ids)],
    ):
        versions[order_id].append(Version(record_id, mode, bool(is_current), heads.said_by(payload)))
    return versions


def _current_lines(order_ids: Sequence[int]) -> None:
    execute(
        "UPDATE store_orderline SET is_current = ranked.stands FROM ("
        "  SELECT l.id, (r.is_current AND ROW_NUMBER() OVER ("
        "    PARTITION BY l.order_id, l.digest, l.occurrence, r.is_current ORDER BY r.version) = 1) AS stands"
        "  FROM store_orderline l JOIN store_sourcerecord r ON r.id = l.record_id"
        f"  WHERE {among('l.order_id')}) AS ranked WHERE store_orderline.id = ranked.id",
        [many(order_ids)],
    )


def _states(versions: dict[int, list[Version]]) -> None:
    """The state of each line and, out of its current lines, of each order; after the heads are settled.

    What was said last of a line of that key holds; a file without a column of states says nothing, and what nobody
    speaks of is in the state of the order. Corrected rejects come before other words, and where the order has changed
    its state since their file, they say nothing: their lines changed with it.
    """
    overtaken = [one.record_id for found in versions.values() for one in found if _is_overtaken(one, found)]
    ids = many(sorted(versions))
    said = f"CASE WHEN {among('l.record_id')} THEN '' ELSE l.said_state END"
    execute(
        "UPDATE store_orderline SET state = said.state FROM ("
        "  SELECT w.id, COALESCE(NULLIF(FIRST_VALUE(w.said) OVER (PARTITION BY w.order_id, w.digest, w.occurrence"
        "    ORDER BY w.said = '', w.mode = 'complete', w.version DESC), ''), w.order_state) AS state FROM ("
        f"    SELECT l.id, l.order_id, l.digest, l.occurrence, {said} AS said, r.mode, r.version,"
        "      o.state AS order_state"
        "    FROM store_orderline l JOIN store_sourcerecord r ON r.id = l.record_id"
        f"    JOIN store_order o ON o.id = l.order_id WHERE {among('l.order_id')}) AS w"
        ") AS said WHERE store_orderline.id = said.id AND store_orderline.state <> said.state",
        [many(overtaken), ids],
    )
    execute(
        "UPDATE store_order SET state = own.state FROM ("
        f"  SELECT l.order_id, {states.of_lines('l.state')} AS state FROM store_orderline l"
        f"  WHERE l.is_current AND {among('l.order_id')} GROUP BY l.order_id) AS own"
        " WHERE store_order.id = own.order_id AND store_order.state <> own.state",
        [ids],
    )


def _is_overtaken(one: Version, versions: Sequence[Version]) -> bool:
    others = {other.said["state"] for other in versions if other.mode != "complete" and "state" in other.said}
    return one.mode == "complete" and len(others) > 1


def _alike(order_ids: Sequence[int]) -> list[int]:
    """Orders that were made of rows of a file, as some of these: there a line identical to one of these is in an order
    of its own, of the same customer at the same time; of guests, those at that time with lines of which there is more
    than one."""
    ids = many(order_ids)
    theirs = look_up(
        "SELECT DISTINCT a.id FROM store_order o CROSS JOIN store_order a WHERE o.number = '' AND a.number = '' "
        "AND a.customer_id = o.customer_id AND a.ordered_at = o.ordered_at AND a.source_id = o.source_id "
        f"AND {among('o.id')}",
        [ids],
    )
    # A day's guests may share one time: each of them is looked at once, however many of these orders are of that day.
    # Where nobody speaks of an order any more, its line is gone, and whichever were like it may be concerned.
    strangers = look_up(
        "WITH own AS (SELECT o.source_id, o.ordered_at, l.digest FROM store_order o LEFT JOIN store_orderline l"
        f"  ON l.order_id = o.id WHERE {_OF_STRANGERS} AND {among('o.id')}), "
        "lines AS (SELECT a.id, a.source_id, a.ordered_at, l.digest, l.occurrence > 0 OR l.is_repeat AS is_more"
        "  FROM (SELECT DISTINCT source_id, ordered_at FROM own) t CROSS JOIN store_order a"
        "  CROSS JOIN store_orderline l"
        "  WHERE a.customer_id IS NULL AND a.ordered_at = t.ordered_at AND a.source_id = t.source_id AND a.number = ''"
        "  AND l.order_id = a.id AND l.is_current) "
        "SELECT DISTINCT id FROM lines WHERE (source_id, digest) IN (SELECT source_id, digest FROM lines"
        "  WHERE is_more AND (digest IN (SELECT digest FROM own WHERE digest IS NOT NULL)"
        "    OR ordered_at IN (SELECT ordered_at FROM own WHERE digest IS NULL)))",
        [ids],
    )
    return [row[0] for row in (*theirs, *strangers)]


# Orders made of rows that name no customer.
_OF_STRANGERS = "o.number = '' AND o.customer_id IS NULL"


@transaction.atomic
def order_repeats(order_ids: Sequence[int]) -> set[int]:
    """Settle which current lines of these orders repeat another; after their states. Returns the orders of those that
    are other than before."""
    lines = (
        f"FROM store_order o CROSS JOIN store_orderline l WHERE l.order_id = o.id AND l.is_current AND {among('o.id')}"
    )
    differ = "SELECT id, order_id, repeats FROM ({}) AS found WHERE repeats <> is_repeat"
    group = "o.source_id, CASE WHEN o.number = '' THEN 0 ELSE o.id END, l.digest"
    known = (
        f"SELECT l.id, l.order_id, l.is_repeat, {states.repeats(group, 'l.state', 'l.occurrence, l.id')} AS repeats"
        f"  {lines} AND NOT ({_OF_STRANGERS})"
    )
    # Rows of strangers that contact data told apart are first rows of one content more than once. Beside whose rows
    # another of that content stood is known to nobody but the file: there its word stays.
    group = "source_id, digest, CASE WHEN firsts > 1 THEN order_id ELSE 0 END"
    strange = (
        f"SELECT id, order_id, is_repeat, {states.repeats(group, 'state', 'occurrence, id')}"
        "    OR (firsts > 1 AND is_repeat AND lowest > 0) AS repeats FROM ("
        "    SELECT l.id, l.digest, l.state, l.occurrence, l.is_repeat, o.id AS order_id, o.source_id,"
        "      SUM(CASE WHEN l.occurrence = 0 THEN 1 ELSE 0 END) OVER (PARTITION BY o.source_id, l.digest) AS firsts,"
        "      MIN(l.occurrence) OVER (PARTITION BY o.id, l.digest) AS lowest"
        f"    {lines} AND {_OF_STRANGERS}) AS told"
    )
    found = [row for each in (known, strange) for row in look_up(differ.format(each), [many(order_ids)])]
    for repeats in (True, False):
        which = many([pk for pk, _, now in found if bool(now) is repeats])
        execute(f"UPDATE store_orderline SET is_repeat = %s WHERE {among('id')}", [repeats, which])
    return {order_id for _, order_id, _ in found}


@transaction.atomic
def order_sums(order_ids: Sequence[int], *, count_repeats_once: bool) -> None:
    """Recompute ``counted`` of the lines and all sums of these orders."""
    ids = many(order_ids)
    execute(
        "UPDATE store_orderline SET counted = (is_current AND NOT (is_repeat AND %s) AND NOT "
        f"{states.without_value('state')}) WHERE {among('order_id')}",
        [count_repeats_once, ids],
    )
    execute(
        f"""
        UPDATE store_order SET lines = own.lines, goods_micros = own.goods, other_micros = own.other,
            returned_micros = COALESCE(own.returned, 0), value_micros = own.goods - COALESCE(own.returned, 0),
            ordered_at = COALESCE(own.first_at, store_order.ordered_at),
            known_at = COALESCE(own.first_known_at, store_order.known_at),
            is_void = own.has_goods AND {_VOID}, is_order = own.has_goods AND NOT {_VOID}
        FROM (
            SELECT o.id,
                (SELECT COUNT(*) FROM store_orderline l WHERE l.order_id = o.id AND l.is_current) AS lines,
                (SELECT COALESCE(SUM(l.amount_micros), 0) FROM store_orderline l WHERE l.order_id = o.id AND l.counted
                    AND {line_kinds.sold("l.line_kind")}) AS goods,
                (SELECT COALESCE(SUM(l.amount_micros), 0) FROM store_orderline l WHERE l.order_id = o.id AND l.counted
                    AND {line_kinds.without_value("l.line_kind")}) AS other,
                (SELECT -SUM(l.amount_micros) FROM store_orderline l WHERE l.value_order_id = o.id AND l.counted
                    AND {line_kinds.taken_back("l.line_kind")}) AS returned,
                EXISTS (SELECT 1 FROM store_orderline l WHERE l.order_id = o.id AND l.counted
                    AND l.line_kind = 'goods') AS has_goods,
                (SELECT MIN(l.event_at) FROM store_orderline l WHERE l.order_id = o.id AND l.is_current) AS first_at,
                (SELECT MIN(l.known_at) FROM store_orderline l WHERE l.order_id = o.id AND l.is_current)
                    AS first_known_at
            FROM store_order o WHERE {among("o.id")}
        ) AS own WHERE store_order.id = own.id
        """,
        [ids],
    )


# Below zero; or zero because something came back, which tells it from an order that was free. See ``Order.is_void``.
_VOID = "(own.goods < COALESCE(own.returned, 0) OR (own.goods = own.returned AND own.returned IS NOT NULL))"


def orders(order_ids: Iterable[int], *, count_repeats_once: bool) -> None:
    """Versions, then sums, in blocks; also the sums of orders that share a linked return or a line with these."""
    for block in blocks(order_ids):
        linked, alike = heads.linked_with(block), _alike(block)
        order_versions(block)
        changed = order_repeats(sorted({*block, *alike}))
        order_sums(sorted({*block, *linked, *changed}), count_repeats_once=count_repeats_once)


@transaction.atomic
def withdraw_records(batch: Batch, record_ids: Sequence[int]) -> list[int]:
    """Take back a batch's delivery of these records; what no other batch delivered is removed with its lines.

    Returns orders from which removed returns took: their sums are to be derived anew.
    """
    ids = many(record_ids)
    execute(f"DELETE FROM store_delivery WHERE batch_id = %s AND {among('record_id')}", [batch.pk, ids])
    alone = f"{among('id')} AND NOT EXISTS (SELECT 1 FROM store_delivery d WHERE d.record_id = store_sourcerecord.id)"
    gone = [row[0] for row in look_up(f"SELECT id FROM store_sourcerecord WHERE {alone}", [ids])]
    linked = look_up(
        f"SELECT DISTINCT value_order_id FROM store_orderline WHERE {line_kinds.taken_back('line_kind')} "
        f"AND value_order_id <> order_id AND {among('record_id')}",
        [many(gone)],
    )
    execute(f"DELETE FROM store_orderline WHERE {among('record_id')}", [many(gone)])
    execute(f"DELETE FROM store_interaction WHERE {among('record_id')}", [many(gone)])
    execute(f"DELETE FROM store_sourcerecord WHERE {among('id')}", [many(gone)])
    deliveries.hand_over(batch, record_ids)
    return [row[0] for row in linked]


def lines_of(order_ids: Sequence[int]) -> list[tuple[Any, ...]]:
    """``(order_id, digest, occurrence)`` of the current lines: what a re-delivery is compared with."""
    return list(
        OrderLine.objects.filter(order_id__in=list(order_ids), is_current=True).values_list(
            "order_id", "digest", "occurrence"
        )
    )
