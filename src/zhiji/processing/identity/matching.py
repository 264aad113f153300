"""From records to groups: certain keys, then the model, then what people decided; with the estimated error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from zhiji.processing.identity import blocking, comparisons, model, standard
from zhiji.processing.identity.certain import certain_pairs
from zhiji.processing.identity.comparisons import Field
from zhiji.processing.identity.evidence import ladder
from zhiji.processing.identity.groups import Groups, Pair, grouped

# A pair is linked from this probability on, and only so far down that of all linked ones this share is right.
_LEAST_PROBABILITY, PRECISION = 0.8, 0.995
# Below this a pair is not worth a person's time.
_LEAST_DOUBT = 0.1
# Two records that both are linked to a third need so much evidence (bits) of their own, or they are two.
_LEAST_EVIDENCE = 9.0
# So many records in a row of links are a chain of errors: nobody comes under so many names.
_LARGEST = 1_000
# A column whose cells hold letters more often than digits is words.
_PROSE = 0.5
# A custom field tells one from all others of the same name only where so many of its values are different.
_TELLING = 0.2

_KINDS = (standard.PERSON, standard.ORGANISATION)
Flags = npt.NDArray[np.bool_]
Ids = npt.NDArray[np.int64]


@dataclass
class Matches:
    """What was found.

    ``groups``: see ``Groups``; ``links`` and ``reviews``: ``unique_id_l``, ``unique_id_r``, ``match_weight``,
    ``match_probability``, ``gamma_…`` and ``mw_…`` of each field, one table for each kind of customers; ``certain``:
    pairs by key. ``report``: counts, threshold and estimated errors of each kind; ``models``: what was learned.
    """

    groups: Groups
    certain: list[Pair]
    links: dict[str, pa.Table] = field(default_factory=dict)
    reviews: dict[str, pa.Table] = field(default_factory=dict)
    report: dict[str, Any] = field(default_factory=dict)
    models: dict[str, dict[str, Any]] = field(default_factory=dict)


def match(engine: duckdb.DuckDBPyConnection, raw: pa.Table, *, same: Sequence[Pair] = (),
          different: Sequence[Pair] = ()) -> Matches:  # fmt: skip
    """Which of the records of ``raw`` (see ``standard.RAW``) are one customer; persons and organisations apart.

    engine: a connection of its own, with memory and threads set. same, different: what people decided. The same
    records give the same groups, in whatever order they come.
    """
    custom = standard.standardise(engine, raw)
    found = Matches(Groups(), [])
    unlike: list[Pair] = []
    links: list[tuple[float, Pair]] = []
    columns = [f"{standard.CUSTOM}{index}" for index in range(len(custom))]
    for kind in _KINDS:
        some = f"SELECT * FROM people WHERE kind = '{kind}' ORDER BY unique_id"
        engine.execute(f"CREATE OR REPLACE TABLE people_{kind} AS {some}")
    engine.execute("DROP TABLE people")
    for kind in _KINDS:
        table = f"people_{kind}"
        blocking.add_keys(engine, table, columns)
        certain = certain_pairs(engine, table)
        found.certain += certain
        learned = _learned(engine, table, kind, columns)
        if learned is None:
            continue
        found.models[kind] = learned.settings
        likely = learned.likely(_LEAST_DOUBT)
        linked, reviewed, told = _judged(likely, *_may_join(learned, likely, kind, _telling(engine, table, columns)))
        found.links[kind], found.reviews[kind], found.report[kind] = linked, reviewed, told
        unlike += _unlike(learned, [*certain, *_pairs(linked), *same])
        links += zip(linked["match_weight"].to_pylist(), _pairs(linked), strict=True)
    found.groups = grouped(
        found.certain + [two for _, two in sorted(links, key=lambda one: (-one[0], one[1]))],
        unlike=unlike, same=same, different=different,
    )  # fmt: skip
    return found


def _learned(engine: duckdb.DuckDBPyConnection, table: str, kind: str, custom: Sequence[str]) -> model.Model | None:
    """None where there is nothing to learn from: too few pairs agree in anything."""
    fields = _fields(engine, table, kind, custom)
    rules = blocking.chosen(engine, table, custom)
    return model.learned(engine, table, fields, rules) if len(fields) >= 2 else None


def _fields(engine: duckdb.DuckDBPyConnection, table: str, kind: str, custom: Sequence[str]) -> list[Field]:
    own = comparisons.PERSON_FIELDS if kind == standard.PERSON else comparisons.ORGANISATION_FIELDS
    known = [*own, *comparisons.SHARED_FIELDS]
    names = [*dict.fromkeys(one.columns[0] for one in known), *custom]
    counts = ", ".join(
        f"count({name}), count(DISTINCT {name}), coalesce(avg((NOT regexp_matches({name}, '[0-9]'))::INT), 0)"
        for name in names
    )
    (row,) = engine.execute(f"SELECT {counts} FROM {table}").fetchall()
    filled, distinct, prose = (dict(zip(names, row[start::3], strict=True)) for start in range(3))
    numbered = [comparisons.custom(i, is_prose=prose[name] > _PROSE) for i, name in enumerate(custom)]
    return comparisons.usable([*known, *numbered], filled, distinct)


def _telling(engine: duckdb.DuckDBPyConnection, table: str, custom: Sequence[str]) -> set[str]:
    if not custom:
        return set()
    counts = ", ".join(f"count({name}), count(DISTINCT {name})" for name in custom)
    (row,) = engine.execute(f"SELECT {counts} FROM {table}").fetchall()
    return telling_custom(dict(zip(custom, row[::2], strict=True)), dict(zip(custom, row[1::2], strict=True)))


def telling_custom(filled: Mapping[str, int], distinct: Mapping[str, int]) -> set[str]:
    """Custom columns whose agreement is more than belonging to a group: a card number, not a level of membership."""
    return {name for name, count in filled.items() if count and distinct[name] >= _TELLING * count}


def _may_join(learned: model.Model, pairs: pa.Table, kind: str, custom: set[str]) -> tuple[Flags, Flags]:
    """Of each pair: whether there is more than a name and a town to go by, and whether the names are two people's."""
    ladders = {one["output_column_name"]: ladder(one) for one in learned.settings["comparisons"]}
    telling, another = np.zeros(len(pairs), bool), np.zeros(len(pairs), bool)
    for name, levels in ladders.items():
        gamma = pairs[f"gamma_{name}"].to_numpy()
        if name in comparisons.TELLING or name in custom:
            common = [levels.index(level) for level in comparisons.NOT_TELLING.get(name, ())]
            telling |= (gamma >= 1) & ~np.isin(gamma, common)
        if comparisons.ANOTHER_NAME in levels:
            another |= gamma == levels.index(comparisons.ANOTHER_NAME)
    return telling | (kind == standard.ORGANISATION), another


