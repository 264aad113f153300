"""What files say of the same order, one after the other: which versions are known, and what a new one says.

A delivery that says nothing new is noted and changes nothing; whatever differs is a version of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from zhiji.data.landing.models import Batch
from zhiji.data.store import bulk, deliveries, heads
from zhiji.data.store.models import Delivery, Order, SourceRecord

# Field of the head → column of a clean order line, which has the name of the field that a person maps.
COLUMNS = {
    "number": "order_number", "currency": "currency", "state": "order_state", "country": "country",
    "channel": "channel", "store": "store", "customer": "customer_external_id",
}  # fmt: skip
_LENGTHS = {field.attname: field.max_length for field in Order._meta.concrete_fields if field.attname in COLUMNS}


def mapped_fields(mapping: dict[str, Any]) -> set[str]:
    """Fields that a file has a column for, of a batch's ``mapping``."""
    return set(mapping.get("fields", {}))


def said(orders: pd.DataFrame, mapped: Collection[str]) -> list[dict[str, Any]]:
    """What a file says of the head of each order, as ``heads.survivors`` takes it.

    orders: the first clean line of each. mapped: fields that the file has a column for; of others cleaning fills in
    the state, which is then nobody's word. Nor is a masked customer: an earlier word on whose the order is stays; nor
    the state of a corrected row without one, which in its own file had it from the first line of its order.
    """
    found: list[dict[str, Any]] = [{} for _ in range(len(orders))]
    for name, column in COLUMNS.items():
        most = _LENGTHS.get(name)
        for one, value in zip(found, orders[column].tolist(), strict=True):
            if isinstance(value, str) and value:
                if name != "state" or column in mapped or value != heads.UNSAID["state"]:
                    one[name] = value[:most]
            elif column in mapped:
                one[name] = heads.UNSAID[name]
    # What was staged before masked customers were told apart has no such column: there nobody is hidden.
    hidden = orders["hides_customer"].tolist() if "hides_customer" in orders else [False] * len(orders)
    for one, is_hidden, is_silent in zip(found, hidden, silent_on_state(orders), strict=True):
        if is_hidden:
            one.pop("customer", None)
        if is_silent:
            one.pop("state", None)
    return found


def silent_on_state(lines: pd.DataFrame) -> pd.Series[Any]:
    """Which of these lines are of corrected orders and have no word on the state."""
    if "says_state" not in lines or "corrects_row" not in lines:
        return pd.Series(False, index=lines.index)  # staged before anybody asked
    corrected = lines.loc[lines["corrects_row"].notna(), "order_key"]
    return lines["order_key"].isin(corrected) & ~lines["says_state"].astype(bool)


def instants(values: pd.Series[Any]) -> Any:
    """A ``datetime64`` array in UTC, as the bulk insert takes it."""
    if getattr(values.dtype, "tz", None) is not None:
        values = values.dt.tz_convert("UTC").dt.tz_localize(None)
    return values.to_numpy("datetime64[us]")


@dataclass
class Known:
    """What the record already holds of some orders: by external id."""

    order_ids: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)  # order → number of its last version
    digests: dict[str, dict[str, int]] = field(default_factory=dict)  # order → digest → record that stands for it


def known(source_id: int, keys: Sequence[str], file_id: int | None) -> Known:
    """Of a version that a later one superseded, or that another one adds to, the digest counts only for the very file
    that brought it: an old file that comes a second time must not turn the clock back, but a newer one that says the
    same is a change back. Corrected rejects beside a version change nothing in what its file says.
    """
    found = Known()
    found.order_ids = dict(
        bulk.look_up(
            f"SELECT external_id, id FROM store_order WHERE source_id = %s AND {bulk.among('external_id')}",
            [source_id, bulk.many(keys)],
        )
    )
    rows = bulk.look_up(
        "SELECT external_id, id, digest, version, is_current, mode FROM store_sourcerecord WHERE kind = 'order' "
        f"AND source_id = %s AND {bulk.among('external_id')} ORDER BY external_id, version",
        [source_id, bulk.many(sorted(found.order_ids))],
    )
    added_to = {external_id for external_id, *_, is_current, mode in rows if is_current and mode == "add"}
    partial: dict[int, tuple[str, str]] = {}
    for external_id, record_id, digest, version, is_current, _ in rows:
        found.numbers[external_id] = version
        if is_current and external_id not in added_to:
            found.digests.setdefault(external_id, {})[digest] = record_id
        else:
            partial[record_id] = (external_id, digest)
    for record_id in _brought_by(file_id, partial):
        external_id, digest = partial[record_id]
        found.digests.setdefault(external_id, {}).setdefault(digest, record_id)
    return found


