"""An interactions file: what passed between customers and the company."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
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
    by_id = {row["external_id"]: row for row in rows}
    records = SourceRecord.objects.filter(
        kind="interaction", source_id=batch.source_id, external_id__in=list(by_id), batch=batch, interaction=None
    ).values_list("pk", "external_id")
    made = []
    for pk, external_id in records:
        row = by_id[external_id]
        identity, customer = known.get(row.get("customer_external_id") or "", (None, None))
        made.append(
            Interaction(
                record_id=pk,
                identity_id=identity,
                customer_id=customer,
                kind=(row["kind"] or row["channel"] or "")[:40],
                event_at=row["event_at"].replace(tzinfo=UTC),
                known_at=row["known_at"].replace(tzinfo=UTC),
                text="\n".join(part for part in (row["subject"], row["body"]) if part),
            )
        )
    Interaction.objects.bulk_create(made, batch_size=500)
    return {**counts, "new_customers": len(missing)}
