"""Resolution in the background."""

from __future__ import annotations

from zhiji.application.identities import rules
from zhiji.application.identities.services import KINDS, Resolution, look_step
from zhiji.platform.jobs import Task


def resolve_step(task: Task) -> bool:
    return Resolution(task).step()


JOBS = {KINDS["run"]: resolve_step, KINDS["look"]: look_step, KINDS["undo"]: resolve_step,
        rules.APPLY: rules.apply_step, rules.LOOK: rules.look_step}  # fmt: skip
