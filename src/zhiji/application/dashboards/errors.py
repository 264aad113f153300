"""Refusals of the dashboard."""

from __future__ import annotations

from zhiji.kernel import CodedError


class DashboardNothingThere(CodedError):
    code = "dashboard_nothing_there"
    status = 409


class DashboardDayOutside(CodedError):
    code = "dashboard_day_outside"
    status = 422


class DaysOutOfOrder(CodedError):
    code = "days_out_of_order"
    status = 422
