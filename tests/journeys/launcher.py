"""Runs as a process of its own: loads the program once, then forks a child for each order that stands on its input.

An order is one line of JSON: ``do`` (a key of ``DO``), ``file``, ``bug``, and when to die: ``at_statement`` (the child
kills itself with SIGKILL as its Nth SQL statement is about to run) or ``after_seconds`` (it is killed from outside).
The answer is one line of JSON: ``killed``, ``status``, ``said``, ``err``, ``seconds``, ``statements``.

A start costs seconds of a busy machine; a fork costs none. Before a fork nothing here may touch DuckDB or Arrow: their
threads would not be there in the child. For the same reason the launcher itself opens no database.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path
from typing import Any

from zhiji.cli import frame

frame.start()

from zhiji.cli import imports as import_command  # noqa: E402
from zhiji.kernel import CodedError  # noqa: E402
from zhiji.platform import jobs  # noqa: E402
from zhiji.processing.pipelines import staging, storing  # noqa: E402

# Smaller pieces of a smaller file: as many checkpoints to fall between as a large import has.
staging.CHUNK_ROWS, storing.BLOCK = 400, 125


SEEN = [0]


def counted(last: int) -> Any:
    """Count this process's SQL statements; as the one numbered ``last`` is about to run, die as by a power cut."""

    def wrapped(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        SEEN[0] += 1
        if SEEN[0] == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)

    return wrapped


def planted_bug() -> None:
    """The control: the mark of the work is committed before the work."""

    def marked_first(self: storing.Storing) -> str | None:
        at = self.state["at"]
        if at >= self.chunks:
            return "quarantine"
        self._advance(at + 1)  # a transaction of its own
        counts = self._store(staging.read_chunk(self.staged, at))
        for name, value in counts.items():
            self.state["counts"][name] = self.state["counts"].get(name, 0) + value
        return None

    storing.Storing._lines = marked_first


def by_worker(order: dict[str, Any]) -> None:
    """The worker's own loop, ended when no job waits or runs."""
    from zhiji.platform.models import Job

    def stop() -> bool:
        return not Job.objects.filter(state__in=["queued", "running"], kind__startswith="import").exists()

    jobs.work(stop, idle_seconds=0.05)


def prepare(order: dict[str, Any]) -> None:
    from zhiji.config import schema

    schema.prepare()


def by_command(order: dict[str, Any]) -> None:
    import_command.import_file(Path(order["file"]), kind="orders", source="shop", json=True, changed="", map_=None,
                               currency="CNY", history=True, day_first=None, dry_run=False)  # fmt: skip


def do(order: dict[str, Any]) -> dict[str, Any] | None:
    from django.db import connection

    os.environ.update(order.get("environment", {}))
    if order.get("bug") is True:
        planted_bug()
    if order.get("at_sync") or order.get("count_syncs"):
        die_at_sync(order.get("at_sync", 0))
    if order.get("largest"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["largest"], resource.RLIM_INFINITY))
    with connection.execute_wrapper(counted(order.get("at_statement", 0))):
        try:
            return DO[order["do"]](order)
        except CodedError as refusal:
            if not order.get("refused"):
                raise
            return refusal.reason.to_json()


def confirm(order: dict[str, Any]) -> dict[str, Any]:
    """What the wizard does before the worker's part: upload, check, press store."""
    from zhiji.application.imports import services
    from zhiji.data.landing.files import land

    row = services.import_create(file=land("orders.csv", Path(order["file"])), name="orders.csv", kind="orders",
                                 source_code="shop", currency="CNY")  # fmt: skip
    jobs.run_inline(services.import_check(row))
    row.refresh_from_db()
    services.import_confirm(row)
    return {"import": row.pk}


