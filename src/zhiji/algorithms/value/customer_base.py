"""What BG/NBD and Pareto/NBD share: fitting a summary, and asking for life and purchases."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from zhiji.algorithms.base import Estimator, Example, ModelDidNotConverge, ParameterInvalid
from zhiji.algorithms.value.counted import Counted, Purchases, read_purchases
from zhiji.algorithms.value.likelihood import LogLikelihood, maximise
from zhiji.kernel import Columns

Floats = NDArray[np.float64]


class CustomerBaseModel(Estimator):
    """Purchases of customers who may leave without saying so.

    ``fit`` takes a frame of ``purchase_summary``: ``frequency`` (whole), ``recency``, ``T`` in any one unit of time, in
    which all learned rates and all horizons ``t`` then are. Learned: the published parameters with a trailing
    underscore, ``log_likelihood_`` (float), ``standard_errors_`` (by parameter name; NaN where undetermined),
    ``log_parameters_`` and ``covariance_`` (of the logarithms, inverse observed information), ``n_customers_``.
    """

    parameter_names: ClassVar[tuple[str, ...]] = ()

    def fit(self, frame: pd.DataFrame, **_: Any) -> Self:
        """Maximum likelihood. Raises FrameColumnMissing, FrameEmpty, FrameValuesInvalid, ModelDidNotConverge."""
        return self.fit_purchases(read_purchases(frame))

    def fit_purchases(self, purchases: Purchases, start: Floats | None = None) -> Self:
        """The same from arrays; ``start``: log parameters to begin with, where good ones are known."""
        name = type(self).__name__
        if not (purchases.x > 0).any() or not (purchases.T > 0).all(where=purchases.x > 0):
            raise ModelDidNotConverge(model=name, rows=len(purchases))
        counted = Counted.of(purchases)
        starts = self._starts(purchases)
        if start is not None:
            starts.insert(0, start)
        found = maximise(self._log_likelihood(counted), starts, float(len(purchases)), name)
        self.log_parameters_ = found.log_parameters
        self.covariance_ = found.covariance
        self.log_likelihood_ = found.log_likelihood
        self.standard_errors_ = dict(zip(self.parameter_names, found.standard_errors().tolist(), strict=True))
        self.n_customers_ = len(purchases)
        for parameter, value in zip(self.parameter_names, np.exp(found.log_parameters).tolist(), strict=True):
            setattr(self, f"{parameter}_", value)
        return self

    def probability_alive(self, summary: pd.DataFrame) -> pd.Series:
        """Probability in [0, 1] that the customer has not left by the end of T; indexed like ``summary``."""
        self.require_fitted()
        values = self.alive_of(read_purchases(summary))
        return pd.Series(values, index=summary.index, name=Columns.PROBABILITY_ACTIVE)

    def expected_purchases(self, summary: pd.DataFrame, t: float) -> pd.Series:
        """Expected number of purchases in the ``t`` units of time after T, given the history; ≥ 0."""
        self.require_fitted()
        values = self.orders_of(read_purchases(summary), t)
        return pd.Series(values, index=summary.index, name=Columns.EXPECTED_ORDERS)

    def outputs(self, frame: pd.DataFrame) -> pd.DataFrame:
        """``probability_active`` and ``expected_orders`` (in one unit of time)."""
        return pd.concat([self.probability_alive(frame), self.expected_purchases(frame, 1.0)], axis=1)

    def alive_of(self, purchases: Purchases, log_parameters: Floats | None = None) -> Floats:
        """``probability_alive`` of arrays, under other parameters where given."""
        return self._alive(np.exp(self.log_parameters_ if log_parameters is None else log_parameters), purchases)

    def orders_of(self, purchases: Purchases, t: float, log_parameters: Floats | None = None) -> Floats:
        """``expected_purchases`` of arrays."""
        if not t >= 0:
            raise ParameterInvalid(name="t", value=t, rule=">= 0")
        return self._expected(np.exp(self.log_parameters_ if log_parameters is None else log_parameters), purchases, t)

    def draw_orders(
        self,
        purchases: Purchases,
        t: float,
        rng: np.random.Generator,
        draws: int = 1,
        log_parameters: Floats | None = None,
    ) -> NDArray[np.int64]:
        """Draws × customers: numbers of purchases in the next ``t`` from the predictive distribution."""
        parameters = np.exp(self.log_parameters_ if log_parameters is None else log_parameters)
        probability = self._alive(parameters, purchases)
        orders = np.zeros((draws, len(purchases)), dtype=np.int64)
        for row in orders:
            alive = np.flatnonzero(rng.random(len(purchases)) < probability)
            row[alive] = self._draw_alive(parameters, purchases.take(alive), t, rng)
        return orders

    def draw_parameters(self, rng: np.random.Generator) -> Floats:
        """Log parameters from their approximate sampling distribution (normal, inverse observed information)."""
        values, vectors = np.linalg.eigh(self.covariance_)
        moved = vectors @ (np.sqrt(np.maximum(values, 0)) * rng.standard_normal(len(values)))
        return np.asarray(self.log_parameters_ + moved)

    @classmethod
    def example(cls, rows: int, seed: int) -> Example:
        rng = np.random.default_rng(seed)
        age = rng.integers(10, 100, rows) / 7.0
        frequency = rng.negative_binomial(1, 0.4, rows).astype(np.float64)
        recency = np.where(frequency > 0, age * rng.beta(2.0, 1.0, rows), 0.0)
        return Example(pd.DataFrame({Columns.FREQUENCY: frequency, Columns.RECENCY: recency, Columns.T: age}))

    @abstractmethod
    def _log_likelihood(self, counted: Counted) -> LogLikelihood: ...

    @abstractmethod
    def _starts(self, purchases: Purchases) -> list[Floats]: ...

    @abstractmethod
    def _alive(self, parameters: Floats, purchases: Purchases) -> Floats: ...

    @abstractmethod
    def _expected(self, parameters: Floats, purchases: Purchases, t: float) -> Floats: ...

    @abstractmethod
    def _draw_alive(
        self, parameters: Floats, purchases: Purchases, t: float, rng: np.random.Generator
    ) -> NDArray[np.int64]: ...
