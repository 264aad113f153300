"""An order's head: who ordered, in what state it is, where it was placed. Derived from its versions, like its lines.

Each version keeps what its file said of the head as its payload: a field that the file has no column for is left out,
one that it left empty is there as empty. ``survivors`` makes one head of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
from django.db import connection

from zhiji.data.store import line_kinds
from zhiji.data.store.bulk import among, execute, execute_many, look_up, many

# ``customer`` is the id under which the source knows the buyer. Where no version speaks of a field, this stands.
UNSAID: dict[str, Any] = {
    "number": "", "currency": "", "state": "completed", "country": "", "channel": "", "store": "", "customer": None,
}  # fmt: skip
_PLAIN = tuple(name for name in UNSAID if name != "customer")


class Version(NamedTuple):
    """One standing version of an order. mode: see ``SourceRecord``; said: its payload."""

    record_id: int
    mode: str
    is_current: bool
    said: dict[str, Any]


def survivors(versions: Sequence[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    """The head out of ``(mode, said)`` of all versions, oldest first; every field of ``UNSAID`` is in it.

    A version that replaces speaks for every field that its file has a column for, also an empty one; one that adds
    changes what it has a value for; corrected rejects belong to an earlier file and fill only what nobody else said.
    """
    head: dict[str, Any] = {}
    for mode, said in versions:
        if mode == "complete":
            head.update({name: value for name, value in said.items() if head.get(name) in (None, "")})
        elif mode == "add":
            head.update({name: value for name, value in said.items() if value not in (None, "")})
        else:
            head.update(said)
    return {name: head.get(name, unsaid) for name, unsaid in UNSAID.items()}


def said_by(payload: Any) -> dict[str, Any]:
    """A payload as read by plain SQL: text on SQLite, already a dictionary on PostgreSQL."""
    return dict(orjson.loads(payload) if isinstance(payload, str | bytes) else payload or {})


def customer_of(column: str) -> str:
    """SQL for the customer that a payload names."""
    return f"{column} ->> 'customer'" if connection.vendor == "postgresql" else f"json_extract({column}, '$.customer')"


def settle(versions: dict[int, list[Version]]) -> None:
    """Write the heads of these orders where they are not yet what their versions say.

    Returns link to an order of the same customer: those of an order that changes hands, and those that take from it,
    go back to their own order until they are linked anew.
    """
    wanted = {pk: survivors([(one.mode, one.said) for one in found]) for pk, found in versions.items()}
    columns = ", ".join(f"o.{name}" for name in _PLAIN)
    there = look_up(
        f"SELECT o.id, o.source_id, o.identity_id, o.customer_id, {columns} FROM store_order o WHERE {among('o.id')}",
        [many(sorted(wanted))],
    )
    people = _identities(
        {row[1] for row in there}, {head["customer"] for head in wanted.values() if head["customer"] is not None}
    )
    writes: list[tuple[Any, ...]] = []
    moved: list[int] = []
    for pk, source_id, identity_id, customer_id, *plain in there:
        head = wanted[pk]
        who = people.get((source_id, head["customer"]), (None, None))
        if (identity_id, customer_id, *plain) != (*who, *(head[name] for name in _PLAIN)):
            writes.append((*who, *(head[name] for name in _PLAIN), pk))
        if customer_id != who[1]:
            moved.append(pk)
    if writes:
        assignments = ", ".join(f"{name} = %s" for name in ("identity_id", "customer_id", *_PLAIN))
        execute_many(f"UPDATE store_order SET {assignments} WHERE id = %s", writes)
    if moved:
        unlink(moved)


def _identities(sources: set[int], external_ids: set[str]) -> dict[tuple[int, str], tuple[int, int | None]]:
    if not external_ids:
        return {}
    return {
        (source_id, external_id): (pk, customer_id)
        for source_id, external_id, pk, customer_id in look_up(
            "SELECT source_id, external_id, id, customer_id FROM store_identity WHERE "
            f"{among('source_id')} AND {among('external_id')}",
            [many(sorted(sources)), many(sorted(external_ids))],
        )
    }


def unlink(order_ids: Sequence[int]) -> None:
    """Returns that these orders' lines are, or that take from these orders, belong to their own order again."""
    # Only these kinds are ever linked to another order, and only they have an index by it.
    for column in ("order_id", "value_order_id"):
        execute(
            f"UPDATE store_orderline SET value_order_id = order_id WHERE {line_kinds.taken_back('line_kind')} "
            f"AND value_order_id <> order_id AND {among(column)}",
            [many(order_ids)],
        )


def linked_with(order_ids: Sequence[int]) -> list[int]:
    """Orders that take from these by a linked return, or that these take from: their sums follow when these change."""
    linked: set[int] = set()
    for own, other in (("order_id", "value_order_id"), ("value_order_id", "order_id")):
        for row in look_up(
            f"SELECT DISTINCT {other} FROM store_orderline WHERE {line_kinds.taken_back('line_kind')} "
            f"AND value_order_id <> order_id AND {among(own)}",
            [many(order_ids)],
        ):
            linked.add(row[0])
    return sorted(linked)
