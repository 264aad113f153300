"""What agreement and difference in each field say of two records, learned without labels by Splink."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from splink import Linker, SettingsCreator
from splink.backends.duckdb import DuckDBAPI
from splink.blocking_rule_library import CustomRule
from splink.internals.splink_dataframe import SplinkDataFrame

from zhiji.processing.identity.blocking import Rule
from zhiji.processing.identity.comparisons import Field

# It warns of levels that no pair has reached, in words for who tunes a model by hand.
logging.getLogger("splink").setLevel(logging.ERROR)
SEED = 20_240_101
IdArray = npt.NDArray[np.int64]
Lesson = dict[str, list[float | None]]
# So often, at least, two records of one customer differ in this way, and two strangers agree in it.
_LEAST_M, _LEAST_U = 1e-3, 1e-6
# Pairs at random of which nearly all are strangers: what they have in common is chance.
_CHANCE_PAIRS = 1_000_000
# A field is learned from pairs that agree in something else: in so many blocks of so many pairs.
_LEAST_PAIRS, _MOST_PAIRS, _LESSONS, _ROUNDS = 30, 300_000, 5, 12
_PIECE = 250_000
_COLUMNS = "unique_id_l, unique_id_r, match_weight, match_probability, COLUMNS('^(gamma|mw)_')"


@dataclass
class Model:
    """What was learned. ``settings``: Splink's, with all of it, as JSON; ``lessons``: the columns by whose agreement
    the pairs were found that it was learned from.

    Pairs come as a table: ``unique_id_l``, ``unique_id_r``, ``match_weight`` (bits), ``match_probability`` and, of each
    field, ``gamma_…`` (level) and ``mw_…`` (its weight).
    """

    engine: duckdb.DuckDBPyConnection
    api: DuckDBAPI
    linker: Linker
    settings: dict[str, Any]
    lessons: list[str] = field(default_factory=list)

    @property
    def prior(self) -> float:
        """What a pair at random weighs, in bits, before anything is compared."""
        share = self.settings["probability_two_random_records_match"]
        return math.log2(share / (1 - share))

    def likely(self, least_probability: float) -> pa.Table:
        """All pairs that the rules find and that are at least so likely one customer."""
        found = self.linker.inference.predict(threshold_match_probability=least_probability, warning_mode="never")
        return self._fetched(found)

    def weighed(self, left: IdArray, right: IdArray) -> Iterator[pa.Table]:
        """These pairs of records, whatever finds them, in pieces."""
        for start in range(0, len(left), _PIECE):
            piece = slice(start, start + _PIECE)
            keys = {"join_key_l": left[piece], "join_key_r": right[piece]}
            table = self.api.register(pa.table({"match_key": ["0"] * len(left[piece]), **keys}))
            self.linker.table_management.register_blocked_pairs_for_predict(table)
            yield self._fetched(self.linker.inference.predict(warning_mode="never"))

    def _fetched(self, found: SplinkDataFrame) -> pa.Table:
        pairs = self.engine.sql(f"SELECT {_COLUMNS} FROM {found.physical_name}").to_arrow_table()
        found.drop_table_from_database_and_remove_from_cache()
        return pairs


def learned(
    engine: duckdb.DuckDBPyConnection, table: str, fields: Sequence[Field], rules: Sequence[Rule]
) -> Model | None:
    """A model of ``table``; None where there is too little to learn from."""
    sure = _sure_pairs(engine, table, fields)
    if sure < _LEAST_PAIRS or not lessons(fields, rules):
        return None
    ((records,),) = engine.execute(f"SELECT count(*) FROM {table}").fetchall()
    api = DuckDBAPI(connection=engine)
    linker = Linker(
        api.register(table),
        SettingsCreator(
            link_type="dedupe_only",
            comparisons=[one.make() for one in fields],
            blocking_rules_to_generate_predictions=[CustomRule(rule.sql()) for rule in rules],
            probability_two_random_records_match=min(0.5, sure / _RECALL / (records * (records - 1) / 2)),
            retain_matching_columns=True,  # or the levels are not there either
            retain_intermediate_calculation_columns=True,
            max_iterations=_ROUNDS,
        ),
        log_level=None,
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=_CHANCE_PAIRS, seed=SEED)
    by_chance = linker.misc.save_model_to_json()
    taught = {" ".join(rule.of_record()): _lesson(api, table, by_chance, rule) for rule in lessons(fields, rules)}
    if not any(taught.values()):
        return None
    settings = smoothed(by_chance, list(taught.values()))
    names = [name for name, lesson in taught.items() if lesson]
    return Model(engine, api, Linker(api.register(table), settings, log_level=None), settings, names)


def _lesson(api: DuckDBAPI, table: str, by_chance: dict[str, Any], rule: Rule) -> Lesson:
    """What one block teaches: of each comparison the shares of its levels, the lowest last; none of those that the
    block goes by. By a linker of its own, for one that fails leaves it in pieces."""
    linker = Linker(api.register(table), by_chance, log_level=None)
    most = _MOST_PAIRS if rule.pairs > _MOST_PAIRS else None
    try:
        session = linker.training.estimate_parameters_using_expectation_maximisation(
            CustomRule(rule.lesson_sql()), max_pairs=most
        )
    except ValueError:  # no match of the block shows some level at all, and its share sinks below what Splink writes
        return {}
    return {
        one.output_column_name: [level.m_probability for level in one.comparison_levels if not level.is_null_level]
        for one in session.core_model_settings.comparisons
    }


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


def smoothed(settings: dict[str, Any], taught: Sequence[Lesson]) -> dict[str, Any]:
    """Splink's settings with the mean of what the lessons taught, and no level impossible: what never happened among
    the pairs that were learned from may happen yet.

    Without it a level that no lesson held would weigh nothing, or a hundred bits, and one slip in one field would part
    two records whatever the others say. A comparison that no lesson judged is left out.
    """
    comparisons = []
    for comparison in settings["comparisons"]:
        known = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        judged = [lesson[name] for lesson in taught if (name := comparison["output_column_name"]) in lesson]
        if not judged:
            continue
        m = _shares([_mean([one[i] or 0.0 for one in judged]) for i in range(len(known))], _LEAST_M)
        u = _shares([level.get("u_probability") or 0.0 for level in known], _LEAST_U)
        changed = iter(
            {**level, "m_probability": m, "u_probability": u} for level, m, u in zip(known, m, u, strict=True)
        )
        levels = [level if level.get("is_null_level") else next(changed) for level in comparison["comparison_levels"]]
        comparisons.append({**comparison, "comparison_levels": levels})
    return {**settings, "comparisons": comparisons}


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _shares(found: Sequence[float], least: float) -> list[float]:
    total = sum(found) + least * len(found)
    return [(share + least) / total for share in found]


def lessons(fields: Sequence[Field], rules: Sequence[Rule]) -> list[Rule]:
    """Blocks to learn from, until each field was judged in two that go by something else: first those that go by one
    key, for they hold matches of every kind, then the others; large ones first, as far as a block is mostly matches."""
    judged = dict.fromkeys((one.name for one in fields), 0)
    lessons: list[Rule] = []
    for rule in sorted(rules, key=lambda one: (len(one.of_record()), -one.pairs)):
        is_known = any(one.of_record() == rule.of_record() for one in lessons)
        if rule.is_turned or rule.pairs < _LEAST_PAIRS or is_known or len(lessons) == _LESSONS:
            continue
        told = [one.name for one in fields if not set(one.columns) & set(rule.of_record())]
        if any(judged[name] < 2 for name in told):
            lessons.append(rule)
            for name in told:
                judged[name] += 1
    return lessons
