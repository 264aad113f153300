"""The audit trail: append-only, each row's hash covering the one before."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from django.db import connection, transaction

from zhiji.kernel import clock
from zhiji.platform.context import current_actor
from zhiji.platform.models import AuditEntry, AuditHead
from zhiji.platform.workspace import workspace

_GENESIS = "0" * 64
_LOCK = 727_101  # any constant: the name of the chain among PostgreSQL's advisory locks


def digest(value: Any) -> str:
    """A short digest of a value, so that the trail shows that it changed without saying what it was."""
    return hashlib.sha256(orjson.dumps(value, default=str, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def _hash(entry: AuditEntry) -> str:
    fields = [
        entry.at.isoformat(), entry.actor_id, entry.actor_kind, entry.action, entry.object_kind,
        entry.object_id, entry.details, entry.request_id, entry.previous_hash,
    ]  # fmt: skip
    return hashlib.sha256(orjson.dumps(fields, default=str, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _seal(entries: int, last_id: int, last_hash: str) -> str:
    return hmac.new(workspace().audit_key, f"{entries}:{last_id}:{last_hash}".encode(), hashlib.sha256).hexdigest()


def record(
    action: str, object_kind: str, object_id: object = "", *, at: datetime | None = None, **details: Any
) -> None:
    """Append one row in the caller's transaction: the write and its trace stand or fall together."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        head = AuditHead.objects.filter(pk=1).first()
        last = head.last_hash if head else AuditEntry.objects.order_by("-pk").values_list("hash", flat=True).first()
        actor = current_actor()
        entry = AuditEntry(
            at=at or clock.now(),
            actor_id=actor.id,
            actor_kind=actor.kind,
            action=action,
            object_kind=object_kind,
            object_id=str(object_id),
            details=details,
            request_id=actor.request_id,
            previous_hash=last or _GENESIS,
        )
        entry.hash = _hash(entry)
        entry.save(force_insert=True)
        # A head that vanished is not made anew over rows that are there: that would hide what was cut.
        if head is not None or last is None:
            entries = head.entries + 1 if head else 1
            AuditHead(
                pk=1, entries=entries, last_id=entry.pk, last_hash=entry.hash, seal=_seal(entries, entry.pk, entry.hash)
            ).save(force_insert=head is None, force_update=head is not None)


def changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[str]]:
    """``field: [digest before, digest after]`` of the fields that differ."""
    return {key: [digest(before.get(key)), digest(after[key])] for key in after if before.get(key) != after[key]}


def first_broken(entries: Iterable[AuditEntry] | None = None, previous: str = _GENESIS) -> int | None:
    """The id of the first row that was edited, or that follows a row cut out or moved; ``None`` if all is whole.

    ``entries`` is a stretch in order, ``previous`` the hash of the row before it. Without ``entries`` all rows up to
    the sealed head are read, and the head is checked too: where the end was cut off, or all was written anew, the id
    is that of the last row there should be, or of the last that there is. Rows that are written meanwhile are left
    out: a trail that grows is not a broken one.
    """
    if entries is not None:
        return _walk(entries, previous).broken
    head = AuditHead.objects.filter(pk=1).first()
    rows = AuditEntry.objects.order_by("pk")
    walk = _walk((rows if head is None else rows.filter(pk__lte=head.last_id)).iterator(), previous)
    if walk.broken is not None:
        return walk.broken
    if head is None:
        return walk.last_id if walk.number else None
    found = (walk.number, walk.last_id, walk.last_hash)
    if found != (head.entries, head.last_id, head.last_hash) or not hmac.compare_digest(head.seal, _seal(*found)):
        return max(head.last_id, walk.last_id)
    # One statement sees the rows and the head of one moment: what stands behind the head was put there by nobody.
    return rows.filter(pk__gt=AuditHead.objects.filter(pk=1).values("last_id")).values_list("pk", flat=True).first()


class _Walk(NamedTuple):
    """How far a stretch of the trail holds together."""

    number: int
    last_id: int
    last_hash: str
    broken: int | None


def _walk(entries: Iterable[AuditEntry], previous: str) -> _Walk:
    number, last_id = 0, 0
    for entry in entries:
        if entry.previous_hash != previous or entry.hash != _hash(entry):
            return _Walk(number, last_id, previous, entry.pk)
        previous, number, last_id = entry.hash, number + 1, entry.pk
    return _Walk(number, last_id, previous, None)
