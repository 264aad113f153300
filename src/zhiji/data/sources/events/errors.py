"""Refusals of a request as a whole; a single event is refused by itself, with ``input_invalid``."""

from __future__ import annotations

from zhiji.kernel import CodedError


class EventsTooLarge(CodedError):
    code = "events_too_large"
    status = 413


class EventsMalformed(CodedError):
    code = "events_malformed"
    status = 422


class EventsTooMany(CodedError):
    code = "events_too_many"
    status = 422
