"""The plain rules that a model must beat: what a careful person would do with a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zhiji.algorithms.value.purchases import History, PurchaseLog

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Rule:
    """``amount(log, history, horizon_days)``: what the rule says each customer will spend in the horizon, in units.

    Its order is the rule's ranking.
    """

    name: str
    amount: Callable[[PurchaseLog, History, int], Floats]


def _total_spend(log: PurchaseLog, history: History, horizon_days: int) -> Floats:
    """All spend so far, spread evenly over the company's whole history: ranks by total spend."""
    first = log.first_day(history.as_of)
    days = history.as_of - (history.as_of if first is None else first) + 1
    return history.total_value * (horizon_days / days)


def _window_before(log: PurchaseLog, history: History, horizon_days: int) -> Floats:
    """The same again as in the equal window before."""
    return log.spend(history.code, history.as_of - horizon_days, history.as_of, history.as_of)


def _mean_per_period(log: PurchaseLog, history: History, horizon_days: int) -> Floats:  # noqa: ARG001 - one signature
    """Mean spend per period since the customer's first purchase, a started first period counting whole."""
    return history.total_value / np.maximum((history.age + 1) / horizon_days, 1.0)


RULES = (
    Rule("total_spend", _total_spend),
    Rule("window_before", _window_before),
    Rule("mean_per_period", _mean_per_period),
)


def rule_named(name: str) -> Rule:
    return next(rule for rule in RULES if rule.name == name)
