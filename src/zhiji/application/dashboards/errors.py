"""Refusals of the dashboard."""

from __future__ import annotations

from zhiji.kernel import CodedError


class DashboardNothingThere(CodedError):
    code = "dashboard_nothing_there"
    status = 409
