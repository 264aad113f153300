"""What every estimator stands on: conventions, coded refusals, common checks, saving and loading without code."""

from zhiji.algorithms.base.errors import (
    FrameColumnMissing,
    FrameEmpty,
    FrameValuesInvalid,
    ModelDidNotConverge,
    ModelFileDamaged,
    ModelFolderTaken,
    ModelFormatUnknown,
    ModelNotFitted,
    ModelNotSaveable,
    ModelSignatureInvalid,
    ParameterInvalid,
)
from zhiji.algorithms.base.estimator import Estimator, Example, require_columns, require_values
from zhiji.algorithms.base.registry import all_estimators, kind_of
from zhiji.algorithms.base.saving import load, save

__all__ = [
    "Estimator",
    "Example",
    "FrameColumnMissing",
    "FrameEmpty",
    "FrameValuesInvalid",
    "ModelDidNotConverge",
    "ModelFileDamaged",
    "ModelFolderTaken",
    "ModelFormatUnknown",
    "ModelNotFitted",
    "ModelNotSaveable",
    "ModelSignatureInvalid",
    "ParameterInvalid",
    "all_estimators",
    "kind_of",
    "load",
    "require_columns",
    "require_values",
    "save",
]
