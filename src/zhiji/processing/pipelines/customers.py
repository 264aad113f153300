"""What sources say of customers → source records → the customer, by one survivorship function.

Two kinds of record speak of a customer: ``customer`` (a row of a customers file) and ``buyer`` (what an order file
says of the person who ordered, summed up per customer). Edits by hand are records of the source ``hand``.
Precedence per field: hand, customer, buyer; among equals the newest that is not empty.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import duckdb
import orjson
from django.db import transaction

from zhiji.data.landing.models import Batch
from zhiji.data.store import bulk, derive
from zhiji.data.store.models import Customer, Delivery, SourceRecord
from zhiji.processing.pipelines.orders import new_identities

HAND = "hand"
TEXT_FIELDS = ("name", "kind", "company", "phone", "email", "country", "city", "address")
FIELDS = (*TEXT_FIELDS, "phone_is_masked", "contact_allowed", "registered_at")
_RANK = {HAND: 0, "customer": 1, "buyer": 2}
_LENGTHS = {field.attname: field.max_length for field in Customer._meta.concrete_fields if field.max_length}


def buyers(staged: str) -> list[dict[str, Any]]:
    """One row per customer id of a staged order file: its latest name, place and contact, and where it has been.

    Columns: external_id, row (first line), event_at, known_at, name, phone, email, country, city, countries (list of
    [country, first day] in order of appearance).
    """
    latest = ", ".join(
        f"arg_max({column}, order_at) FILTER (WHERE {column} IS NOT NULL AND {column} <> '') AS {name}"
        for name, column in [("name", "customer_name"), *[(c, c) for c in ("phone", "email", "country", "city")]]
    )
    with duckdb.connect() as engine:
        table = engine.sql(
            f"""
            WITH visits AS (
                SELECT customer_external_id AS external_id, country, MIN(order_at) AS first_at
                FROM read_parquet('{staged}') WHERE customer_external_id IS NOT NULL AND country <> '' GROUP BY ALL
            ), places AS (
                SELECT external_id, list([country, strftime(first_at, '%Y-%m-%d')] ORDER BY first_at, country)
                    AS countries
                FROM visits GROUP BY ALL
            )
            SELECT customer_external_id AS external_id, MIN("row") AS "row", MAX(order_at) AS event_at,
                MIN(known_at) AS known_at, {latest}, any_value(places.countries) AS countries
            FROM read_parquet('{staged}') AS lines LEFT JOIN places ON places.external_id = customer_external_id
            WHERE customer_external_id IS NOT NULL GROUP BY customer_external_id ORDER BY "row"
            """
        ).to_arrow_table()
    return list(table.to_pylist())


@transaction.atomic
def store_records(batch: Batch, kind: str, rows: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Store one record per customer row and make the customers that are new. The caller derives afterwards.

    rows: ``external_id``, ``row``, ``event_at``, ``known_at`` and the payload's fields (see ``store_versions``).
    Returns counts ``stored`` (new or changed), ``redelivered`` and ``new_customers``.
    """
    ids = [row["external_id"] for row in rows]
    known = {
        row[0] for row in bulk.look_up(
            f"SELECT external_id FROM store_identity WHERE source_id = %s AND {bulk.among('external_id')}",
            [batch.source_id, bulk.many(ids)],
        )
    }  # fmt: skip
    missing = {row["external_id"]: row["known_at"] for row in reversed(rows) if row["external_id"] not in known}
    new_identities(batch, list(missing), [naive(known_at) for known_at in missing.values()])
    return {**store_versions(batch, kind, rows), "new_customers": len(missing)}


