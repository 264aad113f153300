"""What was known on a day stays what was known on that day, whatever comes after it.

The truth is the lake itself, read on the day, before anything later was brought in.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from importing import orders, store, undo
from zhiji.application.imports import services
from zhiji.application.imports.models import Import
from zhiji.data.lake import open_engine
from zhiji.data.landing.files import land
from zhiji.data.store.models import Order, OrderLine
from zhiji.platform import jobs
from zhiji.platform.company import zone
from zhiji.platform.workspace import workspace
from zhiji.processing.features import customer_features, monthly_revenue, transactions
from zhiji.processing.pipelines.lake import rebuild_lake

# What differs between databases is the reading of the lines; two walks through it are enough on the second one.
pytestmark = [pytest.mark.django_db(transaction=True)]

HEADER = "order,date,customer,sku,quantity,price,status\n"


def brought(lines: str, on: date, changed: str | None = "replace", *, is_history: bool = False) -> Import:
    """A file as it was received on a day."""
    name = f"{on}-{changed}.csv"
    content = (lines if lines.startswith(("order,", "date,")) else HEADER + lines).encode()
    row = services.import_create(file=land(name, [content]), name=name, kind="orders", is_history=is_history)
    Import.objects.filter(pk=row.pk).update(created_at=datetime(on.year, on.month, on.day, 12, tzinfo=UTC))
    row.refresh_from_db()
    jobs.run_inline(services.import_check(row))
    row.refresh_from_db()
    return store(row, changed)


def known(*days: date) -> list[Any]:
    """What features, models and the dashboard see of each day, from a lake made now."""
    rebuild_lake()
    found = []
    with open_engine(workspace().lake) as engine:
        for day in days:
            tables = [build(engine.tables, day, zone()) for build in (customer_features, transactions, monthly_revenue)]
            found.append([sorted(map(repr, engine.to_arrow(table).to_pylist())) for table in tables])
    return found


def row_of(day: date) -> dict[str, Any]:
    """Orders and spend, whole, of the one customer."""
    with open_engine(workspace().lake) as engine:
        [row] = engine.to_arrow(customer_features(engine.tables, day, zone())).to_pylist()
    return {"orders": row["orders"], "spend": row["spend_micros"] / 1e6}


EXPORTS = [
    (date(2025, 1, 6), "replace", "A1,2025-01-03,C1,tea,1,30,completed\nA2,2025-01-04,C1,tea,1,50,completed\n"
     "A3,2025-01-04,C2,cup,2,20,open\nA4,2025-01-05,,cup,1,20,completed\n"),
    # another quantity; one that was paid; a return
    (date(2025, 1, 20), "replace", "A2,2025-01-04,C1,tea,2,50,completed\nA3,2025-01-04,C2,cup,2,20,completed\n"
     "R1,2025-01-18,C1,tea,-2,50,completed\nA5,2025-01-19,C2,tea,3,30,completed\n"),
    # the order that the return took from is cancelled; one goes to somebody else; one is of another day
    (date(2025, 2, 5), "replace", "A2,2025-01-04,C1,tea,2,50,cancelled\nA3,2025-01-04,C1,cup,2,20,completed\n"
     "A5,2025-02-01,C2,tea,3,30,completed\n"),
    # lines are added, one of them with another word on the state of the order
    (date(2025, 2, 20), "add", "A1,2025-01-03,C1,cup,1,20,completed\nA3,2025-01-04,C1,tea,1,30,refunded\n"
     "A1,2025-01-03,C1,tea,1,30,completed\n"),
    # a guest gets a name, and what was cancelled comes back
    (date(2025, 3, 3), "replace", "A4,2025-01-05,C3,cup,1,20,completed\nA2,2025-01-04,C1,tea,1,50,completed\n"),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.databases
def test_no_later_export_changes_what_was_known_on_a_day():
    ends = [on + timedelta(days=1) for on, *_ in EXPORTS]
    truth = []
    imports = []
    for i, (on, changed, lines) in enumerate(EXPORTS):
        imports.append(brought(lines, on, changed))
        assert known(*ends[:i]) == truth, f"after the export of {on}"
        truth += known(ends[i])
    assert len({str(one) for one in truth}) == len(truth), "an export that changes nothing proves nothing"
    # An undo takes the later words back, and what they had superseded stands on.
    undo(imports[-1])
    assert known(*ends[:-1], ends[-1])[:-1] == truth[:-1]
    undo(imports[2])
    assert known(*ends[:2]) == truth[:2]


def test_an_order_that_was_changed_or_cancelled_later_does_not_vanish_from_the_past():
    first = "A1,2025-01-03,C1,tea,1,30,completed\nA2,2025-01-04,C1,tea,1,50,completed\n"
    brought(first, date(2025, 1, 5))
    brought(first.replace("tea,1,50", "tea,2,50"), date(2025, 2, 5))
    brought("A2,2025-01-04,C1,tea,2,50,cancelled\n", date(2025, 3, 5))
    rebuild_lake()
    assert row_of(date(2025, 1, 10)) == {"orders": 2, "spend": 80}
    assert row_of(date(2025, 2, 10)) == {"orders": 2, "spend": 130}
    assert row_of(date(2025, 3, 10)) == {"orders": 1, "spend": 30}


@pytest.mark.parametrize("moved", ["A1,2025-01-03,C2,tea,1,50,completed\n", "R1,2025-01-08,C2,tea,-1,50,completed\n"])
def test_an_order_that_goes_to_another_customer_leaves_the_past_of_the_first(moved: str):
    """Until then the return took from the sale, whichever of the two it is that moves."""
    sold = "A1,2025-01-03,C1,tea,1,50,completed\nA9,2025-01-03,C1,cup,1,70,completed\n"
    brought(f"{sold}R1,2025-01-08,C1,tea,-1,50,completed\n", date(2025, 1, 10))
    before = known(date(2025, 1, 20))
    assert row_of(date(2025, 1, 20)) == {"orders": 1, "spend": 70}
    brought(moved, date(2025, 2, 10))
    assert known(date(2025, 1, 20)) == before


def test_a_file_of_the_past_corrects_the_past():
    """Nobody knows when a history file's word was first said: it holds for as long as the order does."""
    first = orders("A1,2025-01-03,C1,tea,1,30", "A2,2025-01-04,C1,tea,1,50")
    brought(first, date(2025, 6, 1), is_history=True)
    brought(first.replace("tea,1,50", "tea,2,50"), date(2025, 6, 2), is_history=True)
    rebuild_lake()
    assert row_of(date(2025, 1, 10)) == {"orders": 2, "spend": 130}


