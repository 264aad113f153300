"""Who a number of the ledger is today: an undo takes customers away, and whoever comes again has another number.

Kept beside the ledger, a row a dead number, and renewed at each refresh, so that the page leads to the customer, and an
agent to the rows of theirs, whether or not anything was settled since.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from django.db.models import OuterRef, Subquery

from zhiji.application.predictions.models import LedgerEntry, LedgerNumber, LedgerSnapshot
from zhiji.application.predictions.record import People
from zhiji.data.store import bulk

_BLOCK = 10_000


def renew(people: People) -> int:
    """Bring the rows to what the record says today; returns how many were written.

    The ledger is asked only for numbers of which it was not asked before: a dead number stays dead.
    """
    kept = {row[0]: row[1:] for row in LedgerNumber.objects.values_list("customer_ref", "pseudonyms", "customer_id")}
    fresh = _dead(people).difference(kept)
    borne = {number: pseudonyms for number, (pseudonyms, _) in kept.items()} | _pseudonyms(fresh)
    rows = []
    for number, pseudonyms in borne.items():
        today = people.now(min(people.borne_by(pseudonyms), default=None)) if pseudonyms else None
        if number in fresh or today != kept[number][1]:
            rows.append((number, pseudonyms, today))
    for start in range(0, len(rows), _BLOCK):
        _write(rows[start : start + _BLOCK])
    return len(rows)


def release(customer_ids: Collection[int]) -> None:
    """Customers are about to be removed: nothing leads to them any more."""
    bulk.execute(
        f"DELETE FROM {LedgerNumber._meta.db_table} WHERE {bulk.among('customer_id')}",  # noqa: S608
        [bulk.many(sorted(customer_ids))],
    )


def _dead(people: People) -> set[int]:
    """The numbers up to the ledger's highest under which nobody is; they are given in order, and never again."""
    highest = LedgerEntry.objects.filter(snapshot=OuterRef("pk")).order_by("-customer_ref").values("customer_ref")[:1]
    tops = LedgerSnapshot.objects.values_list(Subquery(highest), flat=True)
    numbers = np.arange(1, max((top for top in tops if top is not None), default=0) + 1)
    return set(np.setdiff1d(numbers, people.there, assume_unique=True).tolist())


def _pseudonyms(numbers: set[int]) -> dict[int, str]:
    """Of each number as the newest snapshot has them in which it stands; empty where it stands in none with any."""
    found: dict[int, str] = {}
    left = sorted(numbers)
    for snapshot in LedgerSnapshot.objects.order_by("-pk").values_list("pk", flat=True) if left else ():
        rows = bulk.look_up(
            "SELECT customer_ref, pseudonyms FROM predictions_ledgerentry WHERE snapshot_id = %s AND "  # noqa: S608
            f"pseudonyms <> '' AND {bulk.among('customer_ref')}",
            [snapshot, bulk.many(left)],
        )
        found |= dict(rows)
        left = [number for number in left if number not in found] if rows else left
        if not left:
            break
    return found | dict.fromkeys(left, "")


def _write(rows: list[tuple[int, str, int | None]]) -> None:
    """In the turn of the bulk paths: nobody is taken away between the look and the writing."""
    with bulk.turn():
        numbers, wanted = bulk.many([row[0] for row in rows]), [row[2] for row in rows if row[2] is not None]
        there = {row[0] for row in bulk.look_up(
            f"SELECT id FROM store_customer WHERE {bulk.among('id')}", [bulk.many(wanted)])}  # noqa: S608  # fmt: skip
        table = LedgerNumber._meta.db_table
        bulk.execute(f"DELETE FROM {table} WHERE {bulk.among('customer_ref')}", [numbers])  # noqa: S608
        columns: bulk.Columns = {
            "customer_ref": [row[0] for row in rows],
            "pseudonyms": [row[1] for row in rows],
            "customer_id": [row[2] if row[2] in there else None for row in rows],
        }
        bulk.insert(LedgerNumber, columns)
