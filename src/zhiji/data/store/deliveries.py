"""Which batches delivered a record, and where in their files: a record outlives the batch that brought it first.

The first delivery of a record says what the record itself says, so nothing is kept beside it. Each later one keeps the
rows of its own file and when it was known, and hands them to the record when the batch before it is taken back. So it
does with what its file says of an order's head, where that is less or other than the record's payload.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import orjson
from django.db import connection

from zhiji.data.landing.models import Batch
from zhiji.data.store.bulk import among, execute, execute_many, look_up, many
from zhiji.data.store.heads import said_by
from zhiji.data.store.models import Delivery, OrderLine


class Again(NamedTuple):
    """A record that a batch delivers once more. line_rows: of an order's lines, by digest and occurrence; empty where
    it has none, or one on ``landing_row``. said: see ``Delivery``."""

    record_id: int
    landing_row: int
    known_at: datetime
    line_rows: Sequence[int] = ()
    said: dict[str, Any] | None = None


def note(batch: Batch, records: Iterable[Again]) -> None:
    """Note that this batch, too, delivered these: they stay as long as one of their batches does. Of a record that
    stands in the file twice the first holds."""
    execute_many(
        "INSERT INTO store_delivery (batch_id, record_id, landing_row, known_at, line_rows, said) "
        "VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (record_id, batch_id) DO NOTHING",
        [
            (
                batch.pk, one.record_id, one.landing_row, _as_kept(one.known_at),
                orjson.dumps(list(one.line_rows)).decode() if one.line_rows else None,
                orjson.dumps(one.said).decode() if one.said is not None else None,
            )
            for one in records
        ],
    )  # fmt: skip


def hand_over(batch: Batch, record_ids: Sequence[int]) -> None:
    """Records of a batch that is taken back belong from now on to the first batch that still delivers them: they, and
    the lines of orders, lie where that one's file has them and are known since it knew them."""
    found = Delivery.objects.filter(record__batch=batch, record__in=record_ids).exclude(batch=batch)
    heirs = {one.record_id: one for one in found.select_related("batch").order_by("record_id", "-batch_id")}
    execute_many(
        "UPDATE store_sourcerecord SET batch_id = %s, landing_row = COALESCE(%s, landing_row), "
        "known_at = COALESCE(%s, known_at) WHERE id = %s",
        [(one.batch_id, one.landing_row, _as_kept(one.known_at), pk) for pk, one in heirs.items()],
    )
    # What was noted before rows were kept says nothing of them.
    told = {pk: one for pk, one in heirs.items() if one.landing_row is not None}
    _move_lines(told)
    _leave_what_is_said(record_ids)
    execute(
        "UPDATE store_interaction SET known_at = (SELECT r.known_at FROM store_sourcerecord r "
        f"WHERE r.id = store_interaction.record_id) WHERE {among('record_id')}",
        [many(sorted(told))],
    )


def _leave_what_is_said(record_ids: Sequence[int]) -> None:
    """Where no delivery is left that says what the record does, its payload is what those that are left say, one after
    the other. Whoever holds the record: the one that went may have been the last to say it."""
    head: dict[int, dict[str, Any]] = {}
    digests: dict[int, str] = {}
    for pk, said in look_up(
        f"SELECT d.record_id, d.said FROM store_delivery d WHERE {among('d.record_id')} AND d.said IS NOT NULL "
        "AND NOT EXISTS (SELECT 1 FROM store_delivery x WHERE x.record_id = d.record_id AND x.said IS NULL) "
        "ORDER BY d.record_id, d.batch_id",
        [many(sorted(record_ids))],
    ):
        words = said_by(said)
        head.setdefault(pk, {}).update(words["head"])
        digests[pk] = words["digest"]
    execute_many(
        "UPDATE store_sourcerecord SET payload = %s, digest = %s WHERE id = %s",
        [(orjson.dumps(one).decode(), digests[pk], pk) for pk, one in head.items()],
    )


def _move_lines(heirs: dict[int, Delivery]) -> None:
    lines: dict[int, list[tuple[int, datetime]]] = {}
    rows = OrderLine.objects.filter(record__in=list(heirs)).order_by("record_id", "digest", "occurrence")
    for record_id, pk, event_at in rows.values_list("record_id", "pk", "event_at"):
        lines.setdefault(record_id, []).append((pk, event_at))
    moved: list[tuple[Any, ...]] = []
    for record_id, own in lines.items():
        heir = heirs[record_id]
        places = heir.line_rows or [heir.landing_row]
        if len(places) != len(own):
            continue
        for place, (pk, event_at) in zip(places, own, strict=True):
            moved.append((place, _as_kept(_known(heir, event_at)), pk))
    execute_many("UPDATE store_orderline SET landing_row = %s, known_at = %s WHERE id = %s", moved)


def _known(heir: Delivery, event_at: datetime) -> datetime | None:
    """As cleaning says it of each line."""
    return event_at + timedelta(days=heir.batch.lag_days) if heir.batch.is_history else heir.known_at


def _as_kept(at: datetime | None) -> Any:
    """As the database keeps an instant; one without a zone is UTC."""
    return connection.ops.adapt_datetimefield_value(at if at is None or at.tzinfo else at.replace(tzinfo=UTC))
