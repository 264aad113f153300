"""One step of a stream's work: begin a run, pull, land, import, settle. Every state is in the run, none in the job: a
job that is killed, or a source that is away for days, leaves a run that the next job takes up where it stands."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from django.db import IntegrityError, transaction

from zhiji.application.imports import queries as imports
from zhiji.application.imports.services import ImportNothingToStore
from zhiji.application.sources import importing, settling
from zhiji.application.sources.errors import SourceImportUndone, SourceRowsRejected
from zhiji.application.sources.kinds import SYSTEMS
from zhiji.application.sources.models import Run, Stream
from zhiji.application.sources.systems import Brought
from zhiji.data.landing.files import land
from zhiji.data.sources.rest.errors import RestBroken, RestPatience
from zhiji.data.sources.sql.errors import SqlBroken, SqlNotConnected
from zhiji.kernel import CodedError, clock
from zhiji.platform import audit
from zhiji.platform.accounts import operator
from zhiji.platform.egress import AnswerTooSlow, EgressBroken, EgressUnresolved
from zhiji.platform.jobs import Task
from zhiji.platform.workspace import workspace

log = structlog.get_logger(__name__)
# So few rows may all be wrong without the mapping being so.
FEW_ROWS = 20
_LOOKED_BACK = 200
# The source, or the way there: it is tried again by itself.
PASSING: tuple[type[CodedError], ...] = (
    AnswerTooSlow, EgressBroken, EgressUnresolved, RestBroken, SqlBroken, SqlNotConnected,
)  # fmt: skip


def step(task: Task) -> bool:
    """Whether there is nothing more to do for now."""
    stream = Stream.objects.select_related("connection").filter(pk=task.params["stream_id"]).first()
    if stream is None or stream.state != Stream.State.RUNNING:
        return True
    _push_back(task, stream)
    run = Run.objects.select_related("file").filter(stream=stream, state__in=Run.UNDER_WAY).first()
    try:
        if run is None:
            if task.checkpoint.get("over"):
                return True
            run = _begun(stream)
        return _worked(task, stream, run)
    except RestPatience as patience:
        settling.waiting(stream, patience.until)
        return True
    except PASSING as trouble:
        settling.troubled(stream, trouble.reason)
        return True
    except CodedError as refusal:
        settling.stopped(stream, run, refusal.reason)
        _swept(run)
        return True


def _push_back(task: Task, stream: Stream) -> None:
    """Before anything else: a fault of ours is then met again at the next turn, not twice a minute."""
    if "pushed_back" not in task.checkpoint:
        with transaction.atomic():
            after = clock.now() + timedelta(minutes=stream.every_minutes)
            Stream.objects.filter(pk=stream.pk).update(next_at=after)
            task.checkpoint["pushed_back"] = True
            task.save()


def _begun(stream: Stream) -> Run:
    """Raises SourceImportUndone where somebody has taken back what had come."""
    undone = _undone(stream)
    if undone:
        Run.objects.filter(stream=stream, import_id__in=undone).update(state=Run.State.UNDONE)
        raise SourceImportUndone(number=undone[-1], count=len(undone))
    try:
        with transaction.atomic():
            return Run.objects.create(stream=stream, since=stream.position, is_history=stream.position is None)
    except IntegrityError:
        return Run.objects.select_related("file").get(stream=stream, state__in=Run.UNDER_WAY)


def _undone(stream: Stream) -> list[int]:
    """Imports of this stream that were stored and are taken back by now, oldest first."""
    kept = Run.objects.filter(stream=stream, state=Run.State.STORED).order_by("-pk")
    numbers = [number for number in kept.values_list("import_id", flat=True)[:_LOOKED_BACK] if number]
    gone = imports.imports(operator()).filter(pk__in=numbers, state__in=[imports.State.UNDOING, imports.State.UNDONE])
    return sorted(gone.values_list("pk", flat=True))


def _worked(task: Task, stream: Stream, run: Run) -> bool:
    if run.state == Run.State.PULLING:
        return _pulled(task, stream, run)
    if run.state == Run.State.LANDED:
        row = importing.begun(stream, run)
        Run.objects.filter(pk=run.pk).update(import_id=row.pk, state=Run.State.IMPORTING)
        return False
    row = importing.found(run)
    try:
        if importing.stepped(task, stream, row):
            settling.stored(stream, run, row)
            return _next(task, run)
    except ImportNothingToStore:
        if run.pulled_rows > FEW_ROWS or stream.position is None:
            raise SourceRowsRejected(count=run.pulled_rows, number=row.pk) from None
        settling.rejected(stream, run, row)
        return _next(task, run)
    return False


def _next(task: Task, run: Run) -> bool:
    """On with the following window, if there is one; over otherwise, also for who takes this job up after a kill."""
    _swept(run)
    if run.is_last:
        task.checkpoint["over"] = True
        task.save()
    return run.is_last


def _pulled(task: Task, stream: Stream, run: Run) -> bool:
    folder = _folder(run)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    system = SYSTEMS[stream.connection.kind]
    brought = system.pull(stream, run, folder / f"pull.{system.suffix}", task)
    if brought is None:
        return False
    new = [name for name in brought.columns if name not in stream.columns]
    notes = [note.to_json() for note in brought.notes]
    Stream.objects.filter(pk=stream.pk).update(notes=notes, offered=new)
    run.until, run.is_last, run.pulled_rows = brought.until, brought.is_last, brought.rows
    if brought.path is not None:
        _landed(run, stream, brought, brought.path)
        return False
    with transaction.atomic():
        if not _kept(run):
            return False
        settling.nothing(stream, run)
    return _next(task, run)


def _landed(run: Run, stream: Stream, brought: Brought, path: Path) -> None:
    """Byte for byte, before the run says so; killed in between, the pull is made again and this file lies unused."""
    file = land(f"{stream.connection.source_code}-{stream.name}-{run.pk}{''.join(path.suffixes)}", path)
    with transaction.atomic():
        if _kept(run, file=file, state=Run.State.LANDED):
            audit.record("source_run_landed", "source", stream.pk, run=run.pk, file=file.sha256, rows=brought.rows)


def _kept(run: Run, **more: Any) -> bool:
    """False where a back-fill, or a new cursor, has put another run in its place while it was pulled."""
    held = Run.objects.filter(pk=run.pk, state=Run.State.PULLING)
    return bool(held.update(until=run.until, is_last=run.is_last, pulled_rows=run.pulled_rows, **more))


def _folder(run: Run) -> Path:
    return workspace().staging / f"source-{run.pk}"


def _swept(run: Run | None) -> None:
    if run is not None:
        shutil.rmtree(_folder(run), ignore_errors=True)
