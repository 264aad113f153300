"""Refusals of the command line."""

from __future__ import annotations

from zhiji.kernel import CodedError


class PortTaken(CodedError):
    code = "port_taken"


class BindRefused(CodedError):
    code = "bind_refused"


class TlsIncomplete(CodedError):
    code = "tls_incomplete"


class UserUnknown(CodedError):
    code = "user_unknown"


class ServerNotReady(CodedError):
    code = "server_not_ready"
