"""Resolution: records of one customer are joined, under one number, so that it can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import duckdb
import pyarrow as pa
from django.db import transaction

from zhiji.application.identities import previews
from zhiji.application.identities.errors import ResolutionUnderWay
from zhiji.application.identities.queries import waiting
from zhiji.application.refresh import services as refresh
from zhiji.data.lake import EngineSettings
from zhiji.data.store.models import Customer, Identity, IdentityLink, Order
from zhiji.kernel import clock
from zhiji.platform import audit, jobs, live
from zhiji.platform.company import company
from zhiji.platform.jobs import Task
from zhiji.platform.models import Job, User
from zhiji.platform.scope import require_all
from zhiji.platform.workspace import workspace
from zhiji.processing.identity.standard import RAW
from zhiji.processing.pipelines.decided import decided
from zhiji.processing.pipelines.link_records import raw_records
from zhiji.processing.pipelines.links import store_links
from zhiji.processing.pipelines.regrouping import settle

if TYPE_CHECKING:
    from zhiji.processing.identity.matching import Matches


Mode = Literal["run", "look", "undo"]
KINDS: dict[Mode, str] = {"run": "resolve", "look": "resolve_look", "undo": "resolve_undo"}


def resolution_start(*, user: User, mode: Mode) -> Job:
    """Start one on somebody's behalf: it concerns all customers, so only who may write all of them may.

    Raises ResolutionUnderWay while another works on the same links.
    """
    require_all(user, "customer", "write")
    return {"run": resolve_start, "look": resolve_look_start, "undo": resolve_undo}[mode](by=user)


def resolve_start(*, by: User | None = None) -> Job:
    """Queue a resolution of everything that is stored; one that waits already is returned."""
    return _queued("run", by)


def resolve_undo(*, by: User | None = None) -> Job:
    """Queue the way back: what keys and the model have joined is taken apart, what people decided stays."""
    return _queued("undo", by)


def resolve_look_start(*, by: User | None = None) -> Job:
    """Queue a look: its report says what a resolution would join and why; nothing is stored."""
    return _queued("look", by)


def _queued(mode: Mode, by: User | None) -> Job:
    unfinished = Job.objects.filter(kind__in=KINDS.values(), state__in=["queued", "running", "waiting"])
    other = unfinished.exclude(kind=KINDS[mode]).order_by("pk").first()
    if other is not None:
        raise ResolutionUnderWay(job=other.pk)
    return jobs.enqueue(KINDS[mode], by=by, unique_key=KINDS[mode])


def look_step(task: Task) -> bool:
    """A look under way: one long computation."""
    with task.held():
        found = _matched()
        task.job.result = {**_told(found), **previews.report(found)}
    return True


class Resolution:
    """One resolution under way: matching, then links, then customers, block by block. Each may be begun again."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.state = task.checkpoint

    def step(self) -> bool:
        if "found" not in self.state:
            if self.task.job.kind == KINDS["undo"]:
                self._take_back()
            else:
                with self.task.held():
                    found = _matched()
                    self._store(found)
            if self.task.time_is_up():
                return False
        moved = self.state.get("moved", 0)
        for count in settle(count_repeats_once=company().count_identical_lines_once):
            moved += count
            self.state["moved"] = moved
            self.task.save(stage="customers", done=moved)
            if self.task.time_is_up():
                return False
        self._finish()
        return True

    @transaction.atomic
    def _store(self, found: Matches) -> None:
        self.state["found"] = {**_told(found), **store_links(found, clock.now())}
        self.task.save(stage="links")

    @transaction.atomic
    def _take_back(self) -> None:
        taken, _ = IdentityLink.objects.all().delete()
        self.state["found"] = {"taken_back": taken}
        self.task.save(stage="links")

    @transaction.atomic
    def _finish(self) -> None:
        counts: dict[str, Any] = {
            "identities": Identity.objects.exclude(customer=None).count(),
            "customers": Customer.objects.filter(merged_into=None).count(),
            "merged": Customer.objects.exclude(merged_into=None).count(),
            "reviews": waiting().count(),
        }
        self.task.job.result = {**self.state["found"], **counts, "moved": self.state.get("moved", 0)}
        audit.record("resolve", "customer", "", moved=self.state.get("moved", 0), **counts)
        live.publish("customers", changed="resolved", count=self.state.get("moved", 0))
        if self.state.get("moved") and Order.objects.exists():
            refresh.refresh_start()


def _matched() -> Matches:
    # Splink takes a second to load, which no process should wait for that resolves nothing.
    from zhiji.processing.identity.matching import match

    said = decided()
    tables = list(raw_records())
    raw = pa.concat_tables(tables) if tables else RAW.empty_table()
    with _engine() as engine:
        return match(engine, raw, same=said.same, different=said.different)


@contextmanager
def _engine() -> Iterator[duckdb.DuckDBPyConnection]:
    """In memory, spilling into the workspace, with the threads and the memory that the engine of the lake may take."""
    settings = EngineSettings.from_environment()
    engine = duckdb.connect()
    try:
        engine.execute(f"SET threads = {settings.thread_count}")
        engine.execute(f"SET memory_limit = '{settings.memory_megabytes}MB'")
        engine.execute(f"SET temp_directory = '{workspace().staging / 'resolve'}'")
        yield engine
    finally:
        engine.close()


def _told(found: Matches) -> dict[str, Any]:
    groups = set(found.groups.group_of.values())
    return {
        "certain": len(found.certain),
        "groups": len(groups),
        "joined": len(found.groups.group_of) - len(groups),
        "contradicted": len(found.groups.contradicted),
        "models": found.report,
        "learned": {kind: previews.learned(model) for kind, model in found.models.items()},
    }
