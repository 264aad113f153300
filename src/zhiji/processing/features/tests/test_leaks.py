"""Nothing from the future: planted leaks change nothing, and a filter that is switched off is found out.

``leaks`` plants one thing at a time and says which plants changed the features of the same day. The real code must
give none; each broken copy must give exactly the plants that it lets through, or this check would be worth nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir
import pytest

from zhiji.data.lake import LakeTables
from zhiji.kernel import LineKind
from zhiji.kernel.clock import NO_END, end_of_day
from zhiji.processing.features import customer_features

AS_OF = date(2023, 6, 30)
ZONE = ZoneInfo("Asia/Shanghai")
Features = Callable[[LakeTables, date, ZoneInfo], ir.Table]


def base(kind: type) -> object:
    """Two customers with a few orders, all known in time."""
    company = kind()
    for order, (customer, month) in enumerate([(1, 1), (1, 3), (1, 5), (2, 2), (2, 6)], start=1):
        company.line(order=order, customer_id=customer, day=date(2023, month, 10), product_id=order % 2 + 1)
    company.products = [
        {"product_id": number, "code": f"P{number}", "name": None, "category": None} for number in (1, 2)
    ]
    return company


def future_order(company) -> None:
    """Entered in time, for a day that had not come: an order for delivery, or a mistyped year."""
    day = AS_OF + timedelta(days=5)
    company.line(order=90, day=day, product_id=1, known_at=company.lines[0]["known_at"])


def future_day(company) -> None:
    """The same, where only the day of its value lies ahead."""
    earlier = company.lines[0]
    company.line(order=90, day=AS_OF + timedelta(days=5), known_at=earlier["known_at"], event_at=earlier["event_at"])


def late_arrival(company) -> None:
    """Happened in time, and came in with a file a month later."""
    company.line(order=91, day=date(2023, 6, 1), product_id=2, known_at=end_of_day(date(2023, 7, 30), ZONE))


def later_return(company) -> None:
    """A join that looks ahead: an order of before, sent back afterwards."""
    company.taken_back(company.lines[2], AS_OF + timedelta(days=9))


def later_category(company) -> None:
    """A join that looks ahead: the products get their categories afterwards."""
    for product in company.products:
        product["category"] = "tea"


def _superseded_afterwards(line: dict) -> dict:
    """A line that stood on the day, and no longer since a file that came after it."""
    line["superseded_at"] = end_of_day(AS_OF + timedelta(days=9), ZONE)
    return line


def later_version(company) -> None:
    """A later export says another quantity: the order of before must neither vanish nor change."""
    sold = _superseded_afterwards(company.lines[2])
    changed = {**sold, "line_id": 93, "amount_micros": 2 * sold["amount_micros"], "superseded_at": None}
    company.lines.append({**changed, "known_at": sold["superseded_at"]})


def later_cancelled(company) -> None:
    """A later export says that the order is cancelled: on the day nobody knew."""
    sold = _superseded_afterwards(company.lines[3])
    company.lines.append({**sold, "known_at": sold["superseded_at"], "superseded_at": None, "counted": False})


def earlier_version(company) -> None:
    """Said first, and otherwise before the day came: it has had its time."""
    sold = company.lines[0]
    later_known = sold["known_at"] + timedelta(days=30)
    company.lines.append({**sold, "line_id": 94, "amount_micros": 77_000_000, "superseded_at": later_known})


def at_midnight(company) -> None:
    """Known at the first instant after the day, in the company's zone; by UTC the day still has hours to go."""
    company.line(order=92, day=AS_OF, known_at=end_of_day(AS_OF, ZONE))


def superseded_at_midnight(company) -> None:
    """Changed at the first instant after the day: until its end the earlier version stood."""
    company.lines[2]["superseded_at"] = end_of_day(AS_OF, ZONE)


PLANTS = (
    future_order, future_day, late_arrival, later_return, later_category, later_version, later_cancelled,
    earlier_version, at_midnight, superseded_at_midnight,
)  # fmt: skip


def leaks(features: Features, database, kind: type) -> set[str]:
    def answer(plant: Callable | None) -> list:
        company = base(kind)
        if plant is not None:
            plant(company)
        rows = database.rows(features(database.tables(company), AS_OF, ZONE))
        return sorted(map(repr, rows))

    clean = answer(None)
    return {plant.__name__ for plant in PLANTS if answer(plant) != clean}


