"""Clean order lines → the record, one chunk a transaction.

An order that is new gets its first version. One that was delivered before with the same digest is noted as delivered
again and changes nothing. One that differs becomes a new version: by decision it replaces the earlier lines or adds
to them. Guests (no customer id) are kept as orders without identity.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd
import pyarrow as pa
from django.db import transaction

from zhiji.data.landing.models import Batch
from zhiji.data.store import bulk, derive
from zhiji.data.store.models import Customer, Delivery, Identity, Order, OrderLine, Product, SourceRecord
from zhiji.kernel import LineKind

Decision = Literal["replace", "add"]
WITHOUT_VALUE = ("open", "closed", "cancelled", "refunded")
NOT_GOODS = (LineKind.POSTAGE, LineKind.TAX, LineKind.FEE, LineKind.ADJUSTMENT, LineKind.DISCOUNT)


@dataclass
class Counts:
    """What one chunk did, in lines but where named otherwise; ``stored + redelivered`` are the chunk's lines."""

    stored: int = 0
    redelivered: int = 0
    new_orders: int = 0
    changed_orders: int = 0
    redelivered_orders: int = 0
    new_customers: int = 0

    def add_to(self, totals: dict[str, int]) -> None:
        for name, value in vars(self).items():
            totals[name] = totals.get(name, 0) + value


@dataclass
class _Known:
    """What the record already holds of the chunk's orders: by external id."""

    order_ids: dict[str, int] = field(default_factory=dict)
    digests: dict[str, dict[str, int]] = field(default_factory=dict)  # order → digest → record id
    versions: dict[str, int] = field(default_factory=dict)  # order → number of its last version


def _known(source_id: int, keys: Sequence[str]) -> _Known:
    known = _Known()
    known.order_ids = dict(
        bulk.look_up(
            f"SELECT external_id, id FROM store_order WHERE source_id = %s AND {bulk.among('external_id')}",
            [source_id, bulk.many(keys)],
        )
    )
    for external_id, record_id, digest, version in bulk.look_up(
        "SELECT external_id, id, digest, version FROM store_sourcerecord WHERE kind = 'order' AND source_id = %s "
        f"AND {bulk.among('external_id')} ORDER BY external_id, version",
        [source_id, bulk.many(sorted(known.order_ids))],
    ):
        known.digests.setdefault(external_id, {})[digest] = record_id
        known.versions[external_id] = version
    return known


def _identities(batch: Batch, chunk: pd.DataFrame, counts: Counts) -> dict[str, tuple[int, int | None]]:
    """External id → (identity, customer), made where they are missing."""
    rows = chunk.dropna(subset=["customer_external_id"]).drop_duplicates("customer_external_id")
    wanted = rows["customer_external_id"].tolist()
    found = {
        external_id: (pk, customer)
        for external_id, pk, customer in bulk.look_up(
            f"SELECT external_id, id, customer_id FROM store_identity WHERE source_id = %s AND {bulk.among('external_id')}",  # noqa: E501
            [batch.source_id, bulk.many(wanted)],
        )
    }
    missing = [(e, known_at) for e, known_at in zip(wanted, rows["known_at"], strict=True) if e not in found]
    found.update(new_identities(batch, [e for e, _ in missing], [k.to_pydatetime() for _, k in missing]))
    counts.new_customers += len(missing)
    return found


def new_identities(batch: Batch, external_ids: list[str], known_at: list[Any]) -> dict[str, tuple[int, int | None]]:
    """A customer and an identity for each id that nobody has yet. Attributes follow from source records later."""
    customers = bulk.reserve_keys(Customer, len(external_ids))
    identities = bulk.reserve_keys(Identity, len(external_ids))
    bulk.insert(Customer, {"id": customers, "known_at": known_at})
    bulk.insert(
        Identity,
        {
            "id": identities,
            "source_id": [batch.source_id] * len(external_ids),
            "external_id": external_ids,
            "customer_id": customers,
            "first_batch_id": [batch.pk] * len(external_ids),
        },
    )
    return {e: (i, c) for e, i, c in zip(external_ids, identities, customers, strict=True)}


