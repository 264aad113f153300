"""Which pairs are looked at: rules are chosen from the data, so that few are missed and no machine drowns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import duckdb

# Values that more records share than this say nothing of who somebody is: a placeholder, a switchboard.
MOST_SHARED = 100
# Pairs a record: in the mean of all rules together, and of one that goes by a single column.
_BUDGET, _BUDGET_OF_ONE = 40, 8
_LEAST_BUDGET = 400_000
# Sizes are counted on so many records at most, and scaled.
_SAMPLE = 200_000
_SINGLE = ("phone", "phone_end", "email", "email_user", "letters", "core_sound", "site")
_PAIRED = (
    "letters", "family_sound", "given_sound", "core_sound", "birth_date", "street", "postcode", "city", "phone_end",
    "email_user", "numbers",
)  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """Pairs that agree in all ``columns``; ``pairs`` of them, as far as a sample tells."""

    columns: tuple[str, ...]
    pairs: int

    def sql(self) -> str:
        return " AND ".join(f'l."{column}" = r."{column}"' for column in self.columns)

    def of_record(self) -> tuple[str, ...]:
        """The columns of the record that it goes by, without what was made of them for the search."""
        plain = [column.removeprefix("k_") for column in self.columns]
        return tuple(dict.fromkeys(part for name in plain for part in _MADE_OF.get(name, (name,))))


# Names in the other order on the other side.
TURNED = 'l."letters" = r."letters_turned"'
_MADE_OF = {
    "phone_end": ("phone",), "site": ("street", "city"), "letters": ("family_sound", "given_sound"),
}  # fmt: skip


def add_keys(engine: duckdb.DuckDBPyConnection, table: str, custom: Sequence[str]) -> None:
    """Adds to ``table`` what pairs are found by: ``phone_end``, ``site`` (street with city or postcode), and ``k_…``,
    copies of keys that are NULL where more than ``MOST_SHARED`` records share a value."""
    site = "CASE WHEN street IS NOT NULL THEN concat_ws('|', street, coalesce(city, postcode)) END"
    counts = [
        f'CASE WHEN count(*) OVER (PARTITION BY "{name}") <= {MOST_SHARED} THEN "{name}" END AS "k_{name}"'
        for name in keys(custom)
    ]
    engine.execute(
        f"""CREATE OR REPLACE TABLE {table} AS SELECT *, {", ".join(counts)}
            FROM (SELECT *, right(phone, 8) AS phone_end, {site} AS site FROM {table})"""
    )


def keys(custom: Sequence[str]) -> list[str]:
    """Columns that may be keys by themselves."""
    return [*_SINGLE, *custom]


def chosen(engine: duckdb.DuckDBPyConnection, table: str, custom: Sequence[str]) -> list[Rule]:
    """Single keys that few share, then pairs of columns, the smallest first, within the budget of pairs."""
    records, sizes = _sizes(engine, table, [(f"k_{name}",) for name in keys(custom)])
    rules, spent = [], 0
    for rule in sorted(sizes, key=lambda one: one.pairs):
        if 0 < rule.pairs <= max(_BUDGET_OF_ONE * records, _LEAST_BUDGET):
            rules.append(rule)
            spent += rule.pairs
    taken = {rule.columns[0].removeprefix("k_") for rule in rules}
    free = [name for name in (*_PAIRED, *custom) if name not in taken]
    _, sizes = _sizes(engine, table, list(combinations(free, 2)))
    for rule in sorted(sizes, key=lambda one: one.pairs):
        if rule.pairs and spent + rule.pairs <= max(_BUDGET * records, _LEAST_BUDGET):
            rules.append(rule)
            spent += rule.pairs
    return rules


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
        listed = ", ".join(f'"{name}"' for name in columns)
        filled = " AND ".join(f'"{name}" IS NOT NULL' for name in columns)
        ((pairs,),) = engine.execute(
            f"SELECT coalesce(sum(n * (n - 1) // 2), 0)::BIGINT FROM "
            f"(SELECT count(*) AS n FROM {table} WHERE {filled} GROUP BY {listed})"
        ).fetchall()
        found.append(Rule(columns, int(pairs * scale)))
    return records, found