def tell(order: dict[str, Any]) -> dict[str, Any]:
    """The record, the counts of its tables, and how the imports stand."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    import hashlib

    from importing import table_counts, told
    from zhiji.application.imports.models import Import
    from zhiji.platform import audit
    from zhiji.platform.models import Job

    text = json.dumps(told(), default=str, sort_keys=True)
    kinds = Job.objects.filter(kind__startswith="import").values_list("kind", "state")
    return {
        "record": hashlib.sha256(text.encode()).hexdigest(),
        "counts": table_counts(),
        "imports": list(Import.objects.order_by("pk").values_list("state", "report__counts", "report__adds_up")),
        "jobs": sorted(kinds),
        "audit_broken_at": audit.first_broken(),
    }


def source_add(order: dict[str, Any]) -> dict[str, Any]:
    """A table of an SQLite file as a stream, as the screen makes one."""
    from zhiji.application.sources import services

    settings = {"dialect": "sqlite", "database": order["file"]}
    row = services.connection_create(kind="sql", name="Shop", source_code="shop", settings=settings, secrets={})
    definition = {"table": "order_lines", "cursor": "changed_at", "overlap": 0}
    stream = services.stream_create(
        row, name="lines", kind="orders", definition=definition, mapping=order["mapping"],
        columns=services.stream_preview(row, definition=definition).columns,
    )  # fmt: skip
    return {"stream": stream.pk}


def source_run(order: dict[str, Any]) -> dict[str, Any]:
    """What the worker does when the stream is due, until it rests."""
    from zhiji.application.sources import services
    from zhiji.application.sources.models import Run, Stream
    from zhiji.data.sources.sql import pulling

    pulling.pull.__kwdefaults__["window_rows"] = order.get("window", 400)
    if order.get("bug") == "position":
        planted_position()
    # As the supervisor does when it starts a worker in the place of one that was killed.
    jobs.release_dead()
    stream = Stream.objects.select_related("connection").get()
    job = jobs.run_inline(services.stream_run_now(stream))
    runs = Run.objects.order_by("pk").values_list("state", flat=True)
    return {"job": job.state, "runs": list(runs), "reason": Stream.objects.get().reason}


def planted_position() -> None:
    """The control: the stream is moved on as soon as the rows are here, before they are stored."""
    from zhiji.application.sources import running, settling
    from zhiji.application.sources.models import Run

    landed = running._landed

    def moved_first(run: Any, stream: Any, brought: Any, path: Any) -> None:
        landed(run, stream, brought, path)
        run.refresh_from_db()
        settling._over(stream, run, Run.State.STORED, counts={}, kept={})
        row = running.importing.begun(stream, run)
        task = jobs.Task(jobs.enqueue("identical_lines"), "planted")
        while not running.importing.stepped(task, stream, row):
            row.refresh_from_db()

    running._landed = moved_first


def model(order: dict[str, Any]) -> None:
    """A signed model in its place, as a refresh leaves one."""
    from datetime import date

    import pandas as pd

    from zhiji.algorithms.base import save
    from zhiji.algorithms.segmentation import RFM
    from zhiji.application.segments.models import SegmentRun
    from zhiji.platform.workspace import workspace

    frame = pd.DataFrame({"days_since_last_order": [1, 2, 3, 9], "orders": [4, 3, 2, 1],
                          "spend_micros": [9, 5, 3, 1], "customer_id": [1, 2, 3, 4]})  # fmt: skip
    save(RFM().fit(frame), workspace().models / "segments" / "one", workspace().model_key)
    SegmentRun.objects.create(as_of=date(2024, 12, 31), path="segments/one")


def load(order: dict[str, Any]) -> dict[str, Any]:
    """Import the file under ever new names of orders until the stop file appears: writes that never rest."""
    from zhiji.application.imports import services
    from zhiji.data.landing.files import land

    text, imports = Path(order["file"]).read_text("utf-8"), 0
    while not Path(order["stop"]).exists():
        content = text.replace("\nA", f"\nL{imports}-A").encode()
        row = services.import_create(
            file=land("more.csv", [content]), name="more.csv", kind="orders", source_code="more"
        )
        jobs.run_inline(services.import_check(row))
        row.refresh_from_db()
        jobs.run_inline(services.import_confirm(row))
        imports += 1
    return {"imports": imports}


def backup(order: dict[str, Any]) -> dict[str, Any]:
    from zhiji.operations.backup import backup_create
    from zhiji.platform.workspace import workspace

    return backup_create(workspace(), Path(order["to"]), automatic=order.get("automatic", False))


def verify(order: dict[str, Any]) -> dict[str, Any]:
    from zhiji.operations.backup import backup_verify

    return backup_verify(Path(order["backup"]))


def restore(order: dict[str, Any]) -> dict[str, Any]:
    from zhiji.operations.backup import Restore, backup_restore
    from zhiji.platform.environment import home

    return backup_restore(Restore(
        backup=Path(order["backup"]), workspaces=home() / "workspaces", into=order.get("into", "main"),
        accept=lambda steps: None, finish=lambda root: None, without_keys=order.get("without_keys", False),
        replace=order.get("replace", False),
    ))  # fmt: skip


def forget(order: dict[str, Any]) -> dict[str, Any]:
    from zhiji.operations.backup import forget_old

    return {"gone": [str(path) for path in forget_old(Path(order["to"]), order["keep"], "main")]}


SYNCS = [0]


def die_at_sync(last: int) -> None:
    """Killed as the Nth file or folder is about to be forced to the disk."""
    sync = os.fsync

    def counted_sync(descriptor: int) -> None:
        SYNCS[0] += 1
        if SYNCS[0] == last:
            os.kill(os.getpid(), signal.SIGKILL)
        sync(descriptor)

    os.fsync = counted_sync


DO = {
    "backup": backup,
    "verify": verify,
    "restore": restore,
    "forget": forget,
    "load": load,
    "model": model,
    "prepare": prepare,
    "import": by_command,
    "worker": by_worker,
    "confirm": confirm,
    "source_add": source_add,
    "source_run": source_run,
    "tell": tell,
}


def child(order: dict[str, Any], answer: Path) -> None:
    """In the fork: streams of its own, the order, and out without cleaning up."""
    status = 0
    try:
        sys.stdout = (answer.with_suffix(".out")).open("w", encoding="utf-8")
        os.dup2(os.open(answer.with_suffix(".err"), os.O_WRONLY | os.O_CREAT, 0o600), 2)
        answer.write_text(
            json.dumps({"said": do(order), "statements": SEEN[0], "syncs": SYNCS[0]}, default=str), encoding="utf-8"
        )
        sys.stdout.flush()
    except BaseException:  # noqa: BLE001 - told to the launcher
        traceback.print_exc()
        status = 1
    os._exit(status)


def run(order: dict[str, Any]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer"
        started = time.monotonic()
        pid = os.fork()
        if pid == 0:
            child(order, answer)
        timer = None
        if order.get("after_seconds"):
            timer = threading.Timer(order["after_seconds"], os.kill, (pid, signal.SIGKILL))
            timer.start()
        _, status = os.waitpid(pid, 0)
        if timer is not None:
            timer.cancel()
            timer.join()
        read = {name: path.read_text("utf-8") if (path := answer.with_suffix(name)).exists() else ""
                for name in (".out", ".err")}  # fmt: skip
        said = json.loads(answer.read_text("utf-8")) if answer.exists() and answer.stat().st_size else {}
        return {"killed": os.WIFSIGNALED(status), "status": status, "out": read[".out"][-2000:],
                "err": read[".err"][-3000:], "seconds": time.monotonic() - started, **said}  # fmt: skip


def main() -> None:
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
