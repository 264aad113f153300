"""Lists are brought to what an earlier version said."""

from __future__ import annotations

from zhiji.application.predictions import services
from zhiji.application.predictions.models import ModelVersion
from zhiji.platform.jobs import Task


def version_show(task: Task) -> bool:
    return services.version_show_step(ModelVersion.objects.get(pk=task.params["version_id"]), task)


JOBS = {"version_show": version_show}
