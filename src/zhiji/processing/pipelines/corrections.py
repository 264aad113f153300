"""Corrected rejects: what their lines add to those of their own file, and which quarantined rows they answer."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pandas as pd
import pyarrow.compute as pc
import pyarrow.parquet as pq

from zhiji.data.landing.models import Batch, RejectedRow
from zhiji.data.store import bulk

# The row of the original file, or None where the corrected file does not name the file; then its number of the row.
Correction = tuple[int | None, int]


def has_corrections(lines: pd.DataFrame) -> bool:
    return "corrects_row" in lines and bool(lines["corrects_row"].notna().any())


def beside_the_originals(source_id: int, lines: pd.DataFrame) -> pd.DataFrame:
    """Corrected rejects come after the lines of their own file: a corrected line that equals one of those is a second
    sale, not the same one, so its occurrence starts where the original file's lines of that content end.

    The digest of such an order is made anew from what its lines are now: else one corrected line would be taken for
    the whole order of which it is the second sale.
    """
    corrected = lines["corrects_row"].notna()
    there = _brought_by_the_files(source_id, lines[corrected])
    more = [there.get(key, 0) for key in zip(lines["order_key"], lines["line_digest"], strict=True)]
    shifted = lines["occurrence"] + pd.Series(more, index=lines.index).where(corrected, 0)
    moved = lines.assign(occurrence=shifted)
    part = moved[moved["order_key"].isin(lines.loc[corrected, "order_key"])]
    digests = {key: _digest(order) for key, order in part.groupby("order_key", sort=False)}
    return moved.assign(order_digest=moved["order_key"].map(digests).fillna(moved["order_digest"]))


def _brought_by_the_files(source_id: int, corrected: pd.DataFrame) -> dict[tuple[str, str], int]:
    """(order, content) → lines that the files behind these corrections brought, whether first or once more."""
    numbers = pd.to_numeric(corrected["corrects_file"], errors="coerce").dropna()
    if numbers.empty:
        return {}
    rows = bulk.look_up(
        "SELECT r.external_id, l.digest, COUNT(DISTINCT l.id) FROM landing_batch b "
        "JOIN store_delivery d ON d.batch_id = b.id JOIN store_sourcerecord r ON r.id = d.record_id "
        "JOIN store_orderline l ON l.record_id = r.id "
        f"WHERE b.source_id = %s AND {bulk.among('b.file_id')} AND r.kind = 'order' AND {bulk.among('r.external_id')} "
        "GROUP BY 1, 2",
        [
            source_id,
            bulk.many(numbers.astype("int64").unique().tolist()),
            bulk.many(corrected["order_key"].unique().tolist()),
        ],
    )
    return {(key, digest): count for key, digest, count in rows}


def _digest(order: pd.DataFrame) -> str:
    """Of the lines of one order; never that of a whole order, which ``staging`` makes."""
    states = order["line_state"].fillna("")
    lines = sorted(zip(order["line_digest"], order["occurrence"].tolist(), states, strict=True))
    who = order["customer_external_id"].dropna().tolist()[:1]
    return hashlib.md5(f"corrected {lines} {who}".encode(), usedforsecurity=False).hexdigest()


def corrections(staged: Path) -> list[Correction]:
    """The rows that a corrected file of rejects brings back: ``(original file or None, row)``."""
    if "corrects_row" not in pq.read_schema(staged).names:
        return []
    columns = ["corrects_file", "corrects_row"]
    table = pq.read_table(staged, columns=columns, filters=pc.field("corrects_row").is_valid())
    pairs = {(_number(row["corrects_file"]), row["corrects_row"]) for row in table.to_pylist()}
    return sorted(pairs, key=lambda pair: (pair[0] or 0, pair[1]))


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() else None


def mark_corrected(batch: Batch, found: Sequence[Correction]) -> None:
    """Set ``corrected_by`` of the rejected rows behind ``found``, of this batch's source; where no file is named, of
    the newest with that row."""
    rows = RejectedRow.objects.filter(
        row__in={row for _, row in found}, corrected_by=None, batch__kind=batch.kind, batch__source=batch.source_id
    )
    of_file: dict[Correction, list[int]] = {}
    newest: dict[int, int] = {}
    for pk, file_id, row in rows.order_by("pk").values_list("pk", "batch__file_id", "row"):
        of_file.setdefault((file_id, row), []).append(pk)
        newest[row] = pk
    marked: set[int] = set()
    for original, row in found:
        if original is not None:
            marked.update(of_file.get((original, row), []))
        elif row in newest:
            marked.add(newest[row])
    RejectedRow.objects.filter(pk__in=marked).update(corrected_by=batch)


def mark_known(batch: Batch, kept: Sequence[RejectedRow]) -> None:
    """Of rows just put into the quarantine, mark those that an earlier import of the source rejected word for word
    and that came back corrected: nobody is asked twice. Such a row twice in one file answers for two."""
    answered = RejectedRow.objects.filter(
        batch__source=batch.source_id, batch__kind=batch.kind, corrected_by__isnull=False,
        value__in={row.value for row in kept},
    ).exclude(batch=batch)  # fmt: skip
    earlier: dict[str, Counter[int]] = {}
    by: dict[str, int] = {}
    for batch_id, original, corrected_by in answered.values_list("batch_id", "original", "corrected_by"):
        key = _words(original)
        earlier.setdefault(key, Counter())[batch_id] += 1
        by[key] = corrected_by
    # An earlier block of this batch may have taken some.
    taken = RejectedRow.objects.filter(batch=batch, corrected_by__in=set(by.values())).values_list(
        "original", flat=True
    )
    gone = Counter(_words(original) for original in taken)
    left = {key: max(counts.values()) - gone[key] for key, counts in earlier.items()}
    marked: list[RejectedRow] = []
    for row in kept:
        key = _words(row.original)
        if left.get(key, 0) > 0:
            left[key] -= 1
            row.corrected_by_id = by[key]
            marked.append(row)
    RejectedRow.objects.bulk_update(marked, ["corrected_by"], batch_size=500)


def _words(original: dict[str, Any]) -> str:
    return orjson.dumps(original, option=orjson.OPT_SORT_KEYS).decode()
