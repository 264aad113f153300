"""RFM: recency, frequency and money as quantile scores, and the customary named segments."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import TransformerMixin

from zhiji.algorithms.base import Estimator, Example, ParameterInvalid
from zhiji.algorithms.segmentation.frames import FloatArray, example_customers, feature_matrix
from zhiji.algorithms.segmentation.named import named_segment
from zhiji.kernel import Columns

IntArray = npt.NDArray[np.int64]


class RFM(TransformerMixin, Estimator):  # type: ignore[misc, unused-ignore]
    """Scores of 1..n_quantiles (best is highest) for each customer, and a named segment.

    Parameters
    ----------
    n_quantiles: 2..9; 5 is customary.
    recency_column: days since the last order (fewer is better). frequency_column: orders. monetary_column: spend.

    ``fit(features)`` learns the edges; ``transform(features)`` (``predict`` is the same) returns one row a customer,
    index kept::

        customer_id (when given), recency_score, frequency_score, monetary_score int64, rfm_cell str "545",
        segment str (one of named.SEGMENTS)

    **Ties.** An edge is an observed value, and a score counts the edges that a value is strictly better than: equal
    values always have equal scores, and a tie across an edge is scored as its worst member. So with 60 % one-time
    buyers all of them have frequency score 1, the scores 2 and 3 stay empty, and those with two orders begin at 4.
    Only a column whose values all differ fills every score evenly; a constant column scores 1 throughout.

    With other than five quantiles, scores are stretched to 1..5 to read the map of segments.

    Learned: ``edges_`` (3, n_quantiles - 1), rows recency (negated days), frequency, monetary, ascending;
    ``n_customers_``.

    Raises FrameColumnMissing, FrameValuesInvalid, FrameEmpty, ParameterInvalid; ModelNotFitted before ``fit``.
    """

    def __init__(
        self,
        n_quantiles: int = 5,
        recency_column: str = "days_since_last_order",
        frequency_column: str = "orders",
        monetary_column: str = "spend_micros",
    ) -> None:
        self.n_quantiles = n_quantiles
        self.recency_column = recency_column
        self.frequency_column = frequency_column
        self.monetary_column = monetary_column

    def fit(self, frame: pd.DataFrame, **arguments: Any) -> Self:  # noqa: ARG002 - the base's signature
        if not 2 <= self.n_quantiles <= 9:
            raise ParameterInvalid(name="n_quantiles", value=self.n_quantiles, rule="2..9")
        ordered = np.sort(self._goodness(frame, learning=True), axis=0)
        n = len(ordered)
        last_below = [-(-n * step // self.n_quantiles) - 1 for step in range(1, self.n_quantiles)]
        self.edges_: FloatArray = np.ascontiguousarray(ordered[last_below].T)
        self.n_customers_ = n
        return self

    def transform(self, features: pd.DataFrame) -> pd.DataFrame:
        self.require_fitted()
        goodness = self._goodness(features, learning=False)
        scores = [np.searchsorted(self.edges_[i], goodness[:, i], side="left").astype(np.int64) + 1 for i in range(3)]
        cell = pd.Series("", index=features.index, dtype=object)
        for score in scores:
            cell = cell + pd.Series(score, index=features.index).astype(str)
        columns: dict[str, object] = {}
        if Columns.CUSTOMER_ID in features.columns:
            columns[Columns.CUSTOMER_ID] = features[Columns.CUSTOMER_ID]
        columns |= dict(zip(("recency_score", "frequency_score", "monetary_score"), scores, strict=True))
        columns["rfm_cell"] = cell
        columns["segment"] = named_segment(*(self._in_fifths(score) for score in scores))
        return pd.DataFrame(columns, index=features.index)

    def predict(self, features: pd.DataFrame) -> pd.DataFrame:
        """The same as ``transform``: other estimators' callers ask for predictions."""
        return self.transform(features)

    def outputs(self, frame: pd.DataFrame) -> pd.DataFrame:
        return self.transform(frame)

    @classmethod
    def example(cls, rows: int, seed: int) -> Example:
        return example_customers(rows, seed)

    def _goodness(self, features: pd.DataFrame, *, learning: bool) -> FloatArray:
        columns = (self.recency_column, self.frequency_column, self.monetary_column)
        matrix = feature_matrix(features, columns, learning=learning)
        matrix[:, 0] *= -1.0
        return matrix

    def _in_fifths(self, score: IntArray) -> IntArray:
        fifths: IntArray = -(-score * 5 // self.n_quantiles)
        return fifths
