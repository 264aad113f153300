"""A job as part of another: its steps are taken within the other's, one at a time, and it is resumed like any."""

from __future__ import annotations

import time

from zhiji.platform import jobs
from zhiji.platform.errors import WorkRefused
from zhiji.platform.jobs import Task
from zhiji.platform.models import Job

_ENDED = (Job.State.DONE, Job.State.FAILED, Job.State.CANCELLED)
_PAUSE_SECONDS = 0.2


def advance(task: Task, job: Job) -> Job:
    """One step of another job within this one's; waits a moment where another worker has it. Raises WorkRefused."""
    owner = f"{jobs.worker_name()}:job-{task.job.pk}"
    claimed = jobs.claim(owner, only=job.pk)
    if claimed is not None:
        with task.held():
            job = jobs.run_step(claimed, owner)
    else:
        job.refresh_from_db()
        if job.state not in _ENDED:
            time.sleep(_PAUSE_SECONDS)
    if job.state == Job.State.FAILED and job.reason:
        raise WorkRefused(job.reason)
    return job
