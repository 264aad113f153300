"""A worker process of the tests: counts in the database, slowly, so that it can be killed in the middle of a step.

Run as ``python job_worker.py work``; the environment names the workspace.
"""

from __future__ import annotations

import os
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhiji.config.settings")
import django

django.setup()

from django.db import transaction  # noqa: E402

from zhiji.platform import jobs, live  # noqa: E402
from zhiji.platform.jobs import Task  # noqa: E402

TOTAL = 40


def count(task: Task) -> bool:
    """Forty effects, each in one transaction with the checkpoint that says so; about ten a second."""
    while (done := task.checkpoint.get("done", 0)) < TOTAL:
        task.breathe()
        with transaction.atomic():
            live.publish("counted", number=done)
            task.checkpoint["done"] = done + 1
            task.save(done=done + 1, total=TOTAL)
            # A kill here loses the effect and the checkpoint together.
            time.sleep(0.05)
        print(done + 1, flush=True)
        if (done + 1) % 15 == 0:
            return False
    return True


def uncount(task: Task) -> bool:
    from zhiji.platform.models import LiveEvent

    LiveEvent.objects.filter(topic="counted").delete()
    return True


jobs.register({"count": count}, on_cancel={"count": uncount})

if __name__ == "__main__" and sys.argv[1:] == ["work"]:
    jobs.work(lambda: False, idle_seconds=0.05)
