"""Pulling: pages go to a part file, whose length and the next request are the progress; once all are there, the part
file becomes rows.

A list that is paged by number shifts while it is read: what is changed moves, and what follows slips from one page to
the one before. Such a list is read again until a whole pass brings nothing that was not there. Of a record that came in
several versions the latest counts.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from zhiji.data.sources.rest.errors import RestEndless
from zhiji.data.sources.rest.finishing import Finished, finished, kept_lines, write
from zhiji.data.sources.rest.flattening import at, rows, text
from zhiji.data.sources.rest.model import Endpoint, Interface, Progress
from zhiji.data.sources.rest.paging import pages, record_of
from zhiji.platform.egress import host_of

MOST_PAGES = 20_000
MOST_TURNS = 4
_SHIFTING = ("page", "offset")


def pull(
    interface: Interface,
    endpoint: Endpoint,
    out: Path,
    progress: Progress,
    *,
    since: str = "",
    tail: str = "",
    mark: str = "",
    wanted: tuple[str, ...] = (),
    one_record_of: str = "",
    time_is_up: Callable[[], bool] = lambda: False,
    kept: Callable[[Progress], None] = lambda _: None,
) -> Finished | Progress:
    """Read on from ``progress``, until all is there (``Finished``, rows in ``out``) or time is up (``Progress``).

    since, tail: the position that is stored. mark: written into the file, so that the same rows brought at another time
    are another file. wanted: columns that each row has, were they empty. one_record_of: a column whose value no two
    records may share. kept: called with each progress that the part
    file bears out. Raises a RestError or what the guard refuses; the progress that was kept last still stands.
    """
    part = out.with_name("pages.jsonl")
    while True:
        progress = _read(interface, endpoint, part, progress, since, time_is_up, kept)
        if progress.following is not None:
            return progress
        if not _has_more_turns(endpoint, part, progress):
            return finished(endpoint, part, out, (since, tail), mark, wanted, one_record_of)
        progress = replace(progress, turn=progress.turn + 1, pages=0, last_page="", has_begun=False)
        kept(progress)


def reach(interface: Interface) -> None:
    """Whether it answers, and gives a passing key where it has such; raises as ``pull``. What the base address itself
    answers does not matter: most have nothing there."""
    from zhiji.data.sources.rest.client import client_of

    client = client_of(interface, time_is_up=lambda: True)
    if interface.auth != "token":
        client.session.get(interface.base_url, allow_redirects=False)


def sample(interface: Interface, endpoint: Endpoint, out: Path, most: int) -> dict[str, str]:
    """The first page as rows; column → ``text``."""
    for page in pages(interface, endpoint, Progress(), "", lambda: False):
        made = [row for record in page for row in rows(record_of(endpoint, record), endpoint.lines)][:most]
        if not made:
            return {}
        columns = dict.fromkeys(name for row in made for name in row)
        write(out, [{name: row.get(name) for name in columns} for row in made], "sample")
        return dict.fromkeys(columns, "text")
    return {}


def _read(
    interface: Interface, endpoint: Endpoint, part: Path, progress: Progress, since: str,
    time_is_up: Callable[[], bool], kept: Callable[[Progress], None],
) -> Progress:  # fmt: skip
    """Pages of one pass into the part file. What a kill left behind the length that counts is cut off first."""
    with part.open("r+b" if part.exists() else "w+b") as file:
        file.truncate(progress.bytes)
        file.seek(progress.bytes)
        for page in pages(interface, endpoint, progress, since, time_is_up):
            digest = hashlib.blake2b(digest_size=16)
            for record in page:
                line = _line(endpoint, record, progress.turn)
                digest.update(line)
                file.write(line)
            if page and digest.hexdigest() == progress.last_page and endpoint.paging.kind in _SHIFTING:
                # The same page again: some interfaces answer with their last one for ever.
                file.truncate(progress.bytes)
                page.following = None
            file.flush()
            os.fsync(file.fileno())
            if page.following is not None and progress.pages >= MOST_PAGES:
                raise RestEndless(host=host_of(interface.base_url), pages=MOST_PAGES)
            progress = replace(
                progress, bytes=file.tell(), records=progress.records + len(page), pages=progress.pages + 1,
                following=page.following, last_page=digest.hexdigest(), has_begun=True,
            )  # fmt: skip
            kept(progress)
            if page.following is None or time_is_up():
                break
    return progress


def _line(endpoint: Endpoint, record: Any, turn: int) -> bytes:
    """One record as the part file keeps it: its key, its value of the incremental field, its rows."""
    record = record_of(endpoint, record)
    made = rows(record, endpoint.lines)
    since = endpoint.incremental
    content = json.dumps(made, ensure_ascii=False, sort_keys=True)
    digest = hashlib.blake2b(content.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    told = {
        "key": text(at(record, endpoint.key)) or "", "at": (text(at(record, since.field)) or "") if since else "",
        "turn": turn, "digest": digest, "rows": made,
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=True).encode() + b"\n"


def _has_more_turns(endpoint: Endpoint, part: Path, progress: Progress) -> bool:
    """Whether a list that shifts has to be read again: after a first pass of several pages, and as long as a pass
    brings something new."""
    if endpoint.paging.kind not in _SHIFTING or progress.turn >= MOST_TURNS:
        return False
    if progress.turn == 1:
        return progress.pages > 2
    seen: set[str] = set()
    is_new = False
    for line in kept_lines(part):
        if line["turn"] == progress.turn and line["digest"] not in seen:
            is_new = True
        seen.add(line["digest"])
    return is_new
