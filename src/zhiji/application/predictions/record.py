"""The record as a settlement reads it: who is there today, and the days of a horizon."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pandas as pd

from zhiji.application.predictions import pseudonyms
from zhiji.application.predictions.models import LedgerSnapshot
from zhiji.data.store import bulk

# Fewer days without an order than this are no sign of a missing file, however young the company.
_FEW_SILENT_DAYS = 7


class People:
    """The customers of today, those among them who were merged into others, read when they are first asked for."""

    @cached_property
    def there(self) -> npt.NDArray[np.int64]:
        """Their numbers, in order."""
        return np.array([row[0] for row in bulk.look_up("SELECT id FROM store_customer ORDER BY id", [])], np.int64)

    @cached_property
    def bearers(self) -> dict[str, int]:
        return pseudonyms.homes()

    def borne_by(self, borne: str | None) -> set[int]:
        """For whom the identities were made that bear any of some pseudonyms, which have a space between."""
        return {self.bearers[each] for each in (borne or "").split() if each in self.bearers}

    @cached_property
    def _merged(self) -> dict[int, int]:
        sql = "SELECT id, merged_into_id FROM store_customer WHERE merged_into_id IS NOT NULL"
        return {row[0]: row[1] for row in bulk.look_up(sql, [])}

    def now(self, number: int | None) -> int | None:
        """Under which number a customer is shown: that of the one into which it was merged, if it was."""
        return None if number is None else self._merged.get(number, number)


class Record:
    """The customer-days of the record, with sums that tell in two look-ups whether those of a horizon have changed."""

    def __init__(self, days: pd.DataFrame, people: People) -> None:
        on = pd.to_datetime(days["value_on"]).to_numpy().astype("datetime64[D]")
        order = np.argsort(on, kind="stable")
        plain = days[["customer_id", "amount_micros"]].assign(on=on.astype(np.int64))
        hashes = pd.util.hash_pandas_object(plain, index=False).to_numpy(dtype=np.uint64)[order]
        self.on, self.days, self.people = on[order], days.iloc[order], people
        self.sums = np.r_[np.zeros(1, np.uint64), np.cumsum(hashes, dtype=np.uint64)]

    def _within(self, snapshot: LedgerSnapshot) -> slice:
        ends = np.array([snapshot.as_of, snapshot.due_on], dtype="datetime64[D]")
        return slice(*np.searchsorted(self.on, ends, side="right"))

    def mark(self, snapshot: LedgerSnapshot, unknown: Iterable[tuple[int, str | None]]) -> str:
        """Another one wherever a customer-day of the horizon is another, or its silence, or who of the unknown is
        there. unknown: number and pseudonyms of the entries of which nothing was ever said."""
        rows = self._within(snapshot)
        mark = f"{(int(self.sums[rows.stop]) - int(self.sums[rows.start])) % 2**64:x}"
        if (silent := self.silent_days(snapshot)) is not None:
            mark += f"-{silent}"
        if waited_for := list(unknown):
            there = np.intersect1d([number for number, _ in waited_for], self.people.there).tolist()
            found = sorted({*there, *(one for _, borne in waited_for for one in self.people.borne_by(borne))})
            mark += f"-{hashlib.sha256(orjson.dumps(found)).hexdigest()[:16]}"
        return mark

    def days_of(self, snapshot: LedgerSnapshot) -> pd.DataFrame:
        """The customer-days in the horizon."""
        return self.days.iloc[self._within(snapshot)]

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