def _products(batch: Batch, chunk: pd.DataFrame) -> dict[str, int]:
    rows = chunk[chunk["product_key"].notna() & (chunk["product_key"] != "")].drop_duplicates("product_key")
    keys = rows["product_key"].tolist()
    found = dict(
        bulk.look_up(
            f"SELECT code_key, id FROM store_product WHERE source_id = %s AND {bulk.among('code_key')}",
            [batch.source_id, bulk.many(keys)],
        )
    )
    rows = rows[~rows["product_key"].isin(found)]
    if len(rows):
        ids = bulk.reserve_keys(Product, len(rows))
        bulk.insert(
            Product,
            {
                "id": ids,
                "source_id": [batch.source_id] * len(rows),
                "code_key": rows["product_key"].tolist(),
                "code": rows["product_code"].tolist(),
                "name": _text(rows["product_name"], 300),
                "category": _text(rows["category"], 200),
                "is_goods": (~rows["line_kind"].isin(NOT_GOODS)).tolist(),
            },
        )
        found.update(zip(rows["product_key"], ids, strict=True))
    return found


def _text(values: pd.Series[Any], most: int) -> list[str]:
    return values.fillna("").astype(str).str.slice(0, most).tolist()


def _times(values: pd.Series[Any]) -> Any:
    """A ``datetime64`` array in UTC, as the bulk insert takes it."""
    if getattr(values.dtype, "tz", None) is not None:
        values = values.dt.tz_convert("UTC").dt.tz_localize(None)
    return values.to_numpy("datetime64[us]")


def _integers(values: pd.Series[Any]) -> list[int | None]:
    return [None if pd.isna(value) else int(value) for value in values]


@transaction.atomic
def store_chunk(batch: Batch, chunk: pa.Table, *, decision: Decision, count_repeats_once: bool) -> Counts:
    """Store one chunk of staged lines (see ``staging.stage_orders``); the caller advances its checkpoint in the same
    transaction, so that a kill leaves either both or neither."""
    lines = chunk.to_pandas(date_as_object=False)
    if "corrects_row" in lines and lines["corrects_row"].notna().any():
        lines = _beside_the_originals(lines)
    counts = Counts()
    heads = lines.drop_duplicates("order_key").set_index("order_key", drop=False)
    known = _known(batch.source_id, heads["order_key"].tolist())
    # Any version that is known counts as delivered again, also one that a later version has superseded: an old file
    # that comes a second time must not turn the clock back.
    again = [
        key for key, digest in zip(heads["order_key"], heads["order_digest"], strict=True)
        if digest in known.digests.get(key, {})
    ]  # fmt: skip
    _deliver(batch, [known.digests[key][heads.at[key, "order_digest"]] for key in again])
    counts.redelivered_orders = len(again)
    counts.redelivered = int(lines["order_key"].isin(again).sum())
    lines = lines[~lines["order_key"].isin(again)]
    heads = heads[~heads["order_key"].isin(again)]
    if heads.empty:
        return counts
    changed = heads["order_key"].isin(known.order_ids)
    repeated = _repeated_lines(lines, {key: known.order_ids[key] for key in heads["order_key"][changed]})
    counts.redelivered += repeated
    counts.stored = len(lines) - repeated
    counts.changed_orders, counts.new_orders = int(changed.sum()), int((~changed).sum())
    identities = _identities(batch, lines, counts)
    order_ids = {**known.order_ids, **_new_orders(batch, heads[~changed], lines, identities, count_repeats_once)}
    records = _records(batch, heads, known, decision)
    _lines(lines, order_ids, records, _products(batch, lines), count_repeats_once)
    if changed.any():
        touched = [known.order_ids[key] for key in heads["order_key"][changed]]
        _update_heads(heads[changed], known.order_ids, identities)
        derive.orders(touched, count_repeats_once=count_repeats_once)
    return counts


