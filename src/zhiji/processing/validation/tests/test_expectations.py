"""Expectations are a table that a person can read, and every one of them can fail for a reason with words."""

import duckdb
import pytest

from zhiji.kernel.messages import catalogue
from zhiji.processing.cleaning import KINDS
from zhiji.processing.validation import (
    CUSTOMER_EXPECTATIONS,
    INTERACTION_EXPECTATIONS,
    ORDER_EXPECTATIONS,
    PRODUCT_EXPECTATIONS,
    expectations_table,
)

LISTS = {
    "orders": ORDER_EXPECTATIONS,
    "customers": CUSTOMER_EXPECTATIONS,
    "products": PRODUCT_EXPECTATIONS,
    "interactions": INTERACTION_EXPECTATIONS,
}


@pytest.mark.parametrize("kind", list(LISTS))
def test_each_expectation_is_whole(kind: str) -> None:
    names = [one.name for one in LISTS[kind]]
    assert len(set(names)) == len(names)
    for one in LISTS[kind]:
        assert one.field in KINDS[kind].fields
        assert bool(one.code) != bool(one.code_sql)
        for language in ("zh", "en"):
            assert not one.code or one.code in catalogue(language)


@pytest.mark.parametrize("kind", list(LISTS))
def test_each_predicate_is_sql(kind: str) -> None:
    """Parsed by the engine that runs them, over columns of any type."""
    for one in LISTS[kind]:
        parsed = duckdb.sql(f"SELECT json_serialize_sql('SELECT {one.predicate} FROM t')").fetchall()[0][0]
        assert '"error":false' in parsed.replace(" ", "")


def test_the_table_has_a_line_for_each() -> None:
    table = expectations_table(ORDER_EXPECTATIONS)
    assert table.count("\n") == len(ORDER_EXPECTATIONS) + 2
    assert "| money_given | amount |" in table