def test_a_live_export_ends_what_a_file_of_the_past_said():
    brought(orders("A1,2025-01-03,C1,tea,1,30", "A2,2025-01-04,C1,tea,1,50"), date(2025, 6, 1), is_history=True)
    later = brought("A2,2025-01-04,C1,tea,1,50,cancelled\n", date(2025, 6, 2))
    rebuild_lake()
    assert row_of(date(2025, 6, 1)) == {"orders": 2, "spend": 80}
    assert row_of(date(2025, 6, 3)) == {"orders": 1, "spend": 30}
    undo(later)
    rebuild_lake()
    assert row_of(date(2025, 6, 3)) == {"orders": 2, "spend": 80}


def test_periods_of_a_line_never_overlap_and_the_last_is_the_record():
    for on, changed, lines in EXPORTS:
        brought(lines, on, changed)
    rebuild_lake()
    with open_engine(workspace().lake) as engine:
        rows = engine.to_arrow(engine.tables.order_lines.order_by(["line_id", "known_at"])).to_pylist()
    for earlier, later in pairwise(rows):
        if earlier["line_id"] == later["line_id"]:
            assert earlier["superseded_at"] <= later["known_at"]
    standing = {row["line_id"]: row for row in rows if row["superseded_at"] is None}
    assert set(standing) == set(OrderLine.objects.filter(is_current=True).values_list("pk", flat=True))
    for line in OrderLine.objects.filter(is_current=True).select_related("value_order"):
        row = standing[line.pk]
        assert (row["value_order_id"], row["customer_id"]) == (line.value_order_id, line.value_order.customer_id)
        assert row["counted"] == line.counted


@pytest.mark.databases
def test_a_line_left_out_once_was_left_out_for_one_that_counted_on_that_day():
    """The state of equal lines changes from export to export; on each day one of them counts, whichever it is."""
    jobs.run_inline(services.identical_lines_switch(once=True))
    line = "A1,2025-01-03,C1,tea,1,30,{}\n"
    days = [date(2025, 1, 6), date(2025, 2, 6), date(2025, 3, 6)]
    words = ["cancelled completed completed", "completed completed completed", "refunded completed"]
    truth = []
    for day, states in zip(days, words, strict=True):
        brought("".join(line.format(state) for state in states.split()), day)
        rebuild_lake()
        truth.append(row_of(day + timedelta(days=1)))
    assert [row["spend"] for row in truth] == [30, 30, 30]
    assert [row_of(day + timedelta(days=1)) for day in days] == truth


# Of two identical rows without order numbers, their states in exports one after the other.
TWINS = [
    [("completed", "completed"), ("cancelled", "completed")],
    [("cancelled", "completed"), ("completed", "completed")],
    [("completed", "completed"), ("completed", "cancelled"), ("cancelled", "cancelled"), ("refunded", "completed")],
    [("completed",), ("completed", "completed"), ("cancelled", "completed")],
]


@pytest.mark.parametrize("who", ["C1", ""])
@pytest.mark.parametrize("exports", TWINS)
def test_what_a_row_repeats_that_is_an_order_of_its_own_is_of_its_day(exports: list[tuple[str, ...]], who: str):
    """With the switch on, one of the two counts on every day, and it is not always the same one."""
    jobs.run_inline(services.identical_lines_switch(once=True))
    truth: list[Any] = []
    days = [date(2025, month, 10) for month in range(2, 2 + len(exports))]
    imports = []
    for on, states in zip(days, exports, strict=True):
        rows = "".join(f"2025-01-03,{who},30,{state}\n" for state in states)
        imports.append(brought(f"date,customer,amount,status\n{rows}2025-01-04,C2,5,completed\n", on))
        found = known(*[day + timedelta(days=1) for day in days[: len(imports)]])
        assert found[:-1] == truth
        truth = found
        revenue = Order.objects.filter(value_micros=30_000_000).count()
        assert revenue == (0 if set(states) == {"cancelled"} else 1)
    undo(imports[-1])
    assert known(*[day + timedelta(days=1) for day in days[:-1]]) == truth[:-1]
