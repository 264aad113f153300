"""What others ask of a refresh before there is one."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from zhiji.application.refresh.errors import RefreshNothingThere
from zhiji.data.store import coverage


def default_as_of(place: ZoneInfo) -> date:
    """The last day that the data covers, see ``coverage.covered_to``. Raises RefreshNothingThere without any order."""
    last = coverage.covered_to(place)
    if last is None:
        raise RefreshNothingThere()
    return last
