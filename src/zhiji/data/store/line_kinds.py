"""Kinds of lines in SQL, for any of the databases: what was sold, what was taken back, what makes value.

The words are ``zhiji.kernel.LineKind``'s. They are written out, in its order: an index of part of the lines serves a
query only where both say the same (``returns_by_order``), and a parameter says nothing to a planner.
"""

from __future__ import annotations

from collections.abc import Iterable

from zhiji.kernel import LineKind


def one_of(column: str, kinds: Iterable[str]) -> str:
    """SQL: the kind in ``column`` is one of these."""
    among = ", ".join(f"'{kind}'" for kind in kinds)
    return f"{column} IN ({among})"


def sold(column: str) -> str:
    """SQL: the line is goods or takes off their price."""
    return one_of(column, LineKind.SOLD)


def taken_back(column: str) -> str:
    """SQL: the line is a return or a cancellation; only such a line is ever linked to another order."""
    return one_of(column, LineKind.TAKEN_BACK)


def goods_either_way(column: str) -> str:
    """SQL: goods went out or came back by this line; a discount moves none."""
    return one_of(column, (LineKind.GOODS, *LineKind.TAKEN_BACK))


def without_value(column: str) -> str:
    """SQL: the line is kept apart from net goods revenue: postage, tax, fees and the like."""
    return f"NOT ({one_of(column, LineKind.VALUE)})"
