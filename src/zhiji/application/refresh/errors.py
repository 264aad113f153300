"""Refusals of the refresh."""

from __future__ import annotations

from zhiji.kernel import CodedError


class RefreshDayOutside(CodedError):
    code = "refresh_day_outside"
    status = 422


class RefreshNothingThere(CodedError):
    code = "refresh_nothing_there"
    status = 409
