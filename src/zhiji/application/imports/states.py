"""The states an import goes through: taking the row, starting work on it, and what follows when the work is over."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import transaction

from zhiji.application.imports.errors import ImportStateWrong
from zhiji.application.imports.models import Import
from zhiji.data.landing.models import Batch
from zhiji.kernel import CodedError, Reason, clock
from zhiji.platform import audit, jobs, live
from zhiji.platform.models import Job, User
from zhiji.platform.workspace import workspace

State = Import.State
_NAMED = 20


def folder_of(row: Import) -> Path:
    """Where the parts of this import lie while it is on its way."""
    return workspace().staging / f"import-{row.pk}"


def checking_folder(row: Import, job_id: int) -> Path:
    """Where a check writes until it is over: a worker that was too slow does not get between another and its files."""
    return workspace().staging / f"check-{row.pk}-{job_id}"


def expect(row: Import, *states: str) -> None:
    if row.state not in states:
        raise ImportStateWrong(state=row.state)


@contextmanager
def held(row: Import, *states: str, refusal: type[CodedError] = ImportStateWrong) -> Iterator[None]:
    """A transaction in which this import is nobody else's, as it stands now and not as it was read.

    Of two who press the same button at the same moment, the second finds it in its next state and is refused.
    """
    with transaction.atomic():
        row.refresh_from_db(from_queryset=Import.objects.select_for_update())
        if row.state not in states:
            raise refusal(state=row.state)
        yield


@transaction.atomic
def start(row: Import, kind: str, state: str, by: User | None, **said: Any) -> Job:
    """said: what the person decided, for the audit trail."""
    job = jobs.enqueue(kind, by=by or row.created_by, unique_key=f"{kind}:{row.pk}", import_id=row.pk)
    row.job_id = job.pk
    row.save(update_fields=["job_id"])
    settle(row, state, **said)
    return job


@transaction.atomic
def settle(row: Import, state: str, **said: Any) -> None:
    row.state = state
    row.save(update_fields=["state"])
    audit.record(f"import_{state}", "import", row.pk, **said)
    live.publish("import", id=row.pk, state=state)


@transaction.atomic
def released(row: Import) -> None:
    """What follows once nobody works on it any more: a check is forgotten; a store that was undone may start again."""
    Batch.objects.filter(pk=row.batch_id or 0, state=Batch.State.OPEN).update(
        state=Batch.State.WITHDRAWN, withdrawn_at=clock.now()
    )
    row.batch = row.changed = None
    row.save(update_fields=["batch", "changed"])
    settle(row, State.MATCHING)
    left = checking_folder(row, row.job_id or 0)
    transaction.on_commit(lambda: shutil.rmtree(left, ignore_errors=True))


@transaction.atomic
def failed(row: Import, reason: Reason) -> None:
    """A check that was refused leaves nothing behind but its reason."""
    row.reason = reason.to_json()
    row.save(update_fields=["reason"])
    settle(row, State.FAILED)


@transaction.atomic
def checked(row: Import, dry_run: dict[str, Any], folder: Path) -> None:
    """folder: what the check prepared for storing."""
    shutil.rmtree(folder_of(row), ignore_errors=True)
    folder.replace(folder_of(row))
    row.dry_run, row.reason = dry_run, None
    row.save(update_fields=["dry_run", "reason"])
    settle(row, State.CHECKED)


@transaction.atomic
def asking(row: Import, counts: dict[str, int]) -> None:
    """Back to the person's word, for the record has changed since the dry run. counts: how the file compares now."""
    row.batch, row.dry_run = None, {**row.dry_run, "counts": {**row.dry_run.get("counts", {}), **counts}}
    row.save(update_fields=["batch", "dry_run"])
    settle(row, State.CHECKED)


@transaction.atomic
def stored(row: Import, report: dict[str, Any]) -> None:
    row.report, row.stored_at = report, clock.now()
    row.save(update_fields=["report", "stored_at"])
    settle(row, State.STORED)
    transaction.on_commit(lambda: shutil.rmtree(folder_of(row), ignore_errors=True))


@transaction.atomic
def undone(row: Import, read_after: Sequence[int] = ()) -> None:
    """read_after: imports that are left and were read by what this one showed."""
    if read_after and row.report:
        said = {"count": len(read_after), "imports": list(read_after[:_NAMED])}
        row.report["findings"] = [*row.report["findings"], Reason("imports_read_after_it", said).to_json()]
        row.save(update_fields=["report"])
    settle(row, State.UNDONE)
    transaction.on_commit(lambda: shutil.rmtree(folder_of(row), ignore_errors=True))
