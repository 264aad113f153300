"""Events in the background."""

from __future__ import annotations

from django.db import transaction

from zhiji.application.events import hooks
from zhiji.application.imports import services as imports
from zhiji.application.refresh import services as refresh
from zhiji.data.landing.models import Batch
from zhiji.data.store import online
from zhiji.data.store.models import Order
from zhiji.kernel import clock
from zhiji.platform import audit, live
from zhiji.platform.jobs import Task


def day_undo_step(task: Task) -> bool:
    """A day's events of one source and kind are taken back, as an import is: their effects go, the inbox keeps them."""
    batch = Batch.objects.get(pk=task.params["batch_id"])
    if batch.state == Batch.State.WITHDRAWN:
        return True  # killed after its last commit
    if not imports.taking_back(task, batch).step():
        return False
    with transaction.atomic():
        audit.record("event_day_undo", "event", batch.pk)
        live.publish("event", undone=batch.pk)
        live.publish("customers")
        if Order.objects.exists() or refresh.is_anything_shown():
            refresh.refresh_start()
    return True


def activity_rebuild(task: Task) -> bool:
    """Every night all online features from the record. ``differed``: how many were not what the record says."""
    with task.held():
        customers, differed = online.renew_all(clock.now())
    task.job.result = {"customers": customers, "differed": differed}
    return True


JOBS = {"activity_rebuild": activity_rebuild, "events_undo": day_undo_step}
NIGHTLY = ("activity_rebuild",)
POLLED = (hooks.forget_old,)
