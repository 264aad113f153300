"""Rows come out of each database exactly as they are in it, and each change exactly once more."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from shops import Shop, mariadb_shop, postgres_shop, sqlite_shop
from zhiji.data.sources import sql
from zhiji.data.sources.sql import Position, Table, errors
from zhiji.data.sources.sql.model import Pulled

ORDERS = Table("orders")


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def shop(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.setenv("ZHIJI_PRIVATE_HOSTS", "127.0.0.1")
    monkeypatch.setenv("ZHIJI_SOURCE_FOLDERS", str(tmp_path))
    if request.param == "sqlite":
        made = sqlite_shop(tmp_path)
    elif request.param == "postgresql":
        made = postgres_shop(request.getfixturevalue("postgres_url"))
    else:
        made = mariadb_shop(request.getfixturevalue("mariadb"))
    types = made.types
    made.run(
        f"CREATE TABLE orders (id INTEGER PRIMARY KEY, number {types['text']}, amount {types['money']}, "
        f"bought_at {types['instant']}, changed_at {types['instant']}, note {types['text']})"
    )
    return made


def at(minute: int, micros: int = 0) -> str:
    return f"2025-03-{1 + minute // 1440:02d} {minute // 60 % 24:02d}:{minute % 60:02d}:00.{micros:06d}"


def fill(shop: Shop, rows: range, minute: int | None = None) -> None:
    shop.run(
        "INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)",
        [(n, f"O-{n}", Decimal(n) / 100 if shop.database.dialect != "sqlite" else n / 100, at(n),
          at(n if minute is None else minute), f"备注 {n}") for n in rows],
    )  # fmt: skip


def pulled(shop: Shop, folder: Path, since: Position | None = None, **more: Any) -> tuple[list[dict[str, Any]], Pulled]:
    out = folder / "pulled.parquet"
    more = {"cursor": "changed_at", "overlap": 0, **more}
    with sql.opened(shop.database) as engine:
        found = sql.pull(engine, ORDERS, out, since=since, **more)
    rows = pq.read_table(out).to_pylist() if found.path else []
    out.unlink(missing_ok=True)
    return rows, found


def ids(rows: list[dict[str, Any]]) -> list[int]:
    return sorted(int(row["id"]) for row in rows)


def test_values_come_as_they_are(shop: Shop, tmp_path: Path) -> None:
    fill(shop, range(1, 4))
    rows, found = pulled(shop, tmp_path)
    assert ids(rows) == [1, 2, 3]
    first = min(rows, key=lambda row: int(row["id"]))
    assert (first["number"], Decimal(str(first["amount"])), first["note"]) == ("O-1", Decimal("0.01"), "备注 1")
    assert str(first["bought_at"]).startswith("2025-03-01 00:01:00")
    assert (found.rows, found.is_last) == (3, True)


def test_only_what_changed_comes_again_and_nothing_makes_no_file(shop: Shop, tmp_path: Path) -> None:
    fill(shop, range(1, 101))
    rows, first = pulled(shop, tmp_path)
    assert ids(rows) == list(range(1, 101))
    rows, second = pulled(shop, tmp_path, first.position)
    assert (rows, second.path, second.position) == ([], None, first.position)
    shop.run(f"UPDATE orders SET note = 'changed', changed_at = '{at(500)}' WHERE id IN (7, 8)")
    fill(shop, range(101, 103), minute=500)
    rows, third = pulled(shop, tmp_path, second.position)
    assert set(ids(rows)) == {7, 8, 100, 101, 102}  # 100 stands at the border
    rows, fourth = pulled(shop, tmp_path, third.position)
    assert (rows, fourth.path) == ([], None)


def test_a_late_row_with_the_value_of_the_border_is_not_lost(shop: Shop, tmp_path: Path) -> None:
    fill(shop, range(1, 11))
    _, first = pulled(shop, tmp_path)
    fill(shop, range(11, 12), minute=10)
    rows, second = pulled(shop, tmp_path, first.position)
    assert set(ids(rows)) == {10, 11}
    rows, third = pulled(shop, tmp_path, second.position)
    assert (rows, third.path) == ([], None)


def test_a_row_that_became_visible_late_is_within_the_overlap(shop: Shop, tmp_path: Path) -> None:
    fill(shop, range(1, 11))
    _, first = pulled(shop, tmp_path, overlap=120)
    shop.run("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)", [(99, "O-99", 1, at(9), at(9, 500_000), "late")])
    rows, _ = pulled(shop, tmp_path, first.position, overlap=120)
    assert 99 in ids(rows)


def test_windows_bring_all_rows_once_whatever_their_size(shop: Shop, tmp_path: Path) -> None:
    fill(shop, range(1, 51))
    fill(shop, range(51, 81), minute=60)  # thirty rows of one moment: more than a window holds
    fill(shop, range(81, 91), minute=70)
    since, seen, turns = None, [], 0
    while True:
        rows, found = pulled(shop, tmp_path, since, window_rows=8)
        seen += ids(rows)
        since, turns = found.position, turns + 1
        if found.is_last:
            break
    assert set(seen) == set(range(1, 91))
    assert turns < 15
    assert len(seen) <= 90 + turns * 31


def test_rows_without_a_cursor_value_come_with_the_first_pull_and_are_told_of(shop: Shop, tmp_path: Path) -> None:
    fill(shop, range(1, 4))
    shop.run("INSERT INTO orders VALUES (4, 'O-4', 1, NULL, NULL, NULL)")
    rows, found = pulled(shop, tmp_path)
    assert (ids(rows), found.late) == ([1, 2, 3, 4], 1)
    assert pulled(shop, tmp_path, found.position)[1].path is None


def test_a_moment_in_the_far_future_does_not_swallow_what_comes_after(shop: Shop, tmp_path: Path) -> None:
    fill(shop, range(1, 4))
    shop.run("INSERT INTO orders VALUES (4, 'O-4', 1, NULL, '9999-01-01 00:00:00', NULL)")
    rows, found = pulled(shop, tmp_path)
    assert (ids(rows), found.future) == ([1, 2, 3, 4], 1)
    fill(shop, range(5, 7))
    rows, found = pulled(shop, tmp_path, found.position)
    assert {5, 6} <= set(ids(rows))
    assert pulled(shop, tmp_path, found.position)[1].path is None


def test_an_order_comes_whole_where_one_of_its_lines_changed(shop: Shop, tmp_path: Path) -> None:
    fill(shop, range(1, 11))
    shop.run("UPDATE orders SET number = 'SAME' WHERE id IN (2, 3, 4)")
    _, first = pulled(shop, tmp_path, whole_by="number")
    shop.run(f"UPDATE orders SET changed_at = '{at(900)}' WHERE id = 3")
    rows, second = pulled(shop, tmp_path, first.position, whole_by="number")
    assert set(ids(rows)) == {2, 3, 4, 10}
    assert pulled(shop, tmp_path, second.position, whole_by="number")[1].path is None


def test_a_number_serves_as_cursor(shop: Shop, tmp_path: Path) -> None:
    fill(shop, range(1, 11))
    _, first = pulled(shop, tmp_path, cursor="id")
    assert first.position is not None
    assert (first.position.value, first.position.kind) == ("10", "integer")
    fill(shop, range(11, 13))
    assert ids(pulled(shop, tmp_path, first.position, cursor="id")[0]) == [10, 11, 12]
    with sql.opened(shop.database) as engine:
        assert sql.position_of(engine, ORDERS, "id", " 5 ") == Position("5", "integer")
        with pytest.raises(errors.SqlCursorUnfit):
            sql.position_of(engine, ORDERS, "id", "five")


def test_the_whole_table_comes_only_when_something_in_it_differs(shop: Shop, tmp_path: Path) -> None:
    fill(shop, range(1, 11))
    rows, first = pulled(shop, tmp_path, cursor="")
    assert ids(rows) == list(range(1, 11))
    assert pulled(shop, tmp_path, first.position, cursor="")[1].path is None
    shop.run("UPDATE orders SET amount = 5 WHERE id = 5")
    assert len(pulled(shop, tmp_path, first.position, cursor="")[0]) == 10


def test_two_pulls_of_the_same_rows_are_two_files(shop: Shop, tmp_path: Path) -> None:
    fill(shop, range(1, 4))
    contents = []
    for mark in ("run 1", "run 2"):
        with sql.opened(shop.database) as engine:
            sql.pull(engine, ORDERS, tmp_path / "out", cursor="id", mark=mark)
        contents.append((tmp_path / "out").read_bytes())
    assert contents[0] != contents[1]


def test_what_is_there_is_told(shop: Shop, tmp_path: Path) -> None:
    shop.run("CREATE VIEW recent AS SELECT id, number FROM orders")
    with sql.opened(shop.database) as engine:
        assert {"orders": False, "recent": True}.items() <= {t.name: t.is_view for t in sql.tables(engine)}.items()
        found = {column.name: column.family for column in sql.columns(engine, ORDERS)}
        assert found == {"id": "number", "number": "text", "amount": "number", "bought_at": "instant",
                         "changed_at": "instant", "note": "text"}  # fmt: skip
        with pytest.raises(errors.SqlTableMissing):
            sql.columns(engine, Table("nowhere"))
        with pytest.raises(errors.SqlColumnMissing):
            sql.pull(engine, ORDERS, tmp_path / "out", cursor="nothing")
    assert not (tmp_path / "out").exists()


def test_nothing_can_be_written(shop: Shop) -> None:
    import sqlalchemy as sa

    with pytest.raises(errors.SqlBroken) as refusal, sql.opened(shop.database) as engine, engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO orders (id) VALUES (1)"))
    assert "orders" not in str(refusal.value)


def test_a_statement_that_takes_too_long_is_ended(shop: Shop) -> None:
    import sqlalchemy as sa

    endless = {
        "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n",
        "postgresql": "SELECT pg_sleep(30)",
        "mariadb": "SELECT count(*) FROM seq_1_to_1000000 a, seq_1_to_1000000 b",
    }[shop.database.dialect]
    with (
        pytest.raises(errors.SqlBroken),
        sql.opened(shop.database, seconds=1) as engine,
        engine.connect() as connection,
    ):
        connection.execute(sa.text(endless)).fetchall()
