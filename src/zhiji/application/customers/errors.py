"""Refusals of the customer list and the record page."""

from __future__ import annotations

from zhiji.kernel import CodedError


class FilterInvalid(CodedError):
    code = "filter_invalid"
    status = 422


class FieldUnreadable(CodedError):
    code = "field_unreadable"
    status = 403


class CustomerChanged(CodedError):
    code = "customer_changed"
    status = 409


class CustomerValueInvalid(CodedError):
    code = "customer_value_invalid"
    status = 422


class AssigneeUnfit(CodedError):
    code = "assignee_unfit"
    status = 422


class ExportNotReady(CodedError):
    code = "export_not_ready"
    status = 409


class ExportKindUnknown(CodedError):
    code = "export_kind_unknown"
    status = 422
