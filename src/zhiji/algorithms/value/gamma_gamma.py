"""Gamma-Gamma: what a customer spends per purchase, learned from those who bought again."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import digamma, gammaln

from zhiji.algorithms.base import Estimator, Example, ModelDidNotConverge, require_columns, require_values
from zhiji.algorithms.value.counted import Levels
from zhiji.algorithms.value.likelihood import maximise
from zhiji.kernel import Columns

Floats = NDArray[np.float64]
# Below q = 1 the model's mean spend does not exist, and nothing could be said in money.
_SMALLEST_Q = 1.05


class GammaGamma(Estimator):
    """Amounts are Gamma(p, rate ν) within a customer, ν ~ Gamma(q, rate v) between; independent of how often they buy.

    ``fit`` takes a frame of ``purchase_summary``: ``frequency`` and ``monetary_value`` (currency units); rows with
    frequency 0 or spend 0 (free orders) are left out of the fit. Learned: ``p_, q_, v_`` (q bounded below by 1.05,
    where the mean still exists), ``log_likelihood_``, ``standard_errors_``, ``log_parameters_``, ``covariance_``,
    ``n_customers_`` (repeat buyers).
    Source: Fader, Hardie & Lee (2005), RFM and CLV, Journal of Marketing Research 42(4); Fader & Hardie (2013), The
    Gamma-Gamma Model of Monetary Value, eqs. 1a and 5.
    """

    parameter_names: ClassVar[tuple[str, ...]] = ("p", "q", "v")

    def fit(self, frame: pd.DataFrame, **_: Any) -> Self:
        """Maximum likelihood. Raises FrameColumnMissing, FrameEmpty, FrameValuesInvalid, ModelDidNotConverge."""
        return self.fit_spend(*_read(frame))

    def fit_spend(self, x: Floats, mean: Floats, start: Floats | None = None) -> Self:
        """The same from arrays: number of repeat purchases, and their mean amount."""
        again = (x > 0) & (mean > 0)
        x, mean = x[again], mean[again]
        if len(x) < 2 or np.ptp(mean) == 0:
            raise ModelDidNotConverge(model=type(self).__name__, rows=len(x))
        order = np.lexsort((mean, x))
        starts = [np.log([shape, 3.0, 2.0 * mean.mean() / shape]) for shape in (1.0, 5.0, 0.3)]
        if start is not None:
            starts.insert(0, start)
        lower = np.array([-14.0, np.log(_SMALLEST_Q), -14.0])
        found = maximise(_LogLikelihood(x[order], mean[order]), starts, float(len(x)), type(self).__name__, lower)
        self.log_parameters_ = found.log_parameters
        self.covariance_ = found.covariance
        self.log_likelihood_ = found.log_likelihood
        self.standard_errors_ = dict(zip(self.parameter_names, found.standard_errors().tolist(), strict=True))
        self.n_customers_ = len(x)
        self.p_, self.q_, self.v_ = np.exp(found.log_parameters).tolist()
        return self

    def expected_value(self, summary: pd.DataFrame) -> pd.Series:
        """Expected amount of a customer's next purchase in currency units, indexed like ``summary``.

        Between the customer's own mean and the population's p·v/(q−1), nearer to their own the more they bought.
        """
        self.require_fitted()
        return pd.Series(self.spend_of(*_read(summary)), index=summary.index, name="expected_spend")

    def outputs(self, frame: pd.DataFrame) -> pd.DataFrame:
        """``expected_spend``."""
        return self.expected_value(frame).to_frame()

    def spend_of(self, x: Floats, mean: Floats) -> Floats:
        """``expected_value`` of arrays."""
        return np.asarray(self.p_ * (self.v_ + x * mean) / (self.p_ * x + self.q_ - 1))

    def draw_spend(
        self, x: Floats, mean: Floats, orders: NDArray[np.int64], rng: np.random.Generator, log_parameters: Floats
    ) -> Floats:
        """One draw of the total that each customer spends in ``orders`` purchases; 0 where there are none."""
        p, q, v = np.exp(log_parameters)
        total = np.zeros(len(x))
        some = np.flatnonzero(orders)
        rate = rng.standard_gamma(q + p * x[some]) / (v + x[some] * mean[some])
        total[some] = rng.standard_gamma(p * orders[some]) / rate
        return total

    def draw_parameters(self, rng: np.random.Generator) -> Floats:
        """Log parameters from their approximate sampling distribution, within the bound of q."""
        values, vectors = np.linalg.eigh(self.covariance_)
        moved = self.log_parameters_ + vectors @ (np.sqrt(np.maximum(values, 0)) * rng.standard_normal(3))
        return np.asarray(np.maximum(moved, [-14.0, np.log(_SMALLEST_Q), -14.0]))

    @classmethod
    def example(cls, rows: int, seed: int) -> Example:
        rng = np.random.default_rng(seed)
        frequency = rng.poisson(2.0, rows).astype(np.float64)
        rate = rng.gamma(4.0, 1 / 15.0, rows)
        mean = rng.gamma(6.0 * np.maximum(frequency, 1)) / rate / np.maximum(frequency, 1)
        spend = np.where(frequency > 0, mean, 0.0)
        return Example(pd.DataFrame({Columns.FREQUENCY: frequency, Columns.MONETARY_VALUE: spend}))


def _read(summary: pd.DataFrame) -> tuple[Floats, Floats]:
    names = (Columns.FREQUENCY, Columns.MONETARY_VALUE)
    require_columns(summary, names, "summary")
    x, mean = (summary[name].to_numpy(dtype=np.float64) for name in names)
    require_values("summary", Columns.FREQUENCY, np.isfinite(x) & (x >= 0), ">= 0")
    require_values("summary", Columns.MONETARY_VALUE, np.isfinite(mean) & (mean >= 0), ">= 0")
    return x, mean


class _LogLikelihood:
    """The sum over repeat buyers and its gradient."""

    def __init__(self, x: Floats, mean: Floats) -> None:
        self.levels = Levels.of(x)
        self.n_x = np.bincount(self.levels.index).astype(np.float64)
        self.x, self.total = x, x * mean
        self.log_mean = float(np.log(mean).sum())
        self.x_log_total = float(x @ np.log(self.total))

    def __call__(self, theta: Floats) -> tuple[float, Floats]:
        p, q, v = np.exp(theta)
        x, count = self.levels.values, len(self.x)
        log_sum = np.log(self.total + v)
        shape = p * self.x + q
        value = self.n_x @ (gammaln(p * x + q) - gammaln(p * x)) + count * (q * np.log(v) - gammaln(q))
        value += p * self.x_log_total - self.log_mean - shape @ log_sum
        both = digamma(p * x + q)
        slope = np.array(
            [
                self.n_x @ (x * (both - digamma(p * x))) + self.x_log_total - self.x @ log_sum,
                self.n_x @ both + count * (np.log(v) - digamma(q)) - log_sum.sum(),
                count * q / v - shape @ (1 / (self.total + v)),
            ]
        )
        return float(value), slope * np.exp(theta)
