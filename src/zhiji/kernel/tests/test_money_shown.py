"""Amounts as they stand in sentences."""

from __future__ import annotations

from decimal import Decimal

import pytest

from zhiji.kernel import Money
from zhiji.kernel.money import percent_of


@pytest.mark.parametrize(
    ("micros", "currency", "text"),
    [
        (1_240_000_000, "CNY", "¥1,240.00"),
        (-500_000, "GBP", "-£0.50"),
        (-1_000, "GBP", "£0.00"),
        (3_000_000, "CHF", "CHF 3.00"),
        (1_234_567_890_000, "JPY", "¥1,234,568"),
        (1_000, "GBP", "£0.00"),
    ],
)
def test_an_amount_in_a_sentence(micros: int, currency: str, text: str) -> None:
    assert Money(micros, currency).shown() == text


@pytest.mark.parametrize(
    ("micros", "percent", "share"),
    [
        (1_000_000, "33.25", 332_500),
        (9_007_199_254_740_993, "50", 4_503_599_627_370_496),  # …496.5: beyond a float, and half to even
        (5, "50", 2),
        (7, "50", 4),
        (-5, "50", -2),
        (-7, "50", -4),
        (7, "0", 0),
        (7, "100.00", 7),
    ],
)
def test_a_margin_of_an_amount_is_exact(micros: int, percent: str, share: int) -> None:
    assert percent_of(micros, Decimal(percent)) == share
