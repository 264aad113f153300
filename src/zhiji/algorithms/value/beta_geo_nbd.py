"""BG/NBD: purchases at a steady rate, and after each a chance to leave for good."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, expit, gammaln

from zhiji.algorithms.value.counted import Counted, Levels, Purchases
from zhiji.algorithms.value.customer_base import CustomerBaseModel
from zhiji.algorithms.value.likelihood import LogLikelihood
from zhiji.algorithms.value.quadrature import beta_nodes

Floats = NDArray[np.float64]
_NODES = 40


class BetaGeoNBD(CustomerBaseModel):
    """Rate λ ~ Gamma(r, rate alpha); after each repeat purchase the customer leaves with p ~ Beta(a, b).

    Learned: ``r_, alpha_, a_, b_`` and what ``CustomerBaseModel`` names. A customer without a repeat purchase is alive
    with probability 1 (a property of the model, not of people).
    Source: Fader, Hardie & Lee (2005), "Counting Your Customers" the Easy Way, Marketing Science 24(2), eqs. 6 and 10.
    """

    parameter_names: ClassVar[tuple[str, ...]] = ("r", "alpha", "a", "b")

    def mean_repeats(self, t: Floats) -> Floats:
        """Expected repeat purchases of a customer drawn at random in the time t since the first (the paper's eq. 9)."""
        r, alpha, a, b = np.exp(self.log_parameters_)
        nodes, weights = beta_nodes(float(a), float(b), _NODES)
        shares = -np.expm1(-r * np.log1p(np.multiply.outer(t / alpha, nodes))) / nodes
        return np.asarray(shares @ weights)

    def _starts(self, purchases: Purchases) -> list[Floats]:
        rate = max(float(purchases.x.mean()), 0.05) / float(purchases.T.mean())
        return [np.log([shape, shape / rate, a, b]) for shape, a, b in ((0.5, 0.5, 2.0), (2.0, 0.2, 4.0), (0.2, 3, 8))]

    def _log_likelihood(self, counted: Counted) -> LogLikelihood:
        return _LogLikelihood(counted)

    def _alive(self, parameters: Floats, purchases: Purchases) -> Floats:
        return np.asarray(expit(-_log_odds_left(parameters, purchases)))

    def _expected(self, parameters: Floats, purchases: Purchases, t: float) -> Floats:
        """P(alive) · E[(1 − (1 + p·t/(α+T))^−(r+x)) / p] over p ~ Beta(a, b + x).

        Equal to the paper's equation 10 and free of its cancellation at a = 1 and overflow at large x.
        """
        r, alpha, a, b = parameters
        levels = Levels.of(purchases.x)
        horizon = t / (alpha + purchases.T)
        found = np.empty(len(purchases))
        order = np.argsort(levels.index, kind="stable")
        ends = np.cumsum(np.bincount(levels.index, minlength=len(levels.values)))
        for rows, x in zip(np.split(order, ends[:-1]), levels.values, strict=True):
            nodes, weights = beta_nodes(float(a), float(b + x), _NODES)
            total = np.zeros(len(rows))
            for p, weight in zip(nodes, weights, strict=True):
                total -= weight / p * np.expm1(-(r + x) * np.log1p(p * horizon[rows]))
            found[rows] = total
        return np.asarray(found * self._alive(parameters, purchases))

    def _draw_alive(
        self, parameters: Floats, purchases: Purchases, t: float, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        r, alpha, a, b = parameters
        rate = rng.standard_gamma(r + purchases.x) / (alpha + purchases.T)
        leave = rng.beta(a, b + purchases.x)
        with np.errstate(divide="ignore", over="ignore"):
            until = np.ceil(np.log1p(-rng.random(len(purchases))) / np.log1p(-leave))
        return np.asarray(np.minimum(rng.poisson(rate * t), np.maximum(until, 1.0)), dtype=np.int64)


def _log_odds_left(parameters: Floats, purchases: Purchases) -> Floats:
    """Logarithm of P(left)/P(alive); −inf without a repeat purchase."""
    r, alpha, a, b = parameters
    x = purchases.x
    with np.errstate(invalid="ignore", divide="ignore"):
        odds = np.log(a) - np.log(b + x - 1) + (r + x) * (np.log(alpha + purchases.T) - np.log(alpha + purchases.t_x))
    return np.where(x > 0, odds, -np.inf)


class _LogLikelihood:
    """The sum over customers and its gradient; functions of one variable are computed once a level of it."""

    def __init__(self, counted: Counted) -> None:
        everyone, counts = counted.purchases, counted.counts
        self.x = Levels.of(everyone.x)
        self.age = Levels.of(everyone.T)
        self.n_x = np.bincount(self.x.index, weights=counts, minlength=len(self.x.values))
        self.n_age = np.bincount(self.age.index, weights=counts, minlength=len(self.age.values))
        self.x_age = np.bincount(self.age.index, weights=counts * everyone.x, minlength=len(self.age.values))
        again = everyone.x > 0
        self.again = everyone.take(again)
        self.counts = counts[again]
        self.x_again = self.x.index[again]
        self.age_again = self.age.index[again]
        self.t_x = Levels.of(self.again.t_x)

    def __call__(self, theta: Floats) -> tuple[float, Floats]:
        r, alpha, a, b = np.exp(theta)
        x, total = self.x.values, float(self.n_x.sum())
        log_age = np.log(alpha + self.age.values)
        value = (
            self.n_x @ (gammaln(r + x) + gammaln(b + x) - gammaln(a + b + x)) - (self.n_age * r + self.x_age) @ log_age
        )
        value += total * (r * np.log(alpha) + gammaln(a + b) - gammaln(r) - gammaln(b))
        common = digamma(a + b) - digamma(a + b + x)
        slope = np.array(
            [
                self.n_x @ digamma(r + x) - self.n_age @ log_age + total * (np.log(alpha) - digamma(r)),
                total * r / alpha - (self.n_age * r + self.x_age) @ (1 / (alpha + self.age.values)),
                self.n_x @ common,
                self.n_x @ (common + digamma(b + x) - digamma(b)),
            ]
        )
        left_value, left_slope = self._left(r, alpha, a, b, log_age)
        return float(value + left_value), (slope + left_slope) * np.exp(theta)

    def _left(self, r: float, alpha: float, a: float, b: float, log_age: Floats) -> tuple[float, Floats]:
        """Σ log(1 + P(left)/P(alive)) over those who bought again."""
        x = self.x.values
        bought = np.where(x > 0, b + x - 1, 1.0)
        shape = r + self.again.x
        gap = log_age[self.age_again] - np.log(alpha + self.t_x.values)[self.t_x.index]
        odds = shape * gap + (np.log(a) - np.log(bought))[self.x_again]
        small = np.exp(-np.abs(odds))
        value = self.counts @ (np.maximum(odds, 0) + np.log1p(small))
        weight = self.counts * np.where(odds >= 0, 1.0, small) / (1 + small)
        lag = (1 / (alpha + self.age.values))[self.age_again] - (1 / (alpha + self.t_x.values))[self.t_x.index]
        slope = [weight @ gap, weight @ (shape * lag), weight.sum() / a, -(weight @ (1 / bought)[self.x_again])]
        return float(value), np.array(slope)
