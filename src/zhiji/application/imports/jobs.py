"""The import's work in the background."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from django.db import transaction

from zhiji.application.imports import matching, reports, services, states
from zhiji.application.imports.errors import ImportDecisionNeeded
from zhiji.application.imports.models import Import
from zhiji.application.imports.options import ImportOptions
from zhiji.application.imports.taking_back import taking_back
from zhiji.application.refresh import services as refresh
from zhiji.data.landing.files import path_of
from zhiji.data.sources.files import FileProfile
from zhiji.data.store.models import Order
from zhiji.kernel import CodedError, Reason
from zhiji.platform.company import company
from zhiji.platform.jobs import Task
from zhiji.processing.cleaning import Mapping, OrderCurrencyDiffers
from zhiji.processing.pipelines import recounting
from zhiji.processing.pipelines.checking import CheckSettings, check, compare
from zhiji.processing.pipelines.orders import Decision, DecisionMissing
from zhiji.processing.pipelines.storing import Storing


def _row(task: Task) -> Import:
    return Import.objects.select_related("file", "batch").get(pk=task.params["import_id"])


def _settings(row: Import, currency: str) -> CheckSettings:
    books = company()
    return CheckSettings(
        kind=row.kind, source_code=row.source_code, zone=books.zone, currency=currency, region=books.region,
        is_history=row.is_history, lag_days=books.history_lag_days if row.is_history else 0,
        received_at=row.created_at, day_first=ImportOptions(**row.options).day_first, file_id=row.file_id,
    )  # fmt: skip


def _dry_run(row: Import, folder: Path, task: Task) -> dict[str, Any]:
    """In the currency of the books; in the file's own where that is one other and no orders are stored yet."""
    file, profile, mapping = path_of(row.file), FileProfile.from_json(row.profile), Mapping.from_json(row.mapping)
    books = company().currency
    try:
        return check(file, profile, mapping, _settings(row, books), folder, task) | {"currency": books}
    except OrderCurrencyDiffers as differs:
        if services.orders_are_stored():
            raise
        found = str(differs.reason.params["found"])
    dry_run = check(file, profile, mapping, _settings(row, found), folder, task)
    said = Reason("books_currency_from_file", {"currency": found}).to_json()
    return dry_run | {"currency": found, "findings": [said, *dry_run["findings"]]}


def _went_on(row: Import, task: Task) -> bool:
    """Whether the import has another job by now: this one was tried again after somebody had found another way."""
    return row.job_id != task.job.pk


def check_step(task: Task) -> bool:
    """The dry run, in one step: it writes only to its own folder, so a second run after a kill starts over."""
    row = _row(task)
    if row.state != Import.State.CHECKING or _went_on(row, task):
        return True  # killed after its last commit: it is over, and the person may have gone on
    folder = states.checking_folder(row, task.job.pk)
    try:
        with task.held():
            dry_run = _dry_run(row, folder, task)
    except CodedError as error:
        states.failed(row, error.reason)
        raise
    states.checked(row, dry_run, folder)
    task.job.result = {"import_id": row.pk}
    return True


def store_step(task: Task) -> bool:
    row = _row(task)
    if _went_on(row, task):
        return True
    if "undecided" in task.checkpoint:
        return _back_to_asking(task, row)
    if row.batch is None:
        raise LookupError(f"import {row.pk} has no batch")
    storing = Storing(
        task, row.batch, states.folder_of(row), chunks=row.dry_run["chunks"],
        decision=cast("Decision | None", row.changed), count_repeats_once=company().count_identical_lines_once,
    )  # fmt: skip
    try:
        if not storing.step():
            return False
    except DecisionMissing as found:
        task.checkpoint["undecided"] = found.orders
        task.save()
        return False
    with transaction.atomic():
        states.stored(row, reports.report(row, task.checkpoint["store"]["counts"]))
        _refresh_what_follows()
    return True


def _back_to_asking(task: Task, row: Import) -> bool:
    """An order differs from the record, and nobody was asked: another import came in since the dry run. What was
    stored of this one is taken back, and it asks, with the figures of now."""
    if not _undo(task, row):
        return False
    counts = compare(states.folder_of(row), _settings(row, row.currency), Mapping.from_json(row.mapping))
    with transaction.atomic():
        states.asking(row, counts)
        _refresh_what_follows()
    raise ImportDecisionNeeded(changed_orders=counts.get("changed_orders", task.checkpoint["undecided"]))


def _refresh_what_follows() -> None:
    """Scores and lists after the record changed; without any order only what was found in earlier ones must go."""
    if Order.objects.exists() or refresh.is_anything_shown():
        refresh.refresh_start()


def _undo(task: Task, row: Import) -> bool:
    if row.batch is None:
        return True
    return taking_back(task, row.batch).step()


def undo_step(task: Task) -> bool:
    row = _row(task)
    if _went_on(row, task):
        return True
    if not _undo(task, row):
        return False
    with transaction.atomic():
        states.undone(row, matching.read_after(row))
        _refresh_what_follows()
    return True


def release_step(task: Task) -> bool:
    """A cancelled check or store: what is stored so far is taken back."""
    row = _row(task)
    if _went_on(row, task):
        return True
    if not _undo(task, row):
        return False
    with transaction.atomic():
        had_begun = row.batch_id is not None
        states.released(row)
        if had_begun:
            _refresh_what_follows()
    return True


def identical_lines_step(task: Task) -> bool:
    """Sums of every order that holds an identical line, then their customers' rows, in blocks."""
    if not recounting.step(task, count_repeats_once=company().count_identical_lines_once):
        return False
    with transaction.atomic():
        if company().count_identical_lines_once != task.checkpoint["once"]:
            return False  # switched back while the last blocks were counted
        _refresh_what_follows()
    return True


JOBS = {
    "identical_lines": identical_lines_step,
    "import_check": check_step,
    "import_store": store_step,
    "import_undo": undo_step,
}
ON_CANCEL = {"import_check": release_step, "import_store": release_step}
