"""Clean order lines → the record, one chunk a transaction.

An order that is new gets its first version. One that says nothing new (see ``versions``) is noted as delivered again
and changes nothing. One that differs becomes a new version: by decision it replaces the earlier lines or adds to them.
Guests (no customer id) are kept as orders without identity.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
import pyarrow as pa
from django.db import transaction

from zhiji.data.landing.models import Batch
from zhiji.data.store import bulk, derive, heads, states
from zhiji.data.store.models import Customer, Identity, Order, OrderLine, Product
from zhiji.kernel import LineKind
from zhiji.processing.pipelines import corrections, versions

Decision = Literal["replace", "add"]
NOT_GOODS = (LineKind.POSTAGE, LineKind.TAX, LineKind.FEE, LineKind.ADJUSTMENT, LineKind.DISCOUNT)


class DecisionMissing(Exception):
    """Stored orders differ from the file, and nobody said what to do with them."""

    def __init__(self, orders: int) -> None:
        super().__init__(orders)
        self.orders = orders


@dataclass
class Counts:
    """What one chunk did, in lines but where named otherwise; ``stored + redelivered`` are the chunk's lines."""

    stored: int = 0
    redelivered: int = 0
    new_orders: int = 0
    changed_orders: int = 0
    redelivered_orders: int = 0
    new_customers: int = 0


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
            "home_id": customers,
            "first_batch_id": [batch.pk] * len(external_ids),
        },
    )
    return {e: (i, c) for e, i, c in zip(external_ids, identities, customers, strict=True)}


def _products(batch: Batch, chunk: pd.DataFrame) -> dict[str, int]:
    """Product key → product, made where it is missing. Of each word the first that a line says stays."""
    lines = chunk[chunk["product_key"].notna() & (chunk["product_key"] != "")]
    # ``first`` is the first that is not null.
    said = lines.groupby("product_key", sort=False)[["product_name", "category"]].first()
    words = dict(
        zip(said.index, zip(_text(said["product_name"], 300), _text(said["category"], 200), strict=True), strict=True)
    )
    rows = lines.drop_duplicates("product_key")
    keys = rows["product_key"].tolist()
    there = bulk.look_up(
        f"SELECT code_key, id, name, category FROM store_product WHERE source_id = %s AND {bulk.among('code_key')}",
        [batch.source_id, bulk.many(keys)],
    )
    found = {key: pk for key, pk, *_ in there}
    fuller = [(name or words[key][0], category or words[key][1], pk) for key, pk, name, category in there]
    filled = [new for new, (*_, name, category) in zip(fuller, there, strict=True) if new[:2] != (name, category)]
    bulk.execute_many("UPDATE store_product SET name = %s, category = %s WHERE id = %s", filled)
    rows = rows[~rows["product_key"].isin(found)]
    if len(rows):
        ids = bulk.reserve_keys(Product, len(rows))
        names, categories = zip(*(words[key] for key in rows["product_key"]), strict=True)
        bulk.insert(
            Product,
            {
                "id": ids,
                "source_id": [batch.source_id] * len(rows),
                "code_key": rows["product_key"].tolist(),
                "code": rows["product_code"].tolist(),
                "name": names,
                "category": categories,
                "is_goods": (~rows["line_kind"].isin(NOT_GOODS)).tolist(),
            },
        )
        found.update(zip(rows["product_key"], ids, strict=True))
    return found


def _text(values: pd.Series[Any], most: int) -> list[str]:
    return values.fillna("").astype(str).str.slice(0, most).tolist()


def _integers(values: pd.Series[Any]) -> list[int | None]:
    return [None if pd.isna(value) else int(value) for value in values]


