"""Why a mail was not sent. A ``MailDelayed`` passes by itself; all others wait for a person."""

from __future__ import annotations

from zhiji.kernel import CodedError


class MailDelayed(CodedError):
    """Transient: the same mail may be taken later."""


class MailServerAway(MailDelayed):
    code = "mail_server_away"
    status = 503


class MailPutOff(MailDelayed):
    """The server answered 4xx: RFC 5321 asks to try again later."""

    code = "mail_put_off"
    status = 503


class MailAddressRefused(CodedError):
    code = "mail_address_refused"
    status = 502


class MailRefused(CodedError):
    code = "mail_refused"
    status = 502


class MailSignInRefused(CodedError):
    code = "mail_sign_in_refused"
    status = 502


class MailCertificateRefused(CodedError):
    code = "mail_certificate_refused"
    status = 502


class MailEncryptionMissing(CodedError):
    code = "mail_encryption_missing"
    status = 502


class MailServerUnclear(CodedError):
    code = "mail_server_unclear"
    status = 409


class MailUnreadable(CodedError):
    code = "mail_unreadable"
    status = 409


class MailOver(CodedError):
    code = "mail_over"
    status = 409


class MailAlreadySent(CodedError):
    code = "mail_already_sent"
    status = 409


class MailNotSetUp(CodedError):
    code = "mail_not_set_up"
    status = 409
