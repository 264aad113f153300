"""Amounts as they stand in sentences."""

from __future__ import annotations

import pytest

from zhiji.kernel import Money


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