@transaction.atomic
def store_chunk(batch: Batch, chunk: pa.Table, *, decision: Decision | None, count_repeats_once: bool) -> Counts:
    """Store one chunk of staged lines (see ``staging.stage_orders``); the caller advances its checkpoint in the same
    transaction, so that a kill leaves either both or neither."""
    lines = chunk.to_pandas(date_as_object=False)
    if corrections.has_corrections(lines):
        lines = corrections.beside_the_originals(batch.source_id, lines)
    counts = Counts()
    mapped = versions.mapped_fields(batch.mapping)
    known = versions.known(batch.source_id, lines["order_key"].unique().tolist(), batch.file_id)
    lines = _delivered_again(batch, lines, known, mapped, counts)
    if lines.empty:
        return counts
    first = lines.drop_duplicates("order_key").set_index("order_key", drop=False)
    changed = first["order_key"].isin(known.order_ids)
    if decision is None:
        _need_no_decision(first[changed])
    repeated = _repeated_lines(lines, {key: known.order_ids[key] for key in first["order_key"][changed]})
    counts.redelivered += repeated
    counts.stored = int(lines["made_from"].isna().sum()) - repeated
    counts.changed_orders, counts.new_orders = int(changed.sum()), int((~changed).sum())
    identities = _identities(batch, lines, counts)
    said = versions.said(first, mapped)
    order_ids = {
        **known.order_ids,
        **_new_orders(
            batch, first[~changed], [one for one, was in zip(said, changed, strict=True) if not was], lines,
            identities, count_repeats_once,
        ),
    }  # fmt: skip
    # Without a decision, no order here needs one.
    records = versions.new_records(batch, first, said, known, decision or "replace")
    lines = lines.assign(
        said_state=lines["line_state"].mask(versions.silent_on_state(lines), "") if "order_state" in mapped else ""
    )
    _lines(lines, order_ids, records, _products(batch, lines), count_repeats_once)
    # A row that is an order of its own may repeat an earlier one, in whatever state that is by now.
    repeats = lines["order_number"].isna() & (lines["occurrence"] > 0)
    touched = {order_ids[key] for key in (*first["order_key"][changed], *lines.loc[repeats, "order_key"])}
    if touched:
        derive.orders(touched, count_repeats_once=count_repeats_once)
    return counts


def _need_no_decision(changed: pd.DataFrame) -> None:
    """Corrected rejects complete their order; whatever else differs is not for a guess. Raises DecisionMissing."""
    asked = changed[changed["corrects_row"].isna()] if "corrects_row" in changed else changed
    if len(asked):
        raise DecisionMissing(len(asked))


def _delivered_again(batch: Batch, lines: pd.DataFrame, known: versions.Known, mapped: set[str],
                     counts: Counts) -> pd.DataFrame:  # fmt: skip
    """Note what is known already; returns the lines of all other orders."""
    heads = lines.drop_duplicates("order_key")
    again: dict[str, list[int]] = {
        key: [known.digests[key][digest]]
        for key, digest in zip(heads["order_key"], heads["order_digest"], strict=True)
        if digest in known.digests.get(key, {})
    }
    differing = lines[lines["order_key"].isin(known.order_ids) & ~lines["order_key"].isin(again)]
    if "corrects_row" in differing:
        corrected = differing.loc[differing["corrects_row"].notna(), "order_key"]
        differing = differing[~differing["order_key"].isin(corrected)]
    again |= versions.that_say_nothing_new(batch.source_id, differing, mapped)
    there = lines["order_key"].isin(again)
    versions.deliver(batch, again, lines[there], mapped)
    counts.redelivered_orders, counts.redelivered = len(again), int((there & lines["made_from"].isna()).sum())
    return lines[~there]


def _repeated_lines(lines: pd.DataFrame, orders: dict[str, int]) -> int:
    """How many lines of changed orders are already there under their key."""
    if not orders:
        return 0
    names = {pk: key for key, pk in orders.items()}
    there = {(names[order], digest, occurrence) for order, digest, occurrence in derive.lines_of(list(orders.values()))}
    part = lines[lines["order_key"].isin(orders) & lines["made_from"].isna()]
    keys = zip(part["order_key"], part["line_digest"], part["occurrence"], strict=True)
    return sum(key in there for key in keys)


