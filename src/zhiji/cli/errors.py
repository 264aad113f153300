"""Refusals of the command line."""

from __future__ import annotations

from zhiji.kernel import CodedError, Reason


class PortTaken(CodedError):
    code = "port_taken"


class BindRefused(CodedError):
    code = "bind_refused"


class TlsIncomplete(CodedError):
    code = "tls_incomplete"


class UserUnknown(CodedError):
    code = "user_unknown"


class SourceUnknown(CodedError):
    code = "source_unknown"


class ServerNotReady(CodedError):
    code = "server_not_ready"


class FileNotThere(CodedError):
    code = "file_not_there"


class JobNotDone(CodedError):
    code = "job_not_done"


class JobRefused(CodedError):
    """A background step was refused; its stored reason is told as it is."""

    def __init__(self, reason: Reason) -> None:
        super().__init__()
        self.reason = reason
