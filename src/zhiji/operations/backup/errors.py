"""Refusals of backup and restore."""

from __future__ import annotations

from zhiji.kernel import CodedError


class BackupNotWritten(CodedError):
    code = "backup_not_written"
    status = 507


class BackupSourceIncomplete(CodedError):
    code = "backup_source_incomplete"
    status = 409


class BackupToolMissing(CodedError):
    code = "backup_tool_missing"
    status = 503


class BackupToolFailed(CodedError):
    code = "backup_tool_failed"
    status = 503


class BackupNotFound(CodedError):
    code = "backup_not_found"
    status = 404


class BackupDamaged(CodedError):
    code = "backup_damaged"
    status = 409


class BackupFormatUnknown(CodedError):
    code = "backup_format_unknown"
    status = 409


class BackupEngineDiffers(CodedError):
    code = "backup_engine_differs"
    status = 409


class KeysMissing(CodedError):
    code = "backup_keys_missing"
    status = 409


class KeysWrong(CodedError):
    code = "backup_keys_wrong"
    status = 409


class RestoreTargetTaken(CodedError):
    code = "restore_target_taken"
    status = 409


class RestoreTargetInUse(CodedError):
    code = "restore_target_in_use"
    status = 409


class RestoreNameInvalid(CodedError):
    code = "restore_name_invalid"