def _new_orders(batch: Batch, first: pd.DataFrame, said: list[dict[str, Any]], lines: pd.DataFrame,
                identities: dict[str, tuple[int, int | None]], count_repeats_once: bool) -> dict[str, int]:  # fmt: skip
    """Insert orders with their sums, computed here for the whole chunk rather than order by order afterwards."""
    if first.empty:
        return {}
    sums = _sums(lines, count_repeats_once).reindex(first["order_key"])
    value = sums["goods"] - sums["returned"]
    void = sums["has_goods"] & ((value < 0) | ((value == 0) & sums["has_returns"]))
    ids = bulk.reserve_keys(Order, len(first))
    derived = [heads.survivors([("replace", one)]) for one in said]
    who = [identities.get(head["customer"] or "", (None, None)) for head in derived]
    bulk.insert(
        Order,
        {
            "id": ids,
            "source_id": [batch.source_id] * len(first),
            "external_id": first["order_key"].tolist(),
            "identity_id": [identity for identity, _ in who],
            "customer_id": [customer for _, customer in who],
            **{name: [head[name] for head in derived] for name in heads.UNSAID if name != "customer"},
            "ordered_at": versions.instants(first["order_at"]),
            "known_at": versions.instants(sums["known_at"]),
            "lines": sums["lines"].tolist(),
            "goods_micros": sums["goods"].tolist(),
            "returned_micros": sums["returned"].tolist(),
            "value_micros": value.tolist(),
            "other_micros": sums["other"].tolist(),
            "is_order": (sums["has_goods"] & ~void).tolist(),
            "is_void": void.tolist(),
        },
    )
    return dict(zip(first["order_key"], ids, strict=True))


def _sums(lines: pd.DataFrame, count_repeats_once: bool) -> pd.DataFrame:
    """What the lines of each order come to, by ``order_key``: micros, number of lines, when it was known."""
    counted = _counted(lines, count_repeats_once)
    amount = lines["amount_micros"].where(counted, 0)
    kinds = lines["line_kind"]
    goods = kinds.isin(LineKind.SOLD)
    returns = kinds.isin(LineKind.TAKEN_BACK)
    columns = {
        "goods": ("sum", amount.where(goods, 0)),
        "returned": ("sum", -amount.where(returns, 0)),
        "other": ("sum", amount.where(~goods & ~returns, 0)),
        "lines": ("sum", 1),
        "known_at": ("min", lines["known_at"]),
        "has_goods": ("any", counted & (kinds == LineKind.GOODS)),
        "has_returns": ("any", counted & returns),
    }
    frame = pd.DataFrame({"order_key": lines["order_key"], **{name: values for name, (_, values) in columns.items()}})
    return frame.groupby("order_key", sort=False).agg({name: how for name, (how, _) in columns.items()})


def _counted(lines: pd.DataFrame, count_repeats_once: bool) -> pd.Series[Any]:
    alive = ~lines["line_state"].isin(states.WITHOUT_VALUE)
    return alive & ~lines["is_repeat"] if count_repeats_once else alive


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
            "made_from": lines["made_from"].fillna("").tolist(),
            "quantity_milli": lines["quantity_milli"].tolist(),
            "unit_price_micros": _integers(lines["unit_price_micros"]),
            "amount_micros": lines["amount_micros"].tolist(),
            "said_state": lines["said_state"].tolist(),
            "state": lines["line_state"].tolist(),
            "event_at": versions.instants(lines["event_at"]),
            "known_at": versions.instants(lines["known_at"]),
            "is_repeat": lines["is_repeat"].tolist(),
            "is_current": [True] * len(lines),
            "counted": _counted(lines, count_repeats_once).tolist(),
        },
    )
