"""Jobs survive the kill of their worker, are cancelled with an undo, and have one worker at a time."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from zhiji.kernel import clock
from zhiji.platform import jobs
from zhiji.platform.jobs import Task
from zhiji.platform.models import AuditEntry, Job

WORKER = Path(__file__).with_name("job_worker.py")


@pytest.fixture(autouse=True)
def _handlers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_handlers", dict(jobs._handlers))
    monkeypatch.setattr(jobs, "_undoers", dict(jobs._undoers))


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "ZHIJI_HOME": str(home), "DATABASE_URL": ""}


def query(home: Path, text: str) -> list[tuple]:
    with closing(sqlite3.connect(home / "workspaces/main/zhiji.db", timeout=30)) as database:
        found = database.execute(text).fetchall()
        database.commit()
        return found


@contextmanager
def worker(home: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, WORKER, "work"], env=environment(home), stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def read_until(process: subprocess.Popen[str], number: int) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) >= number:
            return


@pytest.fixture
def home(tmp_path: Path) -> Path:
    code = (
        "import job_worker; from zhiji.config import schema; schema.prepare(); "
        "from zhiji.platform import jobs; print(jobs.enqueue('count').pk)"
    )
    subprocess.run([sys.executable, "-c", code], env=environment(tmp_path), cwd=WORKER.parent, check=True)
    return tmp_path


def test_killed_in_the_middle_of_a_step_it_goes_on_and_doubles_nothing(home: Path) -> None:
    for number in (4, 18, 29):
        with worker(home) as process:
            read_until(process, number)
            time.sleep(0.02)
            process.send_signal(signal.SIGKILL)
    with worker(home) as process:
        read_until(process, 40)
        deadline = time.monotonic() + 20
        while query(home, "select state from platform_job") != [("done",)] and time.monotonic() < deadline:
            time.sleep(0.05)
    assert query(home, "select state, progress_done from platform_job") == [("done", 40)]
    counted = query(home, "select json_extract(payload, '$.number') from platform_liveevent where topic = 'counted'")
    assert sorted(number for (number,) in counted) == list(range(40))
    assert query(home, "pragma integrity_check") == [("ok",)]


@pytest.mark.django_db
def test_two_workers_never_hold_one_job() -> None:
    jobs.register({"noop": lambda task: True})
    jobs.enqueue("noop")
    assert jobs.claim("one") is not None
    assert jobs.claim("two") is None


@pytest.mark.django_db
def test_who_lost_the_lease_writes_nothing_more() -> None:
    jobs.register({"slow": lambda task: True})
    jobs.enqueue("slow")
    first = jobs.claim("one")
    assert first is not None
    Job.objects.update(lease_until=clock.now() - timedelta(seconds=1))
    second = jobs.claim("two")
    assert second is not None
    late = Task(first, "one")
    late.checkpoint["stolen"] = True
    with pytest.raises(jobs.LeaseLost):
        late.save(done=99)
    jobs._settle(late, Job.State.FAILED)
    row = Job.objects.get()
    assert (row.state, row.lease_owner, row.progress_done, row.checkpoint) == ("running", "two", 0, {})


@pytest.mark.django_db
def test_a_dead_worker_of_this_machine_is_not_waited_for() -> None:
    jobs.register({"noop": lambda task: True})
    job = jobs.enqueue("noop")
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    Job.objects.update(
        state="running", lease_until=clock.now() + jobs.LEASE,
        lease_owner=jobs.worker_name().split(":")[0] + f":{gone.pid}",
    )  # fmt: skip
    assert jobs.claim("other") is None
    assert jobs.release_dead() == 1
    claimed = jobs.claim("other")
    assert claimed is not None
    assert claimed.pk == job.pk
    assert jobs.release_dead() == 0


@pytest.mark.django_db
def test_a_job_that_never_started_is_cancelled_at_once() -> None:
    jobs.register({"noop": lambda task: True}, on_cancel={"noop": lambda task: True})
    job = jobs.enqueue("noop")
    jobs.cancel(job)
    assert job.state == "cancelled"
    assert jobs.claim("one") is None


@pytest.mark.django_db
def test_cancelling_a_started_job_undoes_it_first() -> None:
    undone: list[int] = []

    def undo(task: Task) -> bool:
        undone.append(task.job.pk)
        task.breathe()
        return len(undone) == 2

    jobs.register({"steps": lambda task: False}, on_cancel={"steps": undo})
    job = jobs.enqueue("steps")
    jobs.run_due("one")
    jobs.cancel(job)
    assert job.state == "queued"
    while jobs.run_due("one"):
        pass
    job.refresh_from_db()
    assert job.state == "cancelled"
    assert undone == [job.pk, job.pk]
    assert AuditEntry.objects.filter(action="job_cancelled").count() == 1


@pytest.mark.django_db
def test_breathing_stops_a_running_step() -> None:
    def step(task: Task) -> bool:
        Job.objects.filter(pk=task.job.pk).update(cancel_requested=True)
        task.breathe()
        raise AssertionError("it went on")

    jobs.register({"long": step})
    job = jobs.enqueue("long")
    jobs.run_due("one")
    job.refresh_from_db()
    assert job.state == "cancelled"


@pytest.mark.django_db
def test_a_fault_ends_the_job_with_a_code_and_retry_goes_on_from_the_checkpoint() -> None:
    def step(task: Task) -> bool:
        if task.checkpoint.get("tried"):
            return True
        task.checkpoint["tried"] = True
        task.save()
        raise RuntimeError("broke")

    jobs.register({"fragile": step})
    job = jobs.enqueue("fragile")
    jobs.run_due("one")
    job.refresh_from_db()
    assert job.state == "failed"
    assert job.reason["code"] == "internal_fault"
    jobs.retry(job)
    jobs.run_due("one")
    job.refresh_from_db()
    assert job.state == "done"
    assert job.reason is None


def silent_worker(job: Job, work: Callable[[Task], None] = lambda task: None) -> Job | None:
    """A worker that takes the job, does a little and is killed; what it had claimed, or None."""
    claimed = jobs.claim("doomed", only=job.pk)
    if claimed is not None:
        work(Task(claimed, "doomed"))
        Job.objects.filter(pk=job.pk).update(lease_until=clock.now() - timedelta(seconds=1))
    return claimed


@pytest.mark.django_db
def test_a_job_that_kills_its_workers_is_put_aside_and_others_come_first() -> None:
    jobs.register({"deadly": lambda task: True, "noop": lambda task: True})
    deadly, other = jobs.enqueue("deadly"), jobs.enqueue("noop")
    # That it was begun is written down each time; it never gets any further.
    for _ in range(jobs.MOST_ATTEMPTS):
        assert silent_worker(deadly, lambda task: task.save(stage="reading", done=0)) is not None
    claimed = jobs.claim("next")
    assert claimed is not None
    assert claimed.pk == other.pk
    deadly.refresh_from_db()
    assert (deadly.state, deadly.reason) == (
        "failed", {"code": "job_worker_lost", "params": {"attempts": jobs.MOST_ATTEMPTS}, "where": {}},
    )  # fmt: skip
    assert AuditEntry.objects.filter(action="job_failed", object_id=str(deadly.pk)).count() == 1
    jobs.retry(deadly)
    jobs.run_due("one")
    deadly.refresh_from_db()
    assert (deadly.state, deadly.attempts) == ("done", 0)


@pytest.mark.django_db
def test_a_job_that_comes_further_each_time_is_never_put_aside() -> None:
    jobs.register({"long": lambda task: True})
    job = jobs.enqueue("long")

    def further(task: Task) -> None:
        task.checkpoint["at"] = task.checkpoint.get("at", 0) + 1
        task.save()

    for number in range(2 * jobs.MOST_ATTEMPTS):
        assert silent_worker(job, further) is not None, number
    job.refresh_from_db()
    assert (job.state, job.checkpoint) == ("running", {"at": 2 * jobs.MOST_ATTEMPTS})


@pytest.mark.django_db
def test_a_failed_job_can_be_taken_back() -> None:
    undone: list[int] = []

    def broken(task: Task) -> bool:
        raise RuntimeError("broke")

    def undo(task: Task) -> bool:
        undone.append(task.job.pk)
        return True

    jobs.register({"steps": broken}, on_cancel={"steps": undo})
    job = jobs.run_inline(jobs.enqueue("steps"))
    assert job.state == "failed"
    job = jobs.run_inline(jobs.take_back(job))
    assert (job.state, undone) == ("cancelled", [job.pk])


@pytest.mark.django_db
def test_one_unfinished_job_per_key() -> None:
    jobs.register({"noop": lambda task: True})
    first = jobs.enqueue("noop", unique_key="k")
    assert jobs.enqueue("noop", unique_key="k").pk == first.pk
    jobs.run_due("one")
    assert jobs.enqueue("noop", unique_key="k").pk != first.pk
