"""Bringing sums up to date after the switch on identical lines: only orders that hold one are touched."""

from __future__ import annotations

from zhiji.data.store import bulk, derive
from zhiji.processing.pipelines.following import refresh_customers
from zhiji.processing.pipelines.progress import Progress

BLOCK = 2_000


def step(progress: Progress, *, count_repeats_once: bool) -> bool:
    """Go on at the checkpoint; True when every order with an identical line is recounted."""
    state = progress.checkpoint
    state.setdefault("at", 0)
    if state.get("once") != count_repeats_once:
        # Switched again while it was under way: start over, the sums are a function of the switch alone.
        state.update(at=0, once=count_repeats_once)
    while True:
        rows = bulk.look_up(
            "SELECT DISTINCT l.order_id, o.customer_id FROM store_orderline l JOIN store_order o ON o.id = l.order_id "
            "WHERE l.is_repeat AND l.order_id > %s ORDER BY 1 LIMIT %s",
            [state["at"], BLOCK],
        )
        if not rows:
            return True
        with bulk.turn():
            ids = [row[0] for row in rows]
            # A linked return may take from another order: its sums follow too.
            linked = bulk.look_up(
                f"SELECT DISTINCT value_order_id FROM store_orderline WHERE {bulk.among('order_id')}", [bulk.many(ids)]
            )
            derive.order_sums(sorted({*ids, *(row[0] for row in linked)}), count_repeats_once=count_repeats_once)
            customers = sorted({row[1] for row in rows if row[1] is not None})
            refresh_customers(customers, count_repeats_once=count_repeats_once)
            state["at"] = ids[-1]
            progress.save(done=state["at"])
        if progress.time_is_up():
            return False
