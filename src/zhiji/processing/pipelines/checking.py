"""The dry run: read, clean, stage, compare. Writes to its own folder only; the record stays as it is."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from zhiji.data.landing.models import Source
from zhiji.data.sources.files import FileProfile, read
from zhiji.data.store import bulk
from zhiji.data.store.columnar import company_days
from zhiji.processing.cleaning import (
    Cleaned,
    CleaningSettings,
    Mapping,
    clean_customers,
    clean_interactions,
    clean_orders,
    clean_products,
)
from zhiji.processing.pipelines import corrections, staging, versions
from zhiji.processing.pipelines.progress import Progress
from zhiji.processing.pipelines.reach import check_reach
from zhiji.processing.pipelines.storing import REJECTED, STAGED
from zhiji.processing.validation import reconcile

KEYS = 20_000
_CLEANERS: dict[str, Callable[[Path, Mapping, CleaningSettings, Path], Cleaned]] = {
    "orders": clean_orders,
    "customers": clean_customers,
    "products": clean_products,
    "interactions": clean_interactions,
}


@dataclass(frozen=True)
class CheckSettings:
    """What cleaning and comparing need to know of the company and of this import."""

    kind: str
    source_code: str
    zone: str
    currency: str
    region: str
    is_history: bool
    lag_days: int
    received_at: datetime
    day_first: bool | None = None
    file_id: int | None = None

    def cleaning(self) -> CleaningSettings:
        return CleaningSettings(
            zone=self.zone,
            currency=self.currency,
            region=self.region,
            mode="history" if self.is_history else "live",
            lag_days=self.lag_days,
            received_at=self.received_at,
            day_first=self.day_first,
        )


def check(path: Path, profile: FileProfile, mapping: Mapping, settings: CheckSettings, folder: Path,
          progress: Progress) -> dict[str, Any]:  # fmt: skip
    """Prepare ``folder`` for storing and say what storing would do.

    Returns JSON-safe: ``chunks``; ``counts`` (received, accepted, rejected; of orders new, changed, redelivered with
    their lines, new customers); ``findings``; ``first_rejection``; ``months`` (see ``validation.reconcile``);
    ``repeats`` {lines, amount_micros}; ``first_on``, ``last_on`` (company days); ``values``: words of closed
    vocabularies that nobody knows (see ``Cleaned.unknown``); ``habits``: how the columns were read (``Cleaned``).
    Raises a CodedError where the file as a whole is refused; then the folder is gone again.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    try:
        return _check(path, profile, mapping, settings, folder, progress)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _check(path: Path, profile: FileProfile, mapping: Mapping, settings: CheckSettings, folder: Path,
           progress: Progress) -> dict[str, Any]:  # fmt: skip
    progress.save(stage="reading", done=0, total=4)
    received = read(path, folder, profile)
    progress.breathe()
    progress.save(stage="cleaning", done=1)
    cleaned = _CLEANERS[settings.kind](received.path, mapping, settings.cleaning(), folder)
    is_orders = settings.kind == "orders"
    if is_orders:
        check_reach(cleaned.clean_path, cleaned.rejected_path)
    progress.breathe()
    progress.save(stage="comparing", done=2)
    chunks = (staging.stage_orders if is_orders else staging.stage_rows)(cleaned.clean_path, folder / STAGED)
    if cleaned.rejected_path != folder / REJECTED:
        cleaned.rejected_path.replace(folder / REJECTED)
    compared = compare(folder, settings, mapping)
    progress.save(stage="comparing", done=3)
    return {
        "chunks": chunks,
        "counts": {
            "received": cleaned.received, "accepted": cleaned.clean, "rejected": cleaned.rejected,
            **cleaned.counts, **compared,
        },
        "values": cleaned.unknown,
        "habits": cleaned.habits,
        "findings": [finding.to_json() for finding in cleaned.findings],
        "first_rejection": _first_rejection(folder / REJECTED),
        "months": _months(cleaned, settings) if is_orders else [],
        "repeats": _repeats(folder / STAGED) if is_orders else {},
        **_days(folder / STAGED, settings.zone),
    }  # fmt: skip


def compare(folder: Path, settings: CheckSettings, mapping: Mapping) -> dict[str, int]:
    """How what is staged in ``folder`` compares with the record as it is now, see ``check``."""
    source = Source.objects.filter(code=settings.source_code).first()
    source_id = source.pk if source else 0
    if settings.kind == "orders":
        return _compare_orders(folder / STAGED, source_id, settings.file_id, set(mapping.fields))
    return _compare_rows(folder / STAGED, source_id)


def _months(cleaned: Cleaned, settings: CheckSettings) -> list[dict[str, Any]]:
    found = reconcile(
        cleaned.clean_path, cleaned.rejected_path, zone=settings.zone, months=cleaned.months, currency=settings.currency
    )
    return list(found.to_pylist())


