"""The two entrances: what is this file, and give me its records."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zhiji.data.sources.files.errors import FileEmpty, FileMissing, FileTooLarge, OptionUnknown
from zhiji.data.sources.files.model import FileProfile, Limits, Received
from zhiji.data.sources.files.supervise import run_worker

OPTIONS = ("format", "encoding", "delimiter", "quote", "header", "sheet", "preamble")
DEFAULT_LIMITS = Limits()


def inspect(
    path: str | os.PathLike[str],
    *,
    name: str | None = None,
    options: Mapping[str, Any] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> FileProfile:
    """What a file is. Reads it whole once (records are counted), writes nothing.

    name: what the person calls the file, where it was stored under another name; only for messages and for hints.
    options: what the person knows better: any of ``OPTIONS``. Raises a FileError; see ``errors``.
    """
    source = _checked(path, name, limits)
    known = dict(options or {})
    for key in known:
        if key not in OPTIONS:
            raise OptionUnknown(option=key, known=list(OPTIONS))
    with tempfile.TemporaryDirectory(prefix="zhiji-inspect-") as scratch:
        task = {"action": "inspect", "path": str(source), "name": name or source.name, "options": known}
        return FileProfile.from_json(run_worker(task, Path(scratch), limits)["profile"])


def read(
    path: str | os.PathLike[str],
    out_dir: str | os.PathLike[str],
    profile: FileProfile,
    limits: Limits = DEFAULT_LIMITS,
) -> Received:
    """All records of a file, as they came, in ``out_dir/received.parquet`` (see ``Received``).

    The file appears whole or not at all; on a refusal ``out_dir`` is as it was before.
    """
    source = _checked(path, profile.name, limits)
    target = Path(out_dir)
    created = not target.exists()
    target.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".reading-", dir=target))
    done = False
    try:
        task = {"action": "read", "path": str(source), "name": profile.name, "profile": profile.to_json()}
        answer = run_worker(task, scratch, limits)["received"]
        final = target / "received.parquet"
        written = Path(answer["path"])
        with written.open("rb+") as handle:
            os.fsync(handle.fileno())
        written.replace(final)
        done = True
        return Received.from_json({**answer, "path": str(final)})
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        if created and not done:
            target.rmdir()


def _checked(path: str | os.PathLike[str], name: str | None, limits: Limits) -> Path:
    source = Path(path).resolve()
    shown = name or source.name
    if not source.is_file():
        raise FileMissing(name=shown, where={"path": shown})
    size = source.stat().st_size
    if size == 0:
        raise FileEmpty(name=shown, where={"path": shown})
    if size > limits.input_bytes:
        raise FileTooLarge(
            name=shown, size_mb=size // 1_000_000, limit_mb=limits.input_bytes // 1_000_000, where={"path": shown}
        )
    return source
