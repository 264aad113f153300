"""An interactions file: what passed between customers and the company."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from zhiji.data.landing.models import Batch
from zhiji.data.store import bulk
from zhiji.data.store.models import Interaction, SourceRecord
from zhiji.processing.pipelines import customers
from zhiji.processing.pipelines.orders import new_identities


@transaction.atomic
def store_records(batch: Batch, rows: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Store one record and one interaction a row.

    rows: of clean interactions (``processing.cleaning.clean_interactions``). A customer id that nobody knew yet makes a
    customer; a row without one is kept without.
    """
    rows = [{**row, "external_id": f"{row['interaction_key']}#{row['occurrence']}"} for row in rows]
    counts = customers.store_versions(batch, "interaction", rows)
    wanted = sorted({row["customer_external_id"] for row in rows if row.get("customer_external_id")})
    known = {
        external_id: (pk, customer)
        for external_id, pk, customer in bulk.look_up(
            "SELECT external_id, id, customer_id FROM store_identity WHERE source_id = %s "
            f"AND {bulk.among('external_id')}",
            [batch.source_id, bulk.many(wanted)],
        )
    }
    first_known = {row["customer_external_id"]: row["known_at"] for row in reversed(rows)}
    missing = [external_id for external_id in wanted if external_id not in known]
    known.update(new_identities(batch, missing, [customers.naive(first_known[e]) for e in missing]))
    derive_interactions(batch.source_id, [row["external_id"] for row in rows])
    return {**counts, "new_customers": len(missing)}


@transaction.atomic
def derive_interactions(source_id: int, external_ids: Sequence[str]) -> None:
    """One interaction for each of these, as its newest record says; those that no record speaks of are gone."""
    newest: dict[str, tuple[Any, ...]] = {}
    for external_id, *record in bulk.look_up(
        "SELECT external_id, id, event_at, known_at, payload FROM store_sourcerecord WHERE kind = 'interaction' "
        f"AND source_id = %s AND {bulk.among('external_id')} ORDER BY external_id, version",
        [source_id, bulk.many(sorted(set(external_ids)))],
    ):
        newest[external_id] = tuple(record)
    records = SourceRecord.objects.filter(kind="interaction", source_id=source_id, external_id__in=list(newest))
    stands = {record[0] for record in newest.values()}
    Interaction.objects.filter(record__in=records).exclude(record_id__in=stands).delete()
    there = set(Interaction.objects.filter(record_id__in=stands).values_list("record_id", flat=True))
    said = [(pk, *times, customers.loaded(payload)) for pk, *times, payload in newest.values() if pk not in there]
    wanted = {payload["customer_external_id"] for *_, payload in said if payload.get("customer_external_id")}
    identities = {
        external_id: (pk, customer)
        for external_id, pk, customer in bulk.look_up(
            f"SELECT external_id, id, customer_id FROM store_identity WHERE source_id = %s AND {bulk.among('external_id')}",  # noqa: E501
            [source_id, bulk.many(sorted(wanted))],
        )
    }
    Interaction.objects.bulk_create(
        [_interaction(pk, times, payload, identities) for pk, *times, payload in said], batch_size=500
    )


def _interaction(record_id: int, times: Sequence[Any], said: dict[str, Any],
                 identities: dict[str, tuple[int, int | None]]) -> Interaction:  # fmt: skip
    identity, customer = identities.get(said.get("customer_external_id") or "", (None, None))
    event_at, known_at = (
        (value if isinstance(value, datetime) else datetime.fromisoformat(value)).replace(tzinfo=UTC) for value in times
    )
    return Interaction(
        record_id=record_id, identity_id=identity, customer_id=customer, event_at=event_at, known_at=known_at,
        kind=(said.get("kind") or said.get("channel") or "")[:40],
        text="\n".join(part for part in (said.get("subject"), said.get("body")) if part),
    )  # fmt: skip
