"""Which pairs are looked at: rules are chosen from the data, so that few are missed and no machine drowns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import duckdb

# Values that more records share than this say nothing of who somebody is: a placeholder, a switchboard.
MOST_SHARED = 100
# Pairs a record, in the mean of all rules together.
_BUDGET = 8
_LEAST_BUDGET = 400_000
# Sizes are counted on so many records at most, and scaled.
_SAMPLE = 200_000
_SINGLE = ("phone", "phone_end", "email", "email_user", "letters", "core_sound", "site")
_PAIRED = (
    "letters", "letters_turned", "family_sound", "given_sound", "core_sound", "birth_date", "street", "postcode",
    "city", "phone_end", "phone_start", "email_user", "numbers", "house", "employer",
)  # fmt: skip
# What was made of columns of the record for the search alone.
_MADE_OF = {
    "phone_end": ("phone",), "phone_start": ("phone",), "site": ("street", "city"), "house": ("numbers",),
    "letters": ("family_sound", "given_sound"), "letters_turned": ("family_sound", "given_sound"),
}  # fmt: skip
_TURNED = "letters_turned"
# Who agrees in the one agrees in the others.
_IMPLIES = {"letters": ("family_sound", "given_sound"), "numbers": ("house",)}


@dataclass(frozen=True)
class Rule:
    """Pairs that agree in all ``columns``; ``pairs`` of them, as far as a sample tells.

    ``letters_turned`` is the name in the other order: it agrees with the ``letters`` of the other record.
    """

    columns: tuple[str, ...]
    pairs: int

    def sql(self) -> str:
        return " AND ".join(f'l."{_other(column)}" = r."{column}"' for column in self.columns)

    def lesson_sql(self) -> str:
        """The same pairs by the columns of the record alone, so that it is seen which fields they cannot teach."""
        same = [f'l."{column}" = r."{column}"' for column in self.of_record()]
        return " AND ".join([*same, *(f'l."{name}" IS NOT NULL' for name in self.columns if name.startswith("k_"))])

    def of_record(self) -> tuple[str, ...]:
        """The columns of the record that it goes by, without what was made of them for the search."""
        return _made_of(self.columns)

    @property
    def is_turned(self) -> bool:
        return _TURNED in self.columns


def _other(column: str) -> str:
    return "letters" if column == _TURNED else column


def _made_of(columns: Sequence[str]) -> tuple[str, ...]:
    plain = [column.removeprefix("k_") for column in columns]
    return tuple(dict.fromkeys(part for name in plain for part in _MADE_OF.get(name, (name,))))


def add_keys(engine: duckdb.DuckDBPyConnection, table: str, custom: Sequence[str]) -> None:
    """Adds to ``table`` what pairs are found by: ``phone_start`` and ``phone_end``, for a number with a slip in it;
    ``house``, the first number of an address; ``site`` (street with city or postcode); and ``k_…``, copies of keys that
    are NULL where more than ``MOST_SHARED`` records share a value."""
    site = "CASE WHEN street IS NOT NULL THEN concat_ws('|', street, coalesce(city, postcode)) END"
    counts = [
        f'CASE WHEN count(*) OVER (PARTITION BY "{name}") <= {MOST_SHARED} THEN "{name}" END AS "k_{name}"'
        for name in keys(custom)
    ]
    engine.execute(
        f"""CREATE OR REPLACE TABLE {table} AS SELECT *, {", ".join(counts)}
            FROM (SELECT *, right(phone, 8) AS phone_end, left(phone, length(phone) - 4) AS phone_start,
                split_part(numbers, ' ', 1) AS house, {site} AS site FROM {table})"""
    )


def keys(custom: Sequence[str]) -> list[str]:
    """Columns that may be keys by themselves."""
    return [*_SINGLE, *custom]


def chosen(engine: duckdb.DuckDBPyConnection, table: str, custom: Sequence[str]) -> list[Rule]:
    """Single keys that few share, then pairs of columns, the smallest first, within the budget of pairs."""
    records, sizes = _sizes(engine, table, [(f"k_{name}",) for name in keys(custom)])
    budget = max(_BUDGET * records, _LEAST_BUDGET)
    rules = _afforded(sizes, budget)
    taken = {rule.columns[0].removeprefix("k_") for rule in rules}
    free = [name for name in (*_PAIRED, *custom) if name not in taken]
    _, sizes = _sizes(engine, table, [two for two in combinations(free, 2) if _are_apart(*two)])
    rules += _afforded(sizes, budget - sum(rule.pairs for rule in rules))
    return [rule for rule in rules if not any(_finds_all_of(other, rule) for other in rules)]


def _afforded(rules: Sequence[Rule], budget: int) -> list[Rule]:
    afforded = []
    for rule in sorted(rules, key=lambda one: one.pairs):
        if 0 < rule.pairs <= budget:
            afforded.append(rule)
            budget -= rule.pairs
    return afforded


def _finds_all_of(rule: Rule, other: Rule) -> bool:
    agreed = {part for name in other.columns for part in (name, *_IMPLIES.get(name, ()))}
    return rule != other and set(rule.columns) <= agreed


def _are_apart(one: str, other: str) -> bool:
    """Not both of them made of the same: together they would find what one of them finds."""
    return not set(_made_of([one])) & set(_made_of([other]))


def _sizes(engine: duckdb.DuckDBPyConnection, table: str, wanted: Sequence[tuple[str, ...]]) -> tuple[int, list[Rule]]:
    """How many records there are, and how many pairs agree in each of these lists of columns."""
    ((records,),) = engine.execute(f"SELECT count(*) FROM {table}").fetchall()
    scale = max(1.0, records / _SAMPLE) ** 2
    if records > _SAMPLE:
        some = f"SELECT * FROM {table} ORDER BY hash(unique_id) LIMIT {_SAMPLE}"
        engine.execute(f"CREATE OR REPLACE TEMP TABLE sampled AS {some}")
        table = "sampled"
    found = []
    for columns in wanted:
        ((pairs,),) = engine.execute(_size_sql(table, columns)).fetchall()
        found.append(Rule(columns, int(pairs * scale)))
    return records, found


def _size_sql(table: str, columns: Sequence[str]) -> str:
    def groups(names: Sequence[str]) -> str:
        listed = ", ".join(f'"{name}" AS c{i}' for i, name in enumerate(names))
        filled = " AND ".join(f'"{name}" IS NOT NULL' for name in names)
        return f"(SELECT {listed}, count(*) AS n FROM {table} WHERE {filled} GROUP BY ALL)"

    if _TURNED not in columns:
        return f"SELECT coalesce(sum(n * (n - 1) // 2), 0)::BIGINT FROM {groups(columns)}"
    alike = ", ".join(f"c{i}" for i in range(len(columns)))
    other = groups([_other(column) for column in columns])
    # Each pair stands on both sides.
    return f"SELECT coalesce(sum(l.n * r.n) // 2, 0)::BIGINT FROM {groups(columns)} l JOIN {other} r USING ({alike})"