def _beside_the_originals(lines: pd.DataFrame) -> pd.DataFrame:
    """Corrected rejects come after the lines of their own file: a corrected line that equals one of those is a second
    sale, not the same one, so its occurrence starts where the original file's lines of that content end."""
    corrected = lines["corrects_row"].notna()
    there: dict[tuple[str, str], int] = {}
    numbers = pd.to_numeric(lines.loc[corrected, "corrects_import"], errors="coerce").dropna()
    originals = numbers.astype("int64").unique().tolist()
    for key, digest, count in bulk.look_up(
        "SELECT r.external_id, l.digest, COUNT(*) FROM store_sourcerecord r "
        "JOIN store_orderline l ON l.record_id = r.id "
        f"WHERE r.kind = 'order' AND {bulk.among('r.batch_id')} AND {bulk.among('r.external_id')} GROUP BY 1, 2",
        [bulk.many(originals), bulk.many(lines.loc[corrected, "order_key"].unique().tolist())],
    ):
        there[key, digest] = count
    more = [there.get(key, 0) for key in zip(lines["order_key"], lines["line_digest"], strict=True)]
    shifted = lines["occurrence"] + pd.Series(more, index=lines.index).where(corrected, 0)
    return lines.assign(occurrence=shifted, is_repeat=shifted > 0)


def _deliver(batch: Batch, record_ids: list[int]) -> None:
    Delivery.objects.bulk_create(
        [Delivery(batch=batch, record_id=pk) for pk in record_ids], ignore_conflicts=True, batch_size=500
    )


def _repeated_lines(lines: pd.DataFrame, orders: dict[str, int]) -> int:
    """How many lines of changed orders are already there under their key."""
    if not orders:
        return 0
    names = {pk: key for key, pk in orders.items()}
    there = {(names[order], digest, occurrence) for order, digest, occurrence in derive.lines_of(list(orders.values()))}
    part = lines[lines["order_key"].isin(orders)]
    keys = zip(part["order_key"], part["line_digest"], part["occurrence"], strict=True)
    return sum(key in there for key in keys)


def _new_orders(batch: Batch, heads: pd.DataFrame, lines: pd.DataFrame,
                identities: dict[str, tuple[int, int | None]], count_repeats_once: bool) -> dict[str, int]:  # fmt: skip
    """Insert orders with their sums, computed here for the whole chunk rather than order by order afterwards."""
    if heads.empty:
        return {}
    part = lines[lines["order_key"].isin(heads["order_key"])]
    counted = _counted(part, count_repeats_once)
    amount = part["amount_micros"].where(counted, 0)
    kinds = part["line_kind"]
    goods = kinds.isin([LineKind.GOODS, LineKind.DISCOUNT])
    returns = kinds.isin([LineKind.RETURN, LineKind.CANCELLATION])
    sums = (
        pd.DataFrame(
            {
                "order_key": part["order_key"],
                "goods": amount.where(goods, 0),
                "returned": -amount.where(returns, 0),
                "other": amount.where(~goods & ~returns, 0),
                "lines": 1,
                "known_at": part["known_at"],
            }
        )
        .groupby("order_key", sort=False)
        .agg({"goods": "sum", "returned": "sum", "other": "sum", "lines": "sum", "known_at": "min"})
        .reindex(heads["order_key"])
    )
    ids = bulk.reserve_keys(Order, len(heads))
    who = [
        identities.get(e, (None, None)) if isinstance(e, str) else (None, None) for e in heads["customer_external_id"]
    ]
    bulk.insert(
        Order,
        {
            "id": ids,
            "source_id": [batch.source_id] * len(heads),
            "external_id": heads["order_key"].tolist(),
            "number": _text(heads["order_number"], 200),
            "identity_id": [identity for identity, _ in who],
            "customer_id": [customer for _, customer in who],
            "currency": heads["currency"].tolist(),
            "state": _states(heads),
            "ordered_at": _times(heads["order_at"]),
            "known_at": _times(sums["known_at"]),
            "country": _text(heads["country"], 100),
            "channel": _text(heads["channel"], 100),
            "store": _text(heads["store"], 100),
            "lines": sums["lines"].tolist(),
            "goods_micros": sums["goods"].tolist(),
            "returned_micros": sums["returned"].tolist(),
            "value_micros": (sums["goods"] - sums["returned"]).tolist(),
            "other_micros": sums["other"].tolist(),
        },
    )
    return dict(zip(heads["order_key"], ids, strict=True))


