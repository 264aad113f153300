"""Streams for tests: a shop's lines as a table, a stream that reads it, and what the record then says of it."""

from __future__ import annotations

from typing import Any

from shops import Shop
from zhiji.application.sources import services
from zhiji.application.sources.models import Connection, Run, Stream
from zhiji.data.store.models import OrderLine
from zhiji.kernel import clock
from zhiji.platform import jobs
from zhiji.platform.models import Job

MAPPING = {
    "order_number": "number", "ordered_at": "bought_at", "customer_external_id": "buyer", "product_code": "sku",
    "quantity": "pieces", "amount": "money",
}  # fmt: skip
# What a test writes of a line: id, number, buyer, sku, pieces, money, bought_at, changed_at.
Line = tuple[int, str, str, str, int, str, str, str]


def table_made(shop: Shop) -> None:
    types = shop.types
    shop.run(
        f"CREATE TABLE order_lines (id INTEGER PRIMARY KEY, number {types['text']}, buyer {types['text']}, "
        f"sku {types['text']}, pieces INTEGER, money {types['money']}, bought_at {types['instant']}, "
        f"changed_at {types['instant']})"
    )


def lines_put(shop: Shop, lines: list[Line]) -> None:
    shop.run("INSERT INTO order_lines VALUES (?, ?, ?, ?, ?, ?, ?, ?)", lines)


def connected(shop: Shop, code: str = "shop") -> Connection:
    told = shop.database
    settings = {"dialect": told.dialect, "database": told.database, "host": told.host, "port": told.port,
                "user": told.user, "tls": told.tls if told.host else "verified"}  # fmt: skip
    return services.connection_create(kind="sql", name="Shop", source_code=code, settings=settings,
                                      secrets={"password": told.password})  # fmt: skip


def streamed(shop: Shop, connection: Connection | None = None, **more: Any) -> Stream:
    connection = connection or connected(shop)
    definition = {"table": "order_lines", "cursor": "changed_at", "overlap": 0, **more.pop("definition", {})}
    whole = {"table_schema": "", **definition}
    about = {
        "name": "lines",
        "kind": "orders",
        "mapping": MAPPING,
        "columns": services.stream_preview(connection, definition=whole).columns,
    }
    return services.stream_create(connection, definition=definition, **{**about, **more})


def read(stream: Stream) -> list[Run]:
    """One turn of the stream, whenever it would be due; the runs that it made, oldest first."""
    before = set(Run.objects.filter(stream=stream).exclude(state__in=Run.UNDER_WAY).values_list("pk", flat=True))
    Stream.objects.filter(pk=stream.pk).update(next_at=clock.now())
    job = jobs.run_inline(services.stream_run_now(Stream.objects.select_related("connection").get(pk=stream.pk)))
    assert job.state == Job.State.DONE, job.reason
    stream.refresh_from_db()
    return [run for run in Run.objects.filter(stream=stream).order_by("pk") if run.pk not in before]


def recorded() -> list[tuple[str, str, str | None, int]]:
    """The record's lines as the shop would tell them: order, product, buyer, micros."""
    rows = OrderLine.objects.filter(is_current=True, counted=True).values_list(
        "order__external_id", "product_code", "order__identity__external_id", "amount_micros"
    )
    return sorted(rows, key=str)


def told(lines: list[Line]) -> list[tuple[str, str, str | None, int]]:
    """The same from what the test put into the shop."""
    return sorted(
        ((n, sku, buyer, round(float(money) * 1_000_000)) for _, n, buyer, sku, _, money, _, _ in lines), key=str
    )
