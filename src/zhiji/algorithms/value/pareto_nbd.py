"""Pareto/NBD: purchases at a steady rate during a lifetime that may end at any moment."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, exprel, gammaln

from zhiji.algorithms.value.counted import Counted, Levels, Purchases
from zhiji.algorithms.value.customer_base import CustomerBaseModel
from zhiji.algorithms.value.likelihood import LogLikelihood
from zhiji.algorithms.value.quadrature import unit_nodes

Floats = NDArray[np.float64]
_NODES = 32
_CHUNK = 8_192
# e^-38 is below half a unit in the last place: what lies beyond changes no digit.
_NEGLIGIBLE = 38.0


class ParetoNBD(CustomerBaseModel):
    """Rate λ ~ Gamma(r, rate alpha); lifetime exponential with rate μ ~ Gamma(s, rate beta).

    Learned: ``r_, alpha_, s_, beta_`` and what ``CustomerBaseModel`` names.
    Sources: Schmittlein, Morrison & Colombo (1987), Counting Your Customers, Management Science 33(1); Fader & Hardie
    (2005), A Note on Deriving the Pareto/NBD Model. Their ₂F₁ is kept as the integral that it stands for, over the
    moment of leaving: positive, smooth, and finite for any number of purchases.
    """

    parameter_names: ClassVar[tuple[str, ...]] = ("r", "alpha", "s", "beta")

    def _starts(self, purchases: Purchases) -> list[Floats]:
        age = float(purchases.T.mean())
        rate = max(float(purchases.x.mean()), 0.05) / age
        return [np.log([shape, shape / rate, s, s * age]) for shape, s in ((0.5, 0.5), (2.0, 1.5), (0.3, 0.2))]

    def _log_likelihood(self, counted: Counted) -> LogLikelihood:
        return _LogLikelihood(counted)

    def _alive(self, parameters: Floats, purchases: Purchases) -> Floats:
        r, alpha, s, beta = parameters
        alive = -(r + purchases.x) * np.log(alpha + purchases.T) - s * np.log(beta + purchases.T)
        left = np.log(s) + _log_left(parameters, purchases)
        return np.asarray(np.exp(alive - np.logaddexp(alive, left)))

    def _expected(self, parameters: Floats, purchases: Purchases, t: float) -> Floats:
        """P(alive) · (r+x)/(α+T) · (β+T)/(s−1) · (1 − ((β+T)/(β+T+t))^(s−1)), continuous through s = 1."""
        r, alpha, s, beta = parameters
        older = np.log1p(t / (beta + purchases.T))
        time = (beta + purchases.T) * older * exprel(-(s - 1) * older)
        return np.asarray(self._alive(parameters, purchases) * (r + purchases.x) / (alpha + purchases.T) * time)

    def _draw_alive(
        self, parameters: Floats, purchases: Purchases, t: float, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        r, alpha, s, beta = parameters
        rate = rng.standard_gamma(r + purchases.x) / (alpha + purchases.T)
        leave = rng.standard_gamma(np.full(len(purchases), s)) / (beta + purchases.T)
        with np.errstate(divide="ignore", over="ignore"):
            life = rng.standard_exponential(len(purchases)) / leave
        return np.asarray(rng.poisson(rate * np.minimum(life, t)), dtype=np.int64)


def _log_left(parameters: Floats, purchases: Purchases) -> Floats:
    """log ∫ (α+τ)^−(r+x) (β+τ)^−(s+1) dτ over τ from t_x to T: having left before T, up to a factor."""
    parts = [
        _Left(parameters, purchases.take(np.arange(start, min(start + _CHUNK, len(purchases))))).log_integral
        for start in range(0, len(purchases), _CHUNK)
    ]
    return np.concatenate(parts) if parts else np.zeros(0)


class _Left:
    """The integral over the moment of leaving, on Gauss-Legendre nodes in w = log((m+τ)/(m+t_x)), m = min(α, β).

    In w the integrand varies on the scale of 1 whatever the parameters are; it is cut off where it is negligible.
    """

    def __init__(self, parameters: Floats, purchases: Purchases) -> None:
        r, alpha, s, beta = parameters
        base = min(alpha, beta) + purchases.t_x
        self.near, self.far = alpha + purchases.t_x, beta + purchases.t_x
        self.power, self.shape = r + purchases.x, s + 1.0
        with np.errstate(divide="ignore"):
            width = self._width(base, np.log1p((purchases.T - purchases.t_x) / base))
            nodes, weights = unit_nodes(_NODES)
            w = width[:, None] * nodes
            after = base[:, None] * np.expm1(w)
            self.log_near = np.log1p(after / self.near[:, None])
            self.log_far = np.log1p(after / self.far[:, None])
            height = w - self.power[:, None] * self.log_near - self.shape * self.log_far
            top = np.maximum(height.max(axis=1), 0.0)
            self.density = np.exp(height - top[:, None]) * weights
            self.sum = self.density.sum(axis=1)
            scale = -self.power * np.log(self.near) - self.shape * np.log(self.far)
            self.log_integral = scale + top + np.log(base * width * self.sum)
        self.after = after

    def _width(self, base: Floats, whole: Floats) -> Floats:
        """How far in w the integrand matters: Newton on a convex function, from the right, so never too short."""
        slope = self.power * base / self.near + self.shape * base / self.far - 1.0
        with np.errstate(divide="ignore", invalid="ignore"):
            width = np.where(slope > 0, np.minimum(whole, _NEGLIGIBLE / slope), whole)
        for _ in range(4):
            grown = base * np.exp(width)
            after = grown - base
            fall = self.power * np.log1p(after / self.near) + self.shape * np.log1p(after / self.far) - width
            steep = self.power * grown / (self.near + after) + self.shape * grown / (self.far + after) - 1.0
            step = np.where((fall > _NEGLIGIBLE) & (steep > 0), (fall - _NEGLIGIBLE) / np.maximum(steep, 1e-12), 0.0)
            width = np.maximum(width - step, 0.0)
        return width

    def means(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Means over the moment of leaving of log(α+τ), 1/(α+τ), log(β+τ), 1/(β+τ)."""
        share = self.density / np.maximum(self.sum, 1e-300)[:, None]
        near = np.einsum("ij,ij->i", share, self.log_near) + np.log(self.near)
        far = np.einsum("ij,ij->i", share, self.log_far) + np.log(self.far)
        one_near = np.einsum("ij,ij->i", share, 1 / (self.near[:, None] + self.after))
        one_far = np.einsum("ij,ij->i", share, 1 / (self.far[:, None] + self.after))
        return near, one_near, far, one_far


