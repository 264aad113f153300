"""Resolution in the background."""

from __future__ import annotations

from zhiji.application.identities.services import Resolution
from zhiji.platform.jobs import Task


def resolve_step(task: Task) -> bool:
    return Resolution(task).step()


JOBS = {"resolve": resolve_step}
