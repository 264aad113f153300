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


class CustomerPhoneMasked(CodedError):
    code = "customer_phone_masked"
    status = 422


class CustomerPhoneInvalid(CodedError):
    """A number with its international prefix that no country has."""

    code = "customer_phone_invalid"
    status = 422


class CustomerPhoneNotOfRegion(CodedError):
    """A number without the prefix that is none where it was read."""

    code = "customer_phone_not_of_region"
    status = 422


class CustomerPhoneCountryNeeded(CodedError):
    """A number without the prefix, and neither the customer nor the company has a country."""

    code = "customer_phone_country_needed"
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


class ChoiceUnfit(CodedError):
    code = "choice_unfit"
    status = 422
