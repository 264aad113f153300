"""A company told in a few lines, its tables in memory, and answers worked out by hand in plain Python.

The oracle shares no code with the product: it walks through each customer's orders one by one, by the words of the
docstrings of ``zhiji.processing.features``.
"""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.operations as ops
import pyarrow as pa
import pytest

from zhiji.data.lake import TABLES, LakeTables

SHANGHAI = ZoneInfo("Asia/Shanghai")
AS_OF = date(2023, 6, 30)


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), SHANGHAI).astimezone(UTC)


@dataclass
class Company:
    """Lines of a company in Shanghai; ``sale`` and ``taken_back`` add some."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    products: list[dict[str, Any]] = field(default_factory=list)
    homes: list[dict[str, Any]] = field(default_factory=list)

    def line(self, **values: Any) -> dict[str, Any]:
        number = len(self.lines) + 1
        day = values.pop("day")
        order = values.pop("order", number)
        line = {
            "line_id": number,
            "order_id": order,
            "value_order_id": order,
            "customer_id": 1,
            "source_id": 1,
            "product_id": None,
            "category": None,
            "line_kind": "goods",
            "quantity_milli": 1000,
            "amount_micros": 10_000_000,
            "event_at": noon(day),
            "known_at": noon(day),
            "superseded_at": None,
            "value_on": day,
            "order_on": day,
            "is_repeat": False,
            "counted": True,
        }
        line.update(values)
        self.lines.append(line)
        return line

    def taken_back(self, sold: dict[str, Any], day: date, **values: Any) -> dict[str, Any]:
        """A return on ``day`` linked to the order of a line."""
        linked = {name: sold[name] for name in ("customer_id", "value_order_id", "product_id", "category")}
        values = {"line_kind": "return", "amount_micros": -sold["amount_micros"], **linked, **values}
        return self.line(day=day, **{**values, "value_on": sold["value_on"]})

    def known_by(self, as_of: date) -> Company:
        """The company as its lake was at the end of a day: nothing that came to be known after it."""
        end = datetime.combine(as_of + timedelta(days=1), time(), SHANGHAI)
        return replace(self, lines=[line for line in self.lines if line["known_at"] < end])

    def of(self, customers: set[int]) -> Company:
        return replace(self, lines=[line for line in self.lines if line["customer_id"] in customers])


class Database:
    """The lake's tables of one company after another, in one engine in memory."""

    def __init__(self) -> None:
        self.backend = ibis.duckdb.connect(threads=1)
        self._compiled: dict[Any, str] = {}

    def tables(self, company: Company) -> LakeTables:
        filled = {
            "order_lines": company.lines, "customers": [], "products": company.products, "order_homes": company.homes,
        }  # fmt: skip
        made = []
        for name, rows in filled.items():
            data = pa.Table.from_pylist(rows, schema=TABLES[name])
            self.backend.con.register("rows_of_company", data)
            self.backend.con.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM rows_of_company")
            made.append(self.backend.table(name))
        return LakeTables(*made)

    def rows(self, expression: Any) -> list[dict[str, Any]]:
        """What the database itself gives, so that Ibis cannot mend a type; each expression is compiled once."""
        operation = expression.as_table().op()
        if operation.find(ops.InMemoryTable):
            return self.backend.to_pyarrow(expression.as_table()).to_pylist()
        if operation not in self._compiled:
            self._compiled[operation] = self.backend.compile(expression.as_table())
        return self.backend.con.sql(self._compiled[operation]).to_arrow_table().to_pylist()


@pytest.fixture(scope="session")
def database() -> Database:
    return Database()


@pytest.fixture
def company() -> Company:
    return Company()


# -- the oracle -------------------------------------------------------------------------------------------------------


@dataclass
class Group:
    customer: int | None
    day: date
    goods: list[dict[str, Any]] = field(default_factory=list)
    net: int = 0
    back: int = 0
    taken_back: bool = False

    @property
    def standing(self) -> bool:
        """Not wholly returned or cancelled."""
        if not self.goods:
            return True
        return self.net >= 0 if not self.taken_back else self.net > 0

    @property
    def order(self) -> bool:
        return bool(self.goods) and self.standing


