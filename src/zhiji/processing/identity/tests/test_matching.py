"""Matching at its edges: nothing, next to nothing, one customer many times, and strangers alone."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from zhiji.processing.identity.matching import Matches, match, telling_custom
from zhiji.processing.identity.standard import RAW


@pytest.fixture
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def found(engine: duckdb.DuckDBPyConnection, *records: dict[str, Any]) -> Matches:
    blank = {**dict.fromkeys(RAW.names, ""), "extra": []}
    rows = [{**blank, "unique_id": number, "source": "a", **record} for number, record in enumerate(records)]
    return match(engine, pa.Table.from_pylist(rows, schema=RAW))


@pytest.mark.parametrize("records", [[], [{"name": "张伟"}], [{}, {}, {}], [{"name": "张伟"}, {"name": "张伟"}]])
def test_where_nothing_tells_nobody_is_joined(engine: duckdb.DuckDBPyConnection, records: list[dict[str, Any]]) -> None:
    assert found(engine, *records).groups.group_of == {}


def test_one_customer_many_times_is_one(engine: duckdb.DuckDBPyConnection) -> None:
    same = {"name": "张伟", "email": "zw@acme.test", "phone": "+8613812340001", "city": "杭州"}
    assert set(found(engine, *[same] * 12).groups.group_of.values()) == {0}


def test_two_records_need_no_model(engine: duckdb.DuckDBPyConnection) -> None:
    one, other = {"name": "张伟", "email": "zw@acme.test"}, {"name": "Zhang Wei", "email": "ZW@acme.test"}
    result = found(engine, one, other)
    assert (result.groups.group_of, result.report) == ({0: 0, 1: 0}, {})


def test_a_shared_number_joins_nobody_of_another_name(engine: duckdb.DuckDBPyConnection) -> None:
    names = ("张伟", "李娜", "王芳", "赵敏")
    assert found(engine, *({"name": name, "phone": "+8613800000000"} for name in names)).groups.group_of == {}


def test_a_custom_field_that_many_share_tells_nobody_apart() -> None:
    assert telling_custom({"x_0": 100, "x_1": 100, "x_2": 0}, {"x_0": 60, "x_1": 3, "x_2": 0}) == {"x_0"}


def test_a_masked_custom_value_is_nothing(engine: duckdb.DuckDBPyConnection) -> None:
    found(engine, {"name": "张伟", "extra": [("card", "62**01")]}, {"name": "李娜", "extra": [("card", "6222 01")]})
    assert engine.execute("SELECT x_0 FROM people_person ORDER BY unique_id").fetchall() == [(None,), ("6222 01",)]


def test_strangers_are_left_alone(engine: duckdb.DuckDBPyConnection) -> None:
    rng = random.Random(3)
    given = [one + other for one in "伟芳娜敏静丽强磊军洋" for other in "勇艳杰娟涛明超兰霞平"]
    strangers = [
        {"name": rng.choice("王李张刘陈杨赵黄") + rng.choice(given), "city": rng.choice(("杭州", "上海", "北京")),
         "phone": f"+86138{rng.randrange(10**8):08}"}
        for _ in range(400)
    ]  # fmt: skip
    assert found(engine, *strangers).groups.group_of == {}
