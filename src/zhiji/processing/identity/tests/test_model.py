"""What is learned, from what, and which pairs are looked at."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import combinations

import duckdb
import numpy as np
import pytest

from zhiji.processing.identity.blocking import Rule, add_keys, chosen
from zhiji.processing.identity.comparisons import PERSON_FIELDS, SHARED_FIELDS, _one_slip
from zhiji.processing.identity.matching import _within
from zhiji.processing.identity.model import lessons, smoothed


@pytest.fixture
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def slips(one: str, other: str) -> bool:
    """At most one sign is another, missing, too many, or in the place of its neighbour; by hand, not by a distance."""
    if len(one) > len(other):
        one, other = other, one
    if len(one) == len(other):
        places = [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
        two = len(places) == 2 and places[1] == places[0] + 1
        return len(places) <= 1 or (two and one[places[0]] == other[places[1]] and one[places[1]] == other[places[0]])
    return any(one == other[:i] + other[i + 1 :] for i in range(len(other)))


def test_one_slip_is_found_and_two_are_not(engine: duckdb.DuckDBPyConnection) -> None:
    """Signs of one, two and three bytes, so that the quick look by bytes is tried where it could overlook one."""
    chance = random.Random(5)
    words = ["", "a", "ab", "ba", "abc", "京", "京上", "上京", "京a", "ä京b"]
    for _ in range(300):
        word = "".join(chance.choice("12ä京上") for _ in range(chance.randint(1, 6)))
        at = chance.randrange(len(word))
        words += [word, word[:at] + chance.choice("12ä京上") + word[at + 1 :], word[:at] + word[at + 1 :]]
    engine.execute("CREATE TABLE words AS SELECT DISTINCT unnest(?) AS w", [words])
    rows = engine.execute(
        f"SELECT w_l, w_r, {_one_slip('w')} FROM (SELECT l.w AS w_l, r.w AS w_r FROM words l, words r)"
    ).fetchall()
    assert len(rows) > 10_000
    assert [row for row in rows if row[2] != slips(row[0], row[1])] == []


def test_no_level_is_impossible_and_what_was_taught_is_kept() -> None:
    levels = [{"is_null_level": True}, {"u_probability": 0.01}, {"u_probability": None}, {"u_probability": 0.99}]
    settings = {
        "comparisons": [{"output_column_name": name, "comparison_levels": levels} for name in ("email", "never_judged")]
    }
    made = smoothed(settings, [{"email": [0.9, 0.1, 0.0]}, {"email": [0.7, None, 0.3]}, {}])
    (email,) = made["comparisons"]
    unknown, *known = email["comparison_levels"]
    assert unknown == {"is_null_level": True}
    m, u = ([level[f"{name}_probability"] for level in known] for name in "mu")
    assert m == pytest.approx([0.8, 0.05, 0.15], abs=0.002)
    assert u == pytest.approx([0.01, 0.000001, 0.99], rel=0.01)
    assert sum(m) == pytest.approx(1)
    assert min(*m, *u) > 0


def test_lessons_go_by_keys_first_and_judge_each_field_by_something_else() -> None:
    rules = [
        Rule(("birth_date", "street"), 40), Rule(("k_email",), 500), Rule(("k_phone",), 6_000), Rule(("k_site",), 20),
        Rule(("given_sound", "birth_date"), 900), Rule(("k_phone_end",), 6_100), Rule(("letters_turned", "city"), 700),
    ]  # fmt: skip
    fields = [one for one in (*PERSON_FIELDS, *SHARED_FIELDS) if one.name != "province"]
    taken = lessons(fields, rules)
    assert [rule.columns for rule in taken[:2]] == [("k_phone_end",), ("k_email",)]
    for one in fields:
        judged = [rule for rule in taken if not set(rule.of_record()) & set(one.columns)]
        assert len(judged) >= 2, one.name
    assert not any(rule.is_turned for rule in taken)


def test_rules_cost_no_more_than_the_budget_and_none_finds_what_another_finds(
    engine: duckdb.DuckDBPyConnection,
) -> None:
    chance = random.Random(11)
    names = [f"{a}{b}" for a in "bcdfghjklm" for b in ("a", "en", "ing", "ou")]
    columns = (
        "unique_id", "family_sound", "given_sound", "letters", "letters_turned", "core_sound", "employer", "phone",
        "email", "email_user", "city", "postcode", "street", "numbers", "birth_date",
    )  # fmt: skip
    rows = []
    for i in range(2_000):
        family, given = chance.choice(names), chance.choice(names)
        number = str(chance.randint(1, 300))
        rows.append(
            (i, family, given, family + given, given + family, None, None, f"+86138{chance.randint(0, 99999999):08}",
             None, None, chance.choice("xyz"), None, f"road {chance.randint(1, 40)} {number}", number,
             f"19{chance.randint(50, 99)}-01-{chance.randint(1, 28):02}")
        )  # fmt: skip
    listed = ", ".join(f"{name} {'BIGINT' if name == 'unique_id' else 'VARCHAR'}" for name in columns)
    engine.execute(f"CREATE TABLE people ({listed})")
    engine.executemany(f"INSERT INTO people VALUES ({', '.join('?' * len(columns))})", rows)
    add_keys(engine, "people", [])
    rules = chosen(engine, "people", [])
    assert rules
    assert sum(rule.pairs for rule in rules) <= 400_000
    found: dict[Rule, set[tuple[int, int]]] = {}
    for rule in rules:
        sql = f"SELECT l.unique_id, r.unique_id FROM people l JOIN people r ON {rule.sql()}"
        found[rule] = {(min(a, b), max(a, b)) for a, b in engine.execute(sql).fetchall() if a != b}
        # Here nothing is sampled; of turned names the two directions of a pair are counted once.
        assert len(found[rule]) == rule.pairs or (rule.is_turned and len(found[rule]) <= rule.pairs), rule
    assert not [(a, b) for a in rules for b in rules if a != b and not a.is_turned and found[a] < found[b]
                and set(b.columns) <= set(a.columns)]  # fmt: skip


def test_all_pairs_within_groups() -> None:
    ids, group = np.array([9, 4, 7, 1, 2, 8], np.int64), np.array([0, 1, 0, 0, 1, 2], np.int32)
    left, right = _within(ids, group)
    assert sorted(zip(left.tolist(), right.tolist(), strict=True)) == [(1, 7), (1, 9), (2, 4), (7, 9)]
    chance = np.random.default_rng(3)
    group = chance.integers(0, 9, 60).astype(np.int32)
    left, right = _within(np.arange(60), group)
    wanted = [(a, b) for a, b in combinations(range(60), 2) if group[a] == group[b]]
    assert sorted(zip(left.tolist(), right.tolist(), strict=True)) == wanted
