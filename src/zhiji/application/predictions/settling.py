"""Setting what happened beside what was said, when it is due; and again where the record has been corrected since.

A settlement rests on the record as it was then. A file may come late, or be undone: where the record now says otherwise
of somebody, a correcting settlement follows. The earlier ones stay, and all are under the ledger's chain.

Reading and comparing takes seconds a snapshot where customers are many, so it stands in no transaction: others write
meanwhile. What is found to be written then is, if nobody else has settled the snapshot since.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
from django.db import transaction

from zhiji.application.predictions import ledger, totals
from zhiji.application.predictions.models import (
    LedgerCorrection,
    LedgerLook,
    LedgerOutcome,
    LedgerSettlement,
    LedgerSnapshot,
)
from zhiji.application.predictions.record import People, Record
from zhiji.data.store import bulk
from zhiji.platform import audit, live

_OUTCOME = ("customer_ref", "value", "orders")
_PIECE = 50_000
# Up to so many of whom nothing is known stand with the look; of more the entries are read.
_FEW_UNKNOWN = 1_000
# Of what was said, where no figure can be missing.
_TYPES: dict[str, Any] = {
    **dict.fromkeys(("pk", "customer_ref", "rank"), "int64"),
    **dict.fromkeys(("value_score", "rule_score"), "float64"),
}
# Number and pseudonyms.
Frozen = tuple[int, str | None]


def settle(days: pd.DataFrame, covered_to: date, people: People | None = None) -> int:
    """Set what happened beside every snapshot that is due and covered by the data, and correct what the record now
    says otherwise; returns how many were settled or corrected.

    days: customer-days known now (``customer_id, value_on, amount_micros``, one row a customer and day), as if nobody
    had been merged: what was said of two who are one now is held against what each of them did. covered_to: the last
    day the data covers. A snapshot of whose customers nobody is there waits: their import was undone, and may
    come again. Nothing is read of one whose days in the record are the same as when it was last looked at.
    """
    due = LedgerSnapshot.objects.filter(due_on__lte=covered_to).select_related("look").prefetch_related("settlements")
    record, written = Record(days, people or People()), 0
    for snapshot in due.order_by("pk"):
        last = max(snapshot.settlements.all(), key=lambda row: row.number, default=None)
        look = getattr(snapshot, "look", None)
        if last is None or look is None or look.mark != record.mark(snapshot, _unknown(snapshot, last, look)):
            written += _look_at(snapshot, last, record)
    return written


def _unknown(snapshot: LedgerSnapshot, last: LedgerSettlement, look: LedgerLook) -> Sequence[Frozen]:
    """Of whom nothing was ever said."""
    if not last.summary.get("unknown"):
        return []
    if look.unknown is not None:
        return [(number, borne) for number, borne in look.unknown]
    return list(snapshot.rows.filter(outcome=None, corrections=None).values_list("customer_ref", "pseudonyms"))


def _look_at(snapshot: LedgerSnapshot, last: LedgerSettlement | None, record: Record) -> bool:
    """Settle a snapshot, or correct its last settlement; whether anything was written."""
    entries = _entries(snapshot)
    lost = _lost(entries, record.people)
    now = _outcomes_now(_found(snapshot, entries, lost, record.people), record.days_of(snapshot))
    if last is None and now.empty:
        return False
    before = _outcomes_kept(snapshot, last)
    changed = _changed(before, now)
    # Whoever is no longer there keeps what was last known of them.
    outcomes = pd.concat([now, before[~before.index.isin(now.index)]])
    unknown = [lost[pk] for pk in lost.keys() - set(outcomes.index)]
    look = LedgerLook(snapshot=snapshot, mark=record.mark(snapshot, unknown))
    look.unknown = unknown if len(unknown) <= _FEW_UNKNOWN else None
    silent = record.silent_days(snapshot)
    if last is not None and not changed["is_other"].any() and silent == last.summary.get("silent_days"):
        look.save()
        return False
    summary = {**_summary(entries, outcomes), "unknown": len(unknown)}
    if silent is not None:
        summary["silent_days"] = silent
    if last is None:  # in the order in which the digest is made
        rows = now.loc[entries["customer_ref"].loc[now.index].sort_values().index]
    else:
        summary["corrected"] = int(changed["is_other"].sum())
        rows = now.loc[changed.index.sort_values()]
    return _write(snapshot, last, summary, rows, entries, look)


def _write(snapshot: LedgerSnapshot, last: LedgerSettlement | None, summary: dict[str, Any], rows: pd.DataFrame,
           entries: pd.DataFrame, look: LedgerLook) -> bool:  # fmt: skip
    """All of a settlement at once; nothing where another one was made while this one was being found."""
    settlement = LedgerSettlement(snapshot=snapshot, number=1 if last is None else last.number + 1, summary=summary)
    if last is None:
        columns = _outcomes(rows, entries["customer_ref"].loc[rows.index])
        settlement.digest = ledger.outcome_digest(snapshot, summary, zip(*columns.values(), strict=True))
    else:
        columns = _corrections(rows)
        settlement.digest = ledger.correction_digest(last, summary, zip(*columns.values(), strict=True))
    with transaction.atomic():
        LedgerSnapshot.objects.select_for_update().get(pk=snapshot.pk)
        newest = LedgerSettlement.objects.filter(snapshot=snapshot).order_by("-number").first()
        if newest != last:
            return False
        settlement.save(force_insert=True)
        if last is None:
            del columns["frozen"]
            bulk.insert(LedgerOutcome, {"entry_id": rows.index.tolist(), **columns})
        else:
            keys, settlements = bulk.reserve_keys(LedgerCorrection, len(rows)), [settlement.pk] * len(rows)
            bulk.insert(LedgerCorrection, {"id": keys, "settlement_id": settlements, **columns})
        _note(settlement)
        look.save()
        live.publish("prediction", task=snapshot.task, settled=snapshot.pk)
    return True


def _entries(snapshot: LedgerSnapshot) -> pd.DataFrame:
    """What was said, by the entry (``pk``), all but the pseudonyms; read in pieces, for a row of Python is large."""
    rows = snapshot.rows.order_by("pk").values_list("pk", *ledger.ENTRY).iterator(_PIECE)
    pieces = []
    while piece := list(islice(rows, _PIECE)):
        columns = zip(("pk", *ledger.ENTRY), zip(*piece, strict=True), strict=True)
        pieces.append(
            pd.DataFrame({name: pd.array(values, dtype=_TYPES.get(name, "Int64")) for name, values in columns})
        )
    return pd.concat(pieces).set_index("pk") if pieces else pd.DataFrame(columns=["pk", *ledger.ENTRY]).set_index("pk")


def _lost(entries: pd.DataFrame, people: People) -> dict[int, Frozen]:
    """Entry → number and pseudonyms, of those whose customer is not there under the frozen number."""
    numbers = entries.index[~np.isin(entries["customer_ref"].to_numpy(), people.there)].tolist()
    sql = f"SELECT id, customer_ref, pseudonyms FROM predictions_ledgerentry WHERE {bulk.among('id')} ORDER BY id"  # noqa: S608
    rows = bulk.look_up(sql, [bulk.many(numbers)]) if numbers else []
    return {pk: (number, borne) for pk, number, borne in rows}


def _of_several(snapshot: LedgerSnapshot) -> dict[int, str]:
    """Entry → pseudonyms, of those who were several before they were merged."""
    rows = snapshot.rows.filter(pseudonyms__contains=" ").order_by("pk").values_list("pk", "pseudonyms")
    return {pk: borne or "" for pk, borne in rows}


def _found(snapshot: LedgerSnapshot, entries: pd.DataFrame, lost: dict[int, Frozen],
           people: People) -> pd.DataFrame:  # fmt: skip
    """Entry (``pk``) and customer of today (``customer_id``), a row a pair; entries of nobody who is there have none.

    By number while that customer is there, else by pseudonyms. Whoever was several when the entry was frozen is looked
    for as each of them: they may have been parted since. Nobody stands for two entries.
    """
    by_number = entries["customer_ref"][~entries.index.isin(lost)].rename("customer_id").reset_index()
    pairs: list[tuple[int, int]] = []
    sought = _of_several(snapshot) | {pk: borne or "" for pk, (_, borne) in lost.items()}
    taken = set(by_number["customer_id"].tolist()) if sought else set()
    for pk, borne in sorted(sought.items()):
        again = sorted(people.borne_by(borne) - taken)
        pairs += [(pk, customer) for customer in again]
        taken.update(again)
    return pd.concat([by_number, pd.DataFrame(pairs, columns=["pk", "customer_id"], dtype="int64")])


def _outcomes_now(found: pd.DataFrame, days: pd.DataFrame) -> pd.DataFrame:
    """Entry → what the record says today, of those whose customer is there. found: see ``_found``; days: of the
    horizon, see ``settle``. A day on which two of one entry bought is one purchase."""
    from zhiji.processing.features import with_purchases

    # An inner join, and sums of what there is: a column with a missing value is of floats, which hold no large amount
    # to the micro.
    own = days.merge(found, on="customer_id").groupby(["pk", "value_on"])[["amount_micros"]].sum()
    bought = with_purchases(own.reset_index())
    sums = bought.groupby("pk")[["amount_micros", "purchases"]].sum()
    outcomes = found.groupby("pk")[["customer_id"]].min()
    sums = sums.reindex(outcomes.index, fill_value=0).astype("int64")
    return pd.DataFrame(
        {"customer_ref": outcomes["customer_id"], "value": sums["amount_micros"], "orders": sums["purchases"]}
    ).astype("int64")


def _outcomes_kept(snapshot: LedgerSnapshot, last: LedgerSettlement | None) -> pd.DataFrame:
    """Entry → what the settlements so far say; the newest word of each."""
    names = ("actual_value_micros", "actual_orders")
    rows: list[tuple[Any, ...]] = []
    if last is not None:
        first = LedgerOutcome.objects.filter(entry__snapshot=snapshot)
        rows = [
            (pk, frozen if found is None else found, *sums)
            for pk, found, frozen, *sums in first.values_list("pk", "customer_ref", "entry__customer_ref", *names)
        ]
        later = LedgerCorrection.objects.filter(settlement__snapshot=snapshot, settlement__number__lte=last.number)
        rows += later.order_by("settlement__number").values_list("entry_id", "customer_ref", *names)
    frame = pd.DataFrame(rows, columns=["pk", *_OUTCOME], dtype="int64").drop_duplicates("pk", keep="last")
    return frame.set_index("pk")


def _changed(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """The entries of which the record says something else; ``is_other``: another sum or number of orders, or the first
    word of somebody, not only another number of the customer."""
    known = before.reindex(now.index, fill_value=0)
    differs = {name: now[name].ne(known[name]) for name in _OUTCOME}
    is_other = differs["value"] | differs["orders"] | ~now.index.isin(before.index)
    return pd.DataFrame({"is_other": is_other})[is_other | differs["customer_ref"]]


def _summary(entries: pd.DataFrame, outcomes: pd.DataFrame) -> dict[str, Any]:
    joined = entries.rename(columns={"customer_ref": "frozen_ref"}).join(outcomes, how="inner")
    return totals.summary(joined)


def _outcomes(now: pd.DataFrame, frozen: pd.Series[int]) -> dict[str, list[Any]]:
    """As ``ledger.check`` reads them. ``customer_ref``: only where it is no longer the frozen number."""
    numbers = zip(now["customer_ref"].tolist(), frozen.tolist(), strict=True)
    return {
        "frozen": frozen.tolist(),
        "actual_value_micros": now["value"].tolist(),
        "actual_orders": now["orders"].tolist(),
        "customer_ref": [None if found == was else found for found, was in numbers],
    }


def _corrections(changed: pd.DataFrame) -> dict[str, list[Any]]:
    """What is said otherwise, by entry; the sums of the summary are those of all."""
    return {
        "entry_id": changed.index.tolist(),
        "actual_value_micros": changed["value"].tolist(),
        "actual_orders": changed["orders"].tolist(),
        "customer_ref": changed["customer_ref"].tolist(),
    }


def _note(row: LedgerSettlement) -> None:
    """In the audit trail, with all that tells it from another: the trail has a seal of its own."""
    snapshot, digest, at = row.snapshot, row.digest, row.settled_at.isoformat()
    about: dict[str, Any] = {"as_of": snapshot.as_of.isoformat(), "digest": digest, "written_at": at}
    if row.number > 1:
        audit.record(ledger.CORRECTED, "prediction", snapshot.pk, number=row.number, **about)
    else:
        audit.record(ledger.SETTLED, "prediction", snapshot.pk, **about)
