"""Dates against Python's own datetime and zoneinfo, which the product does not use to read them."""

# ruff: noqa: DTZ001 - naive on purpose: UTC as columns keep it, or a local time as people write it

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhiji.processing.cleaning.errors import DateOrderMixed
from zhiji.processing.cleaning.instants import InstantColumn, parse_instants

Found = dict[str, tuple[datetime | None, str | None]]


def parse(values: list[str], zone: str = "UTC", day_first: bool | None = None) -> tuple[Found, InstantColumn]:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE received (row BIGINT, c0 VARCHAR, broken VARCHAR)")
    rows = list(range(1, len(values) + 1))
    connection.execute("INSERT INTO received SELECT unnest(?), unnest(?), NULL", [rows, values])
    column = parse_instants(connection, field="a", column="c0", shown="A", zone=zone, day_first=day_first)
    found = connection.execute("SELECT raw, value, code FROM instant_a").fetchall()
    return {raw: (value, code) for raw, value, code in found}, column


FORMS = {
    "%Y-%m-%d %H:%M:%S": 1,
    "%Y/%m/%d %H:%M": 60,
    "%Y年%m月%d日 %H:%M:%S": 1,
    "%Y年%m月%d日%H时%M分%S秒": 1,
    "%Y%m%d%H%M%S": 1,
    "%Y%m%d": 86400,
    "%d/%m/%Y %H:%M:%S": 1,
    "%d.%m.%Y": 86400,
    "%d-%b-%Y %I:%M:%S %p": 1,
    "%B %d, %Y %I:%M %p": 60,
    "%a, %d %b %Y %H:%M:%S": 1,
    "%Y-%m-%dT%H:%M:%S.%f": 0,
}
ZONES = ["UTC", "Asia/Shanghai", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]
moment = st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2099, 12, 30))


@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    moments=st.lists(st.tuples(moment, st.sampled_from(sorted(FORMS))), min_size=20, max_size=60),
    zone=st.sampled_from(ZONES),
)
def test_forms_and_zones_against_datetime(moments, zone) -> None:
    """PEP 495, fold=0, is the rule for times that the clocks skip or repeat; Python's own arithmetic says which."""
    expected = {}
    for local, form in moments:
        step = FORMS[form]
        cut = (
            local
            if step == 0
            else local - timedelta(microseconds=local.microsecond, seconds=local.second % step if step < 86400 else 0)
        )
        if step == 86400:
            cut = local.replace(hour=0, minute=0, second=0, microsecond=0)
        if step == 60:
            cut = local.replace(second=0, microsecond=0)
        text = cut.strftime(form)
        expected[text] = cut.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)
    found, _ = parse(list(expected), zone, day_first=True)
    assert {text: found[text] for text in expected} == {text: (value, None) for text, value in expected.items()}


@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(moments=st.lists(st.tuples(moment, st.integers(-12 * 60, 14 * 60)), min_size=20, max_size=60))
def test_offsets_against_datetime(moments) -> None:
    expected = {}
    for local, minutes in moments:
        cut = local.replace(microsecond=0)
        sign = "-" if minutes < 0 else "+"
        text = f"{cut.isoformat()}{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
        expected[text] = datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)
    found, _ = parse(list(expected), "Asia/Shanghai")
    assert {text: value for text, (value, _) in found.items()} == expected


@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    parts=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 14), st.integers(1890, 2110)), min_size=20, max_size=60)
)
def test_the_calendar_is_pythons(parts) -> None:
    for form, day_first in (("{d:02d}/{m:02d}/{y}", True), ("{y}-{m:02d}-{d:02d}", None)):
        expected = {}
        for d, m, y in parts:
            try:
                value = datetime(y, m, d) if 1900 <= y <= 2100 else None
            except ValueError:
                value = None
            expected[form.format(d=d, m=m, y=y)] = value
        found, _ = parse(list(expected), day_first=day_first)
        assert {text: value for text, (value, _) in found.items()} == expected
        assert all((value is None) == (code is not None) for value, code in found.values())


@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(values=st.lists(st.text(max_size=14), min_size=20, max_size=60))
def test_any_text_gives_a_value_or_a_reason(values) -> None:
    clean = [value for value in values if "\0" not in value]
    found, _ = parse(clean, day_first=True)
    assert set(found) == set(clean)
    assert all(value is None or code is None for value, code in found.values())


def test_order_is_decided_for_the_whole_column() -> None:
    found, column = parse(["31/12/2010", "1/2/2011", "3/4/2011"])
    assert column.day_first is True
    assert found["1/2/2011"][0] == datetime(2011, 2, 1)
    assert [(f.code, f.params["count"]) for f in column.findings] == [("dates_read_day_first", 1)]
    found, column = parse(["12/31/2010", "1/2/2011"], "Europe/London")
    assert found["1/2/2011"][0] == datetime(2011, 1, 2)
    assert column.day_first is False


def test_a_slip_is_rejected_and_a_mixture_refused() -> None:
    found, column = parse([f"12/{day}/2010" for day in range(13, 32)] * 2 + ["1/2/2011", "31/01/2011"])
    assert found["31/01/2011"] == (None, "instant_order_differs")
    assert [f.code for f in column.findings] == ["dates_read_month_first", "dates_order_minority"]
    with pytest.raises(DateOrderMixed) as caught:
        parse(["12/31/2010", "1/2/2011", "31/01/2011"])
    assert caught.value.where["column"] == "A"


def test_an_open_order_is_said() -> None:
    _, column = parse(["1/2/2011", "3/4/2011"], "Asia/Shanghai")
    assert [f.code for f in column.findings] == ["dates_assumed_day_first"]
    _, column = parse(["1/2/2011", "3/4/2011"], "America/New_York")
    assert [f.code for f in column.findings] == ["dates_assumed_month_first"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1314784800", datetime(2011, 8, 31, 10)),
        ("1314784800123", datetime(2011, 8, 31, 10, 0, 0, 123000)),
        ("2011年8月31日 下午3时05分", datetime(2011, 8, 31, 15, 5)),
        ("2011-8-31 12:30 AM", datetime(2011, 8, 31, 0, 30)),
        ("２０１１－０８－３１", datetime(2011, 8, 31)),
        ("31-Aug-11", datetime(2011, 8, 31)),
    ],
)
def test_single_forms(text: str, value: datetime) -> None:
    assert parse([text])[0][text] == (value, None)


def test_days_of_a_spreadsheet_need_a_column_of_them() -> None:
    """40786 is 31 August 2011 in spreadsheet programs; alone among dates it is nothing."""
    found, _ = parse(["40786", "40786.5"])
    assert {text: value for text, (value, _) in found.items()} == {
        "40786": datetime(2011, 8, 31),
        "40786.5": datetime(2011, 8, 31, 12),
    }
    found, _ = parse(["2011-08-31", "2011-09-01", "40786"])
    assert found["40786"] == (None, "instant_unreadable")


def test_clock_changes_are_counted() -> None:
    _, column = parse(["2011-03-27 01:30", "2011-10-30 01:30", "2011-10-30 02:30"], "Europe/London")
    assert {f.code: f.params["count"] for f in column.findings} == {
        "times_skipped_by_clock_change": 1,
        "times_repeated_by_clock_change": 1,
    }