def _states(heads: pd.DataFrame) -> list[str]:
    return heads["order_state"].fillna("completed").replace("", "completed").tolist()


def _counted(lines: pd.DataFrame, count_repeats_once: bool) -> pd.Series[Any]:
    alive = ~lines["order_state"].fillna("").isin(WITHOUT_VALUE)
    return alive & ~lines["is_repeat"] if count_repeats_once else alive


def _update_heads(
    heads: pd.DataFrame, order_ids: dict[str, int], identities: dict[str, tuple[int, int | None]]
) -> None:
    """A changed order's own attributes: state, and the customer where the earlier version had none."""
    orders = {
        order.external_id: order for order in Order.objects.filter(pk__in=[order_ids[k] for k in heads["order_key"]])
    }
    for key, state, external_id in zip(heads["order_key"], _states(heads), heads["customer_external_id"], strict=True):
        order = orders[key]
        order.state = state
        if isinstance(external_id, str):
            order.identity_id, order.customer_id = identities[external_id]
    Order.objects.bulk_update(orders.values(), ["state", "identity", "customer"], batch_size=500)


def _records(batch: Batch, heads: pd.DataFrame, known: _Known, decision: Decision) -> dict[str, int]:
    ids = bulk.reserve_keys(SourceRecord, len(heads))
    versions = [known.versions.get(key, 0) + 1 for key in heads["order_key"]]
    corrects = heads["corrects_row"].notna() if "corrects_row" in heads else pd.Series(False, index=heads.index)
    modes = [
        "replace" if version == 1 else "add" if correction else decision
        for version, correction in zip(versions, corrects, strict=True)
    ]
    count = len(heads)
    bulk.insert(
        SourceRecord,
        {
            "id": ids,
            "kind": ["order"] * count,
            "source_id": [batch.source_id] * count,
            "external_id": heads["order_key"].tolist(),
            "version": versions,
            "mode": modes,
            "batch_id": [batch.pk] * count,
            "digest": heads["order_digest"].tolist(),
            "landing_row": heads["first_row"].tolist(),
            "event_at": _times(heads["order_at"]),
            "known_at": _times(heads["known_at"]),
            "payload": [None] * count,
        },
    )
    bulk.insert(Delivery, {"id": bulk.reserve_keys(Delivery, count), "batch_id": [batch.pk] * count, "record_id": ids})
    return dict(zip(heads["order_key"], ids, strict=True))


def _lines(lines: pd.DataFrame, order_ids: dict[str, int], records: dict[str, int], products: dict[str, int],
           count_repeats_once: bool) -> None:  # fmt: skip
    orders = lines["order_key"].map(order_ids).tolist()
    bulk.insert(
        OrderLine,
        {
            "id": bulk.reserve_keys(OrderLine, len(lines)),
            "order_id": orders,
            "record_id": lines["order_key"].map(records).tolist(),
            "value_order_id": orders,
            "landing_row": lines["row"].tolist(),
            "digest": lines["line_digest"].tolist(),
            "occurrence": lines["occurrence"].tolist(),
            "product_id": [products.get(key) if key else None for key in lines["product_key"].fillna("")],
            "product_code": _text(lines["product_code"], 200),
            "description": _text(lines["product_name"], 300),
            "category": _text(lines["category"], 200),
            "line_kind": lines["line_kind"].tolist(),
            "quantity_milli": lines["quantity_milli"].tolist(),
            "unit_price_micros": _integers(lines["unit_price_micros"]),
            "amount_micros": lines["amount_micros"].tolist(),
            "event_at": _times(lines["event_at"]),
            "known_at": _times(lines["known_at"]),
            "is_repeat": lines["is_repeat"].tolist(),
            "is_current": [True] * len(lines),
            "counted": _counted(lines, count_repeats_once).tolist(),
        },
    )
