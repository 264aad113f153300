"""A little before a position, where each pull begins."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from zhiji.data.sources.sql.model import Position

_DAY = len("2026-01-01")


def before(position: Position, overlap: int) -> Position:
    """A position a little further back; as it is where its value is no number and no time."""
    if position.kind == "integer":
        return replace(position, value=str(int(position.value) - overlap))
    if position.kind == "real":
        return replace(position, value=repr(float(position.value) - overlap))
    try:
        at = datetime.fromisoformat(position.value)
    except ValueError:
        return position
    text = (at - timedelta(seconds=overlap)).isoformat(sep="T" if "T" in position.value else " ")
    return replace(position, value=text if len(position.value) > _DAY else text[:_DAY])
