"""Maximum likelihood over positive parameters: searched, polished and measured in their logarithms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from zhiji.algorithms.base.errors import ModelDidNotConverge

Floats = NDArray[np.float64]
# (log parameters) -> (log-likelihood summed over customers, its gradient in the log parameters)
LogLikelihood = Callable[[Floats], tuple[float, Floats]]
_BOUND = 14.0
_STEP = 1e-4


@dataclass(frozen=True)
class Maximum:
    """Where a log-likelihood is largest. ``covariance``: of the log parameters, inverse observed information.

    Where the data leave a direction undetermined (information not positive definite), its variance is capped at
    ``_LOOSE``² instead of being infinite, and ``determined`` is False.
    """

    log_parameters: Floats
    log_likelihood: float
    covariance: Floats
    determined: bool

    def standard_errors(self) -> Floats:
        """Of the parameters themselves, by the delta method; NaN where the data do not determine them all."""
        errors = np.exp(self.log_parameters) * np.sqrt(np.diag(self.covariance))
        return errors if self.determined else np.full_like(errors, np.nan)


def maximise(
    function: LogLikelihood, starts: list[Floats], size: float, model: str, lower: Floats | None = None
) -> Maximum:
    """The best maximum found from ``starts``; the second and later ones are tried only where the first fails.

    size: number of customers, which scales the search. lower: lower bounds of the log parameters.
    Raises ModelDidNotConverge.
    """
    floor = np.full(len(starts[0]), -_BOUND) if lower is None else lower
    bounds = [(low, _BOUND) for low in floor]

    def objective(theta: Floats) -> tuple[float, Floats]:
        value, gradient = function(theta)
        if not np.isfinite(value):
            return 1e10, np.zeros_like(theta)
        return -value / size, -gradient / size

    best: tuple[float, Floats] | None = None
    for start in starts:
        found = minimize(
            objective,
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=bounds,
            options={"maxiter": 500, "ftol": 1e-13, "gtol": 1e-8, "maxcor": 20},
        )
        if np.isfinite(found.fun) and found.fun < 1e9 and (best is None or found.fun < best[0]):
            best = (float(found.fun), np.asarray(found.x))
            inside = np.all((found.x > floor + 1e-6) & (found.x < _BOUND - 1e-6))
            if found.success and inside and np.abs(found.jac).max() < 1e-4:
                break
    if best is None:
        raise ModelDidNotConverge(model=model, rows=int(size))
    return _polished(function, best[1], floor)


def _polished(function: LogLikelihood, theta: Floats, floor: Floats) -> Maximum:
    """One Newton step, kept if it is better; the same curvature gives the standard errors."""
    value, gradient = function(theta)
    information = _information(function, theta)
    inverse, determined = _inverse(information)
    if determined:
        moved = np.clip(theta + inverse @ gradient, floor, _BOUND)
        better = function(moved)[0]
        if better > value:
            theta, value = moved, better
    return Maximum(theta, float(value), inverse, determined)


def _information(function: LogLikelihood, theta: Floats) -> Floats:
    """Minus the second derivatives, by central differences of the analytic gradient."""
    size = len(theta)
    second = np.empty((size, size))
    for column in range(size):
        step = np.zeros(size)
        step[column] = _STEP
        second[column] = (function(theta + step)[1] - function(theta - step)[1]) / (2 * _STEP)
    return -(second + second.T) / 2


_LOOSE = 1.0


def _inverse(information: Floats) -> tuple[Floats, bool]:
    if not np.isfinite(information).all():
        return np.eye(len(information)) * _LOOSE**2, False
    values, vectors = np.linalg.eigh(information)
    determined = bool(values.min() > 1.0 / _LOOSE**2 / 25)
    variances = np.where(values > 0, 1.0 / np.maximum(values, 1e-300), np.inf)
    if not determined:
        variances = np.minimum(variances, _LOOSE**2)
    return np.asarray((vectors * variances) @ vectors.T), determined