def _brought_by(file_id: int | None, record_ids: Collection[int]) -> list[int]:
    """Which of these records this landed file has delivered before, under whatever import."""
    if file_id is None or not record_ids:
        return []
    rows = bulk.look_up(
        "SELECT DISTINCT d.record_id FROM store_delivery d JOIN landing_batch b ON b.id = d.batch_id "
        f"WHERE b.file_id = %s AND {bulk.among('d.record_id')}",
        [file_id, bulk.many(sorted(record_ids))],
    )
    return [row[0] for row in rows]


def that_say_nothing_new(source_id: int, lines: pd.DataFrame, mapped: Collection[str]) -> dict[str, list[int]]:
    """Orders that stand exactly as these lines say, though no single version said it: a file and its corrected
    rejects together are what a later export says at once. Order → records that it stands on.

    lines: all clean lines of some orders, with the columns of ``COLUMNS`` and the lines' keys.
    """
    if lines.empty:
        return {}
    first = lines.drop_duplicates("order_key")
    delivered: dict[str, set[tuple[str, int, str]]] = defaultdict(set)
    # A file without a column of states says nothing of them.
    says_state = COLUMNS["state"] in mapped
    states = lines["line_state"] if says_state else [""] * len(lines)
    for key, *line in zip(lines["order_key"], lines["line_digest"], lines["occurrence"], states, strict=True):
        delivered[key].add(tuple(line))
    keys = bulk.many(list(delivered))
    standing: dict[str, set[tuple[str, int, str]]] = defaultdict(set)
    # CROSS JOIN holds SQLite to this order of the tables.
    for key, digest, occurrence, state in bulk.look_up(
        "SELECT o.external_id, l.digest, l.occurrence, l.state FROM store_order o CROSS JOIN store_orderline l "
        f"WHERE l.order_id = o.id AND l.is_current AND o.source_id = %s AND {bulk.among('o.external_id')}",
        [source_id, keys],
    ):
        standing[key].add((digest, occurrence, state if says_state else ""))
    versions: dict[str, list[heads.Version]] = defaultdict(list)
    for key, record_id, mode, is_current, payload in bulk.look_up(
        "SELECT external_id, id, mode, is_current, payload FROM store_sourcerecord WHERE kind = 'order' "
        f"AND source_id = %s AND {bulk.among('external_id')} ORDER BY external_id, version",
        [source_id, keys],
    ):
        versions[key].append(heads.Version(record_id, mode, bool(is_current), heads.said_by(payload)))
    equal: dict[str, list[int]] = {}
    for key, head in zip(first["order_key"], said(first, mapped), strict=True):
        before = [(one.mode, one.said) for one in versions[key]]
        # The state is that of the lines, which are compared one by one.
        same_head = _without_state(before) == _without_state([*before, ("replace", head)])
        if before and delivered[key] == standing[key] and same_head:
            equal[key] = [one.record_id for one in versions[key] if one.is_current]
    return equal


