"""Features, case by case, and against the plain oracle on random small companies."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhiji.processing.features import FEATURES, customer_days, customer_features, transactions, unmerged

AS_OF = date(2023, 6, 30)
ZONE = ZoneInfo("Asia/Shanghai")


def features(database, company, as_of: date = AS_OF) -> dict[int, dict]:
    rows = database.rows(customer_features(database.tables(company), as_of, ZONE))
    return {row["customer_id"]: row for row in rows}


def test_columns_and_types_are_those_of_the_contract(database, company) -> None:
    table = customer_features(database.tables(company), AS_OF, ZONE)
    assert {name: str(kind) for name, kind in table.schema().items()} == dict(FEATURES)
    assert database.rows(table) == []
    company.line(day=AS_OF)
    arrow = database.backend.to_pyarrow(customer_features(database.tables(company), AS_OF, ZONE))
    assert arrow.schema.names == list(FEATURES)
    assert [str(kind).split("[")[0] for kind in arrow.schema.types] == [
        {"boolean": "bool", "float64": "double", "date": "date32"}.get(kind, kind) for kind in FEATURES.values()
    ]


def test_an_order_sent_back_whole_counts_for_nothing_on_both_sides(database, company) -> None:
    kept = company.line(order=1, day=date(2023, 5, 1), product_id=1, category="tea")
    back = company.line(order=2, day=date(2023, 5, 20), product_id=2, category="cups", amount_micros=7_000_000)
    company.taken_back(back, date(2023, 6, 1))
    row = features(database, company)[1]
    assert (row["orders"], row["spend_micros"], row["last_order_on"]) == (1, kept["amount_micros"], date(2023, 5, 1))
    assert (row["distinct_products"], row["distinct_categories"]) == (1, 1)
    assert (row["gross_micros"], row["returned_micros"]) == (17_000_000, 7_000_000)
    assert row["return_rate"] == 7 / 17
    before = features(database, company, date(2023, 5, 31))[1]
    assert (before["orders"], before["spend_micros"], before["returned_micros"]) == (2, 17_000_000, 0)


def test_a_free_order_counts_unless_it_was_taken_back(database, company) -> None:
    """The published customer-base models count purchases of nothing too (eight customers of CDNOW have no other)."""
    company.line(order=1, day=date(2023, 5, 1), amount_micros=0)
    company.line(order=2, day=date(2023, 5, 2), amount_micros=0)
    company.line(order=2, day=date(2023, 5, 2), line_kind="cancellation", amount_micros=0)
    company.line(order=3, day=date(2023, 5, 3), customer_id=2)
    company.line(order=3, day=date(2023, 5, 3), customer_id=2, line_kind="discount", amount_micros=-10_000_000)
    company.line(order=4, day=date(2023, 5, 4), line_kind="return", amount_micros=0)
    found = features(database, company)
    assert [found[customer]["orders"] for customer in (1, 2)] == [1, 1]
    assert (found[1]["first_order_on"], found[1]["last_order_on"]) == (date(2023, 5, 1), date(2023, 5, 1))
    rows = database.rows(transactions(database.tables(company), AS_OF, ZONE).order_by("value_on"))
    assert [(row["customer_id"], row["value_on"].day, row["amount_micros"]) for row in rows] == [(1, 1, 0), (2, 3, 0)]


def test_a_linked_return_lowers_its_orders_day_and_an_unlinked_one_its_own(database, company) -> None:
    sold = company.line(order=1, day=date(2023, 1, 5))
    company.taken_back(sold, date(2023, 6, 20), amount_micros=-4_000_000)
    company.line(order=9, day=date(2023, 6, 25), line_kind="return", amount_micros=-1_500_000)
    rows = database.rows(transactions(database.tables(company), AS_OF, ZONE).order_by("value_on"))
    assert [(row["value_on"], row["amount_micros"]) for row in rows] == [
        (date(2023, 1, 5), 6_000_000),
        (date(2023, 6, 25), -1_500_000),
    ]
    row = features(database, company)[1]
    assert (row["orders"], row["spend_micros"], row["spend_30_days_micros"]) == (1, 4_500_000, -1_500_000)


def test_only_counted_lines_of_goods_make_value(database, company) -> None:
    company.line(order=1, day=AS_OF)
    company.line(order=1, day=AS_OF, line_kind="postage", amount_micros=3_000_000)
    company.line(order=1, day=AS_OF, line_kind="tax", amount_micros=2_000_000)
    company.line(order=1, day=AS_OF, line_kind="discount", amount_micros=-1_000_000)
    company.line(order=1, day=AS_OF, counted=False)
    company.line(order=2, day=AS_OF, customer_id=None)
    company.line(order=3, day=AS_OF, customer_id=5, line_kind="fee")
    found = features(database, company)
    assert set(found) == {1}
    assert found[1]["spend_micros"] == found[1]["gross_micros"] == 9_000_000


def test_a_customer_with_returns_alone_is_there_without_an_order(database, company) -> None:
    company.line(order=1, day=AS_OF, line_kind="return", amount_micros=-2_000_000)
    row = features(database, company)[1]
    assert (row["orders"], row["order_days"], row["spend_micros"]) == (0, 0, -2_000_000)
    nulls = {name for name, value in row.items() if value is None}
    assert nulls == {
        "return_rate", "first_order_on", "last_order_on", "age_days", "days_since_last_order", "mean_gap_days",
        "gap_deviation_days", "mean_order_micros",
    }  # fmt: skip


def test_windows_begin_after_as_of_less_their_length(database, company) -> None:
    for order, days in enumerate((0, 29, 30, 89, 90, 364, 365), start=1):
        company.line(order=order, day=AS_OF - timedelta(days=days))
    row = features(database, company)[1]
    assert [row[f"orders_{length}_days"] for length in (30, 90, 365)] == [2, 4, 6]
    assert row["spend_365_days_micros"] == 60_000_000
    assert (row["age_days"], row["days_since_last_order"]) == (365.0, 0.0)


def test_two_orders_on_a_day_are_one_day_without_a_gap(database, company) -> None:
    for order, day in enumerate((date(2023, 1, 1), date(2023, 1, 11), date(2023, 1, 11), date(2023, 1, 31)), start=1):
        company.line(order=order, day=day)
    # Between them, a return that is no order and must open no gap.
    company.line(order=8, day=date(2023, 1, 20), line_kind="return", amount_micros=-1_000_000)
    row = features(database, company)[1]
    assert (row["orders"], row["order_days"], row["mean_gap_days"]) == (4, 3, 15.0)
    assert row["gap_deviation_days"] == pytest.approx(7.0710678118654755, rel=1e-15)


def test_a_day_ends_at_the_companys_midnight(database, company) -> None:
    """16:30 UTC is already tomorrow in Shanghai."""
    instant = datetime(2023, 6, 30, 16, 30, tzinfo=UTC)
    company.line(day=date(2023, 7, 1), event_at=instant, known_at=instant)
    assert features(database, company, date(2023, 6, 30)) == {}
    assert set(features(database, company, date(2023, 7, 1))) == {1}


def test_sums_beyond_what_a_float_can_hold_are_exact(database, company) -> None:
    large = 2**53 + 1
    for order in (1, 2, 3):
        company.line(order=order, day=AS_OF, amount_micros=large)
    row = features(database, company)[1]
    assert row["spend_micros"] == row["gross_micros"] == row["spend_30_days_micros"] == 3 * large
    assert database.rows(transactions(database.tables(company), AS_OF, ZONE))[0]["amount_micros"] == 3 * large


def test_a_sum_that_does_not_fit_fails_rather_than_wraps(database, company) -> None:
    for order in (1, 2):
        company.line(order=order, day=AS_OF, amount_micros=2**62 + 5)
    with pytest.raises(Exception, match=r"(?i)out of range|overflow|conver"):
        features(database, company)


def test_only_the_customers_in_scope_are_read(database, company) -> None:
    for customer in (1, 2, 3, None):
        company.line(customer_id=customer, day=AS_OF)
    tables = database.tables(company)
    scope = ibis.memtable(pa.table({"customer_id": pa.array([1, 3], pa.int64())}))
    for table in (customer_features, transactions, customer_days):
        found = database.rows(table(tables, AS_OF, ZONE, customer_ids=scope))
        assert sorted(row["customer_id"] for row in found) == [1, 3]
    days = database.rows(customer_days(tables, AS_OF, ZONE, customer_ids=scope, guests=True))
    assert sorted(row["customer_id"] for row in days) == [1, 3]
    everybody = database.rows(customer_days(tables, AS_OF, ZONE, guests=True))
    assert [row["customer_id"] for row in everybody].count(None) == 1


DAYS = st.integers(-500, 20).map(lambda n: AS_OF + timedelta(days=n))
AMOUNTS = st.integers(0, 9).map(lambda n: n * 1_250_001)
LAGS = st.sampled_from([timedelta(0), timedelta(hours=5), timedelta(days=3), timedelta(days=200)])


@st.composite
def companies(draw, kind):
    """Up to 25 orders of five customers and guests, with everything that may happen to them."""
    company = kind()
    for order in range(1, draw(st.integers(1, 25)) + 1):
        day, customer = draw(DAYS), draw(st.sampled_from([None, 1, 1, 2, 3, 4, 5]))
        for _ in range(draw(st.integers(1, 3))):
            line = company.line(
                order=order,
                day=day,
                customer_id=customer,
                amount_micros=draw(AMOUNTS),
                product_id=draw(st.sampled_from([None, 1, 2, 3])),
                category=draw(st.sampled_from([None, "tea", "cups"])),
                counted=draw(st.sampled_from([True, True, True, False])),
                line_kind=draw(st.sampled_from(["goods"] * 5 + ["postage", "adjustment"])),
            )
            line["known_at"] += draw(LAGS)
            line["event_at"] += draw(st.sampled_from([timedelta(0), timedelta(hours=-13)]))
            match draw(st.sampled_from(["kept"] * 4 + ["whole", "part", "unlinked", "cancelled", "discount"])):
                case "whole":
                    back = company.taken_back(line, day + timedelta(days=draw(st.integers(0, 60))))
                    back["known_at"] += draw(LAGS)
                case "part":
                    company.taken_back(line, day + timedelta(days=9), amount_micros=-draw(AMOUNTS))
                case "cancelled":
                    company.taken_back(line, day, line_kind="cancellation")
                case "discount":
                    company.line(
                        order=order, day=day, customer_id=customer, line_kind="discount", amount_micros=-draw(AMOUNTS)
                    )
                case "unlinked":
                    order_id = 10_000 + len(company.lines)
                    amount = -draw(AMOUNTS)
                    company.line(
                        order=order_id, day=day, customer_id=customer, line_kind="return", amount_micros=amount
                    )
    return company


RANDOM = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@RANDOM
@given(data=st.data())
def test_features_equal_the_oracle(database, company, oracle, same, data) -> None:
    made = data.draw(companies(type(company)))
    expected = oracle(made, AS_OF).features()
    found = features(database, made)
    assert set(found) == set(expected)
    for customer, row in found.items():
        assert same(row, expected[customer]), (row, expected[customer])


@RANDOM
@given(data=st.data())
def test_transactions_equal_the_oracle(database, company, oracle, data) -> None:
    made = data.draw(companies(type(company)))
    rows = database.rows(transactions(database.tables(made), AS_OF, ZONE))
    found = [(row["customer_id"], row["value_on"], row["amount_micros"]) for row in rows]
    assert len(found) == len(set(found))
    assert set(found) == oracle(made, AS_OF).transactions()


@settings(RANDOM, max_examples=30)
@given(data=st.data())
def test_a_day_in_the_past_looks_the_same_today_as_it_did_then(database, company, data) -> None:
    made = data.draw(companies(type(company)))
    as_of = AS_OF - timedelta(days=data.draw(st.integers(0, 300)))
    today, then = features(database, made, as_of), features(database, made.known_by(as_of), as_of)
    assert today == then


@pytest.mark.dataset("cdnow")
def test_cdnow_has_its_published_customers_and_repeaters(database, company, dataset_path) -> None:
    """Fader, Hardie & Lee (2005): the 1/10 sample holds 2,357 customers, 946 of them repeat within 39 weeks."""
    with gzip.open(dataset_path / "CDNOW_sample.txt.gz", "rt") as file:
        for text in file:
            _, customer, day, _, value = text.split()
            when = datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC).date()
            company.line(day=when, customer_id=int(customer), amount_micros=int(Decimal(value) * 1_000_000))
    found = features(database, company, date(1997, 9, 30))
    assert len(found) == 2357
    assert sum(row["has_repeat_order"] for row in found.values()) == 946
    assert all(row["age_days"] - row["days_since_last_order"] >= 0 for row in found.values())


def test_the_days_of_who_was_merged_are_again_of_each(database, company) -> None:
    mine = company.line(day=date(2023, 3, 1), customer_id=7, amount_micros=5_000_000)
    theirs = company.line(day=date(2023, 3, 1), customer_id=7, amount_micros=3_000_000)
    company.taken_back(theirs, date(2023, 4, 1), amount_micros=-1_000_000)
    company.line(day=date(2023, 3, 2), customer_id=9, amount_micros=2_000_000)
    company.homes.append({"value_order_id": theirs["value_order_id"], "home_id": 8})
    assert mine["value_order_id"] != theirs["value_order_id"]
    tables = database.tables(company)

    def days(of) -> set:
        rows = database.rows(transactions(of, AS_OF, ZONE))
        return {(row["customer_id"], row["value_on"], row["amount_micros"]) for row in rows}

    march = date(2023, 3, 1)
    assert days(tables) == {(7, march, 7_000_000), (9, date(2023, 3, 2), 2_000_000)}
    assert days(unmerged(tables)) == {(7, march, 5_000_000), (8, march, 2_000_000), (9, date(2023, 3, 2), 2_000_000)}
