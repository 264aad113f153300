"""The refresh in the background, stage by stage; by itself every night, and what a restore needs of it."""

from __future__ import annotations

from zhiji.application.refresh import services
from zhiji.application.refresh.services import Refresh
from zhiji.data.store.models import Order
from zhiji.platform.jobs import Task
from zhiji.processing.pipelines.lake import rebuild_lake


def refresh_step(task: Task) -> bool:
    return Refresh(task).step()


def refresh_nightly(task: Task) -> bool:  # noqa: ARG001 - the shape of a handler
    """Time passes also where nothing was imported; before the first order there is nothing to refresh."""
    if Order.objects.exists():
        services.refresh_start()
    return True


def lake_restore() -> None:
    """The lake is no part of a backup: it follows from the record."""
    if Order.objects.exists():
        rebuild_lake()


JOBS = {"refresh": refresh_step, "refresh_nightly": refresh_nightly}
NIGHTLY = ("refresh_nightly",)
RESTORED = (lake_restore,)
