"""The scores of customers that are merged, kept while they are in no list: a parting gives them back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import pandas as pd

from zhiji.data.store import listing
from zhiji.data.store.models import CustomerListRow, MergedScores

_BLOCK = 500


def put_aside(customer_ids: Collection[int]) -> None:
    """Of customers that are about to leave the lists."""
    rows = CustomerListRow.objects.filter(pk__in=list(customer_ids)).values("customer_id", *listing.SCORE_COLUMNS)
    kept = [
        MergedScores(customer_id=row.pop("customer_id"), scores={name: _plain(value) for name, value in row.items()})
        for row in rows
    ]
    MergedScores.objects.bulk_create(
        kept, batch_size=_BLOCK, update_conflicts=True, unique_fields=["customer"], update_fields=["scores"]
    )


def bring_back(customer_ids: Collection[int]) -> None:
    """To customers that are in the lists again."""
    kept = MergedScores.objects.filter(pk__in=list(customer_ids))
    found = [{**one.scores, "customer_id": one.customer_id} for one in kept]
    for scores in found:
        scores["as_of"] = date.fromisoformat(scores["as_of"]) if scores["as_of"] else None
    if found:
        listing.write_scores(pd.DataFrame(found, dtype=object))
        kept.delete()


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
