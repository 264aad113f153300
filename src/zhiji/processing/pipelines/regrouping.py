"""Customers follow from the links between identities: merging, parting and undo are one derivation.

The same links always give the same customers. An identity belongs to the customer that was made for the smallest
identity of its group, so a group that is parted gives each its own back. Runs in blocks; after a kill it is begun again
and goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from zhiji.data.store import bulk, derive
from zhiji.data.store.models import Customer, DecidedPair, IdentityLink
from zhiji.processing.identity.groups import Groups, Pair, grouped
from zhiji.processing.pipelines import merged_scores
from zhiji.processing.pipelines.decided import decided, decided_within
from zhiji.processing.pipelines.following import refresh_customers

# Identities that change their customer, a transaction.
BLOCK = 1_000


@dataclass(frozen=True)
class Move:
    """An identity that goes from one customer to another; ``home``: the one that was made for it."""

    identity_id: int
    before: int | None
    after: int
    home: int


def is_any() -> bool:
    """Whether anything was ever joined: otherwise every identity is at home."""
    return (
        IdentityLink.objects.exists()
        or DecidedPair.objects.exists()
        or Customer.objects.exclude(merged_into=None).exists()
    )


def groups(identity_ids: Sequence[int] | None = None, apart: Sequence[Pair] = ()) -> Groups:
    """As the stored links say, of all identities or of these (whole groups): certain keys first, then the surest.

    apart: pairs that somebody would part, to see what that would do.
    """
    said = decided() if identity_ids is None else decided_within(identity_ids)
    links = IdentityLink.objects.filter(state=IdentityLink.State.LINKED)
    if identity_ids is not None:
        links = links.filter(left__in=list(identity_ids), right__in=list(identity_ids))
    listed = links.order_by("by", "-weight", "left_id", "right_id").values_list("left_id", "right_id")
    return grouped(list(listed), same=sorted({*said.same} - {*apart}), different=[*said.different, *apart])


def around(identity_ids: Iterable[int]) -> list[int]:
    """These identities, all that are joined with them now, and all that links, people or customers lead to from
    there."""
    found, new = set[int](), set(identity_ids)
    while new:
        found |= new
        ids = bulk.many(sorted(new))
        near = bulk.look_up(
            f"SELECT left_id, right_id FROM store_identitylink WHERE state = 'linked' "
            f"AND ({bulk.among('left_id')} OR {bulk.among('right_id')})",
            [ids, ids],
        )
        mates = bulk.look_up(
            "SELECT o.id FROM store_identity i JOIN store_identity o ON o.customer_id = i.customer_id "
            f"WHERE {bulk.among('i.id')}",
            [ids],
        )
        new = {pk for row in (*near, *mates, *decided(sorted(new)).same) for pk in row} - found
    return sorted(found)


def moves(identity_ids: Sequence[int] | None = None, found: Groups | None = None) -> list[Move]:
    """Identities whose customer is not the one that the links say, of all or of these (see ``around``); those of one
    target together. found: groups that are not stored, to see what they would move."""
    some = "" if identity_ids is None else f"WHERE {bulk.among('id')} "
    rows = bulk.look_up(
        f"SELECT id, customer_id, COALESCE(home_id, customer_id) FROM store_identity {some}ORDER BY id",
        [] if identity_ids is None else [bulk.many(identity_ids)],
    )
    homes = {pk: home for pk, _, home in rows}
    group_of = (groups(identity_ids) if found is None else found).group_of
    wanted = ((pk, now, homes[group_of.get(pk, pk)]) for pk, now, _ in rows)
    going = [Move(pk, now, target, homes[pk]) for pk, now, target in wanted if now != target and target is not None]
    return sorted(going, key=lambda move: (move.after, move.before or 0, move.identity_id))


def settle(identity_ids: Sequence[int] | None = None, *, count_repeats_once: bool) -> Iterator[int]:
    """Bring identities, orders, interactions and customers to where the links say; yields what each block moved.

    identity_ids: None for all; else whole groups, as ``around`` finds them.
    """
    waiting = moves(identity_ids)
    for start in range(0, len(waiting), BLOCK):
        block = waiting[start : start + BLOCK]
        with bulk.turn():
            _move(block, count_repeats_once=count_repeats_once)
        yield len(block)


def _move(block: Sequence[Move], *, count_repeats_once: bool) -> None:
    bulk.execute_many(
        "UPDATE store_identity SET customer_id = %s WHERE id = %s", [(move.after, move.identity_id) for move in block]
    )
    ids = bulk.many([move.identity_id for move in block])
    for table in ("store_order", "store_interaction"):
        bulk.execute(
            f"UPDATE {table} SET customer_id = i.customer_id FROM store_identity i "
            f"WHERE i.id = {table}.identity_id AND {bulk.among('i.id')}",
            [ids],
        )
    touched = sorted({pk for move in block for pk in (move.before, move.after) if pk is not None})
    gone, alive = _mark_merged(block)
    merged_scores.put_aside(gone)
    for part in derive.blocks(touched, 5_000):
        refresh_customers(part, count_repeats_once=count_repeats_once)
    merged_scores.bring_back(alive)


def _mark_merged(block: Sequence[Move]) -> tuple[list[int], list[int]]:
    """A customer that has no identity any more was merged into the one to which its own has gone. Returns those that
    are gone, and those that are there."""
    gone_to = {move.home: move.after for move in reversed(block)}
    concerned = sorted({pk for move in block for pk in (move.before, move.after, move.home) if pk is not None})
    alive = {
        row[0] for row in bulk.look_up(
            f"SELECT DISTINCT customer_id FROM store_identity WHERE {bulk.among('customer_id')}", [bulk.many(concerned)]
        )
    }  # fmt: skip
    known = [pk for pk in concerned if pk in alive or pk in gone_to]
    bulk.execute_many(
        "UPDATE store_customer SET merged_into_id = %s WHERE id = %s",
        [(None if pk in alive else gone_to[pk], pk) for pk in known],
    )
    return [pk for pk in known if pk not in alive], sorted(alive)
