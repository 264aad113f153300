"""Each common check can fail: a planted fault of its kind is caught, and a sound estimator passes."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
import pytest

from zhiji.algorithms.base import Estimator, Example, checks, registry, require_columns, require_values
from zhiji.algorithms.base.checks import yield_checks


class Centred(Estimator):
    """Distance to the mean: the least that can be learned."""

    def __init__(self, scale: float = 1.0) -> None:
        self.scale = scale

    def fit(self, frame: pd.DataFrame, **arguments: Any) -> Self:
        require_columns(frame, ["x"], "numbers")
        require_values("numbers", "x", frame["x"].notna().to_numpy(), "not null")
        self.mean_ = float(np.sort(frame["x"].to_numpy()).mean())
        return self

    def outputs(self, frame: pd.DataFrame) -> pd.DataFrame:
        self.require_fitted()
        return pd.DataFrame({"distance": (frame["x"] - self.mean_) * self.scale})

    @classmethod
    def example(cls, rows: int, seed: int) -> Example:
        return Example(pd.DataFrame({"x": np.random.default_rng(seed).normal(size=rows)}))


class ThinksInInit(Centred):
    def __init__(self, scale: float = 1.0) -> None:
        self.scale = scale
        self.twice = 2 * scale


class ChangesParams(Centred):
    def fit(self, frame: pd.DataFrame, **arguments: Any) -> Self:
        self.scale = 2.0
        return super().fit(frame)


class BadName(Centred):
    def fit(self, frame: pd.DataFrame, **arguments: Any) -> Self:
        self.rows = len(frame)
        return super().fit(frame)


class Mutates(Centred):
    def fit(self, frame: pd.DataFrame, **arguments: Any) -> Self:
        super().fit(frame)
        frame["x"] = 0.0
        return self


class Unseeded(Centred):
    def fit(self, frame: pd.DataFrame, **arguments: Any) -> Self:
        super().fit(frame)
        self.mean_ += float(np.random.default_rng().normal())
        return self


class FirstRow(Centred):
    def fit(self, frame: pd.DataFrame, **arguments: Any) -> Self:
        super().fit(frame)
        self.mean_ = float(frame["x"].iloc[0])
        return self


class ByPosition(Centred):
    def fit(self, frame: pd.DataFrame, **arguments: Any) -> Self:
        super().fit(frame)
        self.mean_ = 0.0 if frame.columns[0] == "x" else 1.0
        return self


class NeverAsks(Centred):
    mean_ = 0.0

    def require_fitted(self) -> None:
        return


class TakesAnything(Centred):
    def fit(self, frame: pd.DataFrame, **arguments: Any) -> Self:
        self.mean_ = float(frame["x"].sum()) if "x" in frame else 0.0
        return self


class Divides(Centred):
    def outputs(self, frame: pd.DataFrame) -> pd.DataFrame:
        distance = super().outputs(frame)
        return distance / distance.abs().max()


class Forgets(Centred):
    def restore(self, learned: dict[str, Any]) -> None:
        self.mean_ = 0.0


class LosesUnseen(Centred):
    def outputs(self, frame: pd.DataFrame) -> pd.DataFrame:
        return super().outputs(frame[frame["colour"].isin(["red", "blue"])])

    @classmethod
    def example(cls, rows: int, seed: int) -> Example:
        frame = super().example(rows, seed).frame.assign(colour="red")
        return Example(frame, categories=("colour",))


class SpreadsNan(Centred):
    def fit(self, frame: pd.DataFrame, **arguments: Any) -> Self:
        require_columns(frame, ["x"], "numbers")
        self.mean_ = float(frame["x"].to_numpy().mean())
        return self


FAULTS = [
    (ThinksInInit, checks.check_init_only_remembers),
    (ChangesParams, checks.check_fit_returns_self_and_keeps_params),
    (BadName, checks.check_learned_names),
    (Mutates, checks.check_inputs_untouched),
    (Unseeded, checks.check_repeatable),
    (FirstRow, checks.check_row_order),
    (ByPosition, checks.check_column_order),
    (NeverAsks, checks.check_not_fitted),
    (TakesAnything, checks.check_empty_frame),
    (TakesAnything, checks.check_missing_column),
    (SpreadsNan, checks.check_nan),
    (Divides, checks.check_one_row),
    (Divides, checks.check_constant_columns),
    (Forgets, checks.check_save_and_load),
    (LosesUnseen, checks.check_unseen_categories),
]


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading finds classes in the registry; the ones of this test are put beside the real ones."""
    local = {registry.kind_of(kind): kind for kind in (Centred, *(kind for kind, _ in FAULTS))}
    monkeypatch.setattr("zhiji.algorithms.base.plain.all_estimators", lambda: local)


@pytest.mark.usefixtures("registered")
def test_a_sound_estimator_passes_every_check() -> None:
    for check in yield_checks(Centred):
        check(Centred)


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize(("kind", "check"), FAULTS, ids=[f"{kind.__name__}-{check.__name__}" for kind, check in FAULTS])
def test_a_planted_fault_is_caught(kind: checks.Kind, check: checks.Check) -> None:
    with pytest.raises(AssertionError):
        check(kind)


def test_every_check_has_a_planted_fault() -> None:
    assert set(yield_checks(LosesUnseen)) == {check for _, check in FAULTS}
