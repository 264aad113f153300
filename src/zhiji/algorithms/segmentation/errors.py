"""What this room refuses beyond the refusals of ``zhiji.algorithms.base``."""

from __future__ import annotations

from zhiji.kernel import CodedError


class SegmentOutcomeLeaks(CodedError):
    """Spend "afterwards" holds days that are not after the day the segments were made. Parameters: rows, as_of."""

    code = "segment_outcome_leaks"


class SegmentLabelsNotUnique(CodedError):
    """A customer stands twice in a list of labels. Parameters: customers."""

    code = "segment_labels_not_unique"
