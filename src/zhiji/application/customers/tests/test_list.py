"""The list: every row once under any sort, scope, filters, cursors, a fixed number of queries."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhiji.application.customers import queries
from zhiji.application.customers.errors import FieldUnreadable, FilterInvalid
from zhiji.application.customers.queries import CustomerList
from zhiji.data.store.errors import CursorInvalid
from zhiji.data.store.models import Customer, CustomerListRow
from zhiji.kernel import clock
from zhiji.platform import accounts
from zhiji.platform.models import Team, User

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
Add = Callable[..., Customer]
Browse = Callable[[User], Client]
DAY = date(2024, 1, 1)


def write(rows: list[dict[str, Any]]) -> list[CustomerListRow]:
    """List rows straight into the projection, for shapes that no import makes on purpose."""
    CustomerListRow.objects.all().delete()
    found = []
    for values in rows:
        customer = Customer.objects.create(known_at=clock.now())
        found.append(CustomerListRow(customer=customer, **values))
    CustomerListRow.objects.bulk_create(found)
    queries.forget()
    return found


def walk(user: User, sort: str, limit: int, filters: dict[str, Any] | None = None) -> list[int]:
    asked, cursor, seen = CustomerList(user, filters or {}, sort), "", []
    for _ in range(200):
        found, following = asked.page(cursor, limit)
        seen += [row.customer_id for row in found]
        if following is None:
            return seen
        cursor = following
    raise AssertionError("the list does not end")


ROW = st.fixed_dictionaries(
    {
        "name_sort": st.sampled_from(["", "anna", "li na", "wang wei", "zoe"]),
        "spend_micros": st.sampled_from([-5, 0, 1, 10**12, 2**62]),
        "orders": st.integers(0, 2),
        "last_order_on": st.none() | st.integers(0, 2).map(lambda n: DAY + timedelta(days=n)),
        "value_score": st.none() | st.sampled_from([0.0, 0.1 + 0.2, 1e300, -1.5]),
        "overdue_days": st.none() | st.sampled_from([-3.25, 1 / 3]),
        "at_stake_micros": st.none() | st.integers(0, 1),
        "country": st.sampled_from(["", "中国", "France"]),
        "rfm_segment": st.sampled_from(["", "champions", "lost"]),
    }
)
SORTS = ["name", "spend", "orders", "last_order_on", "value_score", "overdue_days", "at_stake"]
COLUMNS = {"name": "name_sort", "spend": "spend_micros", "at_stake": "at_stake_micros"}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROW, max_size=12), sort=st.sampled_from(SORTS), descending=st.booleans(), limit=st.integers(1, 5),
       filters=st.sampled_from([{}, {"country": ["中国"]}, {"segment": ["champions"]}, {"country": ["中国", "France"]},
                                {"orders": {"min": 1}}, {"spend": {"max": "1"}}]))  # fmt: skip
def test_paging_meets_every_row_once_in_order(
    users: dict[str, User], rows: list[dict[str, Any]], sort: str, descending: bool, limit: int, filters: dict[str, Any]
) -> None:
    written = write(rows)
    column = COLUMNS.get(sort, sort)

    def matches(row: CustomerListRow) -> bool:
        return (
            ("country" not in filters or row.country in filters["country"])
            and ("segment" not in filters or row.rfm_segment in filters["segment"])
            and ("orders" not in filters or row.orders >= 1)
            and ("spend" not in filters or row.spend_micros <= 1_000_000)
        )

    wanted = [row for row in written if matches(row)]
    full = sorted((row for row in wanted if getattr(row, column) is not None),
                  key=lambda row: (getattr(row, column), row.customer_id), reverse=descending)  # fmt: skip
    empty = sorted((row for row in wanted if getattr(row, column) is None),
                   key=lambda row: row.customer_id, reverse=descending)  # fmt: skip
    expected = [row.customer_id for row in [*full, *empty]]
    assert walk(users["admin"], f"-{sort}" if descending else sort, limit, filters) == expected


def test_both_ways_to_a_page_give_the_same_list(users: dict[str, User], monkeypatch: pytest.MonkeyPatch) -> None:
    """Walking the sort's index and driving from the filter must not differ, whatever the counts say."""
    from zhiji.data.store import paging

    write([{"country": "中国" if i % 3 else "France", "spend_micros": i % 4, "value_score": None if i % 5 else i / 7}
           for i in range(40)])  # fmt: skip
    for sort in ("spend", "-value_score"):
        found = []
        for way in ("walk", "drive"):
            original = paging.plan

            def forced(wanted: paging.Wanted, limit: int, way: str = way, original: Any = original) -> paging.Plan:
                if way == "walk":
                    return paging.Plan(paging.SORTS[wanted.sort])
                return paging.Plan(among=paging._select(CustomerListRow.objects.filter(country="中国")))

            with monkeypatch.context() as patch:
                patch.setattr(paging, "plan", forced)
                found.append(walk(users["admin"], sort, 7, {"country": ["中国"]}))
        assert found[0] == found[1]
        assert len(found[0]) == 26