def _without_state(said: Sequence[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    return heads.survivors(said) | {"state": None}


def deliver(batch: Batch, again: dict[str, list[int]], lines: pd.DataFrame, mapped: Collection[str]) -> None:
    """Note that this batch, too, delivered the records of these orders (order → records), with the rows of its lines
    and with what it says of the heads, where that is not what the record says.

    lines: all clean lines of the orders.
    """
    if not again:
        return
    first = lines.drop_duplicates("order_key")
    ordered = lines.sort_values(["line_digest", "occurrence"])
    places: dict[str, list[int]] = defaultdict(list)
    for key, row in zip(ordered["order_key"].tolist(), ordered["row"].tolist(), strict=True):
        places[key].append(row)
    parts = _places_of_parts(lines, [pk for records in again.values() if len(records) > 1 for pk in records])
    payloads = _payloads([pk for records in again.values() for pk in records])
    found = []
    times = instants(first["known_at"]).tolist()
    columns = (first[name].tolist() for name in ("order_key", "first_row", "order_digest"))
    for key, row, digest, known_at, head in zip(*columns, times, said(first, mapped), strict=True):
        is_whole = len(again[key]) == 1
        for pk in again[key]:
            rows = places[key] if is_whole else parts.get(pk, [])
            one = len(rows) == 1
            # A part of an order is not known again by the digest of the whole.
            words = {"head": head, "digest": digest if is_whole else ""} if head != payloads[pk] else None
            found.append(deliveries.Again(pk, rows[0] if one else row, known_at, () if one else rows, words))
    deliveries.note(batch, found)


def _payloads(record_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    rows = bulk.look_up(
        f"SELECT id, payload FROM store_sourcerecord WHERE {bulk.among('id')}", [bulk.many(sorted(record_ids))]
    )
    return {pk: heads.said_by(payload) for pk, payload in rows}


def _places_of_parts(lines: pd.DataFrame, record_ids: Sequence[int]) -> dict[int, list[int]]:
    """Record → rows of its lines in this file, where an order stands on several records."""
    if not record_ids:
        return {}
    keys = zip(lines["order_key"], lines["line_digest"], lines["occurrence"], strict=True)
    places = dict(zip(keys, lines["row"].tolist(), strict=True))
    found: dict[int, list[int]] = defaultdict(list)
    for pk, *key in bulk.look_up(
        "SELECT r.id, r.external_id, l.digest, l.occurrence FROM store_sourcerecord r JOIN store_orderline l "
        f"ON l.record_id = r.id WHERE {bulk.among('r.id')} ORDER BY r.id, l.digest, l.occurrence",
        [bulk.many(sorted(record_ids))],
    ):
        if tuple(key) in places:
            found[pk].append(places[tuple(key)])
    return found


def new_records(batch: Batch, orders: pd.DataFrame, payloads: list[dict[str, Any]], known: Known,
                decision: str) -> dict[str, int]:  # fmt: skip
    """A version of each of these orders; returns order → record. Corrected rejects complete what is there."""
    ids = bulk.reserve_keys(SourceRecord, len(orders))
    numbers = [known.numbers.get(key, 0) + 1 for key in orders["order_key"]]
    count = len(orders)
    corrects = orders["corrects_row"].notna().tolist() if "corrects_row" in orders else [False] * count
    modes = [
        "complete" if correction else "replace" if number == 1 else decision
        for number, correction in zip(numbers, corrects, strict=True)
    ]
    bulk.insert(
        SourceRecord,
        {
            "id": ids,
            "kind": ["order"] * count,
            "source_id": [batch.source_id] * count,
            "external_id": orders["order_key"].tolist(),
            "version": numbers,
            "mode": modes,
            "batch_id": [batch.pk] * count,
            "digest": orders["order_digest"].tolist(),
            "landing_row": orders["first_row"].tolist(),
            # An event says when it was said; a file does not.
            "event_at": instants(orders["said_at"] if "said_at" in orders else orders["order_at"]),
            "known_at": instants(orders["known_at"]),
            "payload": payloads,
        },
    )
    bulk.insert(Delivery, {"id": bulk.reserve_keys(Delivery, count), "batch_id": [batch.pk] * count, "record_id": ids})
    return dict(zip(orders["order_key"], ids, strict=True))
