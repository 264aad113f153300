"""Values as JSON and plain arrays, and back. Nothing that can hold code passes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from zhiji.algorithms.base.errors import ModelFormatUnknown, ModelNotSaveable
from zhiji.algorithms.base.estimator import Estimator
from zhiji.algorithms.base.registry import all_estimators, kind_of

_TAG = "~"


class Encoder:
    """Turns values into a JSON-safe tree; arrays are set aside under numbered names in ``arrays``."""

    def __init__(self, model: str) -> None:
        self.model = model
        self.arrays: dict[str, np.ndarray[Any, Any]] = {}

    def estimator(self, estimator: Estimator) -> dict[str, Any]:
        return {
            "kind": kind_of(type(estimator)),
            "params": {name: self.value(value, name) for name, value in estimator.get_params(deep=False).items()},
            "learned": {name: self.value(value, name) for name, value in estimator.learned().items()},
        }

    def value(self, value: Any, name: str) -> Any:
        """One value; ``name`` is the attribute that a refusal mentions."""
        if value is None or isinstance(value, bool | int | str):
            return value
        if isinstance(value, float):
            # JSON has no NaN and no infinities; repr round-trips every other float exactly.
            return value if np.isfinite(value) else {_TAG: "float", "text": repr(float(value))}
        if isinstance(value, np.generic) and value.dtype.kind in "biuf":
            return self.value(value.item(), name)
        if isinstance(value, date):
            kind = "datetime" if isinstance(value, datetime) else "date"
            return {_TAG: kind, "text": value.isoformat()}
        if isinstance(value, list | tuple):
            kind = "list" if isinstance(value, list) else "tuple"
            return {_TAG: kind, "items": [self.value(item, name) for item in value]}
        if isinstance(value, dict) and all(isinstance(key, str) for key in value):
            return {_TAG: "dict", "items": {key: self.value(item, name) for key, item in value.items()}}
        if isinstance(value, Estimator):
            return {_TAG: "estimator", "model": self.estimator(value)}
        return self._table(value, name)

    def _table(self, value: Any, name: str) -> dict[str, Any]:
        if isinstance(value, np.ndarray):
            return self._array(value, name)
        if isinstance(value, pd.Index):
            return {_TAG: "index", "name": value.name, "values": self._array(value.to_numpy(), name)}
        if isinstance(value, pd.DataFrame) and value.columns.is_unique:
            columns = {str(key): self._array(value[key].to_numpy(), name) for key in value.columns}
            return {_TAG: "frame", "columns": columns, "index": self._table(value.index, name)}
        raise self._refusal(value, name)

    def _array(self, array: np.ndarray[Any, Any], name: str) -> dict[str, Any]:
        label = f"a{len(self.arrays)}"
        if array.dtype.kind in "biufMm":
            self.arrays[label] = array
            return {_TAG: "array", "name": label}
        if array.dtype.kind == "U" or (array.dtype.kind == "O" and all(isinstance(item, str) for item in array.flat)):
            # Texts of any length, without the padding (and the lost trailing NULs) of fixed-width arrays.
            encoded = [str(item).encode() for item in array.flat]
            self.arrays[label] = np.frombuffer(b"".join(encoded), dtype=np.uint8)
            self.arrays[f"{label}_ends"] = np.cumsum([len(item) for item in encoded], dtype=np.int64)
            return {_TAG: "texts", "name": label, "shape": list(array.shape)}
        raise self._refusal(array, name)

    def _refusal(self, value: Any, name: str) -> ModelNotSaveable:
        return ModelNotSaveable(model=self.model, attribute=name, type=type(value).__name__)


class Decoder:
    """The inverse of ``Encoder``, over arrays that were read without pickle."""

    def __init__(self, arrays: dict[str, np.ndarray[Any, Any]]) -> None:
        self.arrays = arrays

    def estimator(self, tree: dict[str, Any]) -> Estimator:
        known = all_estimators()
        if tree["kind"] not in known:
            raise ModelFormatUnknown(model=tree["kind"], format="")
        model = known[tree["kind"]](**{name: self.value(value) for name, value in tree["params"].items()})
        model.restore({name: self.value(value) for name, value in tree["learned"].items()})
        return model

    def value(self, tree: Any) -> Any:
        if not isinstance(tree, dict):
            return tree
        tag = tree[_TAG]
        if tag == "float":
            return float(tree["text"])
        if tag == "date":
            return date.fromisoformat(tree["text"])
        if tag == "datetime":
            return datetime.fromisoformat(tree["text"])
        if tag in {"list", "tuple"}:
            items = [self.value(item) for item in tree["items"]]
            return items if tag == "list" else tuple(items)
        if tag == "dict":
            return {key: self.value(item) for key, item in tree["items"].items()}
        if tag == "estimator":
            return self.estimator(tree["model"])
        return self._table(tree)

    def _table(self, tree: dict[str, Any]) -> Any:
        tag = tree[_TAG]
        if tag == "array":
            return self.arrays[tree["name"]]
        if tag == "texts":
            return self._texts(tree)
        if tag == "index":
            return pd.Index(self.value(tree["values"]), name=tree["name"])
        if tag == "frame":
            columns = {key: self.value(item) for key, item in tree["columns"].items()}
            return pd.DataFrame(columns, index=self.value(tree["index"]))
        raise ModelFormatUnknown(model=str(tag), format="")

    def _texts(self, tree: dict[str, Any]) -> np.ndarray[Any, Any]:
        whole = self.arrays[tree["name"]].tobytes()
        ends = self.arrays[f"{tree['name']}_ends"].tolist()
        texts = np.empty(len(ends), dtype=object)
        texts[:] = [whole[start:end].decode() for start, end in zip([0, *ends], ends, strict=False)]
        return texts.reshape(tree["shape"])
