"""What everybody stands on: money, clock, coded errors and their texts, column names. Knows nobody."""

from zhiji.kernel.columns import Columns, LineKind
from zhiji.kernel.errors import CodedError, Reason
from zhiji.kernel.messages import Language, Text, place, render, word
from zhiji.kernel.money import MICROS, Money, MoneyError

__all__ = [
    "MICROS", "CodedError", "Columns", "Language", "LineKind", "Money", "MoneyError", "Reason", "Text",
    "place", "render", "word",
]  # fmt: skip
