"""The dashboard's figures against plain Python, and their sums against each other."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import ibis
import pyarrow as pa
import pytest

from zhiji.processing.features import (
    ChangeKind,
    Period,
    cohort_retention,
    concentration,
    customer_features,
    monthly_revenue,
    revenue_bridge,
    revenue_bridge_customers,
    transactions,
)
from zhiji.processing.features.errors import PeriodsOutOfOrder, ShareOutOfRange

ZONE = ZoneInfo("Asia/Shanghai")
AS_OF = date(2023, 6, 30)
BEFORE = Period(date(2022, 10, 1), date(2022, 12, 31))
NOW = Period(date(2023, 4, 1), date(2023, 6, 30))
SEEDS = range(6)


def random_company(kind: type, seed: int):
    """A year and a half of some thirty customers and guests, with returns of every sort."""
    chance, company = random.Random(seed), kind()
    for order in range(1, 200):
        day = AS_OF - timedelta(days=chance.randint(-20, 540))
        customer = chance.choice([*[None] * 6, *range(1, 31)])
        line = company.line(order=order, day=day, customer_id=customer, amount_micros=chance.randint(0, 5) * 1_000_001)
        match chance.randint(0, 9):
            case 0:
                company.taken_back(line, day + timedelta(days=chance.randint(0, 90)))
            case 1:
                company.taken_back(line, day + timedelta(days=5), amount_micros=-line["amount_micros"] // 2)
            case 2:
                amount = -chance.randint(1, 3) * 1_000_003
                company.line(
                    order=5000 + order, day=day, customer_id=customer, line_kind="return", amount_micros=amount
                )
    return company


@pytest.fixture(params=SEEDS)
def made(request, company):
    return random_company(type(company), request.param)


def month(day: date) -> date:
    return day.replace(day=1)


def test_monthly_revenue_equals_the_oracle(database, oracle, made) -> None:
    groups = defaultdict(list)
    for group in oracle(made, AS_OF).groups:
        groups[month(group.day)].append(group)
    expected = [
        {
            "month_on": first,
            "orders": sum(group.order for group in all_of),
            "customers": len({group.customer for group in all_of if group.order} - {None}),
            "spend_micros": sum(group.net for group in all_of if group.standing),
            "guest_orders": sum(group.order for group in all_of if group.customer is None),
            "guest_spend_micros": sum(group.net for group in all_of if group.standing and group.customer is None),
            "gross_micros": sum(group.net + group.back for group in all_of),
            "returned_micros": sum(group.back for group in all_of),
        }
        for first, all_of in sorted(groups.items())
    ]
    assert database.rows(monthly_revenue(database.tables(made), AS_OF, ZONE)) == expected


def test_cohorts_equal_the_oracle(database, oracle, made) -> None:
    active, spend, first = set(), defaultdict(int), {}
    for customer, groups in oracle(made, AS_OF).customers().items():
        for group in groups:
            if group.order:
                active.add((customer, month(group.day)))
                first[customer] = min(first.get(customer, date.max), month(group.day))
            if group.standing:
                spend[customer, month(group.day)] += group.net
    expected = defaultdict(lambda: [0, 0])
    for customer, when in active:
        cohort = first[customer]
        since = (when.year - cohort.year) * 12 + when.month - cohort.month
        expected[cohort, since][0] += 1
        expected[cohort, since][1] += spend[customer, when]
    rows = database.rows(cohort_retention(database.tables(made), AS_OF, ZONE))
    found = {(row["cohort_on"], row["months_since"]): [row["customers"], row["spend_micros"]] for row in rows}
    assert found == dict(expected)
    assert [(row["cohort_on"], row["months_since"]) for row in rows] == sorted(found)
    sizes = {row["cohort_on"]: row["cohort_customers"] for row in rows}
    assert sizes == {cohort: list(first.values()).count(cohort) for cohort in set(first.values())}


@pytest.mark.parametrize("period", [None, NOW])
def test_concentration_equals_the_oracle(database, oracle, made, period) -> None:
    truth = oracle(made, AS_OF)
    start, end = (period.start, period.end) if period else (date.min, date.max)
    spends = sorted((truth.spend(groups, start, end) for groups in truth.customers().values()), reverse=True)
    spends = [spend for spend in spends if spend > 0]
    expected = []
    for percent in (1, 5, 20, 100):
        best = spends[: math.ceil(len(spends) * percent / 100)]
        expected.append((percent, len(best), sum(best), sum(best) / sum(spends)))
    table = concentration(database.tables(made), AS_OF, ZONE, period=period, top_percents=(100, 5, 1, 20))
    found = [tuple(row.values()) for row in database.rows(table)]
    assert [row[:3] for row in found] == [row[:3] for row in expected]
    assert [row[3] for row in found] == pytest.approx([row[3] for row in expected], rel=1e-12)


def kind_of(orders: list[date], spend_a: int, spend_b: int) -> str:
    """By the words on the screen, from a customer's order days."""
    in_a = any(BEFORE.start <= day <= BEFORE.end for day in orders)
    in_b = any(NOW.start <= day <= NOW.end for day in orders)
    if in_a and in_b:
        return {1: "growing", 0: "steady", -1: "shrinking"}[(spend_b > spend_a) - (spend_b < spend_a)]
    if in_b:
        return "new" if min(orders) >= NOW.start else "returning"
    return "lapsed" if in_a else "correction"


