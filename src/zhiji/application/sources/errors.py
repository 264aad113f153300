"""Refusals of sources, and why a stream stops."""

from __future__ import annotations

from zhiji.kernel import CodedError


class SourceCodeTaken(CodedError):
    code = "source_code_taken"
    status = 409


class SourceSettingsUnfit(CodedError):
    """Settings of one kind of source given to another, or half of what is needed."""

    code = "source_settings_unfit"
    status = 422


class SourceSecretUnreadable(CodedError):
    """The key of this workspace does not open it, as after a restore without keys."""

    code = "source_secret_unreadable"
    status = 409


class StreamNameTaken(CodedError):
    code = "stream_name_taken"
    status = 409


class StreamBusy(CodedError):
    code = "stream_busy"
    status = 409


class StreamNotRunning(CodedError):
    code = "stream_not_running"
    status = 409


class StreamFieldsMissing(CodedError):
    code = "stream_fields_missing"
    status = 422


class StreamNeedsOrderNumbers(CodedError):
    """Part of a day's lines would take the place of the whole day."""

    code = "stream_needs_order_numbers"
    status = 422


class SourceColumnLost(CodedError):
    code = "source_column_lost"
    status = 409


class SourceColumnRetyped(CodedError):
    code = "source_column_retyped"
    status = 409


class SourceImportUndone(CodedError):
    """Somebody took back what had come: it is not brought in again unasked."""

    code = "source_import_undone"
    status = 409


class SourceImportLeft(CodedError):
    """Somebody cancelled or changed the import while it was under way."""

    code = "source_import_left"
    status = 409


class SourceRowsRejected(CodedError):
    """Every row of a pull is in quarantine: the mapping is wrong, or the source has changed its mind."""

    code = "source_rows_rejected"
    status = 409


class SourceOrdersInLines(CodedError):
    """One order came in several records of an answer that may hold only some of them."""

    code = "source_orders_in_lines"
    status = 409


class SourceSampleEmpty(CodedError):
    code = "source_sample_empty"
    status = 409
