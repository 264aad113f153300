"""Refusals of predictions."""

from __future__ import annotations

from zhiji.kernel import CodedError


class VersionScoresGone(CodedError):
    code = "version_scores_gone"
    status = 409
