"""A table of a shop's order lines becomes the record and follows it: nothing lost, nothing doubled, each line with its
way back; on three databases."""

from __future__ import annotations

import pytest

from reading_sources import Line, connected, lines_put, read, recorded, streamed, table_made, told
from shops import Shop
from zhiji.application.imports import services as imports
from zhiji.application.imports.models import Import
from zhiji.application.sources import services
from zhiji.application.sources.models import Run, Stream
from zhiji.data.sources import sql
from zhiji.data.sources.sql.errors import SqlBroken
from zhiji.data.store.models import Order, OrderLine
from zhiji.kernel import clock
from zhiji.platform import jobs

pytestmark = pytest.mark.django_db(transaction=True)
State = Run.State
everywhere = pytest.mark.parametrize("shop", ["sqlite", "postgresql", "mariadb"], indirect=True)


def line(n: int, order: int, minute: int, money: str = "10.00", sku: str = "") -> Line:
    at = f"2025-03-01 {minute // 60:02d}:{minute % 60:02d}:00"
    return (n, f"A{order}", f"C{order % 7}", sku or f"P{n}", 1, money, f"2025-02-{1 + order % 27:02d} 10:00:00", at)


@pytest.fixture
def lines(shop: Shop) -> list[Line]:
    table_made(shop)
    made = [line(n, n // 2, n) for n in range(2, 42)]
    lines_put(shop, made)
    return made


def states(runs: list[Run]) -> list[str]:
    return [run.state for run in runs]


@everywhere
def test_a_table_becomes_the_record(shop: Shop, lines: list[Line]) -> None:
    stream = streamed(shop)
    assert states(read(stream)) == [State.STORED]
    assert recorded() == told(lines)
    assert (stream.stored_rows, stream.rejected_rows, stream.state) == (40, 0, Stream.State.RUNNING)
    row = Import.objects.get()
    assert (row.is_history, row.kind, row.source_code) == (True, "orders", "shop")


@pytest.mark.databases
def test_nothing_new_makes_no_import(shop: Shop, lines: list[Line]) -> None:
    stream = streamed(shop)
    read(stream)
    assert states(read(stream)) == [State.NOTHING]
    assert states(read(stream)) == [State.NOTHING]
    assert Import.objects.count() == 1


@everywhere
def test_new_and_changed_lines_follow_and_an_order_stays_whole(shop: Shop, lines: list[Line]) -> None:
    stream = streamed(shop)
    read(stream)
    shop.run("UPDATE order_lines SET money = 99, changed_at = '2025-03-02 00:00:00' WHERE id = 7")
    added = [line(100, 60, 1500 % 1440)]
    added = [(*added[0][:7], "2025-03-02 00:01:00")]
    lines_put(shop, added)
    assert states(read(stream)) == [State.STORED]
    now = [(*one[:5], "99", *one[6:]) if one[0] == 7 else one for one in lines] + added
    assert recorded() == told(now)
    assert Import.objects.order_by("pk").last().is_history is False
    assert states(read(stream)) == [State.NOTHING]


def test_a_change_back_to_what_it_was_counts(shop: Shop, lines: list[Line]) -> None:
    """The same rows once more are another file: it may bring back what an earlier one brought."""
    stream = streamed(shop, definition={"cursor": ""})
    read(stream)
    for money in ("77", "10"):
        shop.run(f"UPDATE order_lines SET money = {money} WHERE id = 7")
        assert states(read(stream)) == [State.STORED]
        now = [(*one[:5], money, *one[6:]) if one[0] == 7 else one for one in lines]
        assert recorded() == told(now)


def test_many_windows_make_one_whole(shop: Shop, lines: list[Line], monkeypatch: pytest.MonkeyPatch) -> None:
    from zhiji.data.sources.sql import pulling

    monkeypatch.setattr(pulling.pull, "__kwdefaults__", {**pulling.pull.__kwdefaults__, "window_rows": 9})
    stream = streamed(shop)
    runs = read(stream)
    assert len(runs) > 3
    assert {run.state for run in runs} <= {State.STORED, State.NOTHING}
    assert recorded() == told(lines)
    assert all(Import.objects.values_list("is_history", flat=True))
    assert states(read(stream)) == [State.NOTHING]


@everywhere
def test_a_lost_column_stops_the_stream_and_changes_nothing(shop: Shop, lines: list[Line]) -> None:
    stream = streamed(shop)
    read(stream)
    before = recorded()
    shop.run("ALTER TABLE order_lines RENAME COLUMN sku TO article")
    shop.run("UPDATE order_lines SET changed_at = '2025-03-02 00:00:00' WHERE id = 7")
    assert states(read(stream)) == [State.FAILED]
    assert (stream.state, stream.reason["code"]) == (Stream.State.STOPPED, "source_column_lost")
    assert stream.reason["params"] == {"column": "sku", "field": "product_code"}
    assert (recorded(), Import.objects.count()) == (before, 1)
    mapping = {**stream.mapping, "product_code": "article"}
    services.stream_update(stream, changes={"mapping": mapping}, columns={**stream.columns, "article": "text"})
    services.stream_resume(stream)
    assert states(read(stream)) == [State.STORED]


def test_a_new_column_is_offered_and_kept_meanwhile(shop: Shop, lines: list[Line]) -> None:
    stream = streamed(shop)
    read(stream)
    shop.run(f"ALTER TABLE order_lines ADD COLUMN colour {shop.types['text']}")
    shop.run("UPDATE order_lines SET colour = 'red', changed_at = '2025-03-02 00:00:00' WHERE id = 7")
    assert states(read(stream)) == [State.STORED]
    assert stream.offered == ["colour"]
    mapping = Import.objects.order_by("pk").last().mapping
    assert mapping["columns"].index("colour") in mapping["extras"]


def test_a_column_of_another_type_stops_the_stream(shop: Shop, lines: list[Line]) -> None:
    stream = streamed(shop)
    read(stream)
    Stream.objects.filter(pk=stream.pk).update(columns={**stream.columns, "pieces": "text"})
    assert states(read(stream)) == [State.FAILED]
    assert (stream.state, stream.reason["code"]) == (Stream.State.STOPPED, "source_column_retyped")
    services.stream_resume(stream)
    shop.run("UPDATE order_lines SET money = 99, changed_at = '2025-03-02 00:00:00' WHERE id = 7")
    assert states(read(stream)) == [State.STORED]


@pytest.mark.databases
def test_an_import_that_was_taken_back_stays_so_until_somebody_asks(shop: Shop, lines: list[Line]) -> None:
    stream = streamed(shop)
    read(stream)
    jobs.run_inline(imports.import_undo(Import.objects.get()))
    assert Order.objects.count() == 0
    assert states(read(stream)) == []
    assert (stream.state, stream.reason["code"]) == (Stream.State.STOPPED, "source_import_undone")
    services.stream_resume(stream)
    assert states(read(stream)) == [State.NOTHING]
    assert Order.objects.count() == 0
    jobs.run_inline(services.stream_backfill(stream, since=None))
    assert recorded() == told(lines)


@everywhere
def test_a_back_fill_changes_nothing_that_is_there(shop: Shop, lines: list[Line]) -> None:
    stream = streamed(shop)
    read(stream)
    position, keys = stream.position, set(OrderLine.objects.values_list("pk", flat=True))
    job = jobs.run_inline(services.stream_backfill(stream, since="2025-03-01 00:30:00"))
    assert job.state == "done"
    run = Run.objects.order_by("pk").last()
    assert (run.state, run.is_backfill, run.counts["stored"]) == (State.STORED, True, 0)
    stream.refresh_from_db()
    assert stream.position["value"] == position["value"]
    assert (recorded(), set(OrderLine.objects.values_list("pk", flat=True))) == (told(lines), keys)


def test_few_rows_that_are_all_rejected_do_not_hold_up_the_rest(shop: Shop, lines: list[Line]) -> None:
    stream = streamed(shop)
    read(stream)
    shop.run("INSERT INTO order_lines VALUES (200, 'B1', 'C1', 'P', 1, 5, NULL, '2025-03-02 00:00:00')")
    shop.run("DELETE FROM order_lines WHERE id = 41")  # the one at the border, which would come along
    assert states(read(stream)) == [State.REJECTED]
    assert (stream.state, stream.rejected_rows) == (Stream.State.RUNNING, 1)
    added = (*line(201, 60, 0)[:7], "2025-03-02 00:01:00")
    lines_put(shop, [added])
    assert states(read(stream)) == [State.STORED]
    assert recorded() == told([*lines, added])


def test_a_first_pull_of_which_nothing_fits_stops(shop: Shop, lines: list[Line]) -> None:
    stream = streamed(shop, mapping={"order_number": "number", "ordered_at": "sku", "amount": "money"})
    assert states(read(stream)) == [State.FAILED]
    assert (stream.state, stream.reason["code"]) == (Stream.State.STOPPED, "source_rows_rejected")
    assert stream.position is None
    assert Order.objects.count() == 0


@pytest.mark.databases
def test_two_streams_of_one_source_are_apart(shop: Shop, lines: list[Line]) -> None:
    connection = connected(shop)
    shop.run("CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR(50), phone VARCHAR(20))")
    shop.run("INSERT INTO people VALUES (?, ?, ?)", [(1, "王伟", "13800000001"), (2, "Ann", "+447700900123")])
    orders = streamed(shop, connection)
    people = streamed(shop, connection, name="people", kind="customers", definition={"table": "people", "cursor": "id"},
                      mapping={"external_id": "id", "name": "name", "phone": "phone"})  # fmt: skip
    assert states(read(orders)) == states(read(people)) == [State.STORED]
    assert recorded() == told(lines)
    assert people.stored_rows == 2


def test_a_database_that_breaks_off_is_asked_again_each_time_a_little_later(
    shop: Shop, lines: list[Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = streamed(shop)
    pull, broken = sql.pull, SqlBroken(dialect="sqlite", fault="OperationalError")

    def breaks(*_: object, **__: object) -> None:
        raise broken

    pauses = []
    monkeypatch.setattr(sql, "pull", breaks)
    for failures in (1, 2, 3):
        assert states(read(stream)) == [State.PULLING]
        assert (stream.state, stream.failures) == (Stream.State.RUNNING, failures)
        assert stream.trouble["code"] == "sql_broken"
        pauses.append((stream.next_at - clock.now()).total_seconds())
    assert 20 < pauses[0] < pauses[1] < pauses[2] < 125
    assert (stream.position, Order.objects.count(), Run.objects.count()) == (None, 0, 1)
    monkeypatch.setattr(sql, "pull", pull)
    assert states(read(stream)) == [State.STORED]
    assert recorded() == told(lines)
    assert (stream.trouble, stream.failures) == (None, 0)
