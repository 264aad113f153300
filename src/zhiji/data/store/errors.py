"""Refusals of the record's doors."""

from __future__ import annotations

from zhiji.kernel import CodedError


class CursorInvalid(CodedError):
    code = "cursor_invalid"
    status = 422
