"""A products file: names and categories for the codes that orders mention."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

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
    """Products as their records say, the newest word for each field; where none says it, as they were."""
    said = _said_by_records(source_id, code_keys)
    there = {one.code_key: one for one in Product.objects.filter(source_id=source_id, code_key__in=list(said))}
    fresh: list[Product] = []
    changed: list[Product] = []
    for key, words in said.items():
        product = there.get(key) or Product(source_id=source_id, code_key=key, code=key)
        _say(product, words, Words(product.code, product.name, product.category))
        (changed if product.pk else fresh).append(product)
    Product.objects.bulk_create(fresh, batch_size=500)
    Product.objects.bulk_update(changed, Words._fields, batch_size=500)


@transaction.atomic
def derive_again(source_id: int) -> None:
    """All products of a source after something was taken back: the newest word of their records, and where none says
    it, the first that an order line says, as it was when the lines came in. Those that nothing mentions are gone."""
    products = list(Product.objects.filter(source_id=source_id))
    said = _said_by_records(source_id, [product.code_key for product in products])
    ordered = _said_by_lines(source_id)
    changed: list[Product] = []
    for product in products:
        before = Words(product.code, product.name, product.category)
        first = ordered.get(product.pk, Words(product.code_key, "", ""))
        _say(product, said.get(product.code_key, {}), first)
        if Words(product.code, product.name, product.category) != before:
            changed.append(product)
    Product.objects.bulk_update(changed, Words._fields, batch_size=500)


class Words(NamedTuple):
    """What is said of a product."""

    code: str
    name: str
    category: str


def _say(product: Product, said: dict[str, Any], otherwise: Words) -> None:
    product.code = str(said.get("code") or otherwise.code)[:200]
    product.name = str(said.get("name") or otherwise.name)[:300]
    product.category = str(said.get("category") or otherwise.category)[:200]


def _said_by_records(source_id: int, code_keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    said: dict[str, dict[str, Any]] = {}
    for key, payload in bulk.look_up(
        "SELECT external_id, payload FROM store_sourcerecord WHERE kind = 'product' AND source_id = %s AND "
        f"{bulk.among('external_id')} ORDER BY external_id, version",
        [source_id, bulk.many(sorted(set(code_keys)))],
    ):
        said.setdefault(key, {}).update({name: word for name, word in customers.loaded(payload).items() if word})
    return said


def _said_by_lines(source_id: int) -> dict[int, Words]:
    """Product → the first code, name and category that any of its order lines bears, in the order in which the files
    that are left would bring them: file by file, within it by the first row of an order and then by the line's own."""
    # Lines have no index by product: one walk through them for all. A file has fewer than 2^31 rows.
    rows = bulk.look_up(
        """
        SELECT l.product_id, l.product_code, l.description, l.category
        FROM store_orderline l CROSS JOIN store_sourcerecord r
        WHERE r.id = l.record_id AND l.product_id IS NOT NULL AND r.source_id = %s
        GROUP BY l.product_id, r.batch_id, l.product_code, l.description, l.category
        ORDER BY r.batch_id, MIN(r.landing_row * 2147483648 + l.landing_row)
        """,
        [source_id],
    )
    found: dict[int, Words] = {}
    for pk, *words in rows:
        before = found.get(pk, Words("", "", ""))
        found[pk] = Words(*(old or new for old, new in zip(before, words, strict=True)))
    return found
