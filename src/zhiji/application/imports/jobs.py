"""The import's work in the background."""

from __future__ import annotations

from collections.abc import Collection

from zhiji.application.activities import queries as activities
from zhiji.application.imports import reports, services
from zhiji.application.imports.models import Import
from zhiji.application.predictions import services as predictions
from zhiji.application.refresh import services as refresh
from zhiji.application.worklists import services as worklists
from zhiji.data.landing.files import path_of
from zhiji.data.sources.files import FileProfile
from zhiji.data.store.models import Order
from zhiji.kernel import CodedError
from zhiji.platform.company import company
from zhiji.platform.jobs import Task
from zhiji.processing.cleaning import Mapping
from zhiji.processing.pipelines import recounting
from zhiji.processing.pipelines.checking import CheckSettings, check
from zhiji.processing.pipelines.storing import Storing
from zhiji.processing.pipelines.undoing import Undoing


def _row(task: Task) -> Import:
    return Import.objects.select_related("file", "batch").get(pk=task.params["import_id"])


def check_step(task: Task) -> bool:
    """The dry run, in one step: it writes only to its own folder, so a second run after a kill starts over."""
    row = _row(task)
    books = company()
    settings = CheckSettings(
        kind=row.kind, source_code=row.source_code, zone=books.zone, currency=row.currency, is_history=row.is_history,
        lag_days=books.history_lag_days if row.is_history else 0, received_at=row.created_at,
        day_first=row.options.get("day_first"),
    )  # fmt: skip
    try:
        dry_run = check(
            path_of(row.file), FileProfile.from_json(row.profile), Mapping.from_json(row.mapping), settings,
            services.folder_of(row), task,
        )  # fmt: skip
    except CodedError as error:
        services.import_failed(row, error.reason)
        raise
    services.import_checked(row, dry_run)
    task.job.result = {"import_id": row.pk}
    return True


def store_step(task: Task) -> bool:
    row = _row(task)
    if row.batch is None:
        raise LookupError(f"import {row.pk} has no batch")
    storing = Storing(
        task, row.batch, services.folder_of(row), chunks=row.dry_run["chunks"], decision=services.decision_of(row),
        count_repeats_once=company().count_identical_lines_once,
    )  # fmt: skip
    if not storing.step():
        return False
    services.import_stored(row, reports.report(row, task.checkpoint["store"]["counts"]))
    _refresh_what_follows()
    return True


def _refresh_what_follows() -> None:
    """Scores and lists after the record changed; without any order there is nothing to score."""
    if Order.objects.exists():
        refresh.refresh_start()


def _undo(task: Task, row: Import) -> bool:
    if row.batch is None:
        return True
    once = company().count_identical_lines_once
    keep = activities.customers_with_activity
    return Undoing(task, row.batch, count_repeats_once=once, keep=keep, release=_release).step()


def _release(customer_ids: Collection[int]) -> None:
    """Whatever a refresh made for these customers goes with them: the database holds no score or call of nobody."""
    worklists.items_release(customer_ids)
    predictions.scores_release(customer_ids)


def undo_step(task: Task) -> bool:
    row = _row(task)
    if not _undo(task, row):
        return False
    services.import_undone(row)
    _refresh_what_follows()
    return True


def release_step(task: Task) -> bool:
    """A cancelled check or store: what is stored so far is taken back."""
    row = _row(task)
    if not _undo(task, row):
        return False
    services.import_released(row)
    return True


def identical_lines_step(task: Task) -> bool:
    """Sums of every order that holds an identical line, then their customers' rows, in blocks."""
    return recounting.step(task, count_repeats_once=company().count_identical_lines_once)


JOBS = {
    "identical_lines": identical_lines_step,
    "import_check": check_step,
    "import_store": store_step,
    "import_undo": undo_step,
}
ON_CANCEL = {"import_check": release_step, "import_store": release_step}
