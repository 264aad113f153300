"""``zhiji web``, ``zhiji worker`` and ``zhiji consumer``: the processes that ``zhiji serve`` keeps running; each also
runs alone."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import Annotated

import typer

from zhiji.cli import frame
from zhiji.cli.frame import both

# 40 event streams sleep in threads; the rest answers requests.
THREADS = 64
# Requests taken in at once; beyond, the client waits in the kernel's queue instead of in our memory.
TAKEN_IN = 128
STOP_SECONDS = 5


def register(app: typer.Typer) -> None:
    app.command("web", help=both("Only the web process (serve runs it).", "仅运行网页进程（由 serve 启动）。"))(web)
    app.command("worker", help=both("Only the worker (serve runs it).", "仅运行后台任务进程（由 serve 启动）。"))(
        worker
    )
    told = both("Only the consumer of events (serve runs it).", "仅运行事件消费进程（由 serve 启动）。")
    app.command("consumer", help=told)(consumer)


def web(
    bind: Annotated[str, typer.Option(envvar="ZHIJI_BIND", help=both("Address to listen on.", "监听地址。"))] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(envvar="ZHIJI_PORT", help=both("Port to listen on.", "监听端口。"))] = 8765,
) -> None:
    """Granian with one process: SQLite has one writer anyway, and all streams share one reader of events."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from zhiji.platform.environment import setting
    from zhiji.platform.processes import end_with_parent

    end_with_parent()
    certificate, key = setting("ZHIJI_TLS_CERTIFICATE"), setting("ZHIJI_TLS_KEY")
    Granian(
        "zhiji.cli.served:application", address=bind, port=port, interface=Interfaces.WSGI, workers=1,
        blocking_threads=THREADS, backpressure=TAKEN_IN, log_level=LogLevels.error, websockets=False,
        ssl_cert=Path(certificate) if certificate else None, ssl_key=Path(key) if key else None,
        respawn_failed_workers=True, workers_kill_timeout=STOP_SECONDS,
    ).serve()  # fmt: skip


def worker() -> None:
    """Runs jobs in steps, and what is due by the clock. Ends after the step in hand when told to."""
    frame.start()
    from zhiji.config import schedule
    from zhiji.platform import jobs
    from zhiji.platform.processes import end_with_parent

    end_with_parent()
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    clockwork = threading.Thread(target=schedule.run, args=(stopped,), name="schedule", daemon=True)
    clockwork.start()
    jobs.work(stopped.is_set)


def consumer() -> None:
    """Brings events from the inbox into the record. Ends after the round in hand when told to."""
    frame.start()
    from zhiji.application.events import services
    from zhiji.platform.processes import end_with_parent

    end_with_parent()
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    services.consume(stopped)
