"""Refusals of the refresh."""

from __future__ import annotations

from zhiji.kernel import CodedError


class RefreshNothingThere(CodedError):
    code = "refresh_nothing_there"
    status = 409
