"""What agreement and difference in each field say of two records, learned without labels by Splink."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow as pa
from splink import Linker, SettingsCreator
from splink.backends.duckdb import DuckDBAPI
from splink.blocking_rule_library import CustomRule

from zhiji.processing.identity.blocking import TURNED, Rule
from zhiji.processing.identity.comparisons import Field

# It warns of levels that no pair has reached, in words for who tunes a model by hand.
logging.getLogger("splink").setLevel(logging.ERROR)
SEED = 20_240_101
# Pairs at random of which nearly all are strangers: what they have in common is chance.
_CHANCE_PAIRS = 1_000_000
# A field is learned from pairs that agree in something else: in so many blocks of so many pairs.
_LEAST_PAIRS, _MOST_PAIRS, _LESSONS = 30, 2_000_000, 5
# Pairs below this weight (in bits) are strangers; they are kept only as far as they part two of a group.
LEAST_WEIGHT = -10.0


@dataclass
class Scored:
    """``pairs``: ``unique_id_l``, ``unique_id_r``, ``match_weight`` (bits), ``match_probability`` and, of each field,
    ``gamma_…`` (level) and ``mw_…`` (its weight). ``model``: Splink's settings with all that was learned, as JSON."""

    pairs: pa.Table
    model: dict[str, Any]
    lessons: list[str] = field(default_factory=list)


def scored(
    engine: duckdb.DuckDBPyConnection, table: str, fields: Sequence[Field], rules: Sequence[Rule], *, turned: bool
) -> Scored | None:
    """Learn from ``table`` and weigh all pairs that the rules find; None where there is too little to learn from.

    turned: also names in the other order.
    """
    sure = _sure_pairs(engine, table, fields)
    if sure < _LEAST_PAIRS or not lessons(fields, rules):
        return None
    ((records,),) = engine.execute(f"SELECT count(*) FROM {table}").fetchall()
    searches = [rule.sql() for rule in rules] + ([TURNED] if turned else [])
    linker = Linker(
        DuckDBAPI(connection=engine).register(table),
        SettingsCreator(
            link_type="dedupe_only",
            comparisons=[one.make() for one in fields],
            blocking_rules_to_generate_predictions=[CustomRule(sql) for sql in searches],
            probability_two_random_records_match=min(0.5, sure / _RECALL / (records * (records - 1) / 2)),
            retain_matching_columns=True,
            retain_intermediate_calculation_columns=True,
        ),
        log_level=None,
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=_CHANCE_PAIRS, seed=SEED)
    taught = lessons(fields, rules)
    for rule in taught:
        sql = " AND ".join(f'l."{column}" = r."{column}"' for column in rule.of_record())
        most = _MOST_PAIRS if rule.pairs > _MOST_PAIRS else None
        linker.training.estimate_parameters_using_expectation_maximisation(CustomRule(sql), max_pairs=most)
    found = linker.inference.predict(threshold_match_weight=LEAST_WEIGHT, warning_mode="never")
    kept = "unique_id_l, unique_id_r, match_weight, match_probability, COLUMNS('^(gamma|mw)_')"
    pairs = engine.sql(f"SELECT {kept} FROM {found.physical_name}").to_arrow_table()
    return Scored(pairs, linker.misc.save_model_to_json(), [" ".join(rule.of_record()) for rule in taught])


# Agreement in two of these is hardly ever chance: how often it is met says how many pairs are one customer.
_SURE = (
    ("k_email",), ("k_phone", "family_sound"), ("k_phone", "given_sound"), ("k_phone", "core_sound"),
    ("family_sound", "given_sound", "birth_date"), ("family_sound", "given_sound", "street"),
    ("core_sound", "street"), ("family_sound", "birth_date", "street"), ("given_sound", "birth_date", "street"),
)  # fmt: skip
# So much of all such pairs the sure ones are taken for.
_RECALL = 0.8


def _sure_pairs(engine: duckdb.DuckDBPyConnection, table: str, fields: Sequence[Field]) -> int:
    there = {column for one in fields for column in one.columns}
    found = [
        f"SELECT l.unique_id AS one, r.unique_id AS other FROM {table} l JOIN {table} r ON l.unique_id < r.unique_id "
        + "".join(f'AND l."{name}" = r."{name}" ' for name in rule)
        for rule in _SURE
        if {name.removeprefix("k_") for name in rule} <= there
    ]
    if not found:
        return 0
    ((count,),) = engine.execute(f"SELECT count(*) FROM ({' UNION '.join(found)})").fetchall()
    return int(count)


def lessons(fields: Sequence[Field], rules: Sequence[Rule]) -> list[Rule]:
    """Blocks to learn from, small ones first: until each field was judged in two that go by something else."""
    judged = dict.fromkeys((one.name for one in fields), 0)
    lessons: list[Rule] = []
    for rule in sorted(rules, key=lambda one: one.pairs):
        is_known = any(one.of_record() == rule.of_record() for one in lessons)
        if rule.pairs < _LEAST_PAIRS or is_known or len(lessons) == _LESSONS:
            continue
        told = [one.name for one in fields if not set(one.columns) & set(rule.of_record())]
        if any(judged[name] < 2 for name in told):
            lessons.append(rule)
            for name in told:
                judged[name] += 1
    return lessons
