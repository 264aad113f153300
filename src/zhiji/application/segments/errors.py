"""Refusals of segments."""

from __future__ import annotations

from zhiji.kernel import CodedError


class SegmentsNothingThere(CodedError):
    code = "segments_nothing_there"
    status = 409


class SegmentTooLarge(CodedError):
    code = "segment_too_large"
    status = 422


class SegmentsFull(CodedError):
    code = "segments_full"
    status = 409
