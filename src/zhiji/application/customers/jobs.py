"""Background entrances: assigning many customers, writing large exports."""

from __future__ import annotations

from zhiji.application.customers import exports, services
from zhiji.platform.errors import NotFound
from zhiji.platform.jobs import Task
from zhiji.platform.models import User
from zhiji.platform.permissions import limited_to


def _asker(task: Task) -> User:
    user = User.objects.filter(pk=task.params["user_id"], is_active=True).first()
    if user is None:
        raise NotFound(object="user")
    return limited_to(user, task.params.get("token_scopes"))


def assign_step(task: Task) -> bool:
    """Blocks of a thousand, each with its checkpoint in its own transaction; scope and filter are asked every time."""
    user, params = _asker(task), task.params
    while not task.time_is_up():
        task.breathe()
        after = task.checkpoint.get("after", 0)
        if not services.assign_step(user, params, task, after):
            return True
    return False


def export_step(task: Task) -> bool:
    with task.held():
        exports.export_job(_asker(task), task)
    return True


JOBS = {"customers_assign": assign_step, "customers_export": export_step}
# Files of exports hold phones and addresses: none outlives its day because nobody exported again.
POLLED = (exports.prune,)
