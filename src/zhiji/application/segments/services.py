"""What can be done with segments."""

from __future__ import annotations

from zhiji.application.segments.refreshing import segments_refresh

__all__ = ["segments_refresh"]