@transaction.atomic
def store_versions(batch: Batch, kind: str, rows: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Note what a source says of things: a new version where it differs from every known one, else a delivery.

    Everything of a row but ``external_id``, ``row``, ``event_at`` and ``known_at`` is payload. Returns counts
    ``stored`` and ``redelivered``.
    """
    versions: dict[str, int] = {}
    digests: dict[tuple[str, str], int] = {}
    for external_id, pk, digest, version in bulk.look_up(
        "SELECT external_id, id, digest, version FROM store_sourcerecord WHERE kind = %s AND source_id = %s AND "
        f"{bulk.among('external_id')} ORDER BY external_id, version",
        [kind, batch.source_id, bulk.many([row["external_id"] for row in rows])],
    ):
        versions[external_id], digests[external_id, digest] = version, pk
    fresh: dict[tuple[str, str], tuple[dict[str, Any], str, dict[str, Any]]] = {}
    again: set[int] = set()
    for row in rows:
        payload = _payload(row)
        key = (row["external_id"], _digest(payload))
        if key in digests:
            again.add(digests[key])
        else:
            fresh.setdefault(key, (row, key[1], payload))
    _insert(batch, kind, list(fresh.values()), versions)
    Delivery.objects.bulk_create(
        [Delivery(batch=batch, record_id=pk) for pk in sorted(again)], ignore_conflicts=True, batch_size=500
    )
    return {"stored": len(fresh), "redelivered": len(rows) - len(fresh)}


def _insert(batch: Batch, kind: str, fresh: Sequence[tuple[dict[str, Any], str, dict[str, Any]]],
            versions: dict[str, int]) -> None:  # fmt: skip
    count = len(fresh)
    pks = bulk.reserve_keys(SourceRecord, count)
    numbers: list[int] = []
    for row, _, _ in fresh:
        versions[row["external_id"]] = versions.get(row["external_id"], 0) + 1
        numbers.append(versions[row["external_id"]])
    bulk.insert(
        SourceRecord,
        {
            "id": pks,
            "kind": [kind] * count,
            "source_id": [batch.source_id] * count,
            "external_id": [row["external_id"] for row, _, _ in fresh],
            "version": numbers,
            "mode": ["replace"] * count,
            "batch_id": [batch.pk] * count,
            "digest": [digest for _, digest, _ in fresh],
            "landing_row": [row["row"] for row, _, _ in fresh],
            "event_at": [naive(row.get("event_at")) for row, _, _ in fresh],
            "known_at": [naive(row["known_at"]) for row, _, _ in fresh],
            "payload": [payload for _, _, payload in fresh],
        },
    )
    bulk.insert(Delivery, {"id": bulk.reserve_keys(Delivery, count), "batch_id": [batch.pk] * count, "record_id": pks})


def naive(value: datetime | None) -> datetime | None:
    """UTC without a zone, as the bulk insert takes it."""
    if value is None or value.tzinfo is None:
        return value
    return value.astimezone(UTC).replace(tzinfo=None)


def _payload(row: dict[str, Any]) -> dict[str, Any]:
    skip = ("external_id", "row", "event_at", "known_at", "chunk", "corrects_row", "corrects_import")
    found = {}
    for key, value in row.items():
        if key in skip or value is None or value == "":
            continue
        found[key] = value.isoformat() if isinstance(value, datetime) else value
    return found


def _digest(payload: dict[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(payload, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]


def loaded(payload: Any) -> dict[str, Any]:
    """A payload as read by plain SQL: text on SQLite, already a dictionary on PostgreSQL."""
    return dict(orjson.loads(payload) if isinstance(payload, str | bytes) else payload or {})


def derive_customers(customer_ids: Iterable[int]) -> None:
    """Make customers what their records say; the same records always give the same customer."""
    for block in derive.blocks(customer_ids, 5_000):
        _derive_block(block)


@transaction.atomic
def _derive_block(customer_ids: list[int]) -> None:
    records: dict[int, list[tuple[Any, ...]]] = {}
    for customer_id, *record in bulk.look_up(
        "SELECT i.customer_id, r.kind, COALESCE(r.event_at, r.known_at), r.version, r.id, r.payload "
        "FROM store_identity i JOIN store_sourcerecord r ON r.source_id = i.source_id "
        "AND r.external_id = i.external_id "
        f"WHERE r.kind IN ('customer', 'buyer', 'hand') AND {bulk.among('i.customer_id')}",
        [bulk.many(customer_ids)],
    ):
        records.setdefault(customer_id, []).append(tuple(record))
    rows = [_survivors(customer_id, records.get(customer_id, [])) for customer_id in customer_ids]
    assignments = ", ".join(f"{name} = %s" for name in (*FIELDS, "extra", "field_sources"))
    bulk.execute_many(f"UPDATE store_customer SET {assignments} WHERE id = %s", rows)


def _survivors(customer_id: int, records: list[tuple[Any, ...]]) -> list[Any]:
    records.sort(key=lambda record: (-_RANK[record[0]], str(record[1]), record[2]))  # the strongest and newest last
    values: dict[str, Any] = {}
    origins: dict[str, int] = {}
    extra: dict[str, Any] = {}
    for _, _, _, record_id, payload in records:
        for key, value in loaded(payload).items():
            if key in FIELDS:
                values[key], origins[key] = value, record_id
            elif key == "phone_masked":
                values["phone_is_masked"] = bool(value)
            elif key == "extra" and isinstance(value, str):
                extra.update(orjson.loads(value))
            else:
                extra[key] = value
    row: list[Any] = [str(values.get(name) or "")[: _LENGTHS.get(name, 500)] for name in TEXT_FIELDS]
    row[TEXT_FIELDS.index("kind")] = values.get("kind") or Customer.Kind.UNKNOWN
    registered = values.get("registered_at")
    row += [
        bool(values.get("phone_is_masked", False)),
        values.get("contact_allowed"),
        None if registered is None else registered.replace("T", " ").removesuffix("+00:00"),
    ]
    return [*row, orjson.dumps(extra).decode(), orjson.dumps(origins).decode(), customer_id]
