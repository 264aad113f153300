"""What was pulled goes in by the door that files go in by: match, check, store, one step at a time."""

from __future__ import annotations

from typing import Any

from zhiji.application.imports import queries, services
from zhiji.application.imports.queries import Import, State
from zhiji.application.sources.errors import SourceImportLeft
from zhiji.application.sources.models import Run, Stream
from zhiji.platform.accounts import operator
from zhiji.platform.errors import WorkRefused
from zhiji.platform.jobs import Task
from zhiji.platform.models import Job
from zhiji.platform.nested_jobs import advance


def begun(stream: Stream, run: Run) -> Import:
    """The import of this run's file; after a kill the one that was begun, never a second beside it.

    The mapping of the stream is said in full, so that neither a likeness of names nor an earlier file decides.
    """
    if run.file is None:
        raise LookupError(f"run {run.pk} has no file")
    about: dict[str, Any] = {
        "file": run.file, "kind": stream.kind, "source_code": stream.connection.source_code,
        "is_history": run.is_history,
    }  # fmt: skip
    found = services.import_resumable(**about)
    return found or services.import_create(**about, name=run.file.name, overrides=dict(stream.mapping))


def found(run: Run) -> Import:
    return queries.import_get(operator(), run.import_id or 0)


def stepped(task: Task, stream: Stream, row: Import) -> bool:
    """One step of it; whether it is stored.

    Raises what the services refuse (``ImportNothingToStore`` for one whose every row is in quarantine), WorkRefused for
    what its check or its storing was refused for, and SourceImportLeft where a person took it out of our hands.
    """
    if row.state == State.MATCHING:
        _expect_ours(task, row)
        services.import_check(row)
    elif row.state == State.CHECKED:
        _confirm(task, stream, row)
    elif row.state in (State.CHECKING, State.STORING):
        _work(task, row)
    elif row.state == State.FAILED and row.reason:
        raise WorkRefused(row.reason)
    elif row.state != State.STORED:
        raise SourceImportLeft(number=row.pk)
    return row.state == State.STORED


def _expect_ours(task: Task, row: Import) -> None:
    if refused := task.checkpoint.get("refused"):
        raise WorkRefused(refused)
    if Job.objects.filter(pk=row.job_id or 0, state=Job.State.CANCELLED).exists():
        raise SourceImportLeft(number=row.pk)


def _confirm(task: Task, stream: Stream, row: Import) -> None:
    """With the decision of the stream; tried again once where its reading is out of date by now."""
    if queries.outdated(row) and task.checkpoint.get("tried_again") != row.pk:
        task.checkpoint["tried_again"] = row.pk
        task.save()
        services.import_check(row)
    else:
        services.import_confirm(row, changed=stream.changed if row.kind == "orders" else None)


def _work(task: Task, row: Import) -> None:
    """A step of its job; where that fails, what is stored by then is taken back before anybody is told."""
    job = Job.objects.get(pk=row.job_id or 0)
    try:
        advance(task, job)
    except WorkRefused as refusal:
        row.refresh_from_db()
        if row.state not in (State.CHECKING, State.STORING) or "refused" in task.checkpoint:
            raise
        task.checkpoint["refused"] = refusal.reason.to_json()
        task.save()
        services.import_cancel(row)
