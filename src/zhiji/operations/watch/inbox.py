"""Which files of the watched folder are whole: nobody says so, but their size has stopped changing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from zhiji.platform import jobs
from zhiji.platform.workspace import workspace
from zhiji.processing.cleaning import KINDS

KIND = "inbox_take"
AUTO = "auto"
DONE, REFUSED = "done", "refused"
_UNFINISHED = (".part", ".partial", ".tmp", ".crdownload", ".filepart", ".swp")


def waiting_files(folder: Path) -> list[tuple[Path, str]]:
    """(file, kind) of everything that may be imported: of ``inbox/`` the kind is found, of ``inbox/orders/`` given.

    Left out: hidden files, locks of office programs, names that say "unfinished", links, and what is not a file.
    """
    found = []
    for kind, place in ((AUTO, folder), *((kind, folder / kind) for kind in KINDS)):
        for path in sorted(place.iterdir()) if place.is_dir() else ():
            if path.is_symlink() or not path.is_file() or path.name.startswith((".", "~$")):
                continue
            if path.suffix.lower() not in _UNFINISHED:
                found.append((path, kind))
    return found


@dataclass
class Inbox:
    """Looks now and then. A file is taken when size and time of change are as they were at the look before."""

    seen: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def poll(self) -> int:
        """One look; how many files were queued. Quick: it opens no file. Queued twice, a file is taken once."""
        now, queued = {}, 0
        folder = workspace().watched
        for path, kind in waiting_files(folder):
            state = path.stat()
            now[path] = (state.st_size, state.st_mtime_ns)
            if self.seen.get(path) == now[path]:
                inside = path.relative_to(folder).as_posix()
                key = hashlib.sha256(inside.encode()).hexdigest()[:32]
                jobs.enqueue(KIND, unique_key=f"{KIND}:{key}", path=inside, file_kind=kind)
                queued += 1
        self.seen = now
        return queued
