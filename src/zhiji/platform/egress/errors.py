"""Refusals on the way out. None names more of the address than the person gave."""

from __future__ import annotations

from zhiji.kernel import CodedError


class EgressRefused(CodedError):
    """The host is private, or written so that nobody can be sure which one is meant."""

    code = "egress_refused"
    status = 422


class EgressUnresolved(CodedError):
    """The name has no address: a slip, or the network is away."""

    code = "egress_unresolved"
    status = 422


class EgressBroken(CodedError):
    """Nobody answered there."""

    code = "egress_broken"
    status = 502


class AnswerTooLarge(CodedError):
    code = "answer_too_large"
    status = 502


class AnswerTooSlow(CodedError):
    code = "answer_too_slow"
    status = 502


class AnswerBroken(CodedError):
    """What came is no JSON, or nested deeper than any record."""

    code = "answer_broken"
    status = 502


class RedirectElsewhere(CodedError):
    """The answer points to another host, which would be given what was meant for this one."""

    code = "redirect_elsewhere"
    status = 502
