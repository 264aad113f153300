"""Long work in short steps.

A handler is a function ``step(task: Task) -> bool``: it does work for at most ``STEP_SECONDS``, writes what it has
done to ``task.checkpoint`` in the same transaction as the work itself, and says whether all is done. A worker that is
killed loses at most the open transaction: its lease runs out and another worker calls the same handler with the last
checkpoint. The command line runs the same handlers in its own process.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import orjson
import structlog
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import F, Q

from zhiji.kernel import CodedError, clock
from zhiji.platform import audit, live
from zhiji.platform.context import Actor, acting
from zhiji.platform.disk import fullness
from zhiji.platform.models import Job, User

log = structlog.get_logger(__name__)
STEP_SECONDS = 15.0
LEASE = timedelta(seconds=90)
MOST_ATTEMPTS = 5
_INLINE = ":inline"
_ENDED = (Job.State.DONE, Job.State.FAILED, Job.State.CANCELLED)

Handler = Callable[["Task"], bool]
_handlers: dict[str, Handler] = {}
_undoers: dict[str, Handler] = {}


class JobCancelled(Exception):
    """Raised by ``Task.breathe`` when somebody asked to stop; the handler may catch it to clean up."""


class LeaseLost(Exception):
    """Another worker took the job over: this one must not write any more."""


def register(handlers: dict[str, Handler], *, on_cancel: dict[str, Handler] | None = None) -> None:
    """Called once at start by ``config`` with every capability's ``JOBS`` and, if it has one, ``ON_CANCEL`` table.

    An ``ON_CANCEL`` handler takes back what a started job has done, in steps like any other; the job is cancelled when
    it says that all is done. A kind without one stops where it is.
    """
    _handlers.update(handlers)
    _undoers.update(on_cancel or {})


def known(kind: str) -> bool:
    return kind in _handlers


def kinds() -> set[str]:
    return set(_handlers)


@dataclass
class Task:
    """What a handler sees of its job."""

    job: Job
    owner: str
    deadline: float = field(default_factory=lambda: time.monotonic() + STEP_SECONDS)
    begun_with: bytes = field(init=False)

    def __post_init__(self) -> None:
        self.begun_with = orjson.dumps(self.job.checkpoint)

    @property
    def params(self) -> dict[str, Any]:
        return dict(self.job.params)

    @property
    def checkpoint(self) -> dict[str, Any]:
        checkpoint: dict[str, Any] = self.job.checkpoint
        return checkpoint

    def time_is_up(self) -> bool:
        return time.monotonic() >= self.deadline

    def save(self, *, stage: str | None = None, done: int | None = None, total: int | None = None) -> None:
        """Write checkpoint and progress, in the caller's transaction if there is one. Renews the lease."""
        job = self.job
        job.stage = job.stage if stage is None else stage
        job.progress_done = job.progress_done if done is None else done
        job.progress_total = job.progress_total if total is None else total
        job.lease_until = clock.now() + LEASE
        if job.attempts and orjson.dumps(job.checkpoint) != self.begun_with:
            job.attempts = 0  # it came further than the last time: what killed its worker then is behind it
        held = Job.objects.filter(pk=job.pk, lease_owner=self.owner, state=Job.State.RUNNING).update(
            checkpoint=job.checkpoint, stage=job.stage, progress_done=job.progress_done, result=job.result,
            progress_total=job.progress_total, lease_until=job.lease_until, attempts=job.attempts,
        )  # fmt: skip
        if not held:
            raise LeaseLost(f"job {job.pk}")
        live.publish("job", id=job.pk, kind=job.kind, state=job.state, stage=job.stage,
                     done=job.progress_done, total=job.progress_total)  # fmt: skip

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep the lease during one long computation that cannot save in between (fitting a model)."""
        over = threading.Event()

        def renew() -> None:
            while not over.wait(LEASE.total_seconds() / 4):
                try:
                    Job.objects.filter(pk=self.job.pk, lease_owner=self.owner).update(lease_until=clock.now() + LEASE)
                except OperationalError:
                    log.warning("lease_not_renewed", job=self.job.pk)  # the next time comes before it runs out
                    connection.close()
            connection.close()

        keeper = threading.Thread(target=renew, name=f"lease-{self.job.pk}", daemon=True)
        keeper.start()
        try:
            yield
        finally:
            over.set()
            keeper.join()

    def breathe(self) -> None:
        """Raise ``JobCancelled`` if somebody pressed cancel; never while the work is being taken back."""
        if not self.job.cancel_requested and Job.objects.filter(pk=self.job.pk, cancel_requested=True).exists():
            raise JobCancelled


def enqueue(kind: str, *, by: User | None = None, unique_key: str = "", delay: timedelta = timedelta(0),
            **params: Any) -> Job:  # fmt: skip
    """Put a job in the queue. With ``unique_key``, the unfinished job of that key is returned instead of a second."""
    if kind not in _handlers:
        raise LookupError(f"no handler for job {kind!r}")
    try:
        with transaction.atomic():
            job = Job.objects.create(
                kind=kind, params=params, created_by=by, unique_key=unique_key, not_before=clock.now() + delay
            )
            audit.record("job_create", "job", job.pk, kind=kind)
            return job
    except IntegrityError:
        held = Job.objects.filter(unique_key=unique_key, state__in=["queued", "running", "waiting"]).first()
        if held is None:
            raise
        return held


def cancel(job: Job) -> None:
    """Ask a job to stop. One that never started stops at once; one that did is first given the chance to undo."""
    with transaction.atomic():
        waiting = Job.objects.filter(pk=job.pk, state__in=["queued", "waiting"])
        if job.kind in _undoers:
            waiting.filter(started_at=None).update(state=Job.State.CANCELLED, finished_at=clock.now())
            waiting.filter(state=Job.State.WAITING).update(state=Job.State.QUEUED, not_before=clock.now())
        else:
            waiting.update(state=Job.State.CANCELLED, finished_at=clock.now())
        Job.objects.filter(pk=job.pk).exclude(state__in=_ENDED).update(cancel_requested=True)
        audit.record("job_cancel", "job", job.pk)
    job.refresh_from_db()


def retry(job: Job) -> Job:
    """Put a failed job back into the queue; it goes on from its checkpoint."""
    with transaction.atomic():
        again = Job.objects.filter(pk=job.pk, state=Job.State.FAILED).update(
            state=Job.State.QUEUED, not_before=clock.now(), finished_at=None, reason=None, cancel_requested=False,
            attempts=0,
        )  # fmt: skip
        if again:
            audit.record("job_retry", "job", job.pk, kind=job.kind)
    job.refresh_from_db()
    return job


def take_back(job: Job) -> Job:
    """Put a failed job back into the queue to be undone (``ON_CANCEL``), not to be tried again."""
    with transaction.atomic():
        again = Job.objects.filter(pk=job.pk, state=Job.State.FAILED).update(
            state=Job.State.QUEUED, not_before=clock.now(), finished_at=None, reason=None, attempts=0,
            cancel_requested=True,
        )  # fmt: skip
        if again:
            audit.record("job_cancel", "job", job.pk)
    job.refresh_from_db()
    return job


def claim(owner: str, only: int | None = None) -> Job | None:
    """Take the oldest due job, or one whose worker fell silent. Two workers never hold the same job.

    A job whose workers fell silent ``MOST_ATTEMPTS`` times, and never came further in between, is put aside as failed:
    whatever kills them would kill the next one too. ``retry`` takes it up again.
    """
    now = clock.now()
    due = Q(state=Job.State.QUEUED, not_before__lte=now) | Q(state=Job.State.RUNNING, lease_until__lt=now)
    while True:
        with transaction.atomic():
            rows = Job.objects.filter(due) if only is None else Job.objects.filter(due, pk=only)
            if connection.features.has_select_for_update_skip_locked:
                rows = rows.select_for_update(skip_locked=True)
            job = rows.order_by("not_before", "pk").first()
            if job is None:
                return None
            job.attempts += job.state == Job.State.RUNNING
            if job.attempts >= MOST_ATTEMPTS:
                _put_aside(job)
                continue
            job.state, job.lease_owner, job.lease_until = Job.State.RUNNING, owner, now + LEASE
            job.started_at = job.started_at or now
            job.save(update_fields=["state", "lease_owner", "lease_until", "started_at", "attempts"])
        return job


def _put_aside(job: Job) -> None:
    job.state, job.lease_owner, job.lease_until, job.finished_at = Job.State.FAILED, "", None, clock.now()
    job.reason = {"code": "job_worker_lost", "params": {"attempts": job.attempts}, "where": {}}
    job.save(update_fields=["state", "lease_owner", "lease_until", "finished_at", "reason", "attempts"])
    log.error("job_put_aside", job=job.pk, kind=job.kind, attempts=job.attempts)
    live.publish("job", id=job.pk, kind=job.kind, state=job.state, stage=job.stage,
                 done=job.progress_done, total=job.progress_total)  # fmt: skip
    audit.record("job_failed", "job", job.pk, kind=job.kind)


def run_step(job: Job, owner: str) -> Job:
    """Run one step of a claimed job and settle what comes next."""
    task = Task(job, owner)
    with acting(Actor("job", job.created_by_id, f"job-{job.pk}")):
        try:
            if job.cancel_requested:
                if job.kind in _undoers and not _undoers[job.kind](task):
                    _settle(task, Job.State.QUEUED)
                    return _fresh(job)
                raise JobCancelled
            if _handlers[job.kind](task):
                _settle(task, Job.State.DONE)
            else:
                _settle(task, Job.State.QUEUED)
        except LeaseLost:
            log.warning("job_lease_lost", job=job.pk)
        except JobCancelled:
            # Raised by the handler in the middle of its work: what it undoes comes with the next step.
            undo_first = job.kind in _undoers and not job.cancel_requested
            _settle(task, Job.State.QUEUED if undo_first else Job.State.CANCELLED)
        except CodedError as error:
            _settle(task, Job.State.FAILED, error.reason.to_json())
        except Exception as error:  # noqa: BLE001 - the last line of defence: the fault is logged and stored
            _retry_or_fail(task, error)
    return _fresh(job)


def _fresh(job: Job) -> Job:
    job.refresh_from_db()
    return job


def _settle(task: Task, state: str, reason: dict[str, Any] | None = None) -> None:
    ended = state in _ENDED
    with transaction.atomic():
        updated = Job.objects.filter(pk=task.job.pk, lease_owner=task.owner).update(
            state=state, reason=reason, lease_owner="", lease_until=None, attempts=0, result=task.job.result,
            finished_at=clock.now() if ended else None, not_before=clock.now(),
        )  # fmt: skip
        if updated:
            live.publish("job", id=task.job.pk, kind=task.job.kind, state=state, stage=task.job.stage,
                         done=task.job.progress_done, total=task.job.progress_total)  # fmt: skip
            if ended:
                audit.record(f"job_{state}", "job", task.job.pk, kind=task.job.kind)


def _retry_or_fail(task: Task, error: Exception) -> None:
    """Transient faults (of the database, or a full disk) are tried again with growing pauses; all else ends the job."""
    job = task.job
    log.exception("job_step_broke", job=job.pk, kind=job.kind)
    full = fullness(error)
    if (full or isinstance(error, OperationalError)) and job.attempts + 1 < MOST_ATTEMPTS:
        Job.objects.filter(pk=job.pk, lease_owner=task.owner).update(
            state=Job.State.QUEUED, attempts=F("attempts") + 1, lease_owner="", lease_until=None,
            not_before=clock.now() + timedelta(seconds=2**job.attempts),
        )  # fmt: skip
        if full and task.owner.endswith(_INLINE):
            raise full from error  # somebody waits, and can make room; the job goes on where it was
        return
    broke = {"code": "internal_fault", "params": {"reference": f"job-{job.pk}"}, "where": {}}
    _settle(task, Job.State.FAILED, full.reason.to_json() if full else broke)


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def release_dead() -> int:
    """End the leases of workers of this machine whose process is gone, so that nobody waits for them to run out."""
    host = f"{socket.gethostname()}:"
    dead = []
    for pk, owner in Job.objects.filter(state=Job.State.RUNNING).values_list("pk", "lease_owner"):
        pid = owner.removeprefix(host).split(":")[0]
        if owner.startswith(host) and pid.isdigit() and not _is_alive(int(pid)):
            dead.append(pk)
    return Job.objects.filter(pk__in=dead, state=Job.State.RUNNING).update(lease_until=clock.now() - LEASE)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def left_behind(kind: str) -> list[Job]:
    """Jobs of a kind under way whose worker is gone, oldest first."""
    release_dead()
    return list(Job.objects.filter(kind=kind, state=Job.State.RUNNING, lease_until__lt=clock.now()).order_by("pk"))


def run_due(owner: str) -> bool:
    """One step of one due job; says whether there was one."""
    job = claim(owner)
    if job is None:
        return False
    run_step(job, owner)
    return True


def run_inline(job: Job, *, told: Callable[[Job], None] | None = None) -> Job:
    """Run a job to its end in this process, as the command line does; resumes like any worker.

    Waits while another live worker holds it, and takes over when that one's lease has run out.
    """
    owner = f"{worker_name()}{_INLINE}"
    while True:
        claimed = claim(owner, only=job.pk)
        if claimed is not None:
            job = run_step(claimed, owner)
        else:
            job.refresh_from_db()
            if job.state not in (Job.State.QUEUED, Job.State.RUNNING):
                return job
            time.sleep(0.2)
        if told is not None:
            told(job)


def work(stop: Callable[[], bool], *, idle_seconds: float = 0.5) -> None:
    """The worker's loop."""
    owner = worker_name()
    release_dead()
    while not stop():
        try:
            if not run_due(owner):
                time.sleep(idle_seconds)
        except OperationalError:
            log.exception("worker_database_unreachable")
            connection.close()
            time.sleep(2)
