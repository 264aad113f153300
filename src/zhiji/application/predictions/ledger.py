"""The ledger: what was said, frozen when it is first shown, in a chain that shows every touch.

What happened is set beside it by ``settling``. What was said as of a day before the data's last is frozen too, and
marked as looking back: see ``LedgerSnapshot.known_to``.
"""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import orjson
import pandas as pd
from django.db import transaction

from zhiji.application.predictions import pseudonyms
from zhiji.application.predictions.models import (
    LOOKS_BACK,
    LedgerCorrection,
    LedgerEntry,
    LedgerOutcome,
    LedgerSettlement,
    LedgerSnapshot,
    ModelVersion,
)
from zhiji.data.store import bulk
from zhiji.platform import audit
from zhiji.platform.models import AuditEntry

FROZEN, SETTLED, CORRECTED = "ledger_freeze", "ledger_settle", "ledger_correct"
_GENESIS = "0" * 64
# Rows are read, and hashed, in pieces: a snapshot may hold a million customers.
_PIECE = 5_000
# The trail's own time is later than the row's by the rows written in between, and the wait for its lock.
_WAIT = timedelta(minutes=10)
ENTRY = (
    "customer_ref", "rank", "value_score", "rule_score", "expected_value_micros", "value_low_micros",
    "value_high_micros",
)  # fmt: skip
FROZEN_ROW = (*ENTRY, "pseudonyms")
_CORRECTED_ROW = ("entry_id", "actual_value_micros", "actual_orders", "customer_ref")


@transaction.atomic
def freeze(version: ModelVersion, frame: pd.DataFrame, *, known_to: date) -> LedgerSnapshot | None:
    """Freeze what a version says of every customer on its day; None where the last word of that day said the same.

    The record may have changed since (an import, an undo): then what is shown is frozen as one word more of that day,
    beside the first, which stands and counts. known_to: the last day that the data covers now; a look back is no word
    given beforehand, and neither stands in the way of the other.
    """
    due = version.as_of + timedelta(days=version.horizon_days)
    looks_back = LOOKS_BACK if known_to > version.as_of else ~LOOKS_BACK
    words = LedgerSnapshot.objects.filter(looks_back, task=version.task, as_of=version.as_of, due_on=due)
    last, frame = words.order_by("-number").first(), frame.sort_values("customer_id")
    columns: dict[str, list[Any]] = {
        "customer_ref": frame["customer_id"].tolist(),
        "rank": frame["value_rank"].tolist(),
        "value_score": frame["value_score"].tolist(),
        "rule_score": _nullable(frame["rule_score"]),
        **{name: _integers(frame[name]) for name in ENTRY[4:]},
    }
    if last is not None and _says(last, columns):
        return None
    borne = pseudonyms.assigned()
    columns["pseudonyms"] = [borne.get(pk, "") for pk in columns["customer_ref"]]
    previous = LedgerSnapshot.objects.order_by("-pk").values_list("digest", flat=True).first() or _GENESIS
    snapshot = LedgerSnapshot(
        version=version, task=version.task, as_of=version.as_of, due_on=due, known_to=known_to,
        number=1 if last is None else last.number + 1, entries=len(frame), previous_digest=previous,
    )  # fmt: skip
    snapshot.digest = _digest(_head(snapshot), zip(*columns.values(), strict=True))
    snapshot.save(force_insert=True)
    written_at = snapshot.created_at.isoformat()
    audit.record(FROZEN, "prediction", snapshot.pk, digest=snapshot.digest, written_at=written_at)
    bulk.insert(
        LedgerEntry,
        {
            "id": bulk.reserve_keys(LedgerEntry, len(frame)),
            "snapshot_id": [snapshot.pk] * len(frame),
            **columns,
        },
    )
    return snapshot


