"""The back-test as a value: everything that a screen needs to show, and nothing that it has to compute."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from zhiji.algorithms.evidence import Estimate
from zhiji.kernel import Reason

State = Literal["published", "ranking_only", "withheld", "not_enough_evidence"]


@dataclass(frozen=True)
class Ranking:
    """One score's ranking at one origin (or pooled). ``role``: model (the chosen candidate), candidate, or rule.

    Gini and top share with 90 % resampled intervals; ``gini_lead``, ``top_share_lead``: the chosen model's minus this
    one's (NaN for the model itself).
    """

    name: str
    role: str
    gini: Estimate
    top_share: Estimate
    gini_lead: Estimate
    top_share_lead: Estimate


@dataclass(frozen=True)
class Decile:
    """A tenth of the customers by the model's prediction, 10 the highest; amounts in units.

    ``predicted`` recalibrated; ``actual``; ``rule`` the rule's forecast for the same customers; ``actual_by_rule`` what
    the same tenth *by the rule's own order* spent. ``ratio``: predicted/actual with its 90 % interval.
    """

    decile: int
    customers: int
    predicted: float
    actual: float
    rule: float
    actual_by_rule: float
    ratio: Estimate


@dataclass(frozen=True)
class Origin:
    """One window: what would have been said on ``as_of`` for the days until ``until``, and what happened.

    Days are ISO texts. ``use``: choosing or confirming. ``recalibrated``: whether an earlier origin was there to
    correct by (the first one is not judged on amounts if others follow). Totals in units; ``uncorrected_total`` before
    it. ``recalibration``: ``orders``, ``value``, ``slope``, ``spread`` as learned from earlier windows.
    ``coverage``: of 80 % intervals that are more than the point zero; ``coverage_all``: of all.
    """

    as_of: str
    until: str
    use: str
    customers: int
    buyers: int
    recalibrated: bool
    recalibration: dict[str, float]
    uncorrected_total: float
    predicted_total: float
    rule_total: float
    actual_total: float
    ratio: Estimate
    coverage: float
    coverage_all: float
    rankings: tuple[Ranking, ...]
    deciles: tuple[Decile, ...]


@dataclass(frozen=True)
class BackTest:
    """``CustomerValueModel.backtest_``. ``to_json`` and ``from_json`` round-trip.

    ``reasons``: why the state is what it is, most important first. ``pooled``: rankings over all origins, resampling
    customers and origins; ``pooled_deciles`` over the origins judged on amounts. ``recalibration``: as
    served now. ``season_seen``: whether the coming window's months have been seen before.
    """

    horizon_days: int
    as_of: str
    state: State
    candidate: str
    rule: str
    reasons: tuple[Reason, ...]
    effective_origins: int
    recalibration: dict[str, float]
    season_seen: bool
    origins: tuple[Origin, ...]
    pooled: tuple[Ranking, ...]
    pooled_deciles: tuple[Decile, ...]

    def to_json(self) -> dict[str, Any]:
        """JSON-safe; NaN and the missing upper end of a ratio become null."""
        tree = _plain(asdict(self))
        tree["reasons"] = [reason.to_json() for reason in self.reasons]
        return dict(tree)

    @classmethod
    def from_json(cls, tree: dict[str, Any]) -> BackTest:
        values = dict(tree)
        values["reasons"] = tuple(Reason.from_json(item) for item in tree["reasons"])
        values["origins"] = tuple(_origin(item) for item in tree["origins"])
        values["pooled"] = tuple(_record(Ranking, item) for item in tree["pooled"])
        values["pooled_deciles"] = tuple(_record(Decile, item) for item in tree["pooled_deciles"])
        return cls(**{name: _number(value) for name, value in values.items()})


def _origin(tree: dict[str, Any]) -> Origin:
    values = dict(tree)
    values["rankings"] = tuple(_record(Ranking, item) for item in tree["rankings"])
    values["deciles"] = tuple(_record(Decile, item) for item in tree["deciles"])
    values["ratio"] = Estimate.from_json(tree["ratio"])
    return Origin(**{name: _number(value) for name, value in values.items()})


def _record(kind: type[Any], tree: dict[str, Any]) -> Any:
    estimates = {field.name for field in fields(kind) if field.type in {"Estimate", Estimate}}
    return kind(
        **{name: Estimate.from_json(value) if name in estimates else _number(value) for name, value in tree.items()}
    )


def _number(value: Any) -> Any:
    return float("nan") if value is None else value


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
