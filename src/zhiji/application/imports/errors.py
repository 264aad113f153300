"""Refusals of the import."""

from __future__ import annotations

from zhiji.kernel import CodedError


class ImportStateWrong(CodedError):
    code = "import_state_wrong"
    status = 409


class ImportDecisionNeeded(CodedError):
    code = "import_decision_needed"
    status = 409


class ImportCancelled(CodedError):
    """Said to whoever was waiting for it in the background."""

    code = "import_cancelled"
    status = 409


class ImportNothingToStore(CodedError):
    code = "import_nothing_to_store"
    status = 409


class ImportNotUndoable(CodedError):
    code = "import_not_undoable"
    status = 409


class ImportCurrencyDiffers(CodedError):
    code = "import_currency_differs"
    status = 422


class ImportColumnsMissing(CodedError):
    code = "import_columns_missing"
    status = 422


class ImportKindUnknown(CodedError):
    code = "import_kind_unknown"
    status = 422


class ImportUnreadable(CodedError):
    """The file could not even be opened, so there are no rows to try."""

    code = "import_unreadable"
    status = 409


class ImportSourceUnclear(CodedError):
    """Files with these columns came from several sources, and nobody said which one this is from."""

    code = "import_source_unclear"
    status = 409


class ImportReadingOutdated(CodedError):
    """An import that settled how this one was read has been undone, or stored, since it was tried."""

    code = "import_reading_outdated"
    status = 409
