"""A small lake to write, and the rows that go into it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from zhiji.data.lake import TABLES, LakeWriter

Rows = Callable[[int], pa.Table]


def _rows(count: int) -> pa.Table:
    """``count`` lines of one piece each, three days apart, the i-th worth i units."""
    first = datetime(2019, 12, 30, 12, tzinfo=UTC)
    instants = [first + timedelta(days=3 * i % 900) for i in range(count)]
    days = [instant.date() for instant in instants]
    numbers = list(range(count))
    return pa.table(
        {
            "line_id": numbers,
            "order_id": numbers,
            "value_order_id": numbers,
            "customer_id": pa.array([None if i % 10 == 0 else i % 7 for i in numbers], pa.int64()),
            "source_id": [1] * count,
            "product_id": [i % 5 for i in numbers],
            "category": ["茶", "Tea"] * (count // 2) + ["茶"] * (count % 2),
            "line_kind": ["goods"] * count,
            "quantity_milli": [1000] * count,
            "amount_micros": [i * 1_000_000 for i in numbers],
            "event_at": instants,
            "known_at": instants,
            "superseded_at": pa.nulls(count, pa.timestamp("us", "UTC")),
            "value_on": days,
            "order_on": days,
            "is_repeat": [False] * count,
            "counted": [True] * count,
        }
    ).cast(TABLES["order_lines"])


@pytest.fixture(scope="session")
def rows() -> Rows:
    return _rows


@pytest.fixture
def lake_folder(tmp_path: Path) -> Path:
    """A lake with one version of 100 lines and one customer."""
    folder = tmp_path / "lake"
    person = pa.table(
        {
            "customer_id": [1],
            "owner_id": pa.array([None], pa.int64()),
            "team_id": pa.array([None], pa.int64()),
            "country": ["CN"],
            "city": ["上海"],
            "kind": ["person"],
            "registered_on": [date(2019, 1, 1)],
            "known_at": [datetime(2019, 1, 1, tzinfo=UTC)],
            "contact_allowed": pa.array([None], pa.bool_()),
        }
    )
    with LakeWriter(folder) as writer:
        writer.append("order_lines", _rows(100))
        writer.append("customers", person)
        writer.commit({"lines": 100})
    return folder
