"""Bringing everything derived up to a day: one walk of stages, resumable, the same from the button, the night and the
command."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from django.db import transaction
from django.db.models import Min

from zhiji.application.predictions import services as predictions
from zhiji.application.refresh.errors import RefreshDayOutside, RefreshNothingThere
from zhiji.application.refresh.queries import default_as_of
from zhiji.application.segments import services as segments
from zhiji.application.worklists import services as worklists
from zhiji.data.lake import ORDER_HOMES, LakeTables, open_engine
from zhiji.data.store import coverage, listing
from zhiji.data.store.models import CustomerListRow, Order
from zhiji.kernel import clock
from zhiji.platform import audit, jobs, live
from zhiji.platform.company import company, zone
from zhiji.platform.jobs import Task
from zhiji.platform.models import Job, User
from zhiji.platform.workspace import workspace
from zhiji.processing.pipelines.lake import rebuild_lake

if TYPE_CHECKING:
    import ibis.expr.types as ir

STAGES = ("lake", "features", "segments", "predictions", "lists", "ledger")
_UNFINISHED = (Job.State.QUEUED, Job.State.RUNNING, Job.State.WAITING)


@transaction.atomic
def refresh_start(*, by: User | None = None, as_of: date | None = None, delay_seconds: int = 0) -> Job:
    """Queue a refresh; while one waits that has read nothing yet, that one is returned and takes the day asked for.

    One that is already under way has read the record as it was: it is followed by a second. Raises RefreshDayOutside
    for a day before the first order or in the future.
    """
    if as_of is not None:
        _check_day(as_of, zone())
    day = as_of.isoformat() if as_of else None
    # Locked: one that is about to begin waits until what the caller has written is committed, and reads it then.
    unfinished = list(Job.objects.select_for_update().filter(kind="refresh", state__in=_UNFINISHED).order_by("pk"))
    waiting = [job for job in unfinished if not job.checkpoint.get("as_of") and not job.cancel_requested]
    if waiting:
        job = waiting[-1]
        if day is not None:
            job.params = {**job.params, "as_of": day}
            job.save(update_fields=["params"])
        return job
    key = f"refresh:after-{unfinished[-1].pk}" if unfinished else "refresh"
    return jobs.enqueue("refresh", by=by, unique_key=key, as_of=day, delay=timedelta(seconds=delay_seconds))


def is_anything_shown() -> bool:
    """Whether an earlier refresh left something that must follow the record, also where no order is left."""
    return segments.is_anything_shown() or predictions.is_anything_shown()


def _check_day(day: date, place: ZoneInfo) -> None:
    first = Order.objects.aggregate(first=Min("ordered_at"))["first"]
    if first is None:
        raise RefreshNothingThere()
    began, today = clock.day_of(first, place), clock.day_of(clock.now(), place)
    if not began <= day <= today:
        shown = {"day": day.isoformat(), "first": began.isoformat(), "today": today.isoformat()}
        raise RefreshDayOutside(**shown, where={"field": "as_of"})


class Refresh:
    """One refresh under way; what a stage leaves for the next lies in its own folder of the workspace."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.state = task.checkpoint
        self.state.setdefault("stage", STAGES[0])
        self.folder: Path = workspace().staging / f"refresh-{task.job.pk}"
        self.zone = zone()

    @property
    def run(self) -> str:
        """The same for a refresh that goes on after a kill: what it has stored it finds again."""
        return f"job-{self.task.job.pk}"

    @property
    def as_of(self) -> date:
        return date.fromisoformat(self.state["as_of"])

    @property
    def covered_to(self) -> date:
        """How far the data reached when this refresh began: what comes in later is no part of what it reads."""
        return date.fromisoformat(self.state.get("covered_to") or default_as_of(self.zone).isoformat())

    @property
    def earlier_on(self) -> date:
        """One horizon ago: from where the look-back of the segments is made."""
        return self.as_of - timedelta(days=company().horizon_days)

    def known_by(self, day: date) -> datetime:
        """What counts as known as of a day: of the present everything stored, of any day before only what was known on
        it, also where the data reach no farther than that day."""
        return coverage.known_by(day, max(self.as_of, self.covered_to), self.zone)

    def step(self) -> bool:
        if Job.objects.filter(kind="refresh", state__in=_UNFINISHED, pk__lt=self.task.job.pk).exists():
            time.sleep(1)  # an earlier one is under way, if only between two steps: the lake has one writer
            return False
        if "as_of" not in self.state:
            if not Order.objects.exists() and is_anything_shown():
                self._nothing_left()
                return True
            self.state["covered_to"] = default_as_of(self.zone).isoformat()
            self.state["as_of"] = self.task.params.get("as_of") or self.state["covered_to"]
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        while self.state["stage"] != "done":
            if self.task.time_is_up():
                return False
            self.task.breathe()
            stage = self.state["stage"]
            self.task.save(stage=stage, done=STAGES.index(stage), total=len(STAGES))
            with self.task.held():
                getattr(self, f"_{stage}")()
            following = [*STAGES, "done"][STAGES.index(stage) + 1]
            self.state["stage"] = following
            self.task.save(stage=following, done=STAGES.index(stage) + 1, total=len(STAGES))
        self._finish()
        return True

    def _nothing_left(self) -> None:
        """The last import was undone: what was found in its orders goes too. The ledger keeps its frozen figures."""
        with self.task.held():
            self.state["rows"] = rebuild_lake()
            with transaction.atomic():
                segments.segments_clear()
                predictions.serving_clear()
                self._blank(set())
                today = clock.day_of(clock.now(), self.zone)
                worklists.worklist_refresh(pd.DataFrame(columns=list(worklists.FRAME_COLUMNS)), today)
                self.state["as_of"] = today.isoformat()
                self.task.save(stage="done", done=len(STAGES), total=len(STAGES))
        self._finish()

    def _lake(self) -> None:
        self.state["rows"] = rebuild_lake()

    def _features(self) -> None:
        """Features and customer-days as of the day, written once and read by every later stage."""
        # Loaded here: every command knows of the refresh, and few run it.
        from zhiji.processing.features import customer_features, transactions, unmerged

        with open_engine(workspace().lake) as engine:

            def read(table: Callable[..., ir.Table], day: date, tables: LakeTables = engine.tables) -> pa.Table:
                return engine.to_arrow(table(tables, day, self.zone, known_by=self.known_by(day)))

            pq.write_table(read(customer_features, self.as_of), self._file("features"))
            self._as_known(lambda day: read(transactions, day).to_pandas(date_as_object=False))
            pq.write_table(read(customer_features, self.earlier_on), self._file("earlier"))
            today = clock.day_of(clock.now(), self.zone)
            pq.write_table(read(transactions, today), self._file("all_days"))
            if self.state["rows"].get(ORDER_HOMES):
                pq.write_table(read(transactions, today, unmerged(engine.tables)), self._file("unmerged_days"))

    def _as_known(self, read: Callable[[date], pd.DataFrame]) -> None:
        """Customer-days of the day, and as they were known on each day from which the model judges itself: what came in
        later than the day itself counts on it, and on none before."""
        from zhiji.algorithms.value import backtest_origins
        from zhiji.processing.features import transactions_as_known

        known, origins = read(self.as_of), None
        horizon = company().horizon_days
        # Once more only where the first day of all was known and has been taken back since.
        while len(known) and origins != (wanted := backtest_origins(known, self.as_of, horizon, zone=str(self.zone))):
            origins = wanted
            known = transactions_as_known(read, [*origins, self.as_of], self.zone)
        known.to_parquet(self._file("days"))

    def _segments(self) -> None:
        labels = segments.segments_refresh(
            self._read("features"), self._read("earlier"), self._read("all_days"), self.as_of, self.earlier_on,
            run=self.run,
        )  # fmt: skip
        labels.to_parquet(self._file("labels"))

    def _predictions(self) -> None:
        scores = predictions.predictions_refresh(
            self._read("days"), self.as_of, horizon_days=company().horizon_days, lake=self.state["rows"], run=self.run,
            covered_to=self.covered_to,
        )  # fmt: skip
        scores.to_parquet(self._file("scores"))

    def _lists(self) -> None:
        """One frame with everything that lists show, written in blocks."""
        features = self._read("features")
        overdue = worklists.overdue(features).drop(columns="usual_gap_days").set_index("customer_id")
        features[list(worklists.USUAL_GAP_COLUMNS)] = worklists.usual_gap(features)
        frame = features.set_index("customer_id").join(self._read("labels").set_index("customer_id"))
        frame = frame.join(self._read("scores").set_index("customer_id")).join(overdue).reset_index()
        frame["as_of"] = self.as_of
        frame = listing.present(frame)
        listing.write_scores(frame)
        self._blank(set(frame["customer_id"]))
        worklists.worklist_refresh(frame, self.as_of, covered_to=self.covered_to)

    def _blank(self, known: set[int]) -> None:
        """Customers whose orders were all undone keep no score of the time before."""
        scored = set(CustomerListRow.objects.exclude(as_of=None).values_list("pk", flat=True))
        gone = sorted(scored - known)
        empty = {name: [None] * len(gone) for name in listing.SCORE_COLUMNS}
        listing.write_scores(pd.DataFrame({"customer_id": gone, **empty}, dtype=object))

    def _ledger(self) -> None:
        days = self._read("unmerged_days" if self._file("unmerged_days").exists() else "all_days")
        predictions.ledger_settle(days, covered_to=self.covered_to)

    @transaction.atomic
    def _finish(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.task.job.result = {"as_of": self.state["as_of"], "rows": self.state.get("rows", {})}
        audit.record("refresh", "prediction", self.state["as_of"])
        live.publish("refresh", as_of=self.state["as_of"])

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.parquet"

    def _read(self, name: str) -> pd.DataFrame:
        return pd.read_parquet(self._file(name))
