"""The watched folder in the background."""

from __future__ import annotations

from zhiji.operations.watch.inbox import KIND, Inbox
from zhiji.operations.watch.taking import taken_step

JOBS = {KIND: taken_step}
POLLED = (Inbox().poll,)
