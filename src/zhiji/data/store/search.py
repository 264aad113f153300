"""Keeping customers findable, and finding them: one interface on both databases (see ``data.store.words``)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.db import connection, models, transaction

from zhiji.data.store import bulk, derive, paging
from zhiji.data.store.models import CustomerListRow
from zhiji.data.store.names import folded
from zhiji.data.store.words import tokens_of

# So many of the matches with the most spend are put in order of likeness.
RANKED = 50


def index(customer_ids: Iterable[int]) -> None:
    """Make the words of these customers findable; deleted and vanished ones are taken out."""
    for block in derive.blocks(customer_ids, 5_000):
        _index_block(block)


@transaction.atomic
def _index_block(customer_ids: list[int]) -> None:
    ids = bulk.many(customer_ids)
    external_ids: dict[int, list[str]] = {}
    for customer_id, external_id in bulk.look_up(
        f"SELECT customer_id, external_id FROM store_identity WHERE {bulk.among('customer_id')} ORDER BY id", [ids]
    ):
        external_ids.setdefault(customer_id, []).append(external_id)
    rows = []
    for pk, name, company, email, phone, is_masked in bulk.look_up(
        "SELECT id, name, company, email, phone, phone_is_masked FROM store_customer "
        f"WHERE deleted_at IS NULL AND merged_into_id IS NULL AND {bulk.among('id')}",
        [ids],
    ):
        tokens = tokens_of(
            names=[name, company], email=email, phone=phone, phone_is_masked=is_masked, ids=external_ids.get(pk, [])
        )
        rows.append((pk, tokens))
    bulk.execute(f"DELETE FROM store_customersearch WHERE {bulk.among('customer_id')}", [ids])
    write_tokens(rows)


def write_tokens(rows: Sequence[tuple[int, Sequence[str]]]) -> None:
    """Insert the tokens of customers that have none yet. On SQLite triggers carry them into the full-text table."""
    if connection.vendor == "postgresql":
        bulk.execute_many(
            "INSERT INTO store_customersearch (customer_id, tokens, vector) VALUES (%s, %s, %s::tsvector)",
            [
                (pk, " ".join(tokens), " ".join(f"{token}:{i}" for i, token in enumerate(tokens, 1)))
                for pk, tokens in rows
            ],
        )
    else:
        bulk.execute_many(
            "INSERT INTO store_customersearch (customer_id, tokens) VALUES (%s, %s)",
            [(pk, " ".join(tokens)) for pk, tokens in rows],
        )


def find(rows: models.QuerySet[CustomerListRow], text: str, limit: int) -> list[CustomerListRow]:
    """List rows that match, best first: the very name or id, then names that begin so, then the rest by spend.

    rows: ``scope(user, CustomerListRow)``. Where very many match, the ones with the most spend are shown first.
    """
    wanted = paging.Wanted(scoped=rows, text=text, sort="spend_micros", descending=True)
    if limit < 1 or not text.strip() or wanted.finds_nothing:
        return []
    candidates = paging.page(wanted, limit=max(limit, RANKED))
    if len(candidates) >= RANKED and wanted.asks_for_beginnings:
        whole = paging.page(replace(wanted, whole_words=True), limit=RANKED)
        candidates = list({row.customer_id: row for row in [*whole, *candidates]}.values())
    typed = folded(text).strip()

    def distance(row: CustomerListRow) -> tuple[int, int, int]:
        name = folded(row.name)
        exact = typed in (name, folded(row.external_id))
        return 0 if exact else 1 if name.startswith(typed) else 2, -row.spend_micros, row.customer_id

    return sorted(candidates, key=distance)[:limit]
