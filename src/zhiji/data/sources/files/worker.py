"""The parsing process: ``python -m zhiji.data.sources.files.worker task.json answer.json``. See ``supervise``."""

from __future__ import annotations

import hashlib
import json
import sys
from importlib import import_module
from importlib.abc import MetaPathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

from zhiji.data.sources.files.encoding import open_text
from zhiji.data.sources.files.errors import FileAllBroken, FileError, FileWithoutRecords
from zhiji.data.sources.files.model import FileProfile, Limits, Received
from zhiji.data.sources.files.sink import Sink
from zhiji.data.sources.files.source import Source, family, unpack


class _WithoutPandas(MetaPathFinder):
    """pyarrow asks of every list whether it is one of pandas', and loads pandas to find out: half of all the time that
    a small file takes. No reader here has any use for it."""

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:  # noqa: ARG002 - the protocol
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname, name=fullname)


def main(task_path: str, answer_path: str) -> None:
    """Writes ``{"profile": …}`` or ``{"received": …}`` or ``{"error": …}``."""
    sys.meta_path.insert(0, _WithoutPandas())
    task = json.loads(Path(task_path).read_text(encoding="utf-8"))
    try:
        answer = _inspect(task) if task["action"] == "inspect" else _read(task)
    except FileError as error:
        answer = {"error": error.reason.to_json()}
    except MemoryError:
        answer = {"error": {"code": "reader_out_of_memory", "params": _memory_params(task)}}
    Path(answer_path).write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")


def _memory_params(task: dict[str, Any]) -> dict[str, Any]:
    return {"name": task["name"], "limit_mb": task["limits"]["memory_bytes"] // 1_000_000}


def _source(task: dict[str, Any], options: dict[str, Any]) -> Source:
    return unpack(Path(task["path"]), task["name"], Path(task["scratch"]), Limits(**task["limits"]), options)


def _reader(name: str) -> ModuleType:
    """The module that reads one family. Loaded when it is needed: each brings a large library, and each call starts
    anew."""
    return import_module(f"zhiji.data.sources.files.{name}")


def _inspect(task: dict[str, Any]) -> dict[str, Any]:
    source = _source(task, task["options"])
    kind = family(source)
    if kind == "excel":
        profile = _reader("excel").profile(source)
    elif kind == "parquet":
        profile = _reader("parquet").profile(source)
    else:
        text = open_text(source)
        form = _reader("json_records").find_format(source, text)
        profile = (
            _reader("json_records").profile(source, text, form) if form else _reader("delimited").profile(source, text)
        )
    return {"profile": profile.to_json()}


def _read(task: dict[str, Any]) -> dict[str, Any]:
    profile = FileProfile.from_json(task["profile"])
    source = _source(task, {"encoding": profile.encoding} if profile.encoding else {})
    family(source)
    out = source.scratch / "received.parquet"
    sink = _receive(source, profile, out)
    if sink.records == 0:
        raise FileWithoutRecords(name=source.name, columns=profile.columns[:20], where=source.where)
    if sink.first_broken is not None and sink.broken == sink.records:
        raise FileAllBroken(
            name=source.name,
            count=sink.broken,
            first=sink.first_broken.code,
            where={**source.where, **sink.first_broken.where},
        )
    with source.original.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    size = source.original.stat().st_size
    received = Received(out, sink.records, sink.broken, sink.blank, digest, size, profile.columns)
    return {"received": received.to_json()}


def _receive(source: Source, profile: FileProfile, out: Path) -> Sink:
    if profile.format in ("excel", "parquet"):
        whole: Sink = _reader(profile.format).receive(source, profile, out)
        return whole
    text = open_text(source)
    name = "json_records" if profile.format in ("json", "jsonl") else "delimited"
    split: Sink = _reader(name).receive(source, text, profile, out)
    return split


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
