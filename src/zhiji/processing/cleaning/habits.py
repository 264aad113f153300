"""How an export writes what its cells alone do not say: which of day and month comes first, whose a discount is.

A column shows it in one file and not in the next. What was found is remembered with the import, and settles a later
file with the same columns that does not show it; what a file shows itself is stronger.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

DAY_FIRST, MONTH_FIRST = "day_first", "month_first"
OF_ORDER, OF_LINE = "of_order", "of_line"
# So many must show what could be chance or a slip, or what was otherwise in an earlier file.
SEVERAL = 3

# Column → its habit, as JSON keeps it.
Habits = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Habit:
    """What one column is read by. by: ``shown`` by the file, ``given`` by a person, ``assumed`` for want of both.

    earlier: the import from which it is recalled; None where it is this file's own. taught_by: the import of which that
    was the own one, so that nothing is known from it once it is undone. count: the rows, or of money the
    orders, that showed it.
    """

    reading: str
    by: Literal["shown", "given", "assumed"]
    earlier: int | None = None
    taught_by: int | None = None
    count: int = 0

    @property
    def is_known(self) -> bool:
        return self.by != "assumed"

    def to_json(self) -> dict[str, Any]:
        more = {"taught_by": self.taught_by, "count": self.count or None}
        return {"reading": self.reading, "by": self.by, **{key: value for key, value in more.items() if value}}
