"""A products file: names and categories for the codes that orders mention."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from zhiji.data.landing.models import Batch
from zhiji.data.store import bulk
from zhiji.data.store.models import Product
from zhiji.processing.pipelines import customers


@transaction.atomic
def store_records(batch: Batch, rows: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Store one source record a row of clean products and make the products say the same."""
    records = [
        {**row, "external_id": row["product_key"], "code": row["product_code"], "name": row["product_name"]}
        for row in rows
    ]
    counts = customers.store_versions(batch, "product", records)
    derive_products(batch.source_id, [row["external_id"] for row in records])
    return {**counts, "new_customers": 0}


@transaction.atomic
def derive_products(source_id: int, code_keys: Sequence[str], *, taken_back: bool = False) -> None:
    """Products as their records say, the newest word for each field; where none says it, as they were.

    taken_back: records of these were withdrawn. What no record says any more is then what the newest standing order
    line says, for nobody else knows it.
    """
    keys = sorted(set(code_keys))
    said: dict[str, dict[str, Any]] = {}
    for key, payload in bulk.look_up(
        "SELECT external_id, payload FROM store_sourcerecord WHERE kind = 'product' AND source_id = %s AND "
        f"{bulk.among('external_id')} ORDER BY external_id, version",
        [source_id, bulk.many(keys)],
    ):
        said.setdefault(key, {}).update({name: word for name, word in customers.loaded(payload).items() if word})
    found = Product.objects.filter(source_id=source_id, code_key__in=keys if taken_back else list(said))
    there = {product.code_key: product for product in found}
    ordered = _said_by_orders([product.pk for product in there.values()]) if taken_back else {}
    fresh: list[Product] = []
    changed: list[Product] = []
    for key in there if taken_back else said:
        words = said.get(key, {})
        product = there.get(key) or Product(source_id=source_id, code_key=key, code=words.get("code") or key)
        before = ordered.get(product.pk, ("", "")) if taken_back else (product.name, product.category)
        product.name = str(words.get("name") or before[0])[:300]
        product.category = str(words.get("category") or before[1])[:200]
        (changed if product.pk else fresh).append(product)
    Product.objects.bulk_create(fresh, batch_size=500)
    Product.objects.bulk_update(changed, ["name", "category"], batch_size=500)


def _said_by_orders(product_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Product → name and category on its newest standing order line that has one."""
    if not product_ids:
        return {}
    # Lines have no index by product: one walk through them for all.
    rows = bulk.look_up(
        """
        SELECT product_id, MAX(CASE WHEN named = 1 THEN description END), MAX(CASE WHEN sorted = 1 THEN category END)
        FROM (
            SELECT product_id, description, category,
                ROW_NUMBER() OVER (PARTITION BY product_id ORDER BY description = '', event_at DESC, id DESC) AS named,
                ROW_NUMBER() OVER (PARTITION BY product_id ORDER BY category = '', event_at DESC, id DESC) AS sorted
            FROM store_orderline WHERE is_current AND """
        + bulk.among("product_id")
        + ") AS ranked WHERE named = 1 OR sorted = 1 GROUP BY product_id",
        [bulk.many(product_ids)],
    )
    return {pk: (name, category) for pk, name, category in rows}
