"""Trees of rules in the list's filter: the same customers as set algebra over single filters gives."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest

from zhiji.application.customers import queries
from zhiji.application.customers.errors import FieldUnreadable, FilterInvalid
from zhiji.application.customers.filters import DEEPEST_RULES, MOST_RULES
from zhiji.data.store.models import Customer
from zhiji.platform.models import User

LEAVES: list[tuple[str, Any]] = [
    ("city", ["上海", "Berlin"]),
    ("orders", {"min": 2}),
    ("spend", {"min": "5", "max": "50"}),
    ("contact_allowed", ["no", "unknown"]),
    ("owner", [None]),
    ("last_order_on", {"from": "2024-03-03"}),
]


@pytest.fixture
def company(add: Callable[..., Customer], users: dict[str, User]) -> None:
    spends = [[], ["10"], ["10", "20"], ["100", "5", "1"], ["500"]]
    cities = ["上海", "Berlin", "广州"]
    for i, (spend, city) in enumerate(itertools.product(spends, cities)):
        add(f"N{i}", city=city, contact_allowed=[True, False, None][i // 2 % 3], spend=spend,
            owner=users["li"] if i % 2 else None)  # fmt: skip


def ids(user: User, given: dict[str, Any]) -> set[int]:
    rows, following = queries.CustomerList(user, json.dumps(given)).page("", 200)
    assert following is None
    return {row.pk for row in rows}


def leaf(number: int) -> dict[str, Any]:
    return {"field": LEAVES[number][0], "value": LEAVES[number][1]}


@pytest.mark.django_db
@pytest.mark.parametrize("outer", ["and", "or"])
def test_a_tree_finds_what_set_algebra_finds(company: None, users: dict[str, User], outer: str) -> None:
    user = users["admin"]
    alone = [ids(user, {name: value}) for name, value in LEAVES]
    assert len({frozenset(found) for found in alone}) == len(LEAVES)
    for a, b, c in itertools.permutations(range(len(LEAVES)), 3):
        inner = "or" if outer == "and" else "and"
        tree = {"op": outer, "rules": [leaf(a), {"op": inner, "rules": [leaf(b), leaf(c)]}]}
        together = alone[b] | alone[c] if inner == "or" else alone[b] & alone[c]
        wanted = alone[a] & together if outer == "and" else alone[a] | together
        assert ids(user, {"rules": tree}) == wanted, tree


@pytest.mark.django_db
def test_rules_pages_counts_and_other_filters_agree(company: None, users: dict[str, User]) -> None:
    tree = {"op": "or", "rules": [leaf(1), {"op": "and", "rules": [leaf(0), leaf(4)]}]}
    asked = queries.CustomerList(users["admin"], {"rules": tree, "contact_allowed": ["yes"]}, "-spend")
    pages, cursor = [], ""
    while cursor is not None:
        found, cursor = asked.page(cursor, 2)
        pages += [row.pk for row in found]
    assert len(pages) == len(set(pages)) == asked.count(exact=True)["count"]
    assert set(pages) == ids(users["admin"], {"rules": tree}) & ids(users["admin"], {"contact_allowed": ["yes"]})


@pytest.mark.django_db
def test_rules_stay_within_scope_and_readable_fields(company: None, users: dict[str, User]) -> None:
    tree = {"op": "or", "rules": [leaf(number) for number in range(len(LEAVES))]}
    mine = ids(users["zhou"], {})
    assert ids(users["zhou"], {"rules": tree}) < ids(users["admin"], {"rules": tree})
    assert ids(users["zhou"], {"rules": tree}) <= mine
    users["li"].token_scopes = frozenset({"customer:read"})
    with pytest.raises(FieldUnreadable):
        queries.CustomerList(users["li"], {"rules": tree})


def nested(depth: int) -> dict[str, Any]:
    return leaf(0) if depth == 1 else {"op": "and", "rules": [nested(depth - 1)]}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "tree",
    [
        5,
        {},
        {"op": "not", "rules": [leaf(0)]},
        {"op": "and", "rules": []},
        {"op": "and", "rules": [leaf(0)] * (MOST_RULES + 1)},
        {"op": "and", "rules": [{"op": "or", "rules": [leaf(0)] * 26}] * 2},
        nested(DEEPEST_RULES + 1),
        {"field": "q", "value": "x"},
        {"field": "rules", "value": leaf(0)},
        {"field": "password", "value": ["x"]},
        {"field": "spend", "value": {"min": "many"}},
        {"field": "city", "value": None},
        {"field": "city"},
        {"field": ["city"], "value": ["x"]},
        {**leaf(0), "op": "and"},
    ],
)
def test_what_is_no_tree_is_refused(users: dict[str, User], tree: Any) -> None:
    with pytest.raises(FilterInvalid):
        queries.CustomerList(users["admin"], json.dumps({"rules": tree}))


@pytest.mark.django_db
def test_the_deepest_tree_is_taken(users: dict[str, User]) -> None:
    queries.CustomerList(users["admin"], json.dumps({"rules": nested(DEEPEST_RULES)}))
