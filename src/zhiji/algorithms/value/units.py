"""Units of time of the customer-base models. Time is always days divided by a number, never whole weeks."""

from __future__ import annotations

from zhiji.algorithms.base.errors import ParameterInvalid

_DAYS = {"day": 1.0, "week": 7.0, "month": 365.25 / 12, "year": 365.25}


def unit_days(unit: str) -> float:
    """Days in one ``unit`` (day, week, month, year). Raises ParameterInvalid."""
    try:
        return _DAYS[unit]
    except KeyError:
        raise ParameterInvalid(name="unit", value=unit, rule=" | ".join(_DAYS)) from None