def filtered(*conditions: str) -> Callable[[ir.Table, date, ZoneInfo, datetime | None], ir.Table]:
    """A copy of the filter with some of its conditions."""

    def lines_as_of(lines: ir.Table, as_of: date, zone: ZoneInfo, known_by: datetime | None) -> ir.Table:
        assert known_by is None
        end = ibis.literal(end_of_day(as_of, zone), type="timestamp('UTC', 6)")
        goods = lines.line_kind == LineKind.GOODS
        by_utc = ibis.literal(end_of_day(as_of, ZoneInfo("UTC")), "timestamp('UTC', 6)")
        superseded = lines.superseded_at
        every = {
            "known": lines.known_at < end,
            "known, goods only": (lines.known_at < end) | ~goods,
            "known, by UTC": lines.known_at < by_utc,
            "standing": superseded.isnull() | (superseded >= end),
            "standing, by UTC": superseded.isnull() | (superseded >= by_utc),
            "standing now": superseded.isnull(),
            "counted": lines.counted,
            "happened": lines.event_at < end,
            "day": lines.value_on <= as_of,
        }
        return lines.filter([every[name] for name in conditions])

    return lines_as_of


REST = ("standing", "counted")
BROKEN = {
    "known_at off": (("happened", "day", *REST), {"late_arrival", "at_midnight", "later_version"}),
    "known_at and event_at off": (("day", *REST), {"late_arrival", "at_midnight", "later_version", "later_return"}),
    "events of the future": (("known", *REST), {"future_order", "future_day"}),
    "value days of the future": (("known", "happened", *REST), {"future_day"}),
    "returns netted ahead": (("known, goods only", "day", *REST), {"later_return"}),
    "days of UTC": (("known, by UTC", "happened", "day", *REST), {"at_midnight"}),
    "superseded_at off": (("known", "happened", "day", "counted"), {"earlier_version"}),
    "what stands now": (
        ("known", "standing now", "happened", "day", "counted"),
        {"later_version", "later_cancelled", "superseded_at_midnight"},
    ),
    "superseded, days of UTC": (
        ("known", "standing, by UTC", "happened", "day", "counted"),
        {"superseded_at_midnight"},
    ),
}


def test_no_planted_leak_changes_the_features(database, company) -> None:
    assert leaks(customer_features, database, type(company)) == set()


@pytest.mark.parametrize("fault", BROKEN)
def test_a_filter_switched_off_is_found_out(database, company, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    conditions, expected = BROKEN[fault]
    monkeypatch.setattr("zhiji.processing.features.customer.lines_as_of", filtered(*conditions))
    assert leaks(customer_features, database, type(company)) == expected


def test_a_category_looked_up_later_is_found_out(database, company) -> None:
    def looking_up(tables: LakeTables, as_of: date, zone: ZoneInfo) -> ir.Table:
        today = tables.products.select("product_id", "category")
        lines = tables.order_lines.drop("category").left_join(today, "product_id").drop("product_id_right")
        lines = lines.select(tables.order_lines.columns)
        return customer_features(replace(tables, order_lines=lines), as_of, zone)

    assert leaks(looking_up, database, type(company)) == {"later_category"}


def test_the_plants_are_seen_once_their_day_has_come(database, company) -> None:
    """Else a plant that never counts would prove nothing."""

    def later(tables: LakeTables, as_of: date, zone: ZoneInfo) -> ir.Table:
        return customer_features(tables, date(2023, 12, 31), zone)

    never = {"later_category", "earlier_version"}
    assert leaks(later, database, type(company)) == {plant.__name__ for plant in PLANTS} - never


def test_the_present_counts_what_came_in_later_and_nothing_that_happened_later(database, company) -> None:
    def present(tables: LakeTables, as_of: date, zone: ZoneInfo) -> ir.Table:
        return customer_features(tables, as_of, zone, known_by=NO_END)

    came_in_later = {"late_arrival", "at_midnight", "later_version", "later_cancelled", "superseded_at_midnight"}
    assert leaks(present, database, type(company)) == came_in_later


def test_between_its_day_and_the_present_a_look_knows_what_was_known_by_then(database, company) -> None:
    """The day after: what was changed at midnight is known, what came in a month later is not."""

    def next_day(tables: LakeTables, as_of: date, zone: ZoneInfo) -> ir.Table:
        return customer_features(tables, as_of, zone, known_by=end_of_day(as_of + timedelta(days=1), zone))

    assert leaks(next_day, database, type(company)) == {"at_midnight", "superseded_at_midnight"}
