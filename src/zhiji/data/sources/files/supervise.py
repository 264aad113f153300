"""Runs the parser in a process of its own and watches it: memory, time, output. See ``Limits``.

The parser is code of others (a CSV engine, a workbook reader, a Parquet decoder) fed with bytes of strangers. When it
runs away or dies, this process reports a coded error, and nothing is left in the folder it wrote to.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil

from zhiji.data.sources.files.errors import (
    ReaderFailed,
    ReaderOutOfMemory,
    ReaderOutOfTime,
    ReaderOutputTooLarge,
    raise_coded,
)
from zhiji.data.sources.files.model import Limits

_POLL_SECONDS = 0.01
_KEPT_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "HOME", "SYSTEMROOT", "TMPDIR", "OMP_NUM_THREADS", "VIRTUAL_ENV")
_SOURCE_ROOT = Path(__file__).resolve().parents[4]


def run_worker(task: dict[str, Any], scratch: Path, limits: Limits) -> dict[str, Any]:
    """The worker's answer. ``scratch`` is an empty folder that the worker may write to; the caller removes it.

    Raises the worker's own refusal, or ReaderOutOfMemory, ReaderOutOfTime, ReaderOutputTooLarge, ReaderFailed.
    """
    answer = scratch / "answer.json"
    request = scratch / "task.json"
    request.write_text(json.dumps({**task, "scratch": str(scratch), "limits": limits.to_json()}), encoding="utf-8")
    environment = {key: os.environ[key] for key in _KEPT_ENVIRONMENT if key in os.environ}
    environment["PYTHONPATH"] = str(_SOURCE_ROOT)
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and module, arguments from us
        [sys.executable, "-X", "utf8", "-m", "zhiji.data.sources.files.worker", str(request), str(answer)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd=scratch,
    )
    name = str(task.get("name", ""))
    try:
        _watch(process, scratch, limits, name)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
    try:
        result: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ReaderFailed(name=name, detail=f"exit {process.returncode}", where={"path": name}) from error
    if "error" in result:
        raise_coded(result["error"])
    return result


def _watch(process: subprocess.Popen[bytes], scratch: Path, limits: Limits, name: str) -> None:
    watched = psutil.Process(process.pid)
    ends_at = time.monotonic() + limits.seconds
    beat = 0
    while process.poll() is None:
        try:
            resident = watched.memory_info().rss
        except psutil.Error:
            resident = 0
        if resident > limits.memory_bytes:
            raise ReaderOutOfMemory(name=name, limit_mb=limits.memory_bytes // 1_000_000, where={"path": name})
        if time.monotonic() > ends_at:
            raise ReaderOutOfTime(name=name, seconds=limits.seconds, where={"path": name})
        beat += 1
        if beat % 20 == 0 and _written(scratch) > limits.output_bytes:
            raise ReaderOutputTooLarge(name=name, limit_mb=limits.output_bytes // 1_000_000, where={"path": name})
        try:
            process.wait(_POLL_SECONDS)
        except subprocess.TimeoutExpired:
            continue


def _written(scratch: Path) -> int:
    total = 0
    for path in scratch.rglob("*"):
        try:
            total += path.stat().st_size
        except OSError:  # removed between listing and asking: it no longer counts
            continue
    return total
