"""Refusals of the platform. ``NotFound`` also answers for what is out of the asking user's scope."""

from __future__ import annotations

from zhiji.kernel import CodedError


class NotFound(CodedError):  # noqa: N818 - a name of the field
    code = "not_found"
    status = 404


class NotAllowed(CodedError):  # noqa: N818
    code = "not_allowed"
    status = 403


class NotSignedIn(CodedError):  # noqa: N818
    code = "not_signed_in"
    status = 401


class InputInvalid(CodedError):  # noqa: N818
    code = "input_invalid"
    status = 422


class SignInRefused(CodedError):  # noqa: N818
    code = "sign_in_refused"
    status = 401


class SignInLocked(CodedError):  # noqa: N818
    code = "sign_in_locked"
    status = 429


class PasswordTooWeak(CodedError):  # noqa: N818
    code = "password_too_weak"
    status = 422


class PasswordTooShort(PasswordTooWeak):
    code = "password_too_short"


class PasswordTooCommon(PasswordTooWeak):
    code = "password_too_common"


class PasswordLikeUser(PasswordTooWeak):
    code = "password_like_user"


class LinkInvalid(CodedError):  # noqa: N818
    code = "link_invalid"
    status = 410


class EmailTaken(CodedError):  # noqa: N818
    code = "email_taken"
    status = 409


class LastAdministrator(CodedError):  # noqa: N818
    code = "last_administrator"
    status = 409


class IdempotencyKeyReused(CodedError):  # noqa: N818
    code = "idempotency_key_reused"
    status = 422


class CrossSiteRefused(CodedError):  # noqa: N818
    code = "cross_site_refused"
    status = 403


class InternalFault(CodedError):  # noqa: N818
    code = "internal_fault"
    status = 500


class CompanyFixed(CodedError):  # noqa: N818
    code = "company_fixed"
    status = 409


class ServiceBusy(CodedError):  # noqa: N818
    code = "service_busy"
    status = 503
