"""Refusals of the platform. ``NotFound`` also answers for what is out of the asking user's scope."""

from __future__ import annotations

from typing import Any

from zhiji.kernel import CodedError, Reason


class NotFound(CodedError):
    code = "not_found"
    status = 404


class NotAllowed(CodedError):
    code = "not_allowed"
    status = 403


class NotSignedIn(CodedError):
    code = "not_signed_in"
    status = 401


class InputInvalid(CodedError):
    code = "input_invalid"
    status = 422


class SignInRefused(CodedError):
    code = "sign_in_refused"
    status = 401


class SignInLocked(CodedError):
    code = "sign_in_locked"
    status = 429


class PasswordTooWeak(CodedError):
    code = "password_too_weak"
    status = 422


class PasswordTooShort(PasswordTooWeak):
    code = "password_too_short"


class PasswordTooCommon(PasswordTooWeak):
    code = "password_too_common"


class PasswordLikeUser(PasswordTooWeak):
    code = "password_like_user"


class LinkInvalid(CodedError):
    code = "link_invalid"
    status = 410


class EmailTaken(CodedError):
    code = "email_taken"
    status = 409


class LastAdministrator(CodedError):
    code = "last_administrator"
    status = 409


class IdempotencyKeyReused(CodedError):
    code = "idempotency_key_reused"
    status = 422


class CrossSiteRefused(CodedError):
    code = "cross_site_refused"
    status = 403


class InternalFault(CodedError):
    code = "internal_fault"
    status = 500


class CompanyFixed(CodedError):
    code = "company_fixed"
    status = 409


class ServiceBusy(CodedError):
    code = "service_busy"
    status = 503


class DatabaseUnavailable(CodedError):
    code = "database_unavailable"
    status = 503


class DiskFull(CodedError):
    code = "disk_full"
    status = 507


class SecondFactorNeeded(CodedError):
    """The password was right; the code of the authenticator is still due."""

    code = "second_factor_needed"
    status = 401


class SecondFactorWrong(CodedError):
    code = "second_factor_wrong"
    status = 403


class SecondFactorPresent(CodedError):
    code = "second_factor_present"
    status = 409


class SecondFactorAbsent(CodedError):
    code = "second_factor_absent"
    status = 409


class SecondFactorUnreadable(CodedError):
    code = "second_factor_unreadable"
    status = 409


class WorkRefused(CodedError):
    """A step of other work was refused; its stored reason is told as it is."""

    def __init__(self, reason: dict[str, Any]) -> None:
        super().__init__()
        self.reason = Reason.from_json(reason)
