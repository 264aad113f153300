"""Taking a batch back: its deliveries are withdrawn, and what only it knew goes; later imports keep theirs."""

from __future__ import annotations

from collections.abc import Callable, Collection

from zhiji.data.landing.models import Batch, RejectedRow
from zhiji.data.store import bulk, derive
from zhiji.kernel import clock
from zhiji.processing.pipelines import interactions, products, regrouping
from zhiji.processing.pipelines.following import refresh_customers
from zhiji.processing.pipelines.progress import Progress

RECORDS = 500  # orders a transaction; with some twenty lines each, about ten thousand lines
CUSTOMERS = 2_000


class Undoing:
    """The way back of ``Storing``, with the same checkpoints.

    keep: says which of given customers must stay although no source knows them any more (somebody worked on them).
    release: lets go of what others hold of customers that are about to be removed, in the same transaction.
    """

    def __init__(self, progress: Progress, batch: Batch, *, count_repeats_once: bool,
                 keep: Callable[[Collection[int]], set[int]],
                 release: Callable[[Collection[int]], None]) -> None:  # fmt: skip
        self.progress = progress
        self.batch = batch
        self.once = count_repeats_once
        self.keep = keep
        self.release = release
        self.state = progress.checkpoint.setdefault("undo", {})
        self.state.setdefault("stage", "records")
        self.state.setdefault("at", 0)

    def step(self) -> bool:
        while self.state["stage"] != "done":
            if self.progress.time_is_up():
                return False
            stage: Callable[[], str | None] = getattr(self, f"_{self.state['stage']}")
            with bulk.turn():
                following = stage()
                if following is not None:
                    self.state.update(stage=following, at=0)
                self.progress.save(stage=self.state["stage"])
        return True

    def _records(self) -> str | None:
        rows = bulk.look_up(
            "SELECT r.id, r.kind, r.source_id, r.external_id FROM store_delivery d JOIN store_sourcerecord r "
            "ON r.id = d.record_id WHERE d.batch_id = %s ORDER BY r.id LIMIT %s",
            [self.batch.pk, RECORDS],
        )
        if not rows:
            return "customers"
        linked = derive.withdraw_records(self.batch, [row[0] for row in rows])
        keys = [row[3] for row in rows if row[1] == "order"]
        ids = bulk.look_up(
            f"SELECT id FROM store_order WHERE source_id = %s AND {bulk.among('external_id')}",
            [self.batch.source_id, bulk.many(keys)],
        )
        derive.orders([*linked, *(row[0] for row in ids)], count_repeats_once=self.once)
        interactions.derive_interactions(self.batch.source_id, [row[3] for row in rows if row[1] == "interaction"])
        return None

    def _customers(self) -> str | None:
        """Every customer of the source is looked at again: those that nothing speaks for any more are removed."""
        rows = bulk.look_up(
            "SELECT id, customer_id FROM store_identity WHERE source_id = %s AND id > %s ORDER BY id LIMIT %s",
            [self.batch.source_id, self.state["at"], CUSTOMERS],
        )
        if not rows:
            return "regroup"
        self.state["at"] = rows[-1][0]
        # Somebody worked on the customer of this identity alone, whoever it was joined to later.
        orphans = bulk.look_up(
            "SELECT i.id, COALESCE(i.home_id, i.customer_id), i.customer_id FROM store_identity i "
            "JOIN landing_batch b ON b.id = i.first_batch_id WHERE (b.id = %s OR b.state = 'withdrawn') AND "
            f"{bulk.among('i.id')} AND NOT EXISTS (SELECT 1 FROM store_order o WHERE o.identity_id = i.id) "
            "AND NOT EXISTS (SELECT 1 FROM store_interaction x WHERE x.identity_id = i.id) AND NOT EXISTS ("
            "SELECT 1 FROM store_sourcerecord r WHERE r.source_id = i.source_id AND r.external_id = i.external_id "
            "AND r.kind IN ('customer', 'buyer', 'hand'))",
            [self.batch.pk, bulk.many([row[0] for row in rows])],
        )
        kept = self.keep({row[1] for row in orphans})
        gone = [row for row in orphans if row[1] not in kept]
        ids = bulk.many([row[0] for row in gone])
        bulk.execute(
            f"DELETE FROM store_identitylink WHERE {bulk.among('left_id')} OR {bulk.among('right_id')}", [ids, ids]
        )
        bulk.execute(f"DELETE FROM store_identity WHERE {bulk.among('id')}", [ids])
        remove = self._remove({pk for row in gone for pk in row[1:]})
        left = sorted({row[1] for row in rows if row[1] is not None} - set(remove))
        refresh_customers(left, count_repeats_once=self.once)
        return None

    def _remove(self, customer_ids: Collection[int]) -> list[int]:
        """Remove those of these customers that have no identity any more; returns them."""
        remove = [
            row[0] for row in bulk.look_up(
                f"SELECT id FROM store_customer WHERE {bulk.among('id')} AND NOT EXISTS "
                "(SELECT 1 FROM store_identity i WHERE i.customer_id = store_customer.id)",
                [bulk.many(sorted(pk for pk in customer_ids if pk is not None))],
            )
        ]  # fmt: skip
        self.release(remove)
        for table in ("store_customerlistrow", "store_customersearch", "store_mergedscores", "store_customeractivity"):
            bulk.execute(f"DELETE FROM {table} WHERE {bulk.among('customer_id')}", [bulk.many(remove)])
        bulk.execute(f"DELETE FROM store_customer WHERE {bulk.among('id')}", [bulk.many(remove)])
        return remove

    def _regroup(self) -> str | None:
        """Where identities that held a group together are gone, what is left of it goes home; and a customer for which
        no identity is left, as its own or to come home, is nobody's."""
        if not regrouping.is_any():
            return "remains"
        for _ in regrouping.settle(count_repeats_once=self.once):
            if self.progress.time_is_up():
                return None
        homeless = bulk.look_up(
            "SELECT c.id FROM store_customer c WHERE NOT EXISTS "
            "(SELECT 1 FROM store_identity i WHERE i.customer_id = c.id) "
            "AND c.id NOT IN (SELECT h.home_id FROM store_identity h WHERE h.home_id IS NOT NULL)",
            [],
        )
        settled = {row[0] for row in homeless}
        self._remove(settled - self.keep(settled))
        return "remains"

    def _remains(self) -> str | None:
        """Products that nothing mentions, and what only this batch said of others; the quarantine; then the batch is
        withdrawn."""
        bulk.execute(
            # NOT IN reads the lines once; NOT EXISTS would read them for every product, for they have no index by it.
            "DELETE FROM store_product WHERE source_id = %s AND id NOT IN (SELECT product_id FROM store_orderline "
            "WHERE product_id IS NOT NULL) AND NOT EXISTS (SELECT 1 FROM store_sourcerecord r "
            "WHERE r.kind = 'product' AND r.source_id = store_product.source_id "
            "AND r.external_id = store_product.code_key)",
            [self.batch.source_id],
        )
        if self.batch.kind in ("orders", "products"):
            products.derive_again(self.batch.source_id)
        RejectedRow.objects.filter(batch=self.batch).delete()
        # What this file had brought back corrected waits for its correction again.
        RejectedRow.objects.filter(corrected_by=self.batch).update(corrected_by=None)
        Batch.objects.filter(pk=self.batch.pk).update(state=Batch.State.WITHDRAWN, withdrawn_at=clock.now())
        return "done"
