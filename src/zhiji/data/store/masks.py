"""Contact data and ids that their source has masked: ``138****1234``, ``z***@qq.com``, ``张**``.

The one definition for cleaning, survivorship and exports. What is masked is kept and shown; it reaches nobody, and many
share it, so it is never a key. Phones carry a flag of their own beside this, for some are masked with ``x``.
"""

from __future__ import annotations

_MARKS = ("*", "＊")


def is_masked(text: str) -> bool:
    return any(mark in text for mark in _MARKS)


def masked(column: str) -> str:
    """SQL: the text in ``column`` is masked; NULL where there is none."""
    return "(" + " OR ".join(f"{column} LIKE '%{mark}%'" for mark in _MARKS) + ")"


def unmasked(column: str) -> str:
    """SQL: the text in ``column``, NULL where it is masked."""
    return f"CASE WHEN NOT {masked(column)} THEN {column} END"
