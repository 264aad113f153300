"""Setting what happened beside what was said, when it is due; and again where the record has been corrected since.

A settlement rests on the record as it was then. A file may come late, or be undone: where the record now says another
sum of somebody, a correcting settlement follows. The earlier ones stay, and all are under the ledger's chain.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from django.db import transaction

from zhiji.application.predictions import ledger, pseudonyms
from zhiji.application.predictions.models import (
    LedgerCorrection,
    LedgerLook,
    LedgerOutcome,
    LedgerSettlement,
    LedgerSnapshot,
)
from zhiji.data.store import bulk
from zhiji.kernel import MICROS
from zhiji.platform import audit, live

_OUTCOME = ("customer_ref", "value", "orders")
# Fewer days without an order than this are no sign of a missing file, however young the company.
_FEW_SILENT_DAYS = 7


def settle(days: pd.DataFrame, covered_to: date) -> int:
    """Set what happened beside every snapshot that is due and covered by the data, and correct what the record now
    says otherwise; returns how many were settled or corrected.

    days: customer-days known now (``customer_id, value_on, amount_micros``, one row a customer and day). covered_to:
    the last day the data covers. A snapshot of whose customers nobody is there waits: their import was undone, and may
    come again. Nothing is read of one whose days in the record are the same as when it was last looked at.
    """
    due = LedgerSnapshot.objects.filter(due_on__lte=covered_to).select_related("look").prefetch_related("settlements")
    record, written = _Record(days), 0
    for snapshot in due.order_by("pk"):
        last = max(snapshot.settlements.all(), key=lambda row: row.number, default=None)
        look = getattr(snapshot, "look", None)
        if last is None or look is None or look.mark != record.mark(snapshot, last):
            written += _look_at(snapshot, last, record)
    return written


class _Record:
    """The customer-days of the record, with sums that tell in two look-ups whether those of a horizon have changed."""

    def __init__(self, days: pd.DataFrame) -> None:
        on = pd.to_datetime(days["value_on"]).to_numpy().astype("datetime64[D]")
        order = np.argsort(on, kind="stable")
        plain = days[["customer_id", "amount_micros"]].assign(on=on.astype(np.int64))
        hashes = pd.util.hash_pandas_object(plain, index=False).to_numpy(dtype=np.uint64)[order]
        self.on, self.days = on[order], days.iloc[order]
        self.sums = np.r_[np.zeros(1, np.uint64), np.cumsum(hashes, dtype=np.uint64)]

    @cached_property
    def there(self) -> set[int]:
        return {row[0] for row in bulk.look_up("SELECT id FROM store_customer", [])}

    @cached_property
    def _people(self) -> str:
        return f"{hash(frozenset(self.there)):x}"  # of whole numbers: the same in every process

    @cached_property
    def bearers(self) -> dict[str, int]:
        return pseudonyms.customers()

    def _within(self, snapshot: LedgerSnapshot) -> slice:
        ends = np.array([snapshot.as_of, snapshot.due_on], dtype="datetime64[D]")
        return slice(*np.searchsorted(self.on, ends, side="right"))

    def mark(self, snapshot: LedgerSnapshot, settlement: LedgerSettlement) -> str:
        """Another one wherever a customer-day of the horizon is another; or, while somebody is unknown, a customer."""
        rows = self._within(snapshot)
        mark = f"{(int(self.sums[rows.stop]) - int(self.sums[rows.start])) % 2**64:x}"
        return f"{mark}-{self._people}" if settlement.summary.get("unknown") else mark

    def came(self, snapshot: LedgerSnapshot) -> pd.DataFrame:
        """Customer → ``value`` in micros and purchase days (``orders``) in the horizon."""
        from zhiji.processing.features import with_purchases

        rows = with_purchases(self.days.iloc[self._within(snapshot)])
        sums = rows.groupby("customer_id")[["amount_micros", "purchases"]].sum()
        return sums.rename(columns={"amount_micros": "value", "purchases": "orders"})

    def silent_days(self, snapshot: LedgerSnapshot) -> int | None:
        """For how long nobody ordered in the horizon, where that is longer than ever before it."""
        rows = self._within(snapshot)
        ends = np.array([snapshot.as_of, snapshot.due_on], dtype="datetime64[D]") + np.array([0, 1])
        now = _longest_gap(np.concatenate([ends[:1], self.on[rows], ends[1:]]))
        usual = _longest_gap(self.on[: rows.start])
        return now if now > max(usual, _FEW_SILENT_DAYS) else None


def _longest_gap(days: Any) -> int:
    """Days between two neighbours of sorted days, neither counted."""
    return int(np.diff(days).astype(np.int64).max(initial=1)) - 1


@transaction.atomic
def _look_at(snapshot: LedgerSnapshot, last: LedgerSettlement | None, record: _Record) -> bool:
    """Settle a snapshot, or correct its last settlement; whether anything was to be written."""
    entries = pd.DataFrame.from_records(snapshot.rows.values("pk", *ledger.FROZEN_ROW)).set_index("pk")
    now = _outcomes_now(entries, record.came(snapshot), record)
    if last is None and now.empty:
        return False
    before = _outcomes_kept(snapshot)
    changed = _changed(before, now)
    if last is not None and not changed["is_sum"].any():
        _keep_look(snapshot, last, record)
        return False
    # Whoever is no longer there keeps what was last known of them.
    outcomes = pd.concat([now, before[~before.index.isin(now.index)]])
    joined = entries.drop(columns="customer_ref").join(outcomes, how="inner")
    joined["frozen_ref"] = entries["customer_ref"].loc[joined.index]
    summary = {**_summary(joined), "unknown": len(entries) - len(joined)}
    silent = record.silent_days(snapshot)
    if silent is not None:
        summary["silent_days"] = silent
    if last is None:
        written = _settle_first(snapshot, now, entries, summary)
    else:
        summary["corrected"] = int(changed["is_sum"].sum())
        written = _correct(snapshot, last, now.loc[changed.index], summary)
    _keep_look(snapshot, written, record)
    live.publish("prediction", task=snapshot.task, settled=snapshot.pk)
    return True


def _keep_look(snapshot: LedgerSnapshot, settlement: LedgerSettlement, record: _Record) -> None:
    LedgerLook.objects.update_or_create(snapshot=snapshot, defaults={"mark": record.mark(snapshot, settlement)})


def _found(entries: pd.DataFrame, record: _Record) -> pd.DataFrame:
    """Entry (``pk``) and customer of today (``customer_id``), a row a pair; entries of nobody who is there have none.

    By number while that customer is there, else by pseudonyms: more than one customer where they were parted since.
    Nobody stands for two entries.
    """
    by_number = entries["customer_ref"].isin(record.there)
    pairs = list(zip(entries.index[by_number], entries["customer_ref"][by_number], strict=True))
    lost = entries[~by_number & entries["pseudonyms"].fillna("").ne("")]
    if len(lost):
        taken = {customer for _, customer in pairs}
        for pk, borne in zip(lost.index, lost["pseudonyms"], strict=True):
            again = sorted({record.bearers[each] for each in borne.split() if each in record.bearers} - taken)
            pairs += [(pk, customer) for customer in again]
            taken.update(again)
    return pd.DataFrame(pairs, columns=["pk", "customer_id"], dtype="int64")


def _outcomes_now(entries: pd.DataFrame, came: pd.DataFrame, record: _Record) -> pd.DataFrame:
    """Entry → what the record says today, of those whose customer is there."""
    found = _found(entries, record).join(came, on="customer_id").fillna({"value": 0, "orders": 0})
    outcomes = found.groupby("pk").agg({"customer_id": "min", "value": "sum", "orders": "sum"})
    return outcomes.rename(columns={"customer_id": "customer_ref"}).astype("int64")


def _outcomes_kept(snapshot: LedgerSnapshot) -> pd.DataFrame:
    """Entry → what the settlements so far say; the newest word of each."""
    names = ("actual_value_micros", "actual_orders")
    first = LedgerOutcome.objects.filter(entry__snapshot=snapshot)
    rows = [
        (pk, frozen if found is None else found, *sums)
        for pk, found, frozen, *sums in first.values_list("pk", "customer_ref", "entry__customer_ref", *names)
    ]
    later = LedgerCorrection.objects.filter(settlement__snapshot=snapshot).order_by("settlement__number")
    rows += later.values_list("entry_id", "customer_ref", *names)
    frame = pd.DataFrame(rows, columns=["pk", *_OUTCOME], dtype="int64").drop_duplicates("pk", keep="last")
    return frame.set_index("pk")


def _changed(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """The entries of which the record says something else; ``is_sum``: another sum, not only another number."""
    both = now.join(before, rsuffix="_before", how="left")
    differs = {name: both[name].ne(both[f"{name}_before"]) for name in _OUTCOME}
    is_sum = differs["value"] | differs["orders"]
    return pd.DataFrame({"is_sum": is_sum})[is_sum | differs["customer_ref"]]


def _settle_first(snapshot: LedgerSnapshot, now: pd.DataFrame, entries: pd.DataFrame,
                  summary: dict[str, Any]) -> LedgerSettlement:  # fmt: skip
    numbers = zip(now["customer_ref"].tolist(), entries["customer_ref"].loc[now.index].tolist(), strict=True)
    bulk.insert(
        LedgerOutcome,
        {
            "entry_id": now.index.tolist(),
            "actual_value_micros": now["value"].tolist(),
            "actual_orders": now["orders"].tolist(),
            "customer_ref": [None if found == frozen else found for found, frozen in numbers],
        },
    )
    settlement = LedgerSettlement.objects.create(
        snapshot=snapshot, summary=summary, digest=ledger.outcome_digest(snapshot, summary)
    )
    audit.record(ledger.SETTLED, "prediction", snapshot.pk, as_of=snapshot.as_of.isoformat(), digest=settlement.digest)
    return settlement


def _correct(snapshot: LedgerSnapshot, last: LedgerSettlement, changed: pd.DataFrame,
             summary: dict[str, Any]) -> LedgerSettlement:  # fmt: skip
    """Append what is said otherwise; the sums of the summary are those of all."""
    rows = changed.sort_index()
    columns = {
        "entry_id": rows.index.tolist(),
        "actual_value_micros": rows["value"].tolist(),
        "actual_orders": rows["orders"].tolist(),
        "customer_ref": rows["customer_ref"].tolist(),
    }
    settlement = LedgerSettlement(snapshot=snapshot, number=last.number + 1, summary=summary)
    settlement.digest = ledger.correction_digest(last, summary, zip(*columns.values(), strict=True))
    settlement.save(force_insert=True)
    keys, count = bulk.reserve_keys(LedgerCorrection, len(rows)), len(rows)
    bulk.insert(LedgerCorrection, {"id": keys, "settlement_id": [settlement.pk] * count, **columns})
    audit.record(
        ledger.CORRECTED, "prediction", snapshot.pk, as_of=snapshot.as_of.isoformat(), number=settlement.number,
        digest=settlement.digest,
    )  # fmt: skip
    return settlement


def _summary(frame: pd.DataFrame) -> dict[str, Any]:
    """Totals and tenths by the model's rank, in micros: said (None where withheld), by the plain rule, happened, and
    what the same tenth by the rule's own order brought."""
    ordered = frame.sort_values("rank").assign(rule=lambda rows: _rule_micros(rows["rule_score"]))
    shown = bool(ordered["expected_value_micros"].notna().all())
    by_rule = frame.sort_values(["rule_score", "frozen_ref"], ascending=[False, True])["value"].to_numpy()
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