@pytest.fixture
def spread(add: Add, users: dict[str, User], teams: dict[str, Team]) -> dict[str, int]:
    return {
        "li": add("李娜", owner=users["li"], team=teams["shanghai"]).pk,
        "zhou": add("周杰", owner=users["zhou"], team=teams["west"]).pk,
        "east": add("East Ltd", team=teams["east"]).pk,
        "nobody": add("Nobody's").pk,
    }


@pytest.mark.parametrize(
    ("user", "seen"),
    [
        ("admin", {"li", "zhou", "east", "nobody"}),
        ("analyst", {"li", "zhou", "east", "nobody"}),
        ("manager", {"li", "east", "nobody"}),
        ("li", {"li", "nobody"}),
        ("zhou", {"zhou", "nobody"}),
    ],
)
def test_everybody_sees_their_reach_only(
    users: dict[str, User], spread: dict[str, int], browser: Browse, user: str, seen: set[str]
) -> None:
    client = browser(users[user])
    expected = {spread[name] for name in seen}
    answer = client.get("/api/v1/customers").json()
    assert {item["id"] for item in answer["items"]} == expected
    assert client.get("/api/v1/customers/count", {"exact": True}).json() == {"count": len(seen), "exact": True}
    assert client.get("/api/v1/customers/count").json()["count"] == len(seen)
    for name, pk in spread.items():
        assert client.get(f"/api/v1/customers/{pk}").status_code == (200 if name in seen else 404)
        for part in ("orders", "timeline", "history"):
            assert client.get(f"/api/v1/customers/{pk}/{part}").status_code == (200 if name in seen else 404)
    found = client.get("/api/v1/search", {"q": "周"}).json()["customers"]
    assert {each["id"] for each in found} == {spread["zhou"]} & expected


def test_without_a_team_a_manager_sees_what_an_agent_does(users: dict[str, User], add: Add) -> None:
    """As the page of teams says where there are none yet: their own customers, and those of nobody."""
    add("other", owner=users["li"])
    nobodys = add("nobody")
    for role in ("manager", "agent"):
        alone = accounts.user_create(email=f"{role}-alone@example.com", password=None, name=role, roles=[role])
        own = add("own", owner=alone)
        assert {row.customer_id for row in CustomerList(alone).page()[0]} == {own.pk, nobodys.pk}


def test_a_visitor_sees_nothing(spread: dict[str, int]) -> None:
    assert Client().get("/api/v1/customers").status_code == 401
    assert Client().get("/api/v1/search", {"q": "李"}).status_code == 401


def test_a_field_that_is_not_readable_is_neither_shown_nor_filtered_nor_sorted(
    users: dict[str, User], spread: dict[str, int]
) -> None:
    """A token for customers alone reads no orders and no predictions: a filter on spend would be an oracle."""
    user = users["admin"]
    user.token_scopes = frozenset({"customer:read"})
    page = queries.list_page(user, filter_text="", sort="name", cursor="", limit=10)
    assert {item["spend"] for item in page["items"]} == {None}
    assert {item["value_score"] for item in page["items"]} == {None}
    assert {item["name"] for item in page["items"]} >= {"李娜"}
    for filters in ({"spend": {"min": "1"}}, {"segment": ["lost"]}, {"value_score": {"missing": True}}):
        with pytest.raises(FieldUnreadable):
            CustomerList(user, filters, "name")
    with pytest.raises(FieldUnreadable):
        CustomerList(user, {}, "-spend")
    assert CustomerList(user).sort == "name_sort"
    assert CustomerList(user).count(exact=True)["count"] == len(spread)


@pytest.mark.parametrize(
    "text",
    [
        '{"nothing": 1}', "[]", "{", '{"spend": {"min": "NaN"}}', '{"spend": {"min": 1e999}}',
        '{"orders": {"min": 1.5}}', '{"owner": [99999999999999999999]}', '{"country": "中国"}', '{"country": []}',
        '{"last_order_on": {"from": "x"}}', '{"country": ["\\u0000"]}', '{"password": "x"}',
        '{"owner__email": ["x"]}', '{"value_score": {"min": Infinity}}',
        "[" * 5_000,
    ],
)  # fmt: skip
def test_filters_that_make_no_sense_are_refused(users: dict[str, User], browser: Browse, text: str) -> None:
    with pytest.raises(FilterInvalid):
        CustomerList(users["admin"], text)
    assert browser(users["admin"]).get("/api/v1/customers", {"filter": text}).status_code == 422


