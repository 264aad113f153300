"""Words for kinds of lines, said once."""

from __future__ import annotations

import re

import duckdb
import pytest
from django.db import connection

from house.tree import PACKAGE
from zhiji.data.store import line_kinds
from zhiji.kernel import LineKind

SPELLED = re.compile(r"""['"]return['"],\s*['"]cancellation['"]\s*[])]|['"]goods['"],\s*['"](discount|return)['"]""")
LISTED = re.compile(r"LineKind\.RETURN,\s*LineKind\.CANCELLATION|LineKind\.GOODS,\s*LineKind\.DISCOUNT")


def test_each_kind_of_value_was_sold_or_taken_back_and_no_other() -> None:
    kinds = "(SELECT unnest(?) AS kind)"

    def those(condition: str) -> list[str]:
        rows = duckdb.execute(f"SELECT kind FROM {kinds} WHERE {condition}", [list(LineKind.ALL)]).fetchall()
        return sorted(kind for (kind,) in rows)

    assert those(line_kinds.sold("kind")) == ["discount", "goods"]
    assert those(line_kinds.taken_back("kind")) == ["cancellation", "return"]
    assert those(line_kinds.goods_either_way("kind")) == ["cancellation", "goods", "return"]
    assert those(line_kinds.without_value("kind")) == ["adjustment", "fee", "other", "postage", "tax"]


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL chooses by the number of rows: there are none")
def test_the_index_of_what_was_taken_back_serves_who_asks_for_it() -> None:
    """It holds a part of the lines only, and serves a query that names the same kinds in the same order."""
    asked = f"SELECT order_id FROM store_orderline WHERE {line_kinds.taken_back('line_kind')} AND value_order_id = 1"
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {asked}")
        plan = " ".join(str(row[-1]) for row in cursor.fetchall())
    assert "returns_by_order" in plan


def test_nobody_spells_them_again() -> None:
    found = [
        str(path.relative_to(PACKAGE))
        for path in sorted(PACKAGE.rglob("*.py"))
        if not {"tests", "migrations"} & set(path.parts)
        and (SPELLED.search(text := path.read_text(encoding="utf-8")) or LISTED.search(text))
    ]
    assert found == []
