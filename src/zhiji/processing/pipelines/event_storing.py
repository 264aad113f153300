"""Clean rows of events → the record, by the same functions as the rows of a file, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import orjson
import pyarrow as pa

from zhiji.data.landing.models import Batch, RejectedRow, Source
from zhiji.data.store import bulk, heads
from zhiji.data.store.models import Order
from zhiji.kernel import Reason, clock
from zhiji.platform import audit
from zhiji.processing.cleaning import CleaningSettings, RowCleaner
from zhiji.processing.pipelines import customers, interactions, orders, products, staging
from zhiji.processing.pipelines.event_cells import LINES, Rows, Shape, Waiting, rows_of


@dataclass(frozen=True)
class Books:
    """What reading an event needs to know of the company."""

    zone: ZoneInfo
    currency: str
    region: str
    count_repeats_once: bool

    def cleaning(self) -> CleaningSettings:
        # A day without a year first is written as in the company's country; events rarely do that.
        day_first = not str(self.zone).startswith(("America/", "US/"))
        return CleaningSettings(
            zone=str(self.zone), currency=self.currency, region=self.region, mode="live", received_at=clock.now(),
            day_first=day_first,
        )  # fmt: skip


@dataclass
class Prepared:
    """Events of one shape, read: those that can be stored, and those that go to quarantine with what is wrong.

    rows: the clean rows of the former; ``row`` (and ``first_row``) is the event's number in the inbox, as in landing a
    row's number is its place in the file. buyers: what orders say of who ordered.
    """

    shape: Shape
    accepted: list[Waiting]
    rejected: list[tuple[Waiting, RejectedRow]]
    rows: pa.Table
    buyers: list[dict[str, object]] = field(default_factory=list)

    @property
    def events(self) -> list[Waiting]:
        return [*self.accepted, *(event for event, _ in self.rejected)]


def prepare(cleaner: RowCleaner, events: Sequence[Waiting], shape: Shape, books: Books, size: int) -> list[Prepared]:
    """Read events of one shape that speak of different things, all at once, and part them into so many a commit.

    Raises a CodedError where they cannot be read together: then each is to be tried by itself.
    """
    given = rows_of(events, shape, books.region, _placed(events, shape))
    found = cleaner.clean(given.cells, given.mapping, books.cleaning())
    refused = _refused(found.rejected.to_pylist(), events, given)
    rows = _known_when_received(_without(found.clean, refused), events, shape.kind)
    made = []
    with cleaner.session() as session:
        if rows.num_rows and shape.kind == "orders":
            rows = staging.staged_orders(session, rows)
        for start in range(0, len(events), size):
            numbers = range(start, min(start + size, len(events)))
            own = _of_events(rows, numbers)
            buyers = customers.buyers_of(session, own) if own.num_rows and shape.kind == "orders" else []
            for buyer in buyers:
                buyer["row"] = events[int(str(buyer["row"])) // LINES].id
            accepted = [events[number] for number in numbers if number not in refused]
            rejected = [refused[number] for number in numbers if number in refused]
            made.append(Prepared(shape, accepted, rejected, _numbered(own, events), buyers))
    return made


def _of_events(rows: pa.Table, numbers: range) -> pa.Table:
    return rows.filter(pa.array([row // LINES in numbers for row in rows["row"].to_pylist()], pa.bool_()))


def _placed(events: Sequence[Waiting], shape: Shape) -> dict[str, datetime]:
    """When the orders of which the record knows already were placed."""
    if shape.kind != "orders":
        return {}
    orders_there = Order.objects.filter(source__code=shape.source, external_id__in=[event.thing for event in events])
    return dict(orders_there.values_list("external_id", "ordered_at"))


def overtaken(events: Sequence[Waiting], shape: Shape) -> list[Waiting]:
    """Events on orders of which a later one is stored already: what they say was changed since."""
    if shape.kind != "orders":
        return []
    newest = dict(
        bulk.look_up(
            "SELECT r.external_id, MAX(r.event_at) FROM store_sourcerecord r JOIN landing_batch b ON b.id = r.batch_id "
            "JOIN landing_source s ON s.id = r.source_id WHERE r.kind = 'order' AND b.day IS NOT NULL AND s.code = %s "
            f"AND {bulk.among('r.external_id')} GROUP BY r.external_id",
            [shape.source, bulk.many([event.thing for event in events])],
        )
    )
    return [event for event in events if event.thing in newest and event.event.event_at < _aware(newest[event.thing])]


def _aware(at: datetime | str) -> datetime:
    """A plain read of SQLite gives the stored text, always UTC."""
    found = datetime.fromisoformat(at) if isinstance(at, str) else at
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def _refused(rows: Sequence[dict[str, object]], events: Sequence[Waiting],
             given: Rows) -> dict[int, tuple[Waiting, RejectedRow]]:  # fmt: skip
    """Events by their number with their first bad row: an order of which one line is wrong is not stored in part."""
    found: dict[int, tuple[Waiting, RejectedRow]] = {}
    for row in rows:
        number = int(str(row["row"])) // LINES
        if number in found:
            continue
        original = {name: row.get(f"c{place}") for place, name in enumerate(given.mapping.columns)}
        found[number] = (
            events[number],
            RejectedRow(
                row=events[number].id, column=str(row["column"] or "")[:200], value=str(row["value"] or "")[:500],
                code=str(row["code"]), params=orjson.loads(str(row["params"] or "{}")),
                original={name: cell for name, cell in original.items() if cell is not None},
            ),
        )  # fmt: skip
    return found


def _without(clean: pa.Table, refused: Collection[int]) -> pa.Table:
    if not refused:
        return clean
    return clean.filter(pa.array([row // LINES not in refused for row in clean["row"].to_pylist()], pa.bool_()))


def _known_when_received(clean: pa.Table, events: Sequence[Waiting], kind: str) -> pa.Table:
    """Each event was known when it was received itself. What a source says of a customer or a product, it says at the
    time of the event: what arrives late does not take the place of what was said after it."""
    numbers = [row // LINES for row in clean["row"].to_pylist()]
    received = [_plain(events[number].received_at) for number in numbers]
    found = clean.set_column(clean.column_names.index("known_at"), "known_at", pa.array(received, pa.timestamp("us")))
    said_at = pa.array([_plain(events[number].event.event_at) for number in numbers], pa.timestamp("us"))
    if kind == "orders":
        return found.append_column("said_at", said_at)
    if kind in ("customers", "products"):
        found = found.set_column(found.column_names.index("event_at"), "event_at", said_at)
    return found


def _plain(at: datetime) -> datetime:
    """UTC without a zone, as the clean rows have it."""
    return at.astimezone(UTC).replace(tzinfo=None)


def _numbered(rows: pa.Table, events: Sequence[Waiting]) -> pa.Table:
    for name in ("row", "first_row"):
        if name in rows.column_names:
            ids = [events[row // LINES].id for row in rows[name].to_pylist()]
            rows = rows.set_column(rows.column_names.index(name), name, pa.array(ids, pa.int64()))
    return rows


def store(made: Prepared, books: Books) -> tuple[Batch, set[int]]:
    """Bring what was prepared into the record; returns the batch and the customers whose record it touches.

    In the caller's transaction, within ``bulk.turn``; customers are derived afterwards, by the caller.
    """
    received_at = min(event.received_at for event in made.events)
    batch = batch_of(made.shape.source, made.shape.kind, clock.day_of(received_at, books.zone), received_at)
    # Of this round alone: what an event says of an order's head is what its shape says.
    batch.mapping = {**batch.mapping, "fields": {name: {} for name in made.shape.said}}
    RejectedRow.objects.bulk_create([_of_batch(row, batch) for _, row in made.rejected])
    touched: set[int] = set()
    if made.rows.num_rows:
        touched = _STORES[made.shape.kind](batch, made, books)
    return batch, touched


def _of_batch(row: RejectedRow, batch: Batch) -> RejectedRow:
    row.batch = batch
    return row


def batch_of(source_code: str, kind: str, day: date, received_at: datetime) -> Batch:
    """The batch of a source's events of a kind and a company day; begun with the first of them."""
    source, _ = Source.objects.get_or_create(code=source_code)
    batch = Batch.objects.filter(source=source, kind=kind, day=day, state=Batch.State.STORED).first()
    if batch is None:
        batch = Batch.objects.create(
            source=source, kind=kind, day=day, is_history=False, state=Batch.State.STORED, received_at=received_at,
            stored_at=clock.now(),
        )  # fmt: skip
        audit.record("event_day_begin", "event", batch.pk, source=source_code, kind=kind, day=day.isoformat())
    return batch


