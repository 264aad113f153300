"""A refusal within a larger piece of work, passed on as it is."""

from __future__ import annotations

from typing import Any

from zhiji.kernel import CodedError, Reason


class WorkRefused(CodedError):
    """A step of other work was refused; its stored reason is told as it is."""

    def __init__(self, reason: dict[str, Any]) -> None:
        super().__init__()
        self.reason = Reason.from_json(reason)