class Oracle:
    """What every table should say of a company at the end of a day in Shanghai."""

    def __init__(self, company: Company, as_of: date) -> None:
        self.as_of = as_of
        after = datetime.combine(as_of + timedelta(days=1), time(), SHANGHAI)
        groups: dict[int, Group] = {}
        for line in company.lines:
            if line["known_at"] >= after or line["event_at"] >= after or line["value_on"] > as_of:
                continue
            if line["superseded_at"] is not None and line["superseded_at"] < after:
                continue
            if not line["counted"] or line["line_kind"] in ("postage", "tax", "fee", "adjustment", "other"):
                continue
            group = groups.setdefault(line["value_order_id"], Group(line["customer_id"], line["value_on"]))
            group.net += line["amount_micros"]
            if line["line_kind"] == "goods":
                group.goods.append(line)
            if line["line_kind"] in ("return", "cancellation"):
                group.back -= line["amount_micros"]
                group.taken_back = True
        self.groups = list(groups.values())

    def customers(self) -> dict[int, list[Group]]:
        found = defaultdict(list)
        for group in self.groups:
            if group.customer is not None:
                found[group.customer].append(group)
        return dict(found)

    def spend(self, groups: list[Group], start: date = date.min, end: date = date.max) -> int:
        return sum(group.net for group in groups if group.standing and start <= group.day <= end)

    def features(self) -> dict[int, dict[str, Any]]:
        return {customer: self._features(customer, groups) for customer, groups in self.customers().items()}

    def _features(self, customer: int, groups: list[Group]) -> dict[str, Any]:
        orders = [group for group in groups if group.order]
        days = sorted({group.day for group in orders})
        gaps = [(later - earlier).days for earlier, later in pairwise(days)]
        gross, back = sum(group.net + group.back for group in groups), sum(group.back for group in groups)
        spend = self.spend(groups)
        goods = [line for group in orders for line in group.goods]
        row = {
            "customer_id": customer,
            "orders": len(orders),
            "order_days": len(days),
            "has_repeat_order": len(days) > 1,
            "spend_micros": spend,
            "gross_micros": gross,
            "returned_micros": back,
            "return_rate": back / gross if gross > 0 else None,
            "first_order_on": days[0] if days else None,
            "last_order_on": days[-1] if days else None,
            "age_days": float((self.as_of - days[0]).days) if days else None,
            "days_since_last_order": float((self.as_of - days[-1]).days) if days else None,
            "mean_gap_days": statistics.fmean(gaps) if gaps else None,
            "gap_deviation_days": statistics.stdev(gaps) if len(gaps) > 1 else None,
            "mean_order_micros": spend / len(orders) if orders else None,
            "distinct_products": len({line["product_id"] for line in goods} - {None}),
            "distinct_categories": len({line["category"] for line in goods} - {None}),
        }
        for length in (30, 90, 365):
            start = self.as_of - timedelta(days=length - 1)
            row[f"orders_{length}_days"] = sum(group.day >= start for group in orders)
            row[f"spend_{length}_days_micros"] = self.spend(groups, start)
        return row

    def transactions(self) -> set[tuple[int, date, int]]:
        days: dict[tuple[int, date], int] = {}
        ordered = set()
        for group in self.groups:
            if group.customer is not None and group.standing:
                key = (group.customer, group.day)
                days[key] = days.get(key, 0) + group.net
                if group.order:
                    ordered.add(key)
        return {(*key, amount) for key, amount in days.items() if amount or key in ordered}


def agree(found: dict[str, Any], expected: dict[str, Any]) -> bool:
    """Equal, where floats may differ in their last bits and null is only null."""
    if set(found) != set(expected):
        return False
    for name, value in expected.items():
        if isinstance(value, float):
            if not isinstance(found[name], float) or not math.isclose(found[name], value, rel_tol=1e-12, abs_tol=1e-9):
                return False
        elif found[name] != value or type(found[name]) is not type(value):
            return False
    return True


@pytest.fixture(scope="session")
def oracle() -> type[Oracle]:
    return Oracle


@pytest.fixture(scope="session")
def same() -> Any:
    return agree
