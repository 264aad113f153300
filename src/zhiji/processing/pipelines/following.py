"""What follows for customers from their records and orders: one order of things for storing, undo and regrouping."""

from __future__ import annotations

from zhiji.data.store import listing, online, search
from zhiji.kernel import clock
from zhiji.processing.pipelines import returns, survivorship


def refresh_customers(ids: list[int], *, count_repeats_once: bool) -> None:
    """Everything that follows for these customers from their records and orders."""
    survivorship.derive_customers(ids)
    returns.link_returns(ids, count_repeats_once=count_repeats_once)
    listing.write_rows(ids)
    search.index(ids)
    online.renew(ids, clock.now())