def _store_orders(batch: Batch, made: Prepared, books: Books) -> set[int]:
    once = books.count_repeats_once
    orders.store_chunk(batch, made.rows, decision="replace", count_repeats_once=once)
    customers.store_records(batch, "buyer", made.buyers)
    keys = bulk.many(sorted(set(made.rows["order_key"].to_pylist())))
    now = bulk.look_up(
        f"SELECT DISTINCT customer_id FROM store_order WHERE source_id = %s AND {bulk.among('external_id')}",
        [batch.source_id, keys],
    )
    # An order that goes to somebody else leaves somebody.
    before = bulk.look_up(
        "SELECT DISTINCT i.customer_id FROM store_sourcerecord v CROSS JOIN store_identity i WHERE v.kind = 'order' "
        f"AND v.source_id = %s AND {bulk.among('v.external_id')} AND i.source_id = v.source_id "
        f"AND i.external_id = {heads.customer_of('v.payload')}",
        [batch.source_id, keys],
    )
    return {row[0] for row in (*now, *before) if row[0] is not None}


def _store_customers(batch: Batch, made: Prepared, books: Books) -> set[int]:  # noqa: ARG001 - as the others
    rows = made.rows.to_pylist()
    customers.store_records(batch, "customer", rows)
    return _customers_of(batch, {row["external_id"] for row in rows})


def _store_products(batch: Batch, made: Prepared, books: Books) -> set[int]:  # noqa: ARG001 - as the others
    products.store_records(batch, made.rows.to_pylist())
    return set()


def _store_interactions(batch: Batch, made: Prepared, books: Books) -> set[int]:  # noqa: ARG001 - as the others
    rows = made.rows.to_pylist()
    interactions.store_records(batch, rows)
    return _customers_of(batch, {row["customer_external_id"] for row in rows if row["customer_external_id"]})


def _customers_of(batch: Batch, external_ids: set[str]) -> set[int]:
    rows = bulk.look_up(
        f"SELECT customer_id FROM store_identity WHERE source_id = %s AND {bulk.among('external_id')}",
        [batch.source_id, bulk.many(sorted(external_ids))],
    )
    return {row[0] for row in rows if row[0] is not None}


_STORES = {
    "orders": _store_orders,
    "customers": _store_customers,
    "products": _store_products,
    "interactions": _store_interactions,
}


def reason_of(row: RejectedRow) -> Reason:
    return Reason(row.code, {"value": row.value, **row.params}, {"column": row.column})
