"""Orders of the sample company as rows of its order file: goods, discounts, postage, returns, cancelled orders.

All days are days of the company's zone (Asia/Shanghai); all amounts whole cents in int64.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from zhiji.kernel import LineKind
from zhiji.operations.sample.goods import Goods, fill_orders

IntArray = npt.NDArray[np.int64]
FREE_POSTAGE_AT_HOME_CENTS, POSTAGE_AT_HOME_CENTS = 9_900, 1_000
FREE_POSTAGE_ABROAD_CENTS, POSTAGE_ABROAD_CENTS = 30_000, 5_800
_RETURNED_SHARE, _DISCOUNT_SHARE = 0.04, 0.03
_DISCOUNTS_CENTS = np.array([1_000, 2_000, 3_000, 5_000])
_FEWEST_FOR_DISCOUNT = 20_000
# Hours of an order: nobody at night, most at lunch and in the evening.
_HOURS = np.array([0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 6, 6, 7, 6, 5, 5, 5, 5, 5, 6, 8, 8, 5, 2], dtype=float)


@dataclass(frozen=True)
class Heads:
    """Orders, one entry each, in the order of time. value_cents: net of discount, before returns. person: position of
    the customer, -1 for a guest. state: ``completed`` | ``cancelled`` | ``closed``."""

    number: npt.NDArray[np.object_]
    placed_at: npt.NDArray[np.datetime64]
    person: IntArray
    value_cents: IntArray
    state: npt.NDArray[np.object_]
    abroad: npt.NDArray[np.bool_]


def place_orders(
    day: IntArray,
    person: IntArray,
    value_cents: IntArray,
    state: npt.NDArray[np.object_],
    is_abroad: Callable[[IntArray], npt.NDArray[np.bool_]],
    first_day: np.datetime64,
    rng: np.random.Generator,
) -> Heads:
    """Give each order a time of its day (local, seconds), and a number that rises with time."""
    hour = rng.choice(24, len(day), p=_HOURS / _HOURS.sum())
    second = day * 86_400 + hour * 3600 + rng.integers(0, 3600, len(day))
    order = np.lexsort((person, second))
    placed = first_day.astype("datetime64[s]") + second[order].astype("timedelta64[s]")
    number = np.array(
        [f"ZJ{stamp[2:10].replace('-', '')}-{i:05d}" for i, stamp in enumerate(np.datetime_as_string(placed), start=1)],
        dtype=object,
    )
    who = person[order]
    return Heads(number, placed, who, value_cents[order], state[order], is_abroad(who))


def order_lines(heads: Heads, last_day: np.datetime64, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``(lines, returns)``.

    lines: ``order`` (position in heads; of a return: of the order it takes from), ``number``, ``placed_at``, ``kind``
    (LineKind), ``product`` (position in goods.products(); -1 none), ``quantity`` (negative for returns and discounts),
    ``unit_cents``, ``amount_cents`` = quantity × unit_cents, sorted by time and number.
    returns: ``return_number, number, product, quantity, amount_cents``.
    """
    n = len(heads.number)
    discounted = (rng.random(n) < _DISCOUNT_SHARE) & (heads.value_cents >= _FEWEST_FOR_DISCOUNT)
    discount = np.where(discounted, rng.choice(_DISCOUNTS_CENTS, n), 0)
    goods = fill_orders(heads.value_cents + discount, rng)
    home = np.where(heads.value_cents < FREE_POSTAGE_AT_HOME_CENTS, POSTAGE_AT_HOME_CENTS, 0)
    away = np.where(heads.value_cents < FREE_POSTAGE_ABROAD_CENTS, POSTAGE_ABROAD_CENTS, 0)
    postage = np.where(heads.abroad, away, home)
    parts = [
        _part(heads, goods.order, LineKind.GOODS, goods.product, goods.quantity, goods.unit_cents),
        _single(heads, discount, LineKind.DISCOUNT, -1),
        _single(heads, postage, LineKind.POSTAGE, 1),
    ]
    back = _returned(heads, goods, last_day, rng)
    lines = pd.concat([*parts, back], ignore_index=True)
    lines["amount_cents"] = lines["quantity"] * lines["unit_cents"]
    lines = lines.sort_values(["placed_at", "number"], kind="stable", ignore_index=True)
    returned = lines[lines["kind"] == LineKind.RETURN]
    returns = returned[["number", "product", "quantity", "amount_cents"]].rename(columns={"number": "return_number"})
    returns.insert(1, "number", heads.number[returned["order"]])
    return lines, returns.reset_index(drop=True)


def _part(
    heads: Heads, order: IntArray, kind: str, product: IntArray, quantity: IntArray, unit: IntArray
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "order": order,
            "number": heads.number[order],
            "placed_at": heads.placed_at[order],
            "kind": kind,
            "product": product,
            "quantity": quantity,
            "unit_cents": unit,
        }
    )


def _single(heads: Heads, cents: IntArray, kind: str, quantity: int) -> pd.DataFrame:
    """One line for each order that has an amount."""
    order = np.flatnonzero(cents)
    return _part(heads, order, kind, np.full(len(order), -1), np.full(len(order), quantity), cents[order])


def _returned(heads: Heads, goods: Goods, last_day: np.datetime64, rng: np.random.Generator) -> pd.DataFrame:
    """One goods line of some customers' completed orders comes back, whole or in part, 3 to 20 days later."""
    first_line = np.flatnonzero(np.diff(goods.order, prepend=-1))
    due = heads.placed_at + rng.integers(3, 21, len(heads.number)).astype("timedelta64[D]")
    may = (heads.state == "completed") & (heads.person >= 0) & (due.astype("datetime64[D]") <= last_day)
    order = np.flatnonzero(may & (rng.random(len(may)) < _RETURNED_SHARE))
    count = np.bincount(goods.order, minlength=len(heads.number))[order]
    line = first_line[order] + rng.integers(0, count)
    pieces = rng.integers(1, goods.quantity[line] + 1)
    part = _part(heads, order, LineKind.RETURN, goods.product[line], -pieces, goods.unit_cents[line])
    part["placed_at"] = due[order]
    part["number"] = "TH" + part["number"]
    return part
