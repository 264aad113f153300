"""A checked file becomes the record: a walk through stages, each in short transactions with its checkpoint.

Killed anywhere and called again, it goes on at the last checkpoint; what a transaction had begun is not there.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from zhiji.data.landing.models import Batch
from zhiji.data.store import bulk, heads
from zhiji.data.store.models import Interaction
from zhiji.kernel import clock
from zhiji.processing.pipelines import (
    corrections,
    customers,
    decided,
    interactions,
    orders,
    products,
    quarantine,
    reach,
    regrouping,
    staging,
)
from zhiji.processing.pipelines.following import refresh_customers
from zhiji.processing.pipelines.orders import Decision
from zhiji.processing.pipelines.progress import Progress

BLOCK = 5_000
STAGED, REJECTED, BUYERS = "staged.parquet", "rejected.parquet", "buyers.parquet"


class Storing:
    """One batch on its way into the record. Call ``step`` until it says that all is done.

    folder: holds ``staged.parquet`` and ``rejected.parquet`` of the check. chunks: how many chunks are staged.
    """

    def __init__(self, progress: Progress, batch: Batch, folder: Path, *, chunks: int, decision: Decision | None,
                 count_repeats_once: bool) -> None:  # fmt: skip
        self.progress = progress
        self.batch = batch
        self.staged = folder / STAGED
        self.rejected = folder / REJECTED
        self.columns = list(batch.mapping.get("columns", []))
        self.chunks = chunks
        self.decision = decision
        self.once = count_repeats_once
        self.state = progress.checkpoint.setdefault("store", {})
        self.state.setdefault("stage", "lines")
        self.state.setdefault("at", 0)
        self.state.setdefault("counts", {})

    def step(self) -> bool:
        """Work until the time is up; True when the batch is stored."""
        while self.state["stage"] != "done":
            if self.progress.time_is_up():
                return False
            self.progress.breathe()
            stage: Callable[[], str | None] = getattr(self, f"_{self.state['stage']}")
            following = stage()
            if following is not None:
                with bulk.turn():
                    self.state.update(stage=following, at=0)
                    if following == "done":
                        Batch.objects.filter(pk=self.batch.pk).update(state=Batch.State.STORED, stored_at=clock.now())
                    self.progress.save(stage=following)
        return True

    def _advance(self, at: int) -> None:
        self.state["at"] = at
        self.progress.save(stage=self.state["stage"], done=self._done(), total=self._total())

    def _total(self) -> int:
        """In chunks; the stages after the lines count as a tenth of them."""
        return self.chunks + max(1, self.chunks // 10)

    def _done(self) -> int:
        return self.state["at"] if self.state["stage"] == "lines" else self.chunks

    def _lines(self) -> str | None:
        """One chunk of the staged rows."""
        at = self.state["at"]
        if at >= self.chunks:
            return "quarantine"
        chunk = staging.read_chunk(self.staged, at)
        with bulk.turn():
            if at == 0 and self.batch.kind == "orders":
                # Other files may have come in since the dry run.
                reach.check_reach(self.staged, self.rejected)
            counts = self._store(chunk)
            for name, value in counts.items():
                self.state["counts"][name] = self.state["counts"].get(name, 0) + value
            self._advance(at + 1)
        return None

    def _store(self, chunk: pa.Table) -> dict[str, int]:
        if self.batch.kind == "orders":
            found = orders.store_chunk(self.batch, chunk, decision=self.decision, count_repeats_once=self.once)
            return vars(found)
        if self.batch.kind == "customers":
            return customers.store_records(self.batch, "customer", chunk.to_pylist())
        if self.batch.kind == "products":
            return products.store_records(self.batch, chunk.to_pylist())
        return interactions.store_records(self.batch, chunk.to_pylist())

    def _quarantine(self) -> str | None:
        """Rejected rows, with everything needed to correct them."""
        at = self.state["at"]
        rows = quarantine.read_rejected(self.rejected, self.columns, at, BLOCK)
        if not rows:
            return "corrections"
        with bulk.turn():
            corrections.mark_known(self.batch, quarantine.keep_rejected(self.batch, rows))
            self._advance(at + len(rows))
        return None

    def _corrections(self) -> str | None:
        """Note in the quarantine of earlier imports which rows this file brought back corrected."""
        found = corrections.corrections(self.staged)
        with bulk.turn():
            corrections.mark_corrected(self.batch, found)
        return "buyers" if self.batch.kind == "orders" else "decided"

    def _buyers(self) -> str | None:
        """What the order file says of its customers, a block a transaction."""
        path = self.staged.with_name(BUYERS)
        customers.write_buyers(self.staged, path, BLOCK)
        rows = customers.read_buyers(path, self.state["at"] // BLOCK)
        if not rows:
            return "decided"
        with bulk.turn():
            customers.store_records(self.batch, "buyer", rows)
            self._advance(self.state["at"] + BLOCK)
        return None

    def _decided(self) -> str | None:
        """Identities of which people had decided before this file brought them: they are of whom they were then."""
        known = decided.named(self.batch.pk)
        if known:
            for _ in regrouping.settle(regrouping.around(known), count_repeats_once=self.once):
                if self.progress.time_is_up():
                    return None
        return "derive"

    def _derive(self) -> str | None:
        """Customers of this batch, block by block: attributes, linked returns, list rows, search words."""
        ids = touched_customers(self.batch, self.state["at"], BLOCK)
        if not ids:
            return "done"
        with bulk.turn():
            refresh_customers(ids, count_repeats_once=self.once)
            self._advance(ids[-1])
        return None


def touched_customers(batch: Batch, after: int, most: int) -> list[int]:
    """Customers whose record a batch touches, by id; of order files also those whom any version of a changed order
    names: an order that goes to somebody else leaves somebody."""
    asked = [_OF_RECORDS]
    if batch.kind == "orders":
        asked.append(_OF_CHANGED_ORDERS.format(customer=heads.customer_of("v.payload")))
    elif batch.kind == "interactions":
        asked = [_OF_INTERACTIONS]
    elif batch.kind == "products":
        return []
    sql = " UNION ".join(asked)
    rows = bulk.look_up(f"{sql} ORDER BY 1 LIMIT %s", [*[batch.pk, after] * len(asked), most])
    return [row[0] for row in rows]


_OF_RECORDS = """
    SELECT DISTINCT i.customer_id FROM store_delivery d JOIN store_sourcerecord r ON r.id = d.record_id
    JOIN store_identity i ON i.source_id = r.source_id AND i.external_id = r.external_id
    WHERE d.batch_id = %s AND r.kind <> 'order' AND i.customer_id > %s
"""
# CROSS JOIN holds SQLite to this order of the tables; by itself it walks through the records of all orders.
_OF_CHANGED_ORDERS = """
    SELECT DISTINCT i.customer_id FROM store_delivery d CROSS JOIN store_sourcerecord r CROSS JOIN store_sourcerecord v
    CROSS JOIN store_identity i WHERE r.id = d.record_id AND r.kind = 'order' AND r.version > 1
    AND v.kind = 'order' AND v.source_id = r.source_id AND v.external_id = r.external_id
    AND i.source_id = v.source_id AND i.external_id = {customer} AND d.batch_id = %s AND i.customer_id > %s
"""
_OF_INTERACTIONS = f"""
    SELECT DISTINCT x.customer_id FROM {Interaction._meta.db_table} x
    JOIN store_delivery d ON d.record_id = x.record_id WHERE d.batch_id = %s AND x.customer_id > %s
"""
