"""What stands in a column, from the sample: the shares of dates, numbers, ids, e-mails, phones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_DATE = re.compile(
    r"^(\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])(\d{6})?$"
    r"|\d{1,2}[- ]?[A-Za-z]{3}|[A-Za-z]{3,9} \d{1,2},? \d{4}|[A-Za-z]{3}, \d{1,2} )"
)
_EPOCH = re.compile(r"^(1\d{9}|1\d{12}|[34]\d{4}(\.\d+)?)$")
_NUMBER = re.compile(r"^[-+(]?\s*[¥￥$£€]?\s*[-+]?\d[\d.,' ]*\s*(万|亿|元|[A-Z]{3})?[-)]?$")
_FRACTION = re.compile(r"[.,]\d{1,6}\D{0,3}$")
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
_PHONE = re.compile(r"^(\+\d[\d \-()]{7,18}|1[3-9]\d[\d*]{8}|\(?0\d{2,3}\)?[- ]\d{7,8}|\d{3}-\d{3}-\d{4})$")
_ID = re.compile(r"^[\w\-./#]{1,64}$")


@dataclass(frozen=True)
class Content:
    """Shares, 0 to 1, of the filled cells. ``distinct``: different values a cell. ``short``: numbers under 1,000."""

    filled: int = 0
    dates: float = 0.0
    epochs: float = 0.0
    numbers: float = 0.0
    fractions: float = 0.0
    emails: float = 0.0
    phones: float = 0.0
    ids: float = 0.0
    short: float = 0.0
    distinct: float = 0.0


def look_at(sample: Sequence[Sequence[str | None]], width: int) -> list[Content]:
    """One Content a column."""
    return [_column([record[i] for record in sample if i < len(record)]) for i in range(width)]


def _column(cells: list[str | None]) -> Content:
    texts = [text for cell in cells if cell and (text := cell.strip().lstrip("'"))]
    if not texts:
        return Content()

    def share(pattern: re.Pattern[str]) -> float:
        return sum(1 for text in texts if pattern.search(text)) / len(texts)

    return Content(
        filled=len(texts),
        dates=share(_DATE),
        epochs=share(_EPOCH),
        numbers=share(_NUMBER),
        fractions=share(_FRACTION),
        emails=share(_EMAIL),
        phones=share(_PHONE),
        ids=share(_ID),
        short=sum(1 for text in texts if len(text.lstrip("-")) <= 3) / len(texts),
        distinct=len(set(texts)) / len(texts),
    )


def fits(kind: str, seen: Content) -> bool:
    """Whether a column can be a field of this type at all. An empty column can be anything."""
    if seen.filled == 0:
        return True
    if kind == "instant":
        return seen.dates + seen.epochs >= 0.3
    if kind in ("amount", "quantity"):
        return seen.numbers >= 0.3 and seen.dates < 0.9
    if kind == "email":
        return seen.emails >= 0.3
    if kind == "phone":
        return seen.dates < 0.9 and seen.emails < 0.5
    if kind == "id":
        return seen.dates < 0.9 or seen.distinct > 0.9
    return True
