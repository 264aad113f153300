"""The conventions of every estimator, in one base class.

They are scikit-learn's: ``__init__`` only remembers its parameters; ``fit`` returns ``self``, leaves the parameters
and its inputs alone and puts what it learns into attributes that end in ``_``. Besides, an estimator names a small
valid input of its own (``example``) and all of its outputs at once (``outputs``), so that the common checks
(``zhiji.algorithms.base.checks``) reach it by its mere existence.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import pandas as pd
from sklearn.base import BaseEstimator

from zhiji.algorithms.base.errors import FrameColumnMissing, FrameEmpty, FrameValuesInvalid, ModelNotFitted


@dataclass(frozen=True)
class Example:
    """A small valid input. ``frame`` is the first argument of ``fit``, ``arguments`` are its keywords.

    ``key``: the column that names a row's owner where rows are not their own owners (transactions), else empty: then
    outputs are indexed like ``frame``. ``categories``: columns whose values are levels, so that unseen ones are apt.
    ``optional_outputs``: outputs that may be NaN because they can be withheld; all others are always finite.
    """

    frame: pd.DataFrame
    arguments: dict[str, Any] = field(default_factory=dict)
    key: str = ""
    categories: tuple[str, ...] = ()
    optional_outputs: tuple[str, ...] = ()


class Estimator(BaseEstimator):  # type: ignore[misc, unused-ignore]
    """Base of all estimators; see the module."""

    @abstractmethod
    def fit(self, frame: pd.DataFrame, **arguments: Any) -> Self:
        """Learn from ``frame``. Raises CodedError subclasses for input that cannot be used; then nothing is learned."""

    @abstractmethod
    def outputs(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Every per-row output, one column each: a deterministic function of what was learned and of ``frame``.

        Indexed like ``frame``, or by the owner of its rows. Raises ModelNotFitted before ``fit``.
        """

    @classmethod
    @abstractmethod
    def example(cls, rows: int, seed: int) -> Example:
        """A small valid input of about ``rows`` rows (or owners of rows)."""

    def learned(self) -> dict[str, Any]:
        """What ``fit`` left behind: attributes ending in ``_``. Saved as they are; override to convert."""
        return {name: value for name, value in vars(self).items() if name.endswith("_") and not name.startswith("_")}

    def restore(self, learned: dict[str, Any]) -> None:
        """The inverse of ``learned``, after loading."""
        for name, value in learned.items():
            setattr(self, name, value)

    def require_fitted(self) -> None:
        """Raises ModelNotFitted where nothing was learned."""
        if not self.learned():
            raise ModelNotFitted(model=type(self).__name__)


def require_columns(frame: pd.DataFrame, columns: Sequence[str], name: str) -> None:
    """Raises FrameColumnMissing or FrameEmpty."""
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise FrameColumnMissing(frame=name, columns=missing, where={"column": missing[0]})
    if len(frame) == 0:
        raise FrameEmpty(frame=name)


def require_values(frame: str, column: str, valid: Any, rule: str) -> None:
    """Raises FrameValuesInvalid where the boolean array ``valid`` is not true everywhere."""
    wrong = int((~valid).sum())
    if wrong:
        raise FrameValuesInvalid(frame=frame, column=column, rows=wrong, rule=rule, where={"column": column})
