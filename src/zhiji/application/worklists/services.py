"""What can be done with the worklist."""

from __future__ import annotations

from zhiji.application.worklists.overdue import overdue
from zhiji.application.worklists.refreshing import worklist_refresh

__all__ = ["overdue", "worklist_refresh"]
