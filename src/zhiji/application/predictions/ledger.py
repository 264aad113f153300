"""The ledger: what was said, frozen when it is first shown; what happened, set beside it when it is due.

What was said as of a day before the data's last is frozen too, and marked as looking back: see
``LedgerSnapshot.known_to``.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import orjson
import pandas as pd
from django.db import transaction

from zhiji.application.predictions import pseudonyms
from zhiji.application.predictions.models import (
    LedgerEntry,
    LedgerOutcome,
    LedgerSettlement,
    LedgerSnapshot,
    ModelVersion,
)
from zhiji.data.store import bulk
from zhiji.kernel import MICROS
from zhiji.platform import audit, live
from zhiji.platform.models import AuditEntry

FROZEN, SETTLED = "ledger_freeze", "ledger_settle"
_GENESIS = "0" * 64
# Rows are read, and hashed, in pieces: a snapshot may hold a million customers.
_PIECE = 5_000
_ENTRY = (
    "customer_ref", "rank", "value_score", "rule_score", "expected_value_micros", "value_low_micros",
    "value_high_micros",
)  # fmt: skip
_FROZEN_ROW = (*_ENTRY, "pseudonyms")


@transaction.atomic
def freeze(version: ModelVersion, frame: pd.DataFrame, *, known_to: date) -> LedgerSnapshot | None:
    """Freeze what a version says of every customer on its day; the first version of a day and horizon stands.

    A refresh repeated on the same day changes what is shown only after the ledger has it, so a second look cannot be
    put in the place of the first. known_to: the last day that the data covers now.
    """
    due = version.as_of + timedelta(days=version.horizon_days)
    if LedgerSnapshot.objects.filter(task=version.task, as_of=version.as_of, due_on=due).exists():
        return None
    frame, borne = frame.sort_values("customer_id"), pseudonyms.assigned()
    columns = {
        "customer_ref": frame["customer_id"].tolist(),
        "rank": frame["value_rank"].tolist(),
        "value_score": frame["value_score"].tolist(),
        "rule_score": frame["rule_score"].tolist(),
        **{name: _integers(frame[name]) for name in _ENTRY[4:]},
        "pseudonyms": [borne.get(pk, "") for pk in frame["customer_id"].tolist()],
    }
    previous = LedgerSnapshot.objects.order_by("-pk").values_list("digest", flat=True).first() or _GENESIS
    snapshot = LedgerSnapshot(
        version=version, task=version.task, as_of=version.as_of, due_on=due, known_to=known_to,
        entries=len(frame), previous_digest=previous,
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
    known = () if snapshot.known_to is None else (snapshot.known_to.isoformat(),)
    return orjson.dumps([snapshot.previous_digest, *about, snapshot.entries, *known])


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
    previous = snapshots.filter(pk=after).values_list("digest", flat=True).first() or _GENESIS
    after = after if previous != _GENESIS else 0
    frozen = {pk: digest for pk, digest in _audited(FROZEN).items() if int(pk) > after}
    settled = _audited(SETTLED)
    checked = already = snapshots.filter(pk__lte=after).count()
    for snapshot in snapshots.filter(pk__gt=after).select_related("settlement"):
        if checked > already and time.monotonic() >= until:
            return Check(None, checked, total, after)
        recorded = frozen.pop(str(snapshot.pk), ""), settled.get(str(snapshot.pk))
        if snapshot.previous_digest != previous or not _whole(snapshot, *recorded):
            return Check(snapshot.pk, checked, total, None)
        previous, after, checked = snapshot.digest, snapshot.pk, checked + 1
    # What the trail knows of and the ledger does not was cut off at the end.
    return Check(min(map(int, frozen), default=None), checked, total, None)


def _whole(snapshot: LedgerSnapshot, frozen: str, settled: str | None) -> bool:
    """Whether a snapshot is as it was written. frozen, settled: the digests that the audit trail has of it."""
    rows = snapshot.rows.order_by("customer_ref").values_list(*_FROZEN_ROW).iterator(_PIECE)
    if _digest(_head(snapshot), _without_later_field(rows)) != snapshot.digest or frozen != snapshot.digest:
        return False
    settlement = getattr(snapshot, "settlement", None)
    if settlement is None:
        return settled is None and not LedgerOutcome.objects.filter(entry__snapshot=snapshot).exists()
    return bool(settled == settlement.digest == _outcome_digest(snapshot, settlement.summary))


def _audited(action: str) -> dict[str, str]:
    """Snapshot → its first digest in the audit trail, which has a seal of its own: what was settled anew differs."""
    rows = AuditEntry.objects.filter(action=action, object_kind="prediction").order_by("-pk")
    return {pk: details.get("digest", "") for pk, details in rows.values_list("object_id", "details")}


def _outcome_digest(snapshot: LedgerSnapshot, summary: dict[str, Any]) -> str:
    outcomes = LedgerOutcome.objects.filter(entry__snapshot=snapshot).order_by("entry__customer_ref")
    rows = outcomes.values_list("entry__customer_ref", "actual_value_micros", "actual_orders", "customer_ref")
    head = snapshot.digest.encode() + orjson.dumps(summary, option=orjson.OPT_SORT_KEYS)
    return _digest(head, _without_later_field(rows.iterator(_PIECE)))


def settle(days: pd.DataFrame, covered_to: date) -> int:
    """Set what happened beside every snapshot that is due and covered by the data; returns how many were settled.

    days: customer-days known now (``customer_id, value_on, amount_micros``). covered_to: the last day the data covers.
    One of whose customers nobody is there waits: their import was undone, and may come again.
    """
    due = list(LedgerSnapshot.objects.filter(settlement=None, due_on__lte=covered_to))
    on, settled = pd.to_datetime(days["value_on"]), 0
    for snapshot in due:
        window = days[(on > pd.Timestamp(snapshot.as_of)) & (on <= pd.Timestamp(snapshot.due_on))]
        grouped: Any = window.groupby("customer_id")["amount_micros"].agg(
            value="sum", orders=lambda amounts: int((amounts > 0).sum())
        )
        settled += _settle_one(snapshot, grouped)
    return settled


def _found(entries: pd.DataFrame) -> pd.DataFrame:
    """Entry (``pk``) and customer of today (``customer_id``), a row a pair; entries of nobody who is there have none.

    By number while that customer is there, else by pseudonyms: more than one customer where they were parted since.
    Nobody stands for two entries.
    """
    there = {row[0] for row in bulk.look_up("SELECT id FROM store_customer", [])}
    by_number = entries["customer_ref"].isin(there)
    pairs = list(zip(entries["pk"][by_number], entries["customer_ref"][by_number], strict=True))
    lost = entries[~by_number & entries["pseudonyms"].fillna("").ne("")]
    if len(lost):
        bearers, taken = pseudonyms.customers(), {customer for _, customer in pairs}
        for pk, borne in zip(lost["pk"], lost["pseudonyms"], strict=True):
            again = sorted({bearers[each] for each in borne.split() if each in bearers} - taken)
            pairs += [(pk, customer) for customer in again]
            taken.update(again)
    return pd.DataFrame(pairs, columns=["pk", "customer_id"], dtype="int64")


@transaction.atomic
def _settle_one(snapshot: LedgerSnapshot, actual: pd.DataFrame) -> bool:
    entries = pd.DataFrame.from_records(snapshot.rows.values("pk", *_FROZEN_ROW))
    found = _found(entries)
    if found.empty:
        return False
    came = found.join(actual, on="customer_id").fillna({"value": 0, "orders": 0}).groupby("pk")
    joined = entries.join(came.agg({"customer_id": "min", "value": "sum", "orders": "sum"}), on="pk", how="inner")
    joined = joined.astype({"value": "int64", "orders": "int64"}).sort_values("customer_ref")
    numbers = zip(joined["customer_id"].tolist(), joined["customer_ref"].tolist(), strict=True)
    bulk.insert(
        LedgerOutcome,
        {
            "entry_id": joined["pk"].tolist(),
            "actual_value_micros": joined["value"].tolist(),
            "actual_orders": joined["orders"].tolist(),
            "customer_ref": [None if now == then else now for now, then in numbers],
        },
    )
    summary = {**_summary(joined), "unknown": len(entries) - len(joined)}
    settlement = LedgerSettlement.objects.create(
        snapshot=snapshot, summary=summary, digest=_outcome_digest(snapshot, summary)
    )
    audit.record(SETTLED, "prediction", snapshot.pk, as_of=snapshot.as_of.isoformat(), digest=settlement.digest)
    live.publish("prediction", task=snapshot.task, settled=snapshot.pk)
    return True


def _summary(frame: pd.DataFrame) -> dict[str, Any]:
    """Totals and tenths by the model's rank, in micros: said (None where withheld), by the plain rule, happened, and
    what the same tenth by the rule's own order brought."""
    ordered = frame.sort_values("rank").assign(rule=lambda rows: _rule_micros(rows["rule_score"]))
    shown = bool(ordered["expected_value_micros"].notna().all())
    by_rule = frame.sort_values(["rule_score", "customer_ref"], ascending=[False, True])["value"].to_numpy()
    ends = [-(-len(ordered) * number // 10) for number in range(11)]
    tenths = []
    for number, (start, end) in enumerate(pairwise(ends)):
        part = {"tenth": 10 - number, "customers": end - start, **_totals(ordered.iloc[start:end], shown)}
        tenths.append({**part, "actual_by_rule_micros": int(by_rule[start:end].sum())})
    covered = _coverage(ordered) if shown else None
    return {"customers": len(frame), **_totals(ordered, shown), "coverage": covered, "tenths": tenths}


def _totals(part: pd.DataFrame, shown: bool) -> dict[str, int | None]:
    return {
        "said_micros": int(part["expected_value_micros"].sum()) if shown else None,
        "rule_micros": int(part["rule"].sum()),
        "actual_micros": int(part["value"].sum()),
    }


def _rule_micros(scores: pd.Series[Any]) -> pd.Series[Any]:
    """The rules' scores are amounts in units; a customer without one was not known to the rule."""
    return (scores.fillna(0.0) * MICROS).round().astype("int64")


def _coverage(ordered: pd.DataFrame) -> float | None:
    """As in the back-test: intervals that are only the point zero say nothing about coverage."""
    real = ordered[ordered["value_high_micros"] > 0]
    inside = (real["value"] >= real["value_low_micros"]) & (real["value"] <= real["value_high_micros"])
    return round(float(inside.mean()), 4) if len(real) else None
