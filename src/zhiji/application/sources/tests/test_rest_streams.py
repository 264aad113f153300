"""Lists of an interface become the record and follow it, while the service moves, goes away, comes back and asks for
patience."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from interfaces import Answer
from interfaces import Interface as Server
from reading_sources import read
from zhiji.application.imports.models import Import
from zhiji.application.sources import services
from zhiji.application.sources.models import Connection, Run, Stream
from zhiji.data.sources import rest
from zhiji.data.store.models import Order, OrderLine
from zhiji.kernel import clock
from zhiji.platform import accounts

pytestmark = pytest.mark.django_db(transaction=True)
State = Run.State
SECRET = "shpat_0123456789"
SAMPLES = Path(rest.__file__).parent / "tests" / "samples"
LISTS = [(code, name) for code, preset in rest.presets().items() for name in preset.endpoints]


class Shop:
    """Orders in the shape of Shopify, paged by a Link header, narrowed by ``updated_at_min``."""

    def __init__(self) -> None:
        self.orders = [self.order(n) for n in range(1, 31)]
        self.moods: list[Answer] = []

    def order(self, n: int, minute: int | None = None, price: str = "10.00") -> dict[str, Any]:
        at = n if minute is None else minute
        lines = [{"id": 10 * n + i, "sku": f"P{(n + i) % 9}", "quantity": 1, "price": price} for i in range(1 + n % 3)]
        return {
            "id": n, "name": f"#{n}", "created_at": f"2025-02-{1 + n % 27:02d}T10:00:00Z", "currency": "CNY",
            "updated_at": f"2025-03-01T{at // 60:02d}:{at % 60:02d}:00Z", "customer": {"id": n % 7},
            "line_items": lines,
        }  # fmt: skip

    def answer(self, method: str, path: str, query: dict[str, str], body: Any, headers: dict[str, str]) -> Answer:
        if self.moods:
            return self.moods.pop(0)
        if headers.get("X-Shopify-Access-Token") != SECRET:
            return 401, {}, {"errors": "[API] Invalid API key"}
        found = [one for one in self.orders if one["updated_at"] >= query.get("updated_at_min", "")]
        start = int(query.get("page_info", 0))
        out = (
            {"Link": f'<http://{headers["Host"]}{path}?page_info={start + 8}>; rel="next"'}
            if found[start + 8 :]
            else {}
        )
        return 200, out, {"orders": found[start : start + 8]}

    def told(self) -> list[tuple[str, str, int]]:
        """(order, product, micros)"""
        return sorted(
            (one["name"], line["sku"], int(Decimal(line["price"]) * 1_000_000))
            for one in self.orders for line in one["line_items"]
        )  # fmt: skip


def recorded() -> list[tuple[str, str, int]]:
    rows = OrderLine.objects.filter(is_current=True)
    return sorted(rows.values_list("order__external_id", "product_code", "amount_micros"))


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def server(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    one = Server(shop.answer)
    monkeypatch.setenv("ZHIJI_PRIVATE_HOSTS", f"127.0.0.1:{one.port}")
    monkeypatch.setattr("zhiji.data.sources.rest.client.time.sleep", lambda seconds: None)
    yield one
    one.close()


def connected(server: Server, code: str = "shopify", **settings: Any) -> Connection:
    preset = rest.presets()[code]
    told = {**preset.settings, "preset": code, "base_url": server.url, "per_minute": 0, **settings}
    secrets = dict.fromkeys(preset.secrets, SECRET)
    return services.connection_create(kind="rest", name=code, source_code=code, settings=told, secrets=secrets)


def streamed(connection: Connection, name: str = "orders", **more: Any) -> Stream:
    ready = rest.presets()[connection.settings["preset"]].endpoints[name]
    preview = services.stream_preview(connection, definition=ready["definition"], kind=ready["kind"])
    definition = ready["definition"]
    if definition.get("incremental"):
        definition = {**definition, "incremental": {**definition["incremental"], "overlap": 0}}
    return services.stream_create(
        connection, name=name, kind=ready["kind"], definition=definition,
        **{"mapping": ready["mapping"], "columns": preview.columns, **more},
    )  # fmt: skip


def states(runs: list[Run]) -> list[str]:
    return [run.state for run in runs]


@pytest.mark.parametrize(("code", "name"), LISTS)
def test_a_ready_configuration_brings_its_sample_into_the_record(server: Server, code: str, name: str) -> None:
    sample = json.loads((SAMPLES / f"{code}_{name}.json").read_text(encoding="utf-8"))
    exchange = rest.presets()[code].settings.get("exchange")

    def answer(method: str, path: str, query: dict[str, str], body: Any, headers: dict[str, str]) -> Answer:
        if exchange and path.endswith(exchange["path"]):
            return 200, {}, {"success": True, "errcode": 0, "code": {"errcode": "0"}, "access_token": "t",
                             "data": {"access_token": "t"}}  # fmt: skip
        return 200, {}, sample

    server.answer = answer
    stream = streamed(connected(server, code, user="corp"), name)
    assert states(read(stream)) == [State.STORED], (stream.reason, Import.objects.values_list("dry_run", flat=True))
    assert (stream.rejected_rows, stream.stored_rows > 0) == (0, True)
    assert states(read(stream)) == [State.NOTHING]


def test_a_list_becomes_the_record_and_follows_it(server: Server, shop: Shop) -> None:
    stream = streamed(connected(server))
    assert states(read(stream)) == [State.STORED]
    assert recorded() == shop.told()
    shop.orders[4] = shop.order(5, minute=200, price="77.50")
    shop.orders.append(shop.order(40, minute=201))
    assert states(read(stream)) == [State.STORED]
    assert recorded() == shop.told()
    assert states(read(stream)) == [State.NOTHING]
    assert Order.objects.count() == 31


@pytest.mark.databases
def test_a_source_that_goes_away_in_the_middle_is_taken_up_where_it_stood(server: Server, shop: Shop) -> None:
    connection = connected(server)
    stream = streamed(connection)
    pages = len(server.asked)
    shop.moods = []
    turns = iter([False, False] + [True] * 3)
    plain = shop.answer
    server.answer = lambda *asked: (502, {}, {}) if next(turns, False) else plain(*asked)
    assert states(read(stream)) == [State.PULLING]
    assert (stream.state, stream.trouble["code"], stream.failures) == (Stream.State.RUNNING, "rest_broken", 1)
    assert stream.next_at > clock.now()
    assert Order.objects.count() == 0
    before = len(server.asked)
    assert states(read(stream)) == [State.STORED]
    assert recorded() == shop.told()
    assert (stream.trouble, stream.failures) == (None, 0)
    assert len(server.asked) - before == 2  # four pages, of which two had come before
    assert pages == 1


def test_patience_is_no_fault(server: Server, shop: Shop) -> None:
    stream = streamed(connected(server))
    shop.moods = [(429, {"Retry-After": "900"}, {})]
    assert states(read(stream)) == [State.PULLING]
    assert (stream.trouble, stream.failures) == (None, 0)
    assert timedelta(minutes=14) < stream.next_at - clock.now() < timedelta(minutes=16)
    assert states(read(stream)) == [State.STORED]
    assert recorded() == shop.told()


@pytest.mark.databases
def test_a_key_that_no_longer_works_stops_the_stream_until_it_is_given_anew(server: Server, shop: Shop) -> None:
    connection = connected(server)
    stream = streamed(connection)
    services.connection_update(connection, secrets={"secret": "wrong"})
    assert states(read(stream)) == [State.FAILED]
    assert (stream.state, stream.reason["code"]) == (Stream.State.STOPPED, "rest_refused")
    services.connection_update(connection, secrets={"secret": SECRET})
    services.stream_resume(stream)
    assert states(read(stream)) == [State.STORED]
    assert recorded() == shop.told()


def test_a_field_that_every_row_needs_and_is_gone_stops_the_stream(server: Server, shop: Shop) -> None:
    stream = streamed(connected(server))
    read(stream)
    before = recorded()
    moved = shop.order(50, minute=300)
    moved["placed_at"] = moved.pop("created_at")
    shop.orders = [moved]
    assert states(read(stream)) == [State.FAILED]
    assert stream.reason["code"] == "source_column_lost"
    assert recorded() == before


def test_orders_in_single_lines_are_refused_where_only_some_would_come(server: Server, shop: Shop) -> None:
    shop.orders = [{**shop.order(n), "name": "#1"} for n in range(1, 4)]
    stream = streamed(connected(server))
    assert states(read(stream)) == [State.FAILED]
    assert stream.reason["code"] == "source_orders_in_lines"
    assert Order.objects.count() == 0


def test_no_secret_leaves_by_any_door(server: Server, client: Client, capfd: pytest.CaptureFixture[str]) -> None:
    connection = connected(server)
    stream = streamed(connection)
    read(stream)
    services.connection_update(connection, secrets={"secret": SECRET + "-wrong"})
    read(stream)
    admin = accounts.user_create(email="a@acme.test", password=None, roles=["administrator"])
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    pages = ["sources", f"sources/{connection.pk}", f"sources/streams/{stream.pk}", f"sources/streams/{stream.pk}/runs"]
    shown = "".join(client.get(f"/api/v1/{page}").content.decode() for page in pages)
    kept = "".join(str(row) for model in (Connection, Stream, Run) for row in model.objects.values())
    logged = "".join(capfd.readouterr())
    assert "has_secret" in shown
    for text in (shown, kept, logged):
        assert SECRET not in text


def test_a_secret_does_not_follow_to_another_host(server: Server) -> None:
    connection = connected(server)
    moved = services.connection_update(connection, settings={**connection.settings, "base_url": "https://evil.test/a"})
    assert moved.sealed is None
