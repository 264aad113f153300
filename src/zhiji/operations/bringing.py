"""Bringing a file in as part of a larger job: the wizard's own steps, one at a time, resumed after a kill."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db import transaction

from zhiji.application.imports import queries, services
from zhiji.application.imports.queries import Import, State
from zhiji.data.landing.files import land
from zhiji.platform.accounts import operator
from zhiji.platform.errors import WorkRefused
from zhiji.platform.jobs import Task
from zhiji.platform.models import Job
from zhiji.platform.nested_jobs import advance

__all__ = ["advance", "bring"]


def bring(
    task: Task, slot: str, path: Path, *, kind: str, source_code: str | None, is_history: bool = True
) -> Import | None:
    """One step of importing ``path``; the import once it is stored, else ``None``: call again.

    slot: where the checkpoint remembers the import. source_code: None for that of earlier files with the same columns.
    Raises what the services refuse (ImportDecisionNeeded, ImportNothingToStore, ImportColumnsMissing, a FileError …),
    ImportCancelled, and WorkRefused for what its check or its storing was refused for; nothing of the file is stored
    then.
    """
    if slot not in task.checkpoint:
        landed = land(path.name, path)
        about: dict[str, Any] = {"file": landed, "kind": kind, "source_code": source_code, "is_history": is_history}
        by = task.job.created_by
        row = services.import_resumable(**about, by=by) or services.import_create(**about, name=path.name, by=by)
        task.checkpoint[slot] = row.pk
        task.save()
        return None
    row = queries.import_get(operator(), task.checkpoint[slot])
    if row.state == State.MATCHING:
        _expect_wanted(task, slot)
        services.import_check(row)
    elif row.state == State.CHECKED:
        _confirm(task, f"{slot}_tried_again", row)
    elif row.state in (State.CHECKING, State.STORING):
        _work(task, slot, row)
    elif row.state == State.FAILED and row.reason:
        raise WorkRefused(row.reason)
    else:
        return row
    return None


def _expect_wanted(task: Task, slot: str) -> None:
    """Raises WorkRefused or ImportCancelled for an import that rests again because its work failed, or because a
    person has cancelled it."""
    if refused := task.checkpoint.get(f"{slot}_refused"):
        raise WorkRefused(refused)
    if Job.objects.filter(pk=task.checkpoint.get(f"{slot}_job", 0), state=Job.State.CANCELLED).exists():
        raise services.ImportCancelled


def _work(task: Task, slot: str, row: Import) -> None:
    """A step of its job. Where that fails, what is stored by then is taken back before anybody is told; where it has
    turned back to ask, that is what it says. The checkpoint keeps job and reason meanwhile."""
    if task.checkpoint.get(f"{slot}_job") != row.job_id:
        task.checkpoint[f"{slot}_job"] = row.job_id
        task.save()
    try:
        advance(task, Job.objects.get(pk=row.job_id or 0))
    except WorkRefused as refusal:
        row.refresh_from_db()
        if row.state == State.CHECKED:
            raise services.ImportDecisionNeeded(**refusal.reason.params) from refusal
        if row.state not in (State.CHECKING, State.STORING) or f"{slot}_refused" in task.checkpoint:
            raise
        # Both or neither: killed in between, nobody would take it back.
        with transaction.atomic():
            task.checkpoint[f"{slot}_refused"] = refusal.reason.to_json()
            task.save()
            services.import_cancel(row)


def _confirm(task: Task, once: str, row: Import) -> None:
    """Or try it again where its reading is out of date by now: once, then confirming it is refused."""
    if queries.outdated(row) and once not in task.checkpoint:
        task.checkpoint[once] = True
        task.save()
        services.import_check(row)
    else:
        services.import_confirm(row)
