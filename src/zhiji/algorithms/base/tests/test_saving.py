"""What is loaded is what was saved, or it is refused; a failed save leaves nothing behind."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
import pytest

from zhiji.algorithms.base import (
    Estimator,
    Example,
    ModelFileDamaged,
    ModelFolderTaken,
    ModelFormatUnknown,
    ModelNotFitted,
    ModelNotSaveable,
    ModelSignatureInvalid,
    ParameterInvalid,
    load,
    registry,
    save,
)

KEY = b"k" * 32
VALUES: dict[str, Any] = {
    "nothing_": None,
    "float_": 0.1 + 0.2,
    "nan_": float("nan"),
    "day_": date(2024, 2, 29),
    "instant_": datetime(2024, 2, 29, 1, 2, 3, 4, tzinfo=UTC),
    "list_": [1, "二", (True, 2.5)],
    "dict_": {"~": {"items": [1]}, "名": "值"},
    "numbers_": np.arange(6.0).reshape(2, 3),
    "days_": np.array(["2024-01-01", "NaT"], dtype="datetime64[D]"),
    "texts_": np.array([["客户", ""], ["a\x00", "😀"]], dtype=object),
    "index_": pd.Index(["x", "y"], name="customer_id"),
    "frame_": pd.DataFrame({"a": [1, 2], "b": ["u", "v"]}, index=pd.Index([7, 9], name="customer_id")),
}


class Keeper(Estimator):
    def __init__(self, horizon: int = 3) -> None:
        self.horizon = horizon

    def fit(self, frame: pd.DataFrame, **arguments: Any) -> Self:
        for name, value in arguments.items():
            setattr(self, name, value)
        return self

    def outputs(self, frame: pd.DataFrame) -> pd.DataFrame:
        return frame

    @classmethod
    def example(cls, rows: int, seed: int) -> Example:
        return Example(pd.DataFrame())


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zhiji.algorithms.base.plain.all_estimators", lambda: {registry.kind_of(Keeper): Keeper})


def keeper(**learned: Any) -> Keeper:
    return Keeper(horizon=5).fit(pd.DataFrame(), **(learned or VALUES))


def test_every_kind_of_value_comes_back_as_it_was(tmp_path: Path) -> None:
    save(keeper(inner_=keeper(), **VALUES), tmp_path / "m", KEY)
    found = load(tmp_path / "m", KEY)
    assert isinstance(found, Keeper)
    assert found.horizon == 5
    for name, value in VALUES.items():
        for model in (found, found.inner_):
            back = getattr(model, name)
            assert type(back) is type(value)
            if isinstance(value, pd.DataFrame):
                pd.testing.assert_frame_equal(back, value)
            elif isinstance(value, pd.Index):
                pd.testing.assert_index_equal(back, value)
            else:
                np.testing.assert_equal(back, value)


def test_another_key_or_a_changed_manifest_is_refused(tmp_path: Path) -> None:
    save(keeper(), tmp_path / "m", KEY)
    with pytest.raises(ModelSignatureInvalid):
        load(tmp_path / "m", b"x" * 32)
    for name in ("manifest.json", "signature"):
        path = tmp_path / "m" / name
        whole = path.read_bytes()
        path.write_bytes(whole.replace(whole[-1:], b"0" if whole[-1:] != b"0" else b"1"))
        with pytest.raises(ModelSignatureInvalid):
            load(tmp_path / "m", KEY)
        path.unlink()
        with pytest.raises(ModelSignatureInvalid):
            load(tmp_path / "m", KEY)
        path.write_bytes(whole)
    load(tmp_path / "m", KEY)


@pytest.mark.parametrize("name", ["parameters.json", "arrays.npz"])
def test_an_altered_missing_or_extra_file_is_refused(tmp_path: Path, name: str) -> None:
    save(keeper(), tmp_path / "m", KEY)
    path = tmp_path / "m" / name
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(ModelFileDamaged):
        load(tmp_path / "m", KEY)
    path.unlink()
    with pytest.raises(ModelFileDamaged):
        load(tmp_path / "m", KEY)
    path.write_bytes(whole)
    (tmp_path / "m" / "model.pkl").write_bytes(b"")
    with pytest.raises(ModelFileDamaged):
        load(tmp_path / "m", KEY)


def test_a_validly_signed_pickle_inside_the_arrays_is_not_run(tmp_path: Path) -> None:
    """Even with the key in hand, an object array is not opened: reading has no way to run code."""
    import hashlib
    import hmac

    save(keeper(), tmp_path / "m", KEY)
    np.savez(tmp_path / "m" / "arrays.npz", a0=np.array([{"code": 1}], dtype=object))
    manifest = json.loads((tmp_path / "m" / "manifest.json").read_bytes())
    data = (tmp_path / "m" / "arrays.npz").read_bytes()
    manifest["files"]["arrays.npz"] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    resign(tmp_path / "m", manifest, hmac, hashlib)
    with pytest.raises(ValueError, match="allow_pickle=False"):
        load(tmp_path / "m", KEY)


def resign(folder: Path, manifest: dict[str, Any], hmac: Any, hashlib: Any) -> None:
    text = json.dumps(manifest).encode()
    (folder / "manifest.json").write_bytes(text)
    (folder / "signature").write_text(hmac.new(KEY, text, hashlib.sha256).hexdigest())


def test_a_newer_format_is_named(tmp_path: Path) -> None:
    import hashlib
    import hmac

    save(keeper(), tmp_path / "m", KEY)
    manifest = json.loads((tmp_path / "m" / "manifest.json").read_bytes())
    resign(tmp_path / "m", manifest | {"format": 99}, hmac, hashlib)
    with pytest.raises(ModelFormatUnknown):
        load(tmp_path / "m", KEY)


@pytest.mark.parametrize("value", [object(), print, np.array([object()]), pd.Timestamp("2024-01-01").to_period("D")])
def test_what_is_not_plain_is_refused_and_nothing_is_left(tmp_path: Path, value: Any) -> None:
    with pytest.raises(ModelNotSaveable):
        save(keeper(odd_=value), tmp_path / "m", KEY)
    assert list(tmp_path.iterdir()) == []


def test_refusals_before_writing_leave_nothing(tmp_path: Path) -> None:
    with pytest.raises(ParameterInvalid):
        save(keeper(), tmp_path / "m", b"short")
    with pytest.raises(ModelNotFitted):
        save(Keeper(), tmp_path / "m", KEY)
    assert list(tmp_path.iterdir()) == []


def test_a_saved_model_is_never_overwritten(tmp_path: Path) -> None:
    save(keeper(), tmp_path / "m", KEY)
    before = {path.name: path.read_bytes() for path in (tmp_path / "m").iterdir()}
    with pytest.raises(ModelFolderTaken):
        save(keeper(other_=1), tmp_path / "m", KEY)
    assert {path.name: path.read_bytes() for path in (tmp_path / "m").iterdir()} == before


def test_a_crash_while_writing_leaves_no_half_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("zhiji.algorithms.base.saving.os.fsync", fails)
    with pytest.raises(OSError, match="disk full"):
        save(keeper(), tmp_path / "m", KEY)
    assert list(tmp_path.iterdir()) == []
