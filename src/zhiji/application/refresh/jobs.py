"""The refresh in the background, stage by stage."""

from __future__ import annotations

from zhiji.application.refresh.services import Refresh
from zhiji.platform.jobs import Task


def refresh_step(task: Task) -> bool:
    return Refresh(task).step()


JOBS = {"refresh": refresh_step}
