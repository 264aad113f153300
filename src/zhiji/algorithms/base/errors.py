"""What an estimator refuses, in codes. Texts stand beside this module in both languages."""

from __future__ import annotations

from zhiji.kernel import CodedError


class FrameEmpty(CodedError):
    """A frame without a usable row. params: ``frame``."""

    code = "frame_empty"


class FrameColumnMissing(CodedError):
    """params: ``frame``, ``columns`` (comma-separated); where: ``column`` (the first)."""

    code = "frame_column_missing"


class FrameValuesInvalid(CodedError):
    """NaN, negative counts, recency beyond T. params: ``frame``, ``column``, ``rows``, ``rule``."""

    code = "frame_values_invalid"


class ParameterInvalid(CodedError):
    """An estimator's own setting. params: ``name``, ``value``, ``rule``."""

    code = "parameter_invalid"


class ModelNotFitted(CodedError):
    """Asked to predict before ``fit``. params: ``model``."""

    code = "model_not_fitted"
    status = 409


class ModelDidNotConverge(CodedError):
    """The likelihood has no maximum that can be found in these data. params: ``model``, ``rows``."""

    code = "model_did_not_converge"
    status = 422


class ModelSignatureInvalid(CodedError):
    """The signature of a saved model does not fit its manifest and the key. where: ``path``."""

    code = "model_signature_invalid"
    status = 409


class ModelFileDamaged(CodedError):
    """A file of a saved model is missing, extra or altered. params: ``file``; where: ``path``."""

    code = "model_file_damaged"
    status = 409


class ModelFormatUnknown(CodedError):
    """Saved by a newer version, or of a kind that this installation has not. params: ``kind``, ``format``."""

    code = "model_format_unknown"
    status = 409


class ModelNotSaveable(CodedError):
    """Holds a value outside the safe formats. params: ``model``, ``attribute``, ``type``."""

    code = "model_not_saveable"
    status = 500


class ModelFolderTaken(CodedError):
    """Saving never overwrites. where: ``path``."""

    code = "model_folder_taken"
    status = 409
