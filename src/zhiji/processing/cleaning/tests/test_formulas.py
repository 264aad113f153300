"""Cells that a spreadsheet would run: none leaves unguarded, and every one comes back as it was."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiji.processing.cleaning.formulas import guarded, unguarded, unguarded_sql

# The signs that OWASP lists under CSV injection, and their full-width forms.
SIGNS = "=+-@\t\r\n＝＋－＠"
cells = st.text(st.sampled_from(SIGNS + "'’ 1.,Ax王"), max_size=8) | st.text(max_size=8)


def may_begin_a_formula(text: str) -> bool:
    """A sign with digits and their separators behind it is a number; behind it anything else, or nothing, is not."""
    is_number = text[:1] in ("+", "-") and len(text) > 1 and set(text[1:]) <= set("0123456789.,")
    return text.startswith(tuple(SIGNS)) and not is_number


@given(cells)
def test_whatever_left_comes_back_as_it_was_and_never_begins_a_formula(text: str) -> None:
    cell = guarded(text)
    assert unguarded(cell) == text
    assert not may_begin_a_formula(cell)


@given(st.lists(cells, max_size=30))
def test_the_engine_takes_the_same_off(texts: list[str]) -> None:
    written = [guarded(text.replace("\x00", "")) for text in texts]
    sql = f"SELECT {unguarded_sql('cell')} FROM (SELECT unnest(?::VARCHAR[]) AS cell)"
    with duckdb.connect() as engine:
        assert [row[0] for row in engine.execute(sql, [written]).fetchall()] == [unguarded(cell) for cell in written]


@pytest.mark.parametrize(
    ("text", "safe"),
    [("=1+1", "'=1+1"), ("+SUM(A1)", "'+SUM(A1)"), ("-2+3", "'-2+3"), ("@x", "'@x"), ("\tx", "'\tx"), ("\rx", "'\rx"),
     ("\n=1", "'\n=1"), ("＝HYPERLINK(1)", "'＝HYPERLINK(1)"), ("－1", "'－1"), ("'=1", "''=1"), ("=", "'="),
     ("-", "'-"), ("--1", "'--1"), ("-²", "'-²"), ("-12.5", "-12.5"), ("+8613811112222", "+8613811112222"),
     ("-1,234.50", "-1,234.50"), ("王", "王"), ("'s", "'s"), ("", "")],
)  # fmt: skip
def test_only_what_could_be_a_formula_is_guarded(text: str, safe: str) -> None:
    assert guarded(text) == safe