def _unlike(learned: model.Model, links: Sequence[Pair]) -> list[Pair]:
    """Of all pairs that would be one customer by way of these links: those that are two, whoever links both to a third.

    Where more than ``_LARGEST`` records hang together, no two of them that are linked are taken for one.
    """
    if not links:
        return []
    ends = np.array(links)
    ids, places = np.unique(ends, return_inverse=True)
    graph = coo_array((np.ones(len(ends), bool), places.reshape(ends.shape).T), shape=(len(ids), len(ids)))
    _, group = connected_components(graph, directed=False)
    size = np.bincount(group)
    chained = ends[size[group[places.reshape(ends.shape)[:, 0]]] > _LARGEST]
    small = size[group] <= _LARGEST
    unlike: list[Pair] = []
    for pairs in learned.weighed(*_within(ids[small], group[small])):
        another = _may_join(learned, pairs, standard.PERSON, set())[1]
        unlike += _pairs(pairs.filter(pc.or_(another, pc.less(pairs["match_weight"], learned.prior + _LEAST_EVIDENCE))))
    return [*sorted(unlike), *((int(left), int(right)) for left, right in chained)]


def _within(ids: Ids, group: npt.NDArray[np.int32]) -> tuple[Ids, Ids]:
    """All pairs of ids of one group, the smaller first."""
    order = np.lexsort((ids, group))
    ids, group = ids[order], group[order]
    left: list[Ids] = []
    right: list[Ids] = []
    apart, is_any = 1, len(ids) > 1
    while is_any:  # neighbours, then those with one between them, and so on to the largest group
        are_mates = group[apart:] == group[:-apart]
        left.append(ids[:-apart][are_mates])
        right.append(ids[apart:][are_mates])
        apart, is_any = apart + 1, bool(are_mates.any()) and apart + 1 < len(ids)
    return np.concatenate(left or [ids[:0]]), np.concatenate(right or [ids[:0]])


def _judged(pairs: pa.Table, telling: Flags, another: Flags) -> tuple[pa.Table, pa.Table, dict[str, Any]]:
    """Linked ones, those for a person to look at, and what is to be told of them. pairs: see ``Model``, the likely."""
    pairs = pairs.append_column("telling", pa.array(telling)).append_column("another", pa.array(another))
    pairs = pairs.filter(pc.invert(pairs["another"])).sort_by(
        [("telling", "descending"), ("match_weight", "descending"), ("unique_id_l", "ascending"),
         ("unique_id_r", "ascending")]
    )  # fmt: skip
    probability = pairs["match_probability"].to_numpy()
    right = probability.cumsum() / np.arange(1, len(pairs) + 1)
    linked = int((pairs["telling"].to_numpy() & (probability >= _LEAST_PROBABILITY) & (right >= PRECISION)).sum())
    doubtful = pairs.slice(linked)
    told = {
        "pairs": len(pairs), "linked": linked, "reviewed": len(doubtful),
        "threshold": float(probability[linked - 1]) if linked else None,
        "estimated_precision": float(right[linked - 1]) if linked else None,
        "estimated_recall": float(probability[:linked].sum() / probability.sum()) if linked else None,
    }  # fmt: skip
    return pairs.slice(0, linked), doubtful, told


def _pairs(table: pa.Table) -> list[Pair]:
    return list(zip(table["unique_id_l"].to_pylist(), table["unique_id_r"].to_pylist(), strict=True))
