"""Refusals of landing."""

from __future__ import annotations

from zhiji.kernel import CodedError


class InboxFull(CodedError):
    """More events arrive than can be taken in at this moment: come again."""

    code = "inbox_full"
    status = 503
