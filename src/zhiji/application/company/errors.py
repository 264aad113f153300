"""Refusals of the company's pages."""

from __future__ import annotations

from zhiji.kernel import CodedError


class JobNotFailed(CodedError):
    code = "job_not_failed"
    status = 409


class JobAlreadyEnded(CodedError):
    code = "job_already_ended"
    status = 409


class StreamsFull(CodedError):
    code = "streams_full"
    status = 503
