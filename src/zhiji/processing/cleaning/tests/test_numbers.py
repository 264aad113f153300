"""Amounts against an independent, slow oracle made of Decimal and plain Python."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhiji.processing.cleaning.numbers import NumberColumn, parse_numbers

MAX = 2**63 - 1


def parse(values: list[str], decimals: int = 6) -> tuple[dict[str, tuple[int | None, str | None]], NumberColumn]:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE received (row BIGINT, c0 VARCHAR, broken VARCHAR)")
    connection.execute("INSERT INTO received SELECT i, v, NULL FROM (SELECT unnest(?) AS v, 1 AS i)", [values])
    column = parse_numbers(connection, field="a", column="c0", shown="A", decimals=decimals)
    rows = connection.execute("SELECT raw, value, code FROM number_a").fetchall()
    return {raw: (value, code) for raw, value, code in rows}, column


def written(units: int, fraction: str, style: dict[str, str]) -> str:
    """An amount as a person of some country writes it: the oracle is that we know what was meant."""
    digits = str(units)
    groups = []
    while len(digits) > 3:
        groups.insert(0, digits[-3:])
        digits = digits[:-3]
    whole = style["group"].join([digits, *groups])
    text = whole + (style["mark"] + fraction if fraction else "")
    text = style["before"] + text + style["after"]
    return style["wide"].join(["", ""]) + text


amount = st.tuples(
    st.one_of(st.integers(0, 10**6), st.integers(0, 2**63 // 10**6 + 10)),
    st.text("0123456789", max_size=8),
    st.sampled_from(["", "-", "¥", "￥", "$", "-£", "€ ", "CNY ", "+", "'", "("]),
    st.sampled_from(["", "元", " USD", "万", "-", "%", " "]),
    st.sampled_from(["", ","]),
    st.booleans(),
)


def oracle(units: int, fraction: str, before: str, after: str) -> tuple[int | None, str | None]:
    """What was meant, by Decimal: independent of any pattern of the product."""
    if after == "%":
        return None, "amount_percent"
    negative = "-" in before or "(" in before
    if after == "-" and (negative or before in ("+", "(")):
        return None, "amount_unreadable"
    sign = -1 if negative or after == "-" else 1
    exact = Decimal(f"{units}.{fraction or '0'}") * 10**6 * sign
    if len(fraction.rstrip("0")) > 6:
        return None, "amount_too_precise"
    micros = int(exact) * (10_000 if after == "万" else 1)
    return (None, "amount_too_large") if abs(micros) > MAX else (micros, None)


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(amounts=st.lists(amount, min_size=40, max_size=120))
def test_amounts_against_decimal(amounts) -> None:
    expected = {}
    for units, fraction, before, after, group, wide in amounts:
        text = written(units, fraction, {"group": group, "mark": ".", "before": before, "after": "", "wide": ""})
        text = (
            text
            + (")" if before == "(" else "")
            + ("" if before == "(" and after in ("万", "元", " USD", "-", "%") else after)
        )
        meant = oracle(units, fraction, before, "" if before == "(" and after != " " else after)
        if wide:
            text = text.translate(str.maketrans("0123456789.,", "０１２３４５６７８９．，"))
        expected[text] = meant
    found, _ = parse(list(expected))
    assert {text: found[text] for text in expected} == expected


@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    amounts=st.lists(
        st.tuples(st.integers(0, 10**9), st.text("0123456789", min_size=1, max_size=2)), min_size=5, max_size=60
    )
)
def test_decimal_commas_are_found_from_the_column(amounts) -> None:
    style = {"group": ".", "mark": ",", "before": "", "after": "", "wide": ""}
    expected = {
        written(units, fraction, style): int(Decimal(f"{units}.{fraction}") * 10**6) for units, fraction in amounts
    }
    found, column = parse(list(expected))
    assert column.decimal == ","
    assert {text: value for text, (value, _) in found.items()} == expected


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(values=st.lists(st.text(max_size=12), min_size=20, max_size=60))
def test_any_text_gives_a_value_or_a_reason(values) -> None:
    """Never a crash, never both; and what is taken for a number has at least one digit of any script we fold."""
    clean = [value for value in values if "\0" not in value]
    found, _ = parse(clean)
    for text in set(clean):
        value, code = found[text]
        assert value is None or code is None
        if value is not None:
            assert any(character.isdigit() for character in text)


@pytest.mark.parametrize(
    ("text", "value", "code"),
    [
        ("1'234.5", 1_234_500_000, None),
        ("1 234.5", 1_234_500_000, None),
        ('="0012"', 12_000_000, None),
        ("1.5亿元", 150_000_000_000_000, None),
        ("9223372036854.775807", MAX, None),
        ("9223372036854.775808", None, "amount_too_large"),
        ("1,2,0", None, "amount_unreadable"),
        ("12,34.5", None, "amount_unreadable"),
        ("--5", None, "amount_unreadable"),
        ("(-5)", None, "amount_unreadable"),
        ("1e5", None, "amount_exponent"),
        ("NaN", None, "amount_not_finite"),
        ("-inf", None, "amount_not_finite"),
        ("N/A", None, None),
        ("—", None, None),
        ("twelve", None, "amount_unreadable"),
    ],
)
def test_single_amounts(text: str, value: int | None, code: str | None) -> None:
    found, _ = parse([text])
    assert found[text] == (value, code)


def test_mixed_marks_reject_the_rarer_and_doubt_what_fits_both() -> None:
    found, column = parse(["1.234,56", "1,234.56", "2,345.10", "1.234", "7"])
    assert found["1.234,56"] == (None, "amount_mark_differs")
    assert found["1.234"] == (None, "amount_mark_unclear")
    assert found["1,234.56"] == (1_234_560_000, None)
    assert found["7"] == (7_000_000, None)
    assert [finding.code for finding in column.findings] == ["amount_marks_mixed"]


def test_a_column_that_shows_nothing_is_said() -> None:
    found, column = parse(["1,234", "2,345"])
    assert found["1,234"] == (1_234_000_000, None)
    assert [finding.code for finding in column.findings] == ["amount_mark_assumed"]
