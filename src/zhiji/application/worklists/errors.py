"""Refusals of the worklist."""

from __future__ import annotations

from zhiji.kernel import CodedError


class WorkItemClosed(CodedError):
    code = "work_item_closed"
    status = 409


class WorkItemExpired(CodedError):
    code = "work_item_expired"
    status = 409


class WorkItemAnotherOpen(CodedError):
    code = "work_item_another_open"
    status = 409


class WorkAssigneeUnfit(CodedError):
    code = "work_assignee_unfit"
    status = 422


class WorkDayUnfit(CodedError):
    code = "work_day_unfit"
    status = 422
