"""The code under which a group of a segmentation stands in lists, and the texts that belong to it."""

from __future__ import annotations

_STEM = "segment_"
_NATURAL = "segment_natural"


def band_of(message: str, number: int) -> str:
    """``band_top`` for ``segment_band_top``; natural groups share one text, so their number (from 0) is added."""
    stem = message.removeprefix(_STEM)
    return f"{stem}_{number + 1}" if message == _NATURAL else stem
