"""Rows that must be refused, each with the reason that the import must give."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np


class Dirt(NamedTuple):
    """A planted fault: the field that is spoilt, what stands there, and the code of the refusal."""

    field: str
    value: str
    code: str


ORDERS: Final[tuple[Dirt, ...]] = (
    Dirt("amount", "1,2,0", "amount_unreadable"),
    Dirt("amount", "面议", "amount_unreadable"),
    Dirt("amount", "15%", "amount_percent"),
    Dirt("unit_price", "8.8.8", "amount_unreadable"),
    Dirt("quantity", "两件", "number_unreadable"),
    Dirt("ordered_at", "2025-02-30 10:15:00", "instant_impossible"),
    Dirt("ordered_at", "昨天下午", "instant_unreadable"),
    Dirt("ordered_at", "", "value_missing"),
    Dirt("order_number", "", "value_missing"),
)
CUSTOMERS: Final[tuple[Dirt, ...]] = (
    Dirt("external_id", "", "value_missing"),
    Dirt("registered_at", "2024-02-31", "instant_impossible"),
    Dirt("registered_at", "去年", "instant_unreadable"),
)


def plant(
    rows: list[dict[str, str]], dirt: tuple[Dirt, ...], donors: list[dict[str, str]], rng: np.random.Generator
) -> tuple[list[dict[str, str]], list[tuple[int, Dirt]]]:
    """Spoilt copies of ``donors`` (one for each fault) among ``rows``; returns all rows and (row number from 1, fault).

    Donors must be nobody else's order or customer: a refused row takes nothing that counts with it.
    """
    at = np.sort(rng.choice(np.arange(1, len(rows)), size=len(dirt), replace=False))
    mixed: list[dict[str, str]] = []
    planted = []
    start = 0
    for position, fault, donor in zip(at.tolist(), dirt, donors, strict=True):
        mixed += rows[start:position]
        start = position
        mixed.append({**donor, fault.field: fault.value})
        planted.append((len(mixed), fault))
    return mixed + rows[start:], planted
