"""Refusals of the import."""

from __future__ import annotations

from zhiji.kernel import CodedError


class ImportStateWrong(CodedError):  # noqa: N818 - a name of the field
    code = "import_state_wrong"
    status = 409


class ImportDecisionNeeded(CodedError):  # noqa: N818
    code = "import_decision_needed"
    status = 409


class ImportNothingToStore(CodedError):  # noqa: N818
    code = "import_nothing_to_store"
    status = 409


class ImportNotUndoable(CodedError):  # noqa: N818
    code = "import_not_undoable"
    status = 409


class ImportCurrencyDiffers(CodedError):  # noqa: N818
    code = "import_currency_differs"
    status = 422


class ImportKindUnknown(CodedError):  # noqa: N818
    code = "import_kind_unknown"
    status = 422
