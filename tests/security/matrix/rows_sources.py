"""A source and a stream of it. Their database is no file that this installation allows, so nobody's request reaches
one, and their stream is paused."""

from __future__ import annotations

from security.matrix.oracle import Row
from security.matrix.world import World, rows
from zhiji.application.sources.models import Connection, Stream
from zhiji.kernel import clock


def _connection(code: str) -> Connection:
    settings = {"dialect": "sqlite", "database": "matrix.db", "host": "", "port": 0, "user": "", "tls": "verified"}
    return Connection.objects.create(kind="sql", name="Matrix", source_code=code, settings=settings, seal_label=code)


@rows("source")
def _sources(_: World) -> list[Row]:
    return [Row(_connection("matrix").pk, None, None, has_team=False)]


@rows("stream")
def _streams(_: World) -> list[Row]:
    connection = Connection.objects.get(source_code="matrix")
    made = Stream.objects.create(
        connection=connection, name="orders", kind="products", definition={"table": "t", "table_schema": "",
        "cursor": "", "overlap": 60}, mapping={"product_code": "sku"}, state="paused", next_at=clock.now(),
    )  # fmt: skip
    return [Row(made.pk, None, None, has_team=False)]
