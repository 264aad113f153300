"""What may serve a value: customer-base models now, learned ones beside them later.

A candidate is fitted to what was known as of a day and forecasts a horizon. Nothing here knows of gates: whichever
candidate is chosen must win them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from zhiji.algorithms.base import Estimator
from zhiji.algorithms.value.beta_geo_nbd import BetaGeoNBD
from zhiji.algorithms.value.calendar import UNKNOWN, Calendar
from zhiji.algorithms.value.counted import Purchases
from zhiji.algorithms.value.customer_base import CustomerBaseModel
from zhiji.algorithms.value.gamma_gamma import GammaGamma
from zhiji.algorithms.value.pareto_nbd import ParetoNBD
from zhiji.algorithms.value.purchases import History, PurchaseLog

Floats = NDArray[np.float64]
_PARAMETER_DRAWS = 20


@dataclass(frozen=True)
class Seen:
    """What a candidate may look at: everything known by the end of ``history.as_of``, and nothing after it."""

    log: PurchaseLog
    history: History
    calendar: Calendar = UNKNOWN

    @property
    def purchases(self) -> Purchases:
        """In operational weeks."""
        size = len(self.history)
        # One call for all dates, so that they share their origin.
        every = self.calendar.weeks(np.concatenate([self.history.first, self.history.last, [self.history.as_of]]))
        first, last, now = every[:size], every[size : 2 * size], float(every[-1])
        return Purchases(self.history.frequency, last - first, now - first)

    def weeks_ahead(self, horizon_days: int) -> float:
        return self.calendar.span(self.history.as_of, self.history.as_of + horizon_days)


@dataclass(frozen=True)
class Forecast:
    """Per customer of ``Seen.history``: expected orders, expected value in units, probability of being active."""

    orders: Floats
    value: Floats
    active: Floats


class Fitted(Protocol):
    """A candidate that has learned."""

    def forecast(self, seen: Seen, weeks: float) -> Forecast:
        """Expectations over the next ``weeks`` (operational)."""
        ...

    def draw(self, seen: Seen, weeks: float, draws: int, seed: int) -> Floats:
        """Customers × draws from each customer's predictive distribution of value, parameter uncertainty included."""
        ...

    def models(self) -> dict[str, Estimator]:
        """The estimators to be saved with the result."""
        ...


class Candidate(Protocol):
    """``name`` is stored and shown; ``fit`` may start from what an earlier origin learned."""

    @property
    def name(self) -> str: ...

    def fit(self, seen: Seen, before: Fitted | None) -> Fitted:
        """Raises ModelDidNotConverge where the data do not determine it; then it is out of the choice."""
        ...

    def revive(self, models: dict[str, Estimator]) -> Fitted:
        """The inverse of ``Fitted.models``, after loading."""
        ...


@dataclass(frozen=True)
class FittedCustomerBase:
    """How often by a customer-base model, how much by Gamma-Gamma."""

    orders: CustomerBaseModel
    spend: GammaGamma

    def forecast(self, seen: Seen, weeks: float) -> Forecast:
        purchases = seen.purchases
        orders = self.orders.orders_of(purchases, weeks)
        return Forecast(orders, orders * self.spend.spend_of(*_spend(seen.history)), self.orders.alive_of(purchases))

    def draw(self, seen: Seen, weeks: float, draws: int, seed: int) -> Floats:
        rng = np.random.default_rng(seed)
        purchases, (x, mean) = seen.purchases, _spend(seen.history)
        found = np.empty((len(x), draws))
        for columns in np.array_split(np.arange(draws), min(_PARAMETER_DRAWS, draws)):
            theta, spend = self.orders.draw_parameters(rng), self.spend.draw_parameters(rng)
            for column, orders in zip(
                columns, self.orders.draw_orders(purchases, weeks, rng, len(columns), theta), strict=True
            ):
                found[:, column] = self.spend.draw_spend(x, mean, orders, rng, spend)
        return found

    def models(self) -> dict[str, Estimator]:
        return {"orders": self.orders, "spend": self.spend}


def _spend(history: History) -> tuple[Floats, Floats]:
    """Purchases and their mean amount, the first included: x need not count repeats here, and it is much evidence."""
    return history.frequency + 1, history.order_value


@dataclass(frozen=True)
class CustomerBase:
    """Candidate made of a customer-base model and Gamma-Gamma.

    ``most``: customers to learn from; beyond it a sample (drawn with a fixed seed) determines the four parameters to
    a per cent and saves minutes.
    """

    name: str
    kind: type[CustomerBaseModel]
    most: int

    def fit(self, seen: Seen, before: Fitted | None) -> Fitted:
        history = seen.history
        start = before if isinstance(before, FittedCustomerBase) else None
        if len(history) > self.most:
            rows = np.sort(np.random.default_rng(0).choice(len(history), self.most, replace=False))
            seen = Seen(seen.log, history.take(rows), seen.calendar)
        orders = self.kind().fit_purchases(seen.purchases, None if start is None else start.orders.log_parameters_)
        spend = GammaGamma().fit_spend(*_spend(seen.history), None if start is None else start.spend.log_parameters_)
        return FittedCustomerBase(orders, spend)

    def revive(self, models: dict[str, Estimator]) -> Fitted:
        orders, spend = models["orders"], models["spend"]
        assert isinstance(orders, CustomerBaseModel)  # noqa: S101 - narrows for the type checker
        assert isinstance(spend, GammaGamma)  # noqa: S101
        return FittedCustomerBase(orders, spend)


CANDIDATES: tuple[Candidate, ...] = (
    CustomerBase("bg_nbd_gamma_gamma", BetaGeoNBD, 1_000_000),
    CustomerBase("pareto_nbd_gamma_gamma", ParetoNBD, 30_000),
)
