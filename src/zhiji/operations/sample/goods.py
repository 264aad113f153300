"""What is in an order: products and quantities whose sum is the drawn value of the order, to the cent.

An order's value is drawn first (Gamma-Gamma). It is split at random among one to five lines; each line takes the
product and the quantity whose list price is nearest to its part; then unit prices are set so that the lines add up to
the value exactly. Prices paid therefore stray from the list, as under promotions they do. Amounts are whole cents (分)
in integers; no float is ever added up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zhiji.operations.sample.words import words

IntArray = npt.NDArray[np.int64]
_CANDIDATES = 20
_MOST_PIECES = 24
_LAST_LINE_CENTS = 40_000


@dataclass(frozen=True)
class Product:
    code: str
    category_zh: str
    category_en: str
    name_zh: str
    name_en: str
    list_cents: int


@dataclass(frozen=True)
class Goods:
    """Goods lines. order: position of the order in the drawn values; product: position in ``products()``;
    quantity pieces ≥ 1; unit_cents ≥ 1; the amounts quantity × unit_cents of an order add up to its value."""

    order: IntArray
    product: IntArray
    quantity: IntArray
    unit_cents: IntArray


def products() -> list[Product]:
    categories = words()["categories"]
    return [
        Product(code, categories[category][0], categories[category][1], zh, en, round(float(price) * 100))
        for code, category, zh, en, price, _ in words()["products"]["list"]
    ]


def fill_orders(value_cents: IntArray, rng: np.random.Generator) -> Goods:
    """Lines for orders of these values (each ≥ 1 cent)."""
    wanted = 1 + rng.binomial(4, 0.25, len(value_cents))
    lines = np.clip(value_cents // 2_500, 1, wanted)  # no small change where an order has several lines
    lines = np.maximum(lines, np.where(value_cents > 2 * _LAST_LINE_CENTS, 2, 1))
    order = np.repeat(np.arange(len(value_cents)), lines)
    last = np.append(order[1:] != order[:-1], True) if len(order) else np.empty(0, dtype=bool)
    part = _parts(value_cents, order, last, rng)
    product, quantity = _nearest_products(part, last, rng)
    unit = np.maximum(part // quantity, 1)
    # What does not divide by the quantities goes on the last line, which always is a single piece.
    spent = np.bincount(order[~last], weights=(quantity * unit)[~last], minlength=len(value_cents))
    unit[last] = value_cents - spent.astype(np.int64)
    return Goods(order, product, quantity, unit)


def _parts(value: IntArray, order: IntArray, last: npt.NDArray[np.bool_], rng: np.random.Generator) -> IntArray:
    """Cents of each line; each at least 1, and an order's parts add up to its value."""
    weight = 0.5 + rng.gamma(3.0, 1.0, len(order))
    others = np.bincount(order[~last], weights=weight[~last], minlength=len(value))
    # The last line is a single piece, so it must be within the reach of one product's price.
    most = others * _LAST_LINE_CENTS / np.maximum(value - _LAST_LINE_CENTS, 1)
    weight[last] = np.where((value > 2 * _LAST_LINE_CENTS) & (others > 0), np.minimum(weight[last], most), weight[last])
    total = np.bincount(order, weights=weight, minlength=len(value))
    part = np.maximum((value[order] * 0.999 * weight / total[order]).astype(np.int64), 1)
    part[last] = value - np.bincount(order[~last], weights=part[~last], minlength=len(value)).astype(np.int64)
    return part


def _nearest_products(
    part: IntArray, single: npt.NDArray[np.bool_], rng: np.random.Generator
) -> tuple[IntArray, IntArray]:
    """Of some products drawn by popularity, the one whose list price times 1..24 pieces is nearest (in ratio)."""
    price = np.array([product.list_cents for product in products()])
    share = np.array([entry[5] for entry in words()["products"]["list"]], dtype=float)
    drawn = rng.choice(len(price), size=(len(part), _CANDIDATES), p=share / share.sum())
    pieces = np.clip(np.rint(part[:, None] / price[drawn]), 1, _MOST_PIECES)
    pieces[single] = 1
    off = np.abs(np.log(part[:, None] / (price[drawn] * pieces)))
    best = (np.arange(len(part)), off.argmin(axis=1))
    return drawn[best], np.minimum(pieces[best].astype(np.int64), np.maximum(part, 1))