class _LogLikelihood:
    """The sum over customers and its gradient, in chunks that stay in the processor's cache."""

    def __init__(self, counted: Counted) -> None:
        size = len(counted.purchases)
        self.chunks = [
            (counted.purchases.take(rows), counted.counts[rows])
            for rows in (np.arange(start, min(start + _CHUNK, size)) for start in range(0, size, _CHUNK))
        ]
        self.x = Levels.of(counted.purchases.x)
        self.n_x = np.bincount(self.x.index, weights=counted.counts)

    def __call__(self, theta: Floats) -> tuple[float, Floats]:
        parameters = np.exp(theta)
        r, alpha, s, beta = parameters
        total = float(self.n_x.sum())
        value = self.n_x @ gammaln(r + self.x.values) + total * (r * np.log(alpha) + s * np.log(beta) - gammaln(r))
        slope = np.array(
            [
                self.n_x @ digamma(r + self.x.values) + total * (np.log(alpha) - digamma(r)),
                total * r / alpha,
                total * np.log(beta),
                total * s / beta,
            ]
        )
        for purchases, counts in self.chunks:
            more, steeper = _chunk(parameters, purchases, counts)
            value, slope = value + more, slope + steeper
        return float(value), slope * parameters


def _chunk(parameters: Floats, purchases: Purchases, counts: Floats) -> tuple[float, Floats]:
    """Σ log[(α+T)^−(r+x) (β+T)^−s + s ∫ …] and its gradient in the parameters."""
    r, alpha, s, beta = parameters
    near, far = alpha + purchases.T, beta + purchases.T
    log_near, log_far = np.log(near), np.log(far)
    alive = -(r + purchases.x) * log_near - s * log_far
    integral = _Left(parameters, purchases)
    left = np.log(s) + integral.log_integral
    both = np.logaddexp(alive, left)
    here, gone = counts * np.exp(alive - both), counts * np.exp(left - both)
    mean_near, one_near, mean_far, one_far = integral.means()
    slope = [
        -(here @ log_near) - gone @ mean_near,
        -(here @ ((r + purchases.x) / near)) - gone @ ((r + purchases.x) * one_near),
        -(here @ log_far) + gone.sum() / s - gone @ mean_far,
        -(here @ (s / far)) - gone @ ((s + 1) * one_far),
    ]
    return float(counts @ both), np.array(slope)
