"""Which of the things that sources say of a customer stand: one function, so the same records always give the same.

Per field the company's rule decides (``field_words``). Consent is weighed otherwise: each source's newest word counts,
and one refusal is enough. A buyer's word is as old as the order that says it, whenever its file came; of two at one
instant the refusal is the newer. Customers files have no such time: there the last that came counts. A person's word
stands until a record that came after it refuses, and is its source's newest word: the person knew what was there.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from django.db import transaction

from zhiji.data.store import bulk, derive
from zhiji.data.store.models import Customer
from zhiji.kernel import clock
from zhiji.platform.company import zone
from zhiji.processing.pipelines.customers import WORD_AT, loaded
from zhiji.processing.pipelines.field_words import (
    BUYER,
    CHOSEN,
    HAND,
    KINDS,
    Rule,
    Rules,
    Said,
    in_order,
    rules_now,
    standing,
    words,
)

TEXT_FIELDS = ("name", "kind", "company", "phone", "email", "country", "city", "address")
FIELDS = (*TEXT_FIELDS, "phone_is_masked", "contact_allowed", "registered_at")
_OWN = {*FIELDS, "extra"}
# Of a payload, what is not taken as it stands.
_APART = {"first_name", "last_name", "phone_masked", "phone_is_masked", "contact_allowed", WORD_AT, CHOSEN}
_LENGTHS = {field.attname: field.max_length for field in Customer._meta.concrete_fields if field.max_length}


def derive_customers(customer_ids: Iterable[int]) -> None:
    """Make customers what their records and orders say; may be run again at any time."""
    company_zone, rules = zone(), rules_now()
    for block in derive.blocks(customer_ids, 5_000):
        _derive_block(block, company_zone, rules)


@transaction.atomic
def _derive_block(customer_ids: list[int], company_zone: ZoneInfo, rules: Rules) -> None:
    rows = [[*row, pk] for pk, row in derived(customer_ids, company_zone, rules).items()]
    assignments = ", ".join(f"{name} = %s" for name in (*FIELDS, "extra", "field_sources"))
    bulk.execute_many(f"UPDATE store_customer SET {assignments} WHERE id = %s", rows)


def derived(customer_ids: list[int], company_zone: ZoneInfo, rules: Rules) -> dict[int, list[Any]]:
    """Customer → what it would be by these rules: see ``survivors``."""
    records = said_of(customer_ids)
    places = _countries(customer_ids, company_zone)
    return {pk: survivors(records.get(pk, []), places.get(pk, []), rules) for pk in customer_ids}


def said_of(customer_ids: list[int]) -> dict[int, list[Said]]:
    """Customer → the records that speak of it, in no order."""
    records: dict[int, list[Said]] = {}
    for customer_id, kind, at, version, identity_id, record_id, payload, source_id, external_id in bulk.look_up(
        "SELECT i.customer_id, r.kind, COALESCE(r.event_at, r.known_at), r.version, i.id, r.id, r.payload, "
        "r.source_id, r.external_id FROM store_identity i JOIN store_sourcerecord r ON r.source_id = i.source_id "
        "AND r.external_id = i.external_id "
        f"WHERE r.kind IN {KINDS} AND {bulk.among('i.customer_id')}",
        [bulk.many(customer_ids)],
    ):
        said = Said(kind, str(at), version, identity_id, record_id, loaded(payload), source_id, external_id)
        records.setdefault(customer_id, []).append(said)
    return records


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


def survivors(records: list[Said], countries: list[list[str]], rules: Rules) -> list[Any]:
    """Values of ``FIELDS``, then ``extra`` and ``field_sources`` as JSON text."""
    ordered = in_order(records)
    values: dict[str, Any] = {}
    origins: dict[str, int] = {}
    for name in (*TEXT_FIELDS, "registered_at"):
        stands = standing(words(ordered, name), rules.get(name, Rule()))
        if stands is not None:
            values[name], origins[name] = stands.value, stands.said.record_id
            if name == "phone":
                values["phone_is_masked"] = stands.is_masked
    word = consent(records)
    if word is not None:
        values["contact_allowed"], origins["contact_allowed"] = word.payload["contact_allowed"], word.record_id
    extra = _extra(ordered)
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


def _extra(ordered: list[Said]) -> dict[str, Any]:
    """Fields that are the company's own; of each the word of the strongest and newest record."""
    extra: dict[str, Any] = {}
    for said in ordered:
        for key, value in said.payload.items():
            if key == "extra" and isinstance(value, str):
                extra.update(orjson.loads(value))
            elif key not in _APART and key not in _OWN:
                extra[key] = value
    return extra


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
    if said.kind != BUYER:
        return ("", False, said.version)
    at = said.payload.get(WORD_AT) or said.at
    return (at.replace("T", " ").removesuffix("+00:00"), said.payload.get("contact_allowed") is False, said.version)
