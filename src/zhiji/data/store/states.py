"""States of orders and of their lines: in which nothing is earned, and what an order is whose lines differ.

The one definition for cleaning, sums and reconciliations. Nothing here but words and SQL, for any of the databases.
"""

from __future__ import annotations

# Not paid yet, closed without payment, called off, or all paid back.
WITHOUT_VALUE = ("open", "closed", "cancelled", "refunded")
# Of lines in different states the order bears the first of these that occurs: the state of what still counts, with
# a part paid back before none; where nothing counts, first what may still be paid, then what once was.
_FIRST = ("partial_refund", "completed", "open", "refunded", "cancelled", "closed")


def without_value(column: str) -> str:
    """SQL: the state in ``column`` is one in which nothing is earned."""
    among = ", ".join(f"'{state}'" for state in WITHOUT_VALUE)
    return f"{column} IN ({among})"


def repeats(group: str, state: str, occurrence: str) -> str:
    """SQL: of identical lines, those with the same ``group``, one stands for all, the first that brings money, and if
    none does, the first; this line is another. So a sale that counts once is never left out for one that does not."""
    return f"ROW_NUMBER() OVER (PARTITION BY {group} ORDER BY {without_value(state)}, {occurrence}) > 1"


def of_lines(column: str) -> str:
    """SQL aggregate: the state of an order out of those of its lines, which is their common one if they have one."""
    ranks = " ".join(f"WHEN '{state}' THEN {rank}" for rank, state in enumerate(_FIRST))
    states = " ".join(f"WHEN {rank} THEN '{state}'" for rank, state in enumerate(_FIRST))
    return f"CASE MIN(CASE {column} {ranks} END) {states} END"