def _compare_orders(staged: Path, source_id: int, file_id: int | None, mapped: set[str]) -> dict[str, int]:
    names = ("new_orders", "changed_orders", "completed_orders", "redelivered_orders", "redelivered", "new_customers")
    counts = dict.fromkeys(names, 0)
    with duckdb.connect() as engine:
        orders = engine.execute(
            "SELECT order_key, any_value(order_digest), COUNT(*), BOOL_AND(corrects_row IS NOT NULL) "
            "FROM read_parquet(?) WHERE made_from IS NULL GROUP BY order_key",
            [str(staged)],
        ).fetchall()
        people = engine.execute(
            "SELECT DISTINCT customer_external_id FROM read_parquet(?) WHERE customer_external_id IS NOT NULL",
            [str(staged)],
        ).fetchall()
        for start in range(0, len(orders), KEYS):
            block = orders[start : start + KEYS]
            block = _with_corrected_digests(engine, staged, source_id, block)
            known = versions.known(source_id, [row[0] for row in block], file_id)
            differing = [
                key for key, digest, _, is_correction in block
                if key in known.order_ids and digest not in known.digests.get(key, {}) and not is_correction
            ]  # fmt: skip
            equal = versions.that_say_nothing_new(source_id, _lines_of(engine, staged, differing), mapped)
            for key, digest, lines, is_correction in block:
                if key not in known.order_ids:
                    counts["new_orders"] += 1
                elif digest in known.digests.get(key, {}) or key in equal:
                    counts["redelivered_orders"] += 1
                    counts["redelivered"] += lines
                else:
                    counts["completed_orders" if is_correction else "changed_orders"] += 1
    counts["new_customers"] = len(people) - _known_people(source_id, [row[0] for row in people])
    counts["customers"] = len(people)
    return counts


Staged = tuple[str, str, int, bool]


def _with_corrected_digests(
    engine: duckdb.DuckDBPyConnection, staged: Path, source_id: int, block: list[Staged]
) -> list[Staged]:
    """Orders of corrected rejects have the digest under which they will be stored."""
    lines = _lines_of(engine, staged, [key for key, _, _, is_correction in block if is_correction])
    if lines.empty:
        return block
    moved = corrections.beside_the_originals(source_id, lines).drop_duplicates("order_key")
    digests = dict(zip(moved["order_key"], moved["order_digest"], strict=True))
    return [(key, digests.get(key, digest), count, flag) for key, digest, count, flag in block]


def _lines_of(engine: duckdb.DuckDBPyConnection, staged: Path, keys: list[str]) -> pd.DataFrame:
    """Staged lines of these orders, in the order of the file; nothing is read where there are none."""
    if not keys:
        return pd.DataFrame()
    return engine.execute(
        'SELECT * FROM read_parquet(?) WHERE order_key IN (SELECT unnest(?)) ORDER BY chunk, first_row, "row"',
        [str(staged), keys],
    ).df()


def _compare_rows(staged: Path, source_id: int) -> dict[str, int]:
    column = "customer_external_id" if "customer_external_id" in pq.read_schema(staged).names else "external_id"
    if "external_id" not in pq.read_schema(staged).names:
        return {}
    with duckdb.connect() as engine:
        ids = engine.execute(
            f"SELECT DISTINCT {column} FROM read_parquet(?) WHERE {column} IS NOT NULL", [str(staged)]
        ).fetchall()
    known = _known_people(source_id, [row[0] for row in ids])
    return {"customers": len(ids), "new_customers": len(ids) - known}


def _known_people(source_id: int, external_ids: list[str]) -> int:
    return sum(
        bulk.look_up(
            f"SELECT COUNT(*) FROM store_identity WHERE source_id = %s AND {bulk.among('external_id')}",
            [source_id, bulk.many(external_ids[start : start + KEYS])],
        )[0][0]
        for start in range(0, len(external_ids), KEYS)
    )


def _first_rejection(rejected: Path) -> dict[str, Any] | None:
    rows = pq.read_table(rejected, columns=["row", "column", "value", "code", "params"]).slice(0, 1).to_pylist()
    if not rows:
        return None
    row = rows[0]
    return {
        "code": row["code"],
        "params": {"value": row["value"], **orjson.loads(row["params"] or "{}")},
        "where": {"row": row["row"], "column": row["column"]},
    }


def _repeats(staged: Path) -> dict[str, int]:
    """Identical lines: how many, and what counting them once would take off customers' spend, in micros."""
    with duckdb.connect() as engine:
        row = engine.execute(
            "SELECT COUNT(*), CAST(COALESCE(SUM(value_micros) FILTER (customer_external_id IS NOT NULL), 0) AS BIGINT) "
            "FROM read_parquet(?) WHERE is_repeat",
            [str(staged)],
        ).fetchall()[0]
    return {"lines": row[0], "amount_micros": row[1]}


def _days(staged: Path, zone: str) -> dict[str, str | None]:
    names = pq.read_schema(staged).names
    column = "order_at" if "order_at" in names else "event_at" if "event_at" in names else None
    if column is None:
        return {"first_on": None, "last_on": None}
    times = pq.read_table(staged, columns=[column]).column(0)
    if times.type.tz is None:
        times = times.cast(pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC"))
    ends = pc.min_max(company_days(times, zone)).as_py()
    return {"first_on": _iso(ends["min"]), "last_on": _iso(ends["max"])}


def _iso(day: Any) -> str | None:
    return day.isoformat() if day is not None else None
