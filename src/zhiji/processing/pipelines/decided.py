"""What people said of pairs of identities, read from the acts that stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from zhiji.data.store import bulk
from zhiji.data.store.models import DecidedPair
from zhiji.processing.identity.groups import Pair, pair

SAME, DIFFERENT, LATER = DecidedPair.Word
# Identities hang on their keys; the newest act that was not taken back speaks for a pair.
_STANDING = """
    SELECT one, other, word, act FROM (
        SELECT l.id AS one, r.id AS other, p.word, d.id AS act,
            ROW_NUMBER() OVER (PARTITION BY l.id, r.id ORDER BY d.id DESC) AS place
        FROM store_decidedpair p JOIN store_identitydecision d ON d.id = p.decision_id
        JOIN store_identity l ON l.source_id = p.left_source_id AND l.external_id = p.left_external_id
        JOIN store_identity r ON r.source_id = p.right_source_id AND r.external_id = p.right_external_id
        WHERE d.undone_at IS NULL {some}
    ) AS told WHERE place = 1
"""


class Decided(NamedTuple):
    """Pairs that people said to be one customer, to be two, and to be asked about later; the smaller identity first."""

    same: list[Pair]
    different: list[Pair]
    later: list[Pair]


def decided(identity_ids: Sequence[int] | None = None) -> Decided:
    """Of all pairs, or of those of which either is among these."""
    said: dict[str, list[Pair]] = {word: [] for word in DecidedPair.Word.values}
    for one, other, word, _ in _standing(identity_ids):
        said[word].append(pair(one, other))
    return Decided(*(sorted(said[word]) for word in (SAME, DIFFERENT, LATER)))


def joined_by(identity_ids: Sequence[int]) -> dict[Pair, int]:
    """Pairs of these that people said to be one customer → the act that says so."""
    own = set(identity_ids)
    return {pair(one, other): act for one, other, word, act in _standing(identity_ids)
            if word == SAME and {one, other} <= own}  # fmt: skip


def _standing(identity_ids: Sequence[int] | None) -> list[tuple[int, int, str, int]]:
    some, parameters = "", []
    if identity_ids is not None:
        some = f"AND ({bulk.among('l.id')} OR {bulk.among('r.id')})"
        parameters = [bulk.many(identity_ids)] * 2
    return [(one, other, word, act) for one, other, word, act in bulk.look_up(_STANDING.format(some=some), parameters)]


def decided_within(identity_ids: Iterable[int]) -> Decided:
    """Of pairs of which both are among these."""
    own = set(identity_ids)
    return Decided(*([two for two in pairs if own.issuperset(two)] for pairs in decided(sorted(own))))


def mark_links(identity_ids: Sequence[int] | None = None) -> None:
    """Bring the copy of people's words that links hold to where the acts are, of all or of what touches these."""
    ids = [] if identity_ids is None else [bulk.many(identity_ids)] * 2
    some = "" if identity_ids is None else f"AND ({bulk.among('left_id')} OR {bulk.among('right_id')})"
    bulk.execute(f"UPDATE store_identitylink SET word = %s WHERE word <> %s {some}", ["", "", *ids])
    said = decided(identity_ids)
    for word, pairs in zip((SAME, DIFFERENT, LATER), said, strict=True):
        bulk.execute_many(
            "UPDATE store_identitylink SET word = %s WHERE left_id = %s AND right_id = %s",
            [(word.value, *two) for two in pairs],
        )


def named(batch_id: int, customer_ids: Iterable[int] | None = None) -> list[int]:
    """Identities that a batch was the first to bring and of which somebody had decided before; of these customers, or
    of all: a day of events is looked at piece by piece."""
    some = "" if customer_ids is None else f"AND {bulk.among('i.customer_id')} "
    rows = bulk.look_up(
        f"SELECT i.id FROM store_identity i WHERE i.first_batch_id = %s {some}AND EXISTS (SELECT 1 "
        "FROM store_decidedpair p WHERE (p.left_source_id = i.source_id AND p.left_external_id = i.external_id) "
        "OR (p.right_source_id = i.source_id AND p.right_external_id = i.external_id)) ORDER BY i.id",
        [batch_id, *([] if customer_ids is None else [bulk.many(sorted(customer_ids))])],
    )
    return [row[0] for row in rows]