def _says(snapshot: LedgerSnapshot, columns: dict[str, list[Any]]) -> bool:
    """Whether a snapshot holds these very figures of these very customers."""
    if snapshot.entries != len(columns["customer_ref"]):
        return False
    rows = snapshot.rows.order_by("customer_ref").values_list(*ENTRY).iterator(_PIECE)
    return all(row == now for row, now in zip(rows, zip(*columns.values(), strict=True), strict=True))


def _integers(values: Any) -> list[int | None]:
    return [None if pd.isna(value) else int(value) for value in values.tolist()]


def _nullable(values: Any) -> list[float | None]:
    return [None if pd.isna(value) else value for value in values.tolist()]


def _head(snapshot: LedgerSnapshot) -> bytes:
    """What a snapshot is about, and the snapshot before it."""
    about = (snapshot.version_id, snapshot.task, snapshot.as_of.isoformat(), snapshot.due_on.isoformat())
    known = () if snapshot.known_to is None else (snapshot.known_to.isoformat(),)
    # A first word is sealed as it was when a day had no other.
    number = () if snapshot.number == 1 else (snapshot.number,)
    return orjson.dumps([snapshot.previous_digest, *about, snapshot.entries, *known, *number])


def _without_later_field(rows: Iterable[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
    """Rows as their digest was made: the last field stands in none that was written before the field was kept."""
    return (row if row[-1] is not None else row[:-1] for row in rows)


def _digest(head: bytes, rows: Iterable[tuple[Any, ...]]) -> str:
    """SHA-256 over a head and the rows, which come in order of their customers."""
    total = hashlib.sha256(head)
    for row in rows:
        total.update(orjson.dumps(row))
    return total.hexdigest()


@dataclass(frozen=True)
class Check:
    """How far the chain was gone through. ``first_broken``: the first snapshot that was touched, or that is missing;
    ``next``: the snapshot after which to go on, None where all was gone through."""

    first_broken: int | None
    checked: int
    total: int
    next: int | None


def broken() -> int | None:
    """The id of the first snapshot whose entries, outcome or place in the chain were touched; None if all is whole."""
    return check().first_broken


def check(after: int = 0, seconds: float = math.inf) -> Check:
    """Go through the chain from behind a snapshot that was found whole (0: from its beginning).

    Ends after the snapshot with which ``seconds`` are over: a few statements each, whatever the number of customers.
    """
    until = time.monotonic() + seconds
    snapshots = LedgerSnapshot.objects.order_by("pk")
    total = snapshots.count()
    previous = (snapshots.filter(pk=after).values_list("digest", flat=True).first() if after else None) or _GENESIS
    after = after if previous != _GENESIS else 0
    trail = _Trail()
    frozen = {pk for pk in trail.of[FROZEN] if pk > after}
    checked = already = snapshots.filter(pk__lte=after).count() if after else 0
    for snapshot in snapshots.filter(pk__gt=after).prefetch_related("settlements"):
        if checked > already and time.monotonic() >= until:
            return Check(None, checked, total, after)
        frozen.discard(snapshot.pk)
        if snapshot.previous_digest != previous or not _whole(snapshot, trail):
            return Check(snapshot.pk, checked, total, None)
        previous, after, checked = snapshot.digest, snapshot.pk, checked + 1
    # What the trail knows of and the ledger does not was cut off at the end.
    return Check(min(frozen, default=None), checked, total, None)


class _Note(NamedTuple):
    """What the audit trail says of a row of the ledger. ``written_at``: the row's own time, once it was noted."""

    digest: str
    at: datetime
    written_at: str | None

    def is_of(self, digest: str, written_at: datetime) -> bool:
        if self.written_at is None:
            return digest == self.digest and abs(written_at - self.at) <= _WAIT
        return digest == self.digest and written_at == datetime.fromisoformat(self.written_at)


class _Trail:
    """What the audit trail, which has a seal of its own, says of each snapshot, in its order; and which settlements
    have rows of correction."""

    def __init__(self) -> None:
        self.of: dict[str, dict[int, list[_Note]]] = {FROZEN: {}, SETTLED: {}, CORRECTED: {}}
        rows = AuditEntry.objects.filter(action__in=self.of, object_kind="prediction").order_by("pk")
        for action, pk, at, details in rows.values_list("action", "object_id", "at", "details"):
            note = _Note(details.get("digest", ""), at, details.get("written_at"))
            self.of[action].setdefault(int(pk), []).append(note)
        self.corrected = set(LedgerCorrection.objects.values_list("settlement_id", flat=True).distinct())

    def has(self, action: str, snapshot: LedgerSnapshot, rows: list[tuple[str, datetime]]) -> bool:
        """Whether it tells of these rows, by digest and time, and of no other."""
        notes = self.of[action].get(snapshot.pk, [])
        return len(notes) == len(rows) and all(note.is_of(*row) for note, row in zip(notes, rows, strict=True))


def _whole(snapshot: LedgerSnapshot, trail: _Trail) -> bool:
    """Whether a snapshot and its settlements are as they were written: what was settled anew differs from the trail."""
    rows = snapshot.rows.order_by("customer_ref").values_list(*FROZEN_ROW).iterator(_PIECE)
    if _digest(_head(snapshot), _without_later_field(rows)) != snapshot.digest:
        return False
    if not trail.has(FROZEN, snapshot, [(snapshot.digest, snapshot.created_at)]):
        return False
    settlements = sorted(snapshot.settlements.all(), key=lambda row: row.number)
    said = [(row.digest, row.settled_at) for row in settlements]
    if not (trail.has(SETTLED, snapshot, said[:1]) and trail.has(CORRECTED, snapshot, said[1:])):
        return False
    if not settlements:
        return not LedgerOutcome.objects.filter(entry__snapshot=snapshot).exists()
    befores = [None, *settlements[:-1]]
    return all(_settled_whole(snapshot, *pair, trail) for pair in zip(befores, settlements, strict=True))


def _settled_whole(snapshot: LedgerSnapshot, before: LedgerSettlement | None, row: LedgerSettlement,
                   trail: _Trail) -> bool:  # fmt: skip
    """Whether a settlement says what was sealed; a first one has no rows of correction."""
    if before is None:
        is_in_place = row.number == 1 and row.pk not in trail.corrected
        return is_in_place and row.digest == outcome_digest(snapshot, row.summary, _outcomes(snapshot))
    said = LedgerCorrection.objects.filter(settlement=row).order_by("entry_id").values_list(*_CORRECTED_ROW)
    digest = correction_digest(before, row.summary, said.iterator(_PIECE))
    return row.number == before.number + 1 and row.digest == digest


def _outcomes(snapshot: LedgerSnapshot) -> Iterable[tuple[Any, ...]]:
    outcomes = LedgerOutcome.objects.filter(entry__snapshot=snapshot).order_by("entry__customer_ref")
    rows = outcomes.values_list("entry__customer_ref", "actual_value_micros", "actual_orders", "customer_ref")
    return rows.iterator(_PIECE)


def outcome_digest(snapshot: LedgerSnapshot, summary: dict[str, Any], rows: Iterable[tuple[Any, ...]]) -> str:
    """Over the snapshot, the sums, and the rows (frozen number, value, orders, number then), by the frozen number."""
    return _digest(_settled_head(snapshot.digest, summary), _without_later_field(rows))


def correction_digest(before: LedgerSettlement, summary: dict[str, Any], rows: Iterable[tuple[Any, ...]]) -> str:
    """Over the settlement that is corrected, the new sums, and the rows (``_CORRECTED_ROW``, by entry)."""
    return _digest(_settled_head(before.digest, summary), rows)


def _settled_head(before: str, summary: dict[str, Any]) -> bytes:
    try:
        sums = orjson.dumps(summary, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # a total beyond 64 bits: it knows none
        sums = json.dumps(summary, sort_keys=True, separators=(",", ":")).encode()
    return before.encode() + sums
