"""What sources say of customers → source records, one version for each time they say something else.

Two kinds of record speak of a customer: ``customer`` (a row of a customers file) and ``buyer`` (what an order file
says of the person who ordered, summed up per customer). ``survivorship`` makes the customer of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from django.db import transaction

from zhiji.data.landing.models import Batch
from zhiji.data.store import bulk, deliveries, masks
from zhiji.data.store.models import Delivery, SourceRecord
from zhiji.processing.pipelines.orders import new_identities

# Of a buyer's payload: when what it says of contact was said.
WORD_AT = "contact_word_at"


def write_buyers(staged: Path, path: Path, block: int) -> None:
    """One row per customer id of a staged order file: its latest name, place, contact and consent; ``block`` rows a row
    group. What is there already is kept: storing goes on step by step, and the file stays the same.

    Columns: external_id, row (first line), event_at, known_at, name, phone with phone_masked, email, country, city,
    contact_allowed (the latest word; of two at the same instant the refusal) with contact_word_at (the order that says
    it; it may be older than event_at, the last order). A full phone or address goes before a masked one.
    """
    if path.exists():
        return
    with duckdb.connect() as engine:
        table = engine.sql(_buyers(f"read_parquet('{staged}')")).to_arrow_table()
    unfinished = path.with_suffix(".part")
    pq.write_table(table, unfinished, row_group_size=block)
    unfinished.replace(path)


def buyers_of(session: duckdb.DuckDBPyConnection, staged: pa.Table) -> list[dict[str, Any]]:
    """The same of few lines, in memory."""
    session.register("staged_lines", staged)
    rows: list[dict[str, Any]] = session.sql(_buyers("staged_lines")).to_arrow_table().to_pylist()
    return rows


def _buyers(staged: str) -> str:
    latest = ", ".join(
        f"arg_max({column}, order_at) FILTER (WHERE {column} IS NOT NULL AND {column} <> '') AS {name}"
        for name, column in [("name", "customer_name"), *[(c, c) for c in ("country", "city")]]
    )
    email = f"arg_max(email, (NOT {masks.masked('email')}, order_at)) FILTER (WHERE email <> '')"
    phone = "arg_max(struct_pack(phone, phone_masked), (NOT phone_masked, order_at)) FILTER (WHERE phone <> '')"
    worded = "FILTER (WHERE contact_allowed IS NOT NULL)"
    consent = f"arg_max(contact_allowed, (order_at, NOT contact_allowed)) {worded}"
    return f"""
        SELECT * EXCLUDE (said), said.phone AS phone, said.phone_masked AS phone_masked FROM (
            SELECT customer_external_id AS external_id, MIN("row") AS "row", MAX(order_at) AS event_at,
                MIN(known_at) AS known_at, {latest}, {email} AS email, {phone} AS said,
                {consent} AS contact_allowed, MAX(order_at) {worded} AS {WORD_AT}
            FROM {staged} WHERE customer_external_id IS NOT NULL GROUP BY customer_external_id
        ) ORDER BY "row"
        """


def read_buyers(path: Path, number: int) -> list[dict[str, Any]]:
    """One row group of ``write_buyers``; empty after the last."""
    with pq.ParquetFile(path) as file:
        there = number < file.metadata.num_row_groups
        rows: list[dict[str, Any]] = file.read_row_group(number).to_pylist() if there else []
    return rows


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
    """Note what a source says of things: a new version where it differs from the newest, else a delivery.

    Everything of a row but ``external_id``, ``row``, ``event_at`` and ``known_at`` is payload. What equals an older
    version is a change back, unless it comes out of the very file that brought that version: an old file that comes
    a second time must not turn the clock back. Returns counts ``stored`` and ``redelivered``.
    """
    versions: dict[str, int] = {}
    digests: dict[tuple[str, str], int] = {}
    newest: dict[str, str] = {}
    for external_id, pk, digest, version in bulk.look_up(
        "SELECT external_id, id, digest, version FROM store_sourcerecord WHERE kind = %s AND source_id = %s AND "
        f"{bulk.among('external_id')} ORDER BY external_id, version",
        [kind, batch.source_id, bulk.many([row["external_id"] for row in rows])],
    ):
        versions[external_id], digests[external_id, digest], newest[external_id] = version, pk, digest
    said = [(row, payload, (row["external_id"], _digest(payload))) for row in rows for payload in [_payload(row)]]
    older = {digests[key] for *_, key in said if key in digests and newest[key[0]] != key[1]}
    same_file = _came_in_this_file(batch, older)
    fresh: dict[tuple[str, str], tuple[dict[str, Any], str, dict[str, Any]]] = {}
    again: list[deliveries.Again] = []
    for row, payload, key in said:
        known = digests.get(key)
        if known is not None and (known not in older or known in same_file):
            again.append(deliveries.Again(known, row["row"], row["known_at"]))
        else:
            fresh.setdefault(key, (row, key[1], payload))
    _insert(batch, kind, list(fresh.values()), versions)
    deliveries.note(batch, again)
    return {"stored": len(fresh), "redelivered": len(rows) - len(fresh)}


def _came_in_this_file(batch: Batch, record_ids: set[int]) -> set[int]:
    """Which of these records the landed file of this batch has delivered before, under whatever import."""
    if not record_ids or batch.file_id is None:
        return set()
    return {
        row[0] for row in bulk.look_up(
            "SELECT d.record_id FROM store_delivery d JOIN landing_batch b ON b.id = d.batch_id "
            f"WHERE b.file_id = %s AND {bulk.among('d.record_id')}",
            [batch.file_id, bulk.many(sorted(record_ids))],
        )
    }  # fmt: skip


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
    skip = ("external_id", "row", "event_at", "known_at", "chunk", "corrects_row", "corrects_file")
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
