"""The customary named segments: which part of the recency × frequency-and-money square each one owns.

The square is the one that practitioners use (Putler's eleven segments, without their overlaps): rows are recency
scores, columns the mean of the frequency and monetary scores, rounded down, so that a half point earned on one side
alone moves nobody up. The map is one table, hence complete and free of overlap by its form.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

CHAMPIONS: Final = "champions"
LOYAL: Final = "loyal"
POTENTIAL_LOYALIST: Final = "potential_loyalist"
NEW_CUSTOMERS: Final = "new_customers"
PROMISING: Final = "promising"
NEED_ATTENTION: Final = "need_attention"
ABOUT_TO_SLEEP: Final = "about_to_sleep"
AT_RISK: Final = "at_risk"
CANNOT_LOSE_THEM: Final = "cannot_lose_them"
HIBERNATING: Final = "hibernating"
LOST: Final = "lost"

SEGMENTS: Final[tuple[str, ...]] = (
    CHAMPIONS,
    LOYAL,
    POTENTIAL_LOYALIST,
    NEW_CUSTOMERS,
    PROMISING,
    NEED_ATTENTION,
    ABOUT_TO_SLEEP,
    AT_RISK,
    CANNOT_LOSE_THEM,
    HIBERNATING,
    LOST,
)
"""All codes, best to worst by custom: the order in which a screen lists them."""

SEGMENT_MAP: Final[dict[int, tuple[str, str, str, str, str]]] = {
    # recency score: segment for a frequency-and-money score of 1, 2, 3, 4, 5
    5: (NEW_CUSTOMERS, POTENTIAL_LOYALIST, POTENTIAL_LOYALIST, CHAMPIONS, CHAMPIONS),
    4: (PROMISING, POTENTIAL_LOYALIST, POTENTIAL_LOYALIST, LOYAL, LOYAL),
    3: (ABOUT_TO_SLEEP, ABOUT_TO_SLEEP, NEED_ATTENTION, LOYAL, LOYAL),
    2: (HIBERNATING, HIBERNATING, AT_RISK, AT_RISK, CANNOT_LOSE_THEM),
    1: (LOST, LOST, AT_RISK, AT_RISK, CANNOT_LOSE_THEM),
}

_TABLE: Final = np.array([SEGMENT_MAP[recency] for recency in range(1, 6)], dtype=object)


def segment_message(code: str) -> str:
    """The key of a segment's texts in the message catalogue (what it is, what it means, what to do)."""
    return f"segment_{code}"


def named_segment(
    recency_score: npt.NDArray[np.int64],
    frequency_score: npt.NDArray[np.int64],
    monetary_score: npt.NDArray[np.int64],
) -> npt.NDArray[np.object_]:
    """Segment codes of scores 1..5 (arrays of equal length)."""
    frequency_and_money = (np.asarray(frequency_score) + np.asarray(monetary_score)) // 2
    found: npt.NDArray[np.object_] = _TABLE[np.asarray(recency_score) - 1, frequency_and_money - 1]
    return found
