"""The ledger: what was said, frozen when it is first shown; what happened, set beside it when it is due."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import Any

import orjson
import pandas as pd
from django.db import transaction

from zhiji.application.predictions.models import (
    LedgerEntry,
    LedgerOutcome,
    LedgerSettlement,
    LedgerSnapshot,
    ModelVersion,
)
from zhiji.data.store import bulk
from zhiji.platform import audit, live
from zhiji.platform.models import AuditEntry

FROZEN, SETTLED = "ledger_freeze", "ledger_settle"
_GENESIS = "0" * 64
_ENTRY = (
    "customer_ref", "rank", "value_score", "rule_score", "expected_value_micros", "value_low_micros",
    "value_high_micros",
)  # fmt: skip


def freeze(version: ModelVersion, frame: pd.DataFrame) -> LedgerSnapshot | None:
    """Freeze what a version says of every customer on its day; the first version of a day and horizon stands.

    A refresh repeated on the same day changes what is shown only after the ledger has it, so a second look cannot be
    put in the place of the first.
    """
    due = version.as_of + timedelta(days=version.horizon_days)
    if LedgerSnapshot.objects.filter(task=version.task, as_of=version.as_of, due_on=due).exists():
        return None
    columns = {
        "customer_ref": frame["customer_id"].tolist(),
        "rank": frame["value_rank"].tolist(),
        "value_score": frame["value_score"].tolist(),
        "rule_score": frame["rule_score"].tolist(),
        **{name: _integers(frame[name]) for name in _ENTRY[4:]},
    }
    previous = LedgerSnapshot.objects.order_by("-pk").values_list("digest", flat=True).first() or _GENESIS
    snapshot = LedgerSnapshot(
        version=version, task=version.task, as_of=version.as_of, due_on=due, entries=len(frame),
        previous_digest=previous,
    )  # fmt: skip
    snapshot.digest = _digest(_head(snapshot), zip(*columns.values(), strict=True))
    snapshot.save(force_insert=True)
    audit.record(FROZEN, "prediction", snapshot.pk, digest=snapshot.digest)
    bulk.insert(
        LedgerEntry,
        {
            "id": bulk.reserve_keys(LedgerEntry, len(frame)),
            "snapshot_id": [snapshot.pk] * len(frame),
            **columns,
        },
    )
    return snapshot


def _integers(values: Any) -> list[int | None]:
    return [None if pd.isna(value) else int(value) for value in values.tolist()]


def _head(snapshot: LedgerSnapshot) -> bytes:
    """What a snapshot is about, and the snapshot before it."""
    about = (snapshot.version_id, snapshot.task, snapshot.as_of.isoformat(), snapshot.due_on.isoformat())
    return orjson.dumps([snapshot.previous_digest, *about, snapshot.entries])


def _digest(head: bytes, rows: Any) -> str:
    """SHA-256 over a head and the rows in order of their customers."""
    total = hashlib.sha256(head)
    for row in sorted(tuple(row) for row in rows):
        total.update(orjson.dumps(row))
    return total.hexdigest()


def broken() -> int | None:
    """The id of the first snapshot whose entries, outcome or place in the chain were touched; None if all is whole."""
    frozen, settled = _audited(FROZEN), _audited(SETTLED)
    previous = _GENESIS
    for snapshot in LedgerSnapshot.objects.order_by("pk").select_related("settlement"):
        rows = snapshot.rows.values_list(*_ENTRY).iterator()
        if snapshot.previous_digest != previous or _digest(_head(snapshot), rows) != snapshot.digest:
            return snapshot.pk
        settlement = getattr(snapshot, "settlement", None)
        if settlement is None:
            if str(snapshot.pk) in settled or LedgerOutcome.objects.filter(entry__snapshot=snapshot).exists():
                return snapshot.pk
        elif _outcome_digest(snapshot, settlement.summary) != settlement.digest:
            return snapshot.pk
        if frozen.pop(str(snapshot.pk), "") != snapshot.digest or (
            settlement is not None and settled.get(str(snapshot.pk)) != settlement.digest
        ):
            return snapshot.pk
        previous = snapshot.digest
    # What the trail knows of and the ledger does not was cut off at the end.
    return min(map(int, frozen), default=None)


def _audited(action: str) -> dict[str, str]:
    """Snapshot → its first digest in the audit trail, which has a seal of its own: what was settled anew differs."""
    rows = AuditEntry.objects.filter(action=action, object_kind="prediction").order_by("-pk")
    return {pk: details.get("digest", "") for pk, details in rows.values_list("object_id", "details")}


def _outcome_digest(snapshot: LedgerSnapshot, summary: dict[str, Any]) -> str:
    rows = LedgerOutcome.objects.filter(entry__snapshot=snapshot).values_list(
        "entry__customer_ref", "actual_value_micros", "actual_orders"
    )
    head = snapshot.digest.encode() + orjson.dumps(summary, option=orjson.OPT_SORT_KEYS)
    return _digest(head, rows.iterator())


def settle(days: pd.DataFrame, covered_to: date) -> int:
    """Set what happened beside every snapshot that is due and covered by the data; returns how many were settled.

    days: customer-days known now (``customer_id, value_on, amount_micros``). covered_to: the last day the data covers.
    """
    due = list(LedgerSnapshot.objects.filter(settlement=None, due_on__lte=covered_to))
    on = pd.to_datetime(days["value_on"])
    for snapshot in due:
        window = days[(on > pd.Timestamp(snapshot.as_of)) & (on <= pd.Timestamp(snapshot.due_on))]
        grouped: Any = window.groupby("customer_id")["amount_micros"].agg(
            value="sum", orders=lambda amounts: int((amounts > 0).sum())
        )
        _settle_one(snapshot, grouped)
    return len(due)


@transaction.atomic
def _settle_one(snapshot: LedgerSnapshot, actual: pd.DataFrame) -> None:
    entries = pd.DataFrame.from_records(snapshot.rows.values("pk", *_ENTRY))
    joined = entries.join(actual, on="customer_ref").fillna({"value": 0, "orders": 0})
    joined = joined.astype({"value": "int64", "orders": "int64"})
    bulk.insert(
        LedgerOutcome,
        {
            "entry_id": joined["pk"].tolist(),
            "actual_value_micros": joined["value"].tolist(),
            "actual_orders": joined["orders"].tolist(),
        },
    )
    summary = _summary(joined)
    settlement = LedgerSettlement.objects.create(
        snapshot=snapshot, summary=summary, digest=_outcome_digest(snapshot, summary)
    )
    audit.record(SETTLED, "prediction", snapshot.pk, as_of=snapshot.as_of.isoformat(), digest=settlement.digest)
    live.publish("prediction", task=snapshot.task, settled=snapshot.pk)


def _summary(frame: pd.DataFrame) -> dict[str, Any]:
    """Totals and tenths by the model's rank, in micros: said (None where withheld), happened, and the rule's order."""
    ordered = frame.sort_values("rank")
    said = ordered["expected_value_micros"]
    shown = bool(said.notna().all())
    tenth = (ordered["rank"] - 1) * 10 // max(1, len(ordered))
    by_rule = frame.sort_values(["rule_score", "customer_ref"], ascending=[False, True])["value"].to_numpy()
    covered = None
    if shown:
        # As in the back-test: intervals that are only the point zero say nothing about coverage.
        real = ordered[ordered["value_high_micros"] > 0]
        inside = (real["value"] >= real["value_low_micros"]) & (real["value"] <= real["value_high_micros"])
        covered = round(float(inside.mean()), 4) if len(real) else None
    tenths = []
    for number in range(10):
        part = ordered[tenth == number]
        start, end = int((tenth < number).sum()), int((tenth <= number).sum())
        tenths.append(
            {
                "tenth": 10 - number, "customers": len(part),
                "said_micros": int(part["expected_value_micros"].sum()) if shown else None,
                "actual_micros": int(part["value"].sum()),
                "actual_by_rule_micros": int(by_rule[start:end].sum()),
            }
        )  # fmt: skip
    return {
        "customers": len(frame),
        "said_micros": int(said.sum()) if shown else None,
        "actual_micros": int(frame["value"].sum()),
        "coverage": covered,
        "tenths": tenths,
    }
