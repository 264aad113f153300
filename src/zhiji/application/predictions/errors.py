"""Refusals of predictions."""

from __future__ import annotations

from zhiji.kernel import CodedError


class HorizonNotOffered(CodedError):
    code = "horizon_not_offered"
    status = 422


class VersionScoresGone(CodedError):
    code = "version_scores_gone"
    status = 409


class ScoreNotThere(CodedError):
    code = "score_not_there"
    status = 409
