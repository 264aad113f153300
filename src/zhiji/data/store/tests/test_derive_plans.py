"""The derivation touches the orders that it is given, however many others there are."""

from __future__ import annotations

import pytest
from django.db import connection

from importing import bring, orders
from zhiji.data.landing.models import Batch
from zhiji.data.store import bulk, derive, heads
from zhiji.data.store.models import Order
from zhiji.processing.pipelines import storing

pytestmark = pytest.mark.django_db(transaction=True)


def plans_of(statements: list[tuple[str, object]]) -> list[str]:
    return [
        str(step[3]) for sql, parameters in statements for step in bulk.look_up(f"EXPLAIN QUERY PLAN {sql}", parameters)
    ]


GUESTS = "date,amount\n2025-01-03,30\n2025-01-03,30\n2025-01-04,30\n"


@pytest.mark.parametrize(
    "text", [orders(*(f"A{n},2025-01-03,C1,tea,2,30.5" for n in (1, 2, 3))), GUESTS], ids=["numbered", "guests"]
)
def test_no_statement_walks_through_all_orders_or_lines(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("plans of SQLite; PostgreSQL orders its joins by statistics")
    bring(text)
    gone, *rest = Order.objects.order_by("pk").values_list("external_id", flat=True)
    ids = list(Order.objects.order_by("pk").values_list("pk", flat=True))[:2]
    asked: list[tuple[str, object]] = []
    for module, name in [(derive, "execute"), (derive, "look_up"), (heads, "execute"), (heads, "look_up")]:

        def told(sql: str, parameters: object = (), original: object = getattr(module, name)) -> object:
            asked.append((sql, parameters))
            return original(sql, parameters)  # type: ignore[operator]

        monkeypatch.setattr(module, name, told)
    # Nobody says the first now.
    bulk.execute("UPDATE store_sourcerecord SET external_id = 'gone' WHERE external_id = %s", [gone])
    derive.orders(ids, count_repeats_once=False)
    assert sorted(Order.objects.values_list("external_id", flat=True)) == sorted(rest)
    plans = plans_of(asked)
    assert len(plans) > len(asked)
    assert [plan for plan in plans if plan in ("SCAN o", "SCAN r", "SCAN l") or plan.startswith("SCAN store_")] == []
    assert [plan for plan in plans if plan.endswith("(kind=?)")] == []  # a search that finds every order there is


def test_the_customers_of_a_batch_are_found_from_its_deliveries(monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("plans of SQLite; PostgreSQL orders its joins by statistics")
    asked: list[tuple[str, object]] = []
    monkeypatch.setattr(storing.bulk, "look_up", lambda *question: asked.append(question) or [])
    for kind in ("orders", "customers", "interactions"):
        assert storing.touched_customers(Batch(pk=1, kind=kind), after=0, most=10) == []
    monkeypatch.undo()
    assert len(asked) == 3
    plans = plans_of(asked)
    assert [plan for plan in plans if plan.startswith("SCAN ") or plan.endswith("(kind=?)")] == []
