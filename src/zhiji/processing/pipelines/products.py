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
def derive_products(source_id: int, code_keys: Sequence[str]) -> None:
    """Products as their newest record says; those that only orders know keep what the orders said."""
    newest = dict(
        bulk.look_up(
            "SELECT external_id, payload FROM store_sourcerecord WHERE kind = 'product' AND source_id = %s AND "
            f"{bulk.among('external_id')} ORDER BY external_id, version",
            [source_id, bulk.many(sorted(set(code_keys)))],
        )
    )
    there = {product.code_key: product for product in Product.objects.filter(source_id=source_id, code_key__in=newest)}
    fresh: list[Product] = []
    changed: list[Product] = []
    for key, payload in newest.items():
        said = customers.loaded(payload)
        product = there.get(key) or Product(source_id=source_id, code_key=key, code=said.get("code") or key)
        product.name = str(said.get("name") or product.name)[:300]
        product.category = str(said.get("category") or product.category)[:200]
        (changed if product.pk else fresh).append(product)
    Product.objects.bulk_create(fresh, batch_size=500)
    Product.objects.bulk_update(changed, ["name", "category"], batch_size=500)
