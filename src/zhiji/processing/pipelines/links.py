"""What matching found → links between identities. What people decided is noted on them and stands above."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from zhiji.data.store import bulk
from zhiji.data.store.models import IdentityLink
from zhiji.processing.identity.evidence import evidence
from zhiji.processing.identity.groups import Pair, pair
from zhiji.processing.pipelines.decided import decided, mark_links

if TYPE_CHECKING:
    from zhiji.processing.identity.matching import Matches

_State, _By = IdentityLink.State, IdentityLink.By
_BLOCK = 10_000
Row = tuple[Pair, str, str, float | None, float | None, dict[str, Any]]


@transaction.atomic
def store_links(found: Matches, at: datetime) -> dict[str, int]:
    """Put what was found in the place of all that was found before; returns counts by state.

    A pair that both a key and the model link is the key's. Two that contradict a surer link, or what a person said of
    others, wait for a person. ``reviews`` are those that wait; ``decided``: pairs of which people said something.
    """
    said = decided()
    by_person = {*said.same, *said.different}
    contradicted = set(found.groups.contradicted) - by_person
    rows: dict[Pair, Row] = {}
    for row in _rows(found):
        if row[0] not in rows:
            rows[row[0]] = row if row[0] not in contradicted else (row[0], _State.REVIEW, *row[2:])
    bulk.execute("DELETE FROM store_identitylink", [])
    listed = list(rows.values())
    for start in range(0, len(listed), _BLOCK):
        _insert(listed[start : start + _BLOCK], at, contradicted)
    mark_links()
    reviews = sum(row[1] == _State.REVIEW and row[0] not in by_person for row in listed)
    return {
        "links": sum(row[1] == _State.LINKED for row in listed), "reviews": reviews, "decided": len(by_person)
    }  # fmt: skip


def _doubt(row: Row, contradicted: set[Pair]) -> float:
    """0: as good as certain either way; 1: even. What speaks against something as sure is even, whatever it weighs."""
    pair_of, _, _, _, probability, _ = row
    if pair_of in contradicted:
        return 1.0
    return 0.0 if probability is None else round(1 - abs(2 * probability - 1), 6)


def _rows(found: Matches) -> Iterator[Row]:
    for left, right in found.certain:
        yield pair(left, right), _State.LINKED, _By.KEY, None, None, {}
    for state, tables in ((_State.LINKED, found.links), (_State.REVIEW, found.reviews)):
        for kind, table in tables.items():
            columns = (table[name].to_pylist() for name in
                       ("unique_id_l", "unique_id_r", "match_weight", "match_probability"))  # fmt: skip
            for left, right, weight, probability, said in zip(
                *columns, evidence(table, found.models[kind]), strict=True
            ):
                yield pair(left, right), state, _By.MODEL, weight, probability, said


def _insert(rows: Sequence[Row], at: datetime, contradicted: set[Pair]) -> None:
    found_at = at.astimezone(UTC).replace(tzinfo=None)
    bulk.insert(
        IdentityLink,
        {
            "id": bulk.reserve_keys(IdentityLink, len(rows)),
            "left_id": [row[0][0] for row in rows],
            "right_id": [row[0][1] for row in rows],
            "state": [str(row[1]) for row in rows],
            "by": [str(row[2]) for row in rows],
            "weight": [row[3] for row in rows],
            "probability": [row[4] for row in rows],
            "doubt": [_doubt(row, contradicted) for row in rows],
            "evidence": [row[5] for row in rows],
            "found_at": [found_at] * len(rows),
        },
    )