@pytest.mark.parametrize("sort", ["-", "owner__email", "tokens", "--spend", "country"])
def test_sorts_that_are_none_are_refused(users: dict[str, User], sort: str) -> None:
    with pytest.raises(FilterInvalid):
        CustomerList(users["admin"], "", sort)


def test_filters_narrow(users: dict[str, User], add: Add, teams: dict[str, Team]) -> None:
    one = add("A", country="中国", city="上海", spend=["100", "20.50"], contact_allowed=True, owner=users["li"])
    two = add("B", country="France", spend=["5"], contact_allowed=False, team=teams["west"])
    three = add("C", country="France")
    for filters, wanted in [
        ({"country": ["中国"]}, {one}), ({"country": ["France", "中国"]}, {one, two, three}),
        ({"city": ["上海"]}, {one}), ({"spend": {"min": "120.50", "max": "120.5"}}, {one}),
        ({"spend": {"min": "120.500001"}}, set()), ({"orders": {"max": 0}}, {three}),
        ({"contact_allowed": ["no", "unknown"]}, {two, three}), ({"last_order_on": {"missing": True}}, {three}),
        ({"last_order_on": {"from": "2024-03-02"}}, {one}), ({"owner": [users["li"].pk]}, {one}),
        ({"owner": [None]}, {two, three}), ({"team": [teams["west"].pk, None]}, {one, two, three}),
        ({"q": "a"}, {one}), ({"q": "a", "country": ["France"]}, set()),
        ({"mean_order": {"min": "60.25", "max": "60.25"}}, {one}), ({"external_id": "c00002"}, {two}),
        ({"value_score": {"missing": True}}, {one, two, three}),
    ]:  # fmt: skip
        queries.forget()
        assert set(walk(users["admin"], "name", 2, filters)) == {customer.pk for customer in wanted}, filters
        assert CustomerList(users["admin"], filters).count(exact=True)["count"] == len(wanted)


def test_a_cursor_belongs_to_its_list_and_cannot_be_made(users: dict[str, User], browser: Browse) -> None:
    write([{"spend_micros": i} for i in range(5)])
    client = browser(users["admin"])
    cursor = client.get("/api/v1/customers", {"limit": 2}).json()["next"]
    assert len(client.get("/api/v1/customers", {"limit": 2, "after": cursor}).json()["items"]) == 2
    for query in ({"sort": "name"}, {"filter": json.dumps({"orders": {"max": 3}})}, {"sort": "spend"}):
        assert client.get("/api/v1/customers", {**query, "after": cursor}).status_code == 422
    with pytest.raises(CursorInvalid):
        CustomerList(users["admin"]).page("x" + cursor)
    assert client.get("/api/v1/customers", {"limit": 201}).status_code == 422
    assert client.get("/api/v1/customers", {"limit": -1}).status_code == 422


def test_a_page_costs_the_same_queries_however_many_rows(
    users: dict[str, User], add: Add, browser: Browse, teams: dict[str, Team]
) -> None:
    client = browser(users["admin"])
    counts = []
    for n in (2, 12):
        for i in range(n):
            add(f"客户{i}", owner=[users["li"], users["zhou"]][i % 2], team=list(teams.values())[i % 3], spend=["1"])
        queries.forget()
        client.get("/api/v1/customers")  # the first request of all makes the company and marks the session
        queries.forget()
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/api/v1/customers", {"limit": 100}).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 10


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's plan")
@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("filters", [{}, {"country": ["中国"]}, {"segment": ["champions"]}, {"orders": {"min": 1}}])
def test_standard_lists_walk_an_index_and_sort_nothing(
    users: dict[str, User], sort: str, filters: dict[str, Any]
) -> None:
    from zhiji.data.store import paging

    rows = write([{"country": "中国", "rfm_segment": "champions", "orders": 1, "last_order_on": DAY, "value_score": 1.0,
                   "overdue_days": 1.0, "at_stake_micros": 1}] * 60)  # fmt: skip
    for descending in (False, True):
        asked = CustomerList(users["admin"], filters, f"-{sort}" if descending else sort)
        wanted = asked.wanted()
        for after in (None, paging.position(rows[30], wanted.sort)):
            for sql, parameters in paging.statements(wanted, after, paging.plan(wanted, 20)):
                with connection.cursor() as cursor:
                    cursor.execute(f"EXPLAIN QUERY PLAN {sql} LIMIT 20", parameters)
                    steps = [row[3] for row in cursor.fetchall()]
                assert all("USING" in step and "INDEX" in step for step in steps), steps
                assert not any("TEMP B-TREE" in step for step in steps), steps
