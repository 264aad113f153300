"""Which files of the watched folder are whole: nobody says so, but their size has stopped changing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zhiji.operations.watch.waiting import settle_decided
from zhiji.platform import jobs
from zhiji.platform.workspace import workspace
from zhiji.processing.cleaning import KINDS

KIND = "inbox_take"
AUTO = "auto"
LIVE = "live"
_UNFINISHED = (".part", ".partial", ".tmp", ".crdownload", ".filepart", ".swp")


@dataclass(frozen=True)
class Dropped:
    """A file that may be imported. is_live: known from the day on which it came, not since it happened."""

    path: Path
    kind: str
    is_live: bool


def dropped_files(folder: Path) -> list[Dropped]:
    """Everything that may be imported: of ``inbox/`` the kind is found, of ``inbox/orders/`` it is given; what lies in
    ``inbox/live/`` or ``inbox/live/orders/`` is live.

    Left out: hidden files, locks of office programs, names that say "unfinished", links, and what is not a file.
    """
    found = []
    for is_live, top in ((False, folder), (True, folder / LIVE)):
        for kind, place in ((AUTO, top), *((kind, top / kind) for kind in KINDS)):
            for path in sorted(place.iterdir()) if place.is_dir() else ():
                if path.is_symlink() or not path.is_file() or path.name.startswith((".", "~$")):
                    continue
                if path.suffix.lower() not in _UNFINISHED:
                    found.append(Dropped(path, kind, is_live))
    return found


@dataclass
class Inbox:
    """Looks now and then. A file is taken when size and time of change are as they were at the look before."""

    seen: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def poll(self) -> int:
        """One look; how many files were queued. Quick: it opens no file. Queued twice, a file is taken once."""
        now, queued = {}, 0
        folder = workspace().watched
        settle_decided(folder)
        for file in dropped_files(folder):
            try:
                state = file.path.stat()
            except FileNotFoundError:
                continue  # taken away again between the two looks
            now[file.path] = (state.st_size, state.st_mtime_ns)
            if self.seen.get(file.path) == now[file.path]:
                inside = file.path.relative_to(folder).as_posix()
                key = hashlib.sha256(inside.encode()).hexdigest()[:32]
                about: dict[str, Any] = {"path": inside, "file_kind": file.kind, "is_live": file.is_live}
                jobs.enqueue(KIND, unique_key=f"{KIND}:{key}", **about)
                queued += 1
        self.seen = now
        return queued
