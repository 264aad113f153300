"""All pages are there: the latest version of each record becomes rows, unless nothing has changed since last time."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zhiji.data.sources.rest.model import Endpoint
from zhiji.data.sources.rest.moments import before, is_ahead, measure


@dataclass(frozen=True)
class Finished:
    """rows, path: as they were written, None where nothing had changed. high: the largest value of the incremental
    field; tail: digest of the records that come again because they stand at the border. columns: name → ``text``, of
    all that any record names. repeated: a value of ``one_record_of`` that several records bear."""

    path: Path | None
    records: int
    rows: int
    high: str
    tail: str
    columns: dict[str, str]
    repeated: str = ""


def kept_lines(part: Path) -> Iterator[dict[str, Any]]:
    with part.open("rb") as file:
        for line in file:
            yield json.loads(line)


def finished(
    endpoint: Endpoint, part: Path, out: Path, position: tuple[str, str], mark: str, wanted: tuple[str, ...],
    one_record_of: str,
) -> Finished:  # fmt: skip
    high, tail = position
    latest = _latest(part)
    columns: dict[str, str] = {}
    seen: set[str] = set()
    repeated = ""
    for line in _chosen(part, latest):
        for row in line["rows"]:
            columns.update(dict.fromkeys(row, "text"))
        if line["at"] and not is_ahead(line["at"]) and (not high or measure(line["at"]) > measure(high)):
            high = line["at"]
        value = (line["rows"][0].get(one_record_of) if one_record_of else None) or ""
        repeated = value if value in seen else repeated
        seen |= {value} - {""}
    border = _border(endpoint, high)
    now = _digest(line for line in _chosen(part, latest) if border is None or _is_at(line, border))
    if not latest or (tail and _digest(_chosen(part, latest)) == tail):
        return Finished(None, len(latest), 0, high, tail or now, columns)
    names = dict.fromkeys([*columns, *wanted])
    made = ({name: row.get(name) for name in names} for line in _chosen(part, latest) for row in line["rows"])
    return Finished(out, len(latest), write(out, made, mark), high, now, columns, repeated)


def _latest(part: Path) -> dict[str, int]:
    """Key (or, without one, digest) → the number of the line that holds its latest version."""
    found: dict[str, tuple[Any, int]] = {}
    for number, line in enumerate(kept_lines(part)):
        name = f"key {line['key']}" if line["key"] else line["digest"]
        version = (measure(line["at"]) if line["at"] else None, line["turn"], number)
        if name not in found or _is_later(version, found[name][0]):
            found[name] = (version, number)
    return {name: number for name, (_, number) in found.items()}


def _is_later(one: tuple[Any, int, int], other: tuple[Any, int, int]) -> bool:
    """By the incremental field where both have it, else by when they came."""
    if one[0] is not None and other[0] is not None and one[0] != other[0] and one[0][0] == other[0][0]:
        return bool(one[0] > other[0])
    return one[1:] > other[1:]


def _chosen(part: Path, latest: dict[str, int]) -> Iterator[dict[str, Any]]:
    chosen = set(latest.values())
    return (line for number, line in enumerate(kept_lines(part)) if number in chosen)


def _border(endpoint: Endpoint, high: str) -> str | None:
    """From where on records come again; None: all of them do."""
    return before(high, endpoint.incremental.overlap) if endpoint.incremental and high else None


def _is_at(line: dict[str, Any], border: str) -> bool:
    return bool(line["at"]) and measure(line["at"]) >= measure(border)


def _digest(lines: Iterator[dict[str, Any]]) -> str:
    """Of records, whatever their order."""
    total, count = 0, 0
    for line in lines:
        total += int(line["digest"], 16)
        count += 1
    return f"{count}:{total % (1 << 128):x}" if count else ""


def write(out: Path, made: Any, mark: str) -> int:
    """JSON lines, packed; the mark is the name within the package, which no reader takes for data."""
    count = 0
    with out.open("wb") as plain, gzip.GzipFile(filename=mark, mode="wb", fileobj=plain, mtime=0) as packed:
        with io.TextIOWrapper(packed, encoding="utf-8", errors="replace", newline="\n") as lines:
            for row in made:
                lines.write(json.dumps(row, ensure_ascii=False))
                lines.write("\n")
                count += 1
        plain.flush()
    return count
