"""What orders bring in: states, dates, currencies, and the money that stands in columns of its own."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from little_tables import clean, column
from zhiji.processing.cleaning.words import order_state


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("待处理", "open"), ("待确认", "open"), ("异常", "open"), ("On Hold", "open"), ("pending_review", "open"),
        ("退款中", "completed"), ("申请退款", "completed"), ("Refund requested", "completed"), ("天晓得", None),
    ],
)  # fmt: skip
def test_states_that_are_under_way(word: str, state: str | None) -> None:
    assert order_state(word) == state


def test_a_date_after_the_file_came_in_goes_to_quarantine(tmp_path: Path) -> None:
    text = (
        "order_number,date,amount\n1,2025-01-30 10:00,5\n2,2025-02-01 09:00,5\n3,2025-02-02 09:00,5\n4,2035-01-01,5\n"
    )
    received_at = datetime(2025, 2, 1, 8, tzinfo=UTC)
    rows, rejected, _ = clean(tmp_path, text, received_at=received_at)
    assert column(rows, "order_number") == ["1", "2"], "a day's grace, for dates of a zone ahead"
    assert [(row["row"], row["column"], row["value"], row["code"]) for row in rejected] == [
        (3, "date", "2025-02-02 09:00", "date_in_future"),
        (4, "date", "2035-01-01", "date_in_future"),
    ]
