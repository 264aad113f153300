"""Refusals of activities."""

from __future__ import annotations

from zhiji.kernel import CodedError


class TaskAssigneeBlind(CodedError):
    code = "task_assignee_blind"
    status = 422


class CallbackDayMissing(CodedError):
    code = "callback_day_missing"
    status = 422


class NoteNotYours(CodedError):
    code = "note_not_yours"
    status = 403
