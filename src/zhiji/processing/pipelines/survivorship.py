"""Which of the things that sources say of a customer stand: one function, so the same records always give the same.

Kinds of record: ``hand`` (an edit by a person), ``customer`` (a row of a customers file), ``buyer`` (what an order file
says of who ordered). Per field the strongest kind wins, hand before customer before buyer; among equals the newest that
is not empty. Two fields are weighed otherwise:

- a masked phone or address never replaces a full one, for it says less;
- consent: each source's newest word counts, and one refusal is enough. A buyer's word is as old as the order that says
  it, whenever its file came; of two at one instant the refusal is the newer. Customers files have no such time: there
  the last that came counts. A person's word stands until a record that came after it refuses, and is its source's
  newest word: the person knew what was there.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import orjson
from django.db import transaction

from zhiji.data.store import bulk, derive, masks
from zhiji.data.store.models import Customer
from zhiji.kernel import clock
from zhiji.platform.company import zone
from zhiji.processing.pipelines.customers import WORD_AT, loaded

HAND = "hand"
TEXT_FIELDS = ("name", "kind", "company", "phone", "email", "country", "city", "address")
FIELDS = (*TEXT_FIELDS, "phone_is_masked", "contact_allowed", "registered_at")
_BUYER = "buyer"
_RANK = {HAND: 0, "customer": 1, _BUYER: 2}
# Of a payload, what is not taken as it stands.
_APART = ("first_name", "last_name", "phone_masked", "phone_is_masked", "contact_allowed", WORD_AT)
_LENGTHS = {field.attname: field.max_length for field in Customer._meta.concrete_fields if field.max_length}


class Said(NamedTuple):
    """One record that speaks of a customer. ``at`` orders versions of one kind: when it happened, else was known."""

    kind: str
    at: str
    version: int
    identity_id: int
    record_id: int
    payload: dict[str, Any]


def derive_customers(customer_ids: Iterable[int]) -> None:
    """Make customers what their records and orders say; may be run again at any time."""
    company_zone = zone()
    for block in derive.blocks(customer_ids, 5_000):
        _derive_block(block, company_zone)


@transaction.atomic
def _derive_block(customer_ids: list[int], company_zone: ZoneInfo) -> None:
    records: dict[int, list[Said]] = {}
    for customer_id, kind, at, version, identity_id, record_id, payload in bulk.look_up(
        "SELECT i.customer_id, r.kind, COALESCE(r.event_at, r.known_at), r.version, i.id, r.id, r.payload "
        "FROM store_identity i JOIN store_sourcerecord r ON r.source_id = i.source_id "
        "AND r.external_id = i.external_id "
        f"WHERE r.kind IN ('customer', 'buyer', 'hand') AND {bulk.among('i.customer_id')}",
        [bulk.many(customer_ids)],
    ):
        said = Said(kind, str(at), version, identity_id, record_id, loaded(payload))
        records.setdefault(customer_id, []).append(said)
    places = _countries(customer_ids, company_zone)
    rows = [[*survivors(records.get(pk, []), places.get(pk, [])), pk] for pk in customer_ids]
    assignments = ", ".join(f"{name} = %s" for name in (*FIELDS, "extra", "field_sources"))
    bulk.execute_many(f"UPDATE store_customer SET {assignments} WHERE id = %s", rows)


def _countries(customer_ids: list[int], company_zone: ZoneInfo) -> dict[int, list[list[str]]]:
    """customer → ``[country, first company day]`` in order of appearance, of those who ordered from more than one."""
    found: dict[int, list[list[str]]] = {}
    for customer_id, country, first_at in bulk.look_up(
        "SELECT customer_id, country, MIN(ordered_at) FROM store_order "
        f"WHERE country <> '' AND {bulk.among('customer_id')} GROUP BY customer_id, country ORDER BY 1, 3, 2",
        [bulk.many(customer_ids)],
    ):
        instant = first_at if isinstance(first_at, datetime) else datetime.fromisoformat(f"{first_at}+00:00")
        found.setdefault(customer_id, []).append([country, clock.day_of(instant, company_zone).isoformat()])
    return {customer_id: places for customer_id, places in found.items() if len(places) > 1}


def survivors(records: list[Said], countries: list[list[str]]) -> list[Any]:
    """Values of ``FIELDS``, then ``extra`` and ``field_sources`` as JSON text."""
    values: dict[str, Any] = {}
    origins: dict[str, int] = {}
    extra: dict[str, Any] = {}
    # The strongest and newest last.
    for said in sorted(records, key=lambda one: (-_RANK[one.kind], one.at, one.version)):
        masked = bool(said.payload.get("phone_masked") or said.payload.get("phone_is_masked"))
        hidden = _says_less(said.payload, masked, values)
        for key, value in said.payload.items():
            if key in _APART or key in hidden:
                continue
            if key == "phone":
                values["phone_is_masked"] = masked
            if key in FIELDS:
                values[key], origins[key] = value, said.record_id
            elif key == "extra" and isinstance(value, str):
                extra.update(orjson.loads(value))
            else:
                extra[key] = value
    word = consent(records)
    if word is not None:
        values["contact_allowed"], origins["contact_allowed"] = word.payload["contact_allowed"], word.record_id
    if countries:
        extra["countries"] = countries
    row: list[Any] = [str(values.get(name) or "")[: _LENGTHS.get(name, 500)] for name in TEXT_FIELDS]
    row[TEXT_FIELDS.index("kind")] = values.get("kind") or Customer.Kind.UNKNOWN
    registered = values.get("registered_at")
    row += [
        bool(values.get("phone_is_masked", False)),
        values.get("contact_allowed"),
        None if registered is None else registered.replace("T", " ").removesuffix("+00:00"),
    ]
    return [*row, orjson.dumps(extra).decode(), orjson.dumps(origins).decode()]


def _says_less(payload: dict[str, Any], phone_masked: bool, values: dict[str, Any]) -> set[str]:
    """Fields of a record that are masked where something whole is known."""
    found = set()
    if phone_masked and values.get("phone") and not values.get("phone_is_masked"):
        found.add("phone")
    if masks.is_masked(payload.get("email") or "") and values.get("email") and not masks.is_masked(values["email"]):
        found.add("email")
    return found


def consent(records: list[Said]) -> Said | None:
    """The record whose word on contact stands, or None where nobody was ever asked."""
    newest: dict[tuple[str, int], Said] = {}
    for said in sorted(records, key=_word_age):
        if "contact_allowed" in said.payload:
            newest[said.kind, said.identity_id] = said
    words = sorted(newest.values(), key=lambda one: one.record_id)
    by_hand = max((one for one in words if one.kind == HAND), key=lambda one: one.record_id, default=None)
    if by_hand is not None:
        words = [one for one in words if one.record_id >= by_hand.record_id]
    refusals = [one for one in words if one.payload["contact_allowed"] is False]
    if refusals:
        return refusals[-1]
    return by_hand or (words[-1] if words else None)


def _word_age(said: Said) -> tuple[str, bool, int]:
    """Sorts what one source says of contact, the newest last."""
    if said.kind != _BUYER:
        return ("", False, said.version)
    at = said.payload.get(WORD_AT) or said.at
    return (at.replace("T", " ").removesuffix("+00:00"), said.payload.get("contact_allowed") is False, said.version)
