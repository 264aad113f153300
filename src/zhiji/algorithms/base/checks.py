"""The common checks: what every estimator must do, whatever it learns.

``yield_checks(cls)`` gives the checks that are apt for one estimator; one parametrised test walks all estimators × all
checks. A check raises AssertionError with the reason.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.base import clone

from zhiji.algorithms.base.errors import FrameColumnMissing, FrameEmpty, ModelNotFitted, ModelSignatureInvalid
from zhiji.algorithms.base.estimator import Estimator, Example
from zhiji.algorithms.base.saving import load, save
from zhiji.kernel import CodedError

Kind = type[Estimator]
Check = Callable[[Kind], None]
ROWS = 300
SEED = 20


def yield_checks(kind: Kind) -> Iterator[Check]:
    """All checks that are apt for ``kind``."""
    yield from (
        check_init_only_remembers,
        check_fit_returns_self_and_keeps_params,
        check_learned_names,
        check_inputs_untouched,
        check_repeatable,
        check_row_order,
        check_column_order,
        check_not_fitted,
        check_empty_frame,
        check_missing_column,
        check_nan,
        check_one_row,
        check_constant_columns,
        check_save_and_load,
    )
    if kind.example(ROWS, SEED).categories:
        yield check_unseen_categories


def check_init_only_remembers(kind: Kind) -> None:
    """A clone has equal parameters, and nothing is learned before ``fit``."""
    fresh = kind()
    copied = clone(fresh)
    _require(copied is not fresh, "clone returned the same object")
    _require(repr(copied.get_params()) == repr(fresh.get_params()), "clone changed parameters")
    _require(set(vars(fresh)) == set(fresh.get_params(deep=False)), "__init__ did more than remember its parameters")


def check_fit_returns_self_and_keeps_params(kind: Kind) -> None:
    example, fresh = kind.example(ROWS, SEED), kind()
    before = repr(fresh.get_params())
    _require(fresh.fit(example.frame, **example.arguments) is fresh, "fit did not return self")
    _require(repr(fresh.get_params()) == before, "fit changed parameters")


def check_learned_names(kind: Kind) -> None:
    fitted = _fitted(kind, kind.example(ROWS, SEED))
    odd = [name for name in vars(fitted) if name not in fitted.get_params(deep=False) and not name.endswith("_")]
    _require(not odd, f"learned attributes without a trailing underscore: {odd}")


def check_inputs_untouched(kind: Kind) -> None:
    example = kind.example(ROWS, SEED)
    before = example.frame.copy(deep=True)
    _fitted(kind, example).outputs(example.frame)
    pd.testing.assert_frame_equal(example.frame, before)


def check_repeatable(kind: Kind) -> None:
    example = kind.example(ROWS, SEED)
    pd.testing.assert_frame_equal(_run(kind, example), _run(kind, example), check_exact=True)


def check_row_order(kind: Kind) -> None:
    """The order in which rows arrive carries no meaning."""
    example = kind.example(ROWS, SEED)
    shuffled = example.frame.sample(frac=1.0, random_state=SEED)
    if example.key:
        shuffled = shuffled.reset_index(drop=True)
    expected = _run(kind, example)
    found = _run(kind, _with_frame(example, shuffled)).loc[expected.index]
    pd.testing.assert_frame_equal(found, expected, check_exact=False, rtol=1e-6, atol=1e-9)


def check_column_order(kind: Kind) -> None:
    """Columns are found by name, and foreign ones are ignored."""
    example = kind.example(ROWS, SEED)
    turned = example.frame[list(example.frame.columns[::-1])].copy()
    turned.insert(0, "unrelated", "x")
    pd.testing.assert_frame_equal(_run(kind, _with_frame(example, turned)), _run(kind, example))


def check_not_fitted(kind: Kind) -> None:
    _require_raises(lambda: kind().outputs(kind.example(ROWS, SEED).frame), ModelNotFitted, "outputs before fit")


def check_empty_frame(kind: Kind) -> None:
    example = kind.example(ROWS, SEED)
    fresh = kind()
    _require_raises(lambda: fresh.fit(example.frame.iloc[:0], **example.arguments), FrameEmpty, "an empty frame")
    _require(not fresh.learned(), "something was learned from a refused frame")


def check_missing_column(kind: Kind) -> None:
    example = kind.example(ROWS, SEED)
    bare = example.frame[[]].assign(unrelated="x")
    _require_raises(lambda: kind().fit(bare, **example.arguments), FrameColumnMissing, "missing columns")


def check_nan(kind: Kind) -> None:
    """A missing number is refused in words, or leaves the outputs of all other rows finite: never silently poisons."""
    example = kind.example(ROWS, SEED)
    for column in example.frame.select_dtypes("number").columns:
        holed = example.frame.copy()
        values = holed[column].to_numpy(dtype=np.float64, copy=True)
        values[0] = np.nan
        holed[column] = values
        try:
            found = _run(kind, _with_frame(example, holed))
        except CodedError:
            continue
        _require(_finite(found.iloc[1:], example), f"NaN in {column} spread to other rows")


def check_one_row(kind: Kind) -> None:
    example = kind.example(ROWS, SEED)
    _refused_or_finite(kind, _with_frame(example, example.frame.iloc[:1]), "one row")


def check_constant_columns(kind: Kind) -> None:
    """Every row alike: refused in words, or finite."""
    example = kind.example(ROWS, SEED)
    frame = example.frame.copy()
    for column in frame.columns:
        if column != example.key:
            frame[column] = frame[column].iloc[0]
    _refused_or_finite(kind, _with_frame(example, frame), "constant columns")


def check_save_and_load(kind: Kind) -> None:
    """Loaded is identical to saved; a changed byte is refused before anything is read."""
    example = kind.example(ROWS, SEED)
    fitted = _fitted(kind, example)
    key = bytes(range(32))
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "model"
        save(fitted, folder, key)
        loaded = load(folder, key)
        _require(type(loaded) is kind, "another class came back")
        _require(repr(loaded.get_params()) == repr(fitted.get_params()), "parameters changed on disk")
        _require(set(loaded.learned()) == set(fitted.learned()), "learned attributes were lost on disk")
        pd.testing.assert_frame_equal(loaded.outputs(example.frame), fitted.outputs(example.frame), check_exact=True)
        _require({path.suffix for path in folder.iterdir()} <= {".json", ".npz", ""}, "a file of an unsafe format")
        (folder / "manifest.json").write_bytes((folder / "manifest.json").read_bytes() + b" ")
        _require_raises(lambda: load(folder, key), ModelSignatureInvalid, "a changed manifest")


def check_unseen_categories(kind: Kind) -> None:
    example = kind.example(ROWS, SEED)
    fitted = _fitted(kind, example)
    frame = example.frame.copy()
    for column in example.categories:
        frame[column] = "never seen before"
    _require(len(fitted.outputs(frame)) == len(fitted.outputs(example.frame)), "unseen levels lost rows")


def _with_frame(example: Example, frame: pd.DataFrame) -> Example:
    return replace(example, frame=frame)


def _fitted(kind: Kind, example: Example) -> Estimator:
    return kind().fit(example.frame, **example.arguments)


def _run(kind: Kind, example: Example) -> pd.DataFrame:
    return _fitted(kind, example).outputs(example.frame)


def _finite(outputs: pd.DataFrame, example: Example) -> bool:
    """No NaN and no infinities, except in outputs that are declared to be absent at times (a withheld amount)."""
    sure = outputs.drop(columns=[name for name in example.optional_outputs if name in outputs])
    return bool(np.isfinite(sure.select_dtypes("number").to_numpy(dtype=np.float64)).all())


def _refused_or_finite(kind: Kind, example: Example, what: str) -> None:
    try:
        found = _run(kind, example)
    except CodedError:
        return
    _require(_finite(found, example), f"{what} gave outputs that are not finite")


def _require(holds: bool, reason: str) -> None:
    if not holds:
        raise AssertionError(reason)


def _require_raises(action: Callable[[], object], error: type[CodedError], what: str) -> None:
    try:
        action()
    except error:
        return
    except Exception as other:
        raise AssertionError(f"{what}: {type(other).__name__} instead of {error.__name__}") from other
    raise AssertionError(f"{what}: accepted instead of {error.__name__}")