def test_each_customer_is_in_the_kind_that_its_orders_say(database, oracle, made) -> None:
    truth, expected = oracle(made, AS_OF), {}
    for customer, groups in truth.customers().items():
        spends = truth.spend(groups, BEFORE.start, BEFORE.end), truth.spend(groups, NOW.start, NOW.end)
        kind = kind_of([group.day for group in groups if group.order], *spends)
        if kind != "correction" or any(spends):
            expected[customer] = (kind, *spends, spends[1] - spends[0])
    rows = database.rows(revenue_bridge_customers(database.tables(made), BEFORE, NOW, AS_OF, ZONE))
    found = {row["customer_id"]: tuple(row.values())[1:] for row in rows}
    guest = found.pop(None)
    assert found == expected
    assert guest[0] == "guest"


def test_the_bars_add_up_to_the_change_and_open_their_lists(database, oracle, made) -> None:
    tables = database.tables(made)
    bars = {row["change_kind"]: row for row in database.rows(revenue_bridge(tables, BEFORE, NOW, AS_OF, ZONE))}
    assert set(bars) <= set(ChangeKind.ALL)
    assert len(bars) >= 5
    truth = oracle(made, AS_OF)
    whole = [truth.spend(truth.groups, period.start, period.end) for period in (BEFORE, NOW)]
    assert sum(bar["change_micros"] for bar in bars.values()) == whole[1] - whole[0]
    customers = database.rows(revenue_bridge_customers(tables, BEFORE, NOW, AS_OF, ZONE))
    for kind, bar in bars.items():
        behind = [row for row in customers if row["change_kind"] == kind]
        assert bar["change_micros"] == sum(row["change_micros"] for row in behind)
        assert bar["customers"] == len(behind) - (kind == "guest")


def test_figures_of_a_scope_are_those_of_a_company_of_its_customers(database, made) -> None:
    scope = {1, 2, 3, 4, 5, 999}
    ids = ibis.memtable(pa.table({"customer_id": pa.array(sorted(scope), pa.int64())}))
    alone = made.of(scope)

    def answers(company, chosen) -> list:
        tables = database.tables(company)
        asked = [query(tables, AS_OF, ZONE, customer_ids=chosen) for query in
                 (customer_features, transactions, monthly_revenue, cohort_retention, concentration)]  # fmt: skip
        asked += [query(tables, BEFORE, NOW, AS_OF, ZONE, customer_ids=chosen) for query in
                  (revenue_bridge, revenue_bridge_customers)]  # fmt: skip
        return [sorted(map(repr, database.rows(table))) for table in asked]

    assert answers(made, ids) == answers(alone, None)


def test_what_came_to_be_known_later_changes_no_figure_of_before(database, made) -> None:
    as_of = date(2023, 5, 15)
    assert made.known_by(as_of).lines != made.lines

    def answers(company) -> list:
        tables = database.tables(company)
        asked = [query(tables, as_of, ZONE) for query in (monthly_revenue, cohort_retention, concentration)]
        asked.append(revenue_bridge_customers(tables, BEFORE, NOW, as_of, ZONE))
        return [sorted(map(repr, database.rows(table))) for table in asked]

    assert answers(made) == answers(made.known_by(as_of))


def test_an_empty_company_has_no_figures(database, company) -> None:
    tables = database.tables(company)
    for query in (monthly_revenue, cohort_retention, concentration):
        assert database.rows(query(tables, AS_OF, ZONE)) == []
    assert database.rows(revenue_bridge(tables, BEFORE, NOW, AS_OF, ZONE)) == []


def test_periods_and_shares_that_cannot_be_are_refused(database, company) -> None:
    tables = database.tables(company)
    for first, second in ((NOW, BEFORE), (NOW, NOW), (Period(NOW.end, NOW.start), NOW)):
        with pytest.raises(PeriodsOutOfOrder):
            revenue_bridge(tables, first, second, AS_OF, ZONE)
    with pytest.raises(PeriodsOutOfOrder):
        concentration(tables, AS_OF, ZONE, period=Period(NOW.end, NOW.start))
    for share in (0, 101, 2.5, True):
        with pytest.raises(ShareOutOfRange):
            concentration(tables, AS_OF, ZONE, top_percents=(10, share))


def test_every_query_is_said_to_a_cluster_too(database, company) -> None:
    """Nothing in an expression is of one engine alone: each compiles to Spark's SQL, and its sums stay whole."""
    tables = database.tables(company)
    asked = [query(tables, AS_OF, ZONE) for query in
             (customer_features, transactions, monthly_revenue, cohort_retention)]  # fmt: skip
    asked.append(revenue_bridge_customers(tables, BEFORE, NOW, AS_OF, ZONE))
    for table in asked:
        text = str(ibis.to_sql(table.unbind(), dialect="pyspark"))
        assert "order_lines" in text
        assert "AS BIGINT" in text


def test_shares_rise_with_their_per_cent(database, made) -> None:
    rows = database.rows(concentration(database.tables(made), AS_OF, ZONE))
    assert [row["top_percent"] for row in rows] == [1, 5, 10, 20, 50]
    assert all(earlier["share"] <= later["share"] <= 1 for earlier, later in pairwise(rows))
