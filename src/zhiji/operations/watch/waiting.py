"""Files that wait for a person's word: once it is given, they leave ``waiting/`` as the others left the folder."""

from __future__ import annotations

import re
from pathlib import Path

from zhiji.application.imports import queries
from zhiji.application.imports.queries import State
from zhiji.kernel import Reason
from zhiji.operations.watch.settling import DONE, REFUSED, WAITING, settle, stored
from zhiji.platform.accounts import operator

# As ``taking`` names them: the number of the import, then the name under which the file was dropped.
_NAMED = re.compile(r"(\d+)-(.+)", re.DOTALL)


def settle_decided(folder: Path) -> int:
    """Move what was stored meanwhile to ``done/``, what was taken back to ``refused/``; how many were moved."""
    place = folder / WAITING
    found = {}
    for path in sorted(place.iterdir()) if place.is_dir() else ():
        named = _NAMED.fullmatch(path.name)
        if named and path.is_file() and place.joinpath(f"{path.name}.txt").exists():
            found[path] = (int(named[1]), named[2])
    rows = queries.imports(operator()).in_bulk([number for number, _ in found.values()]) if found else {}
    moved = 0
    for path, (number, name) in found.items():
        row = rows.get(number)
        if row is not None and row.state in (State.STORED, State.UNDONE):
            where = DONE if row.state == State.STORED else REFUSED
            reasons = stored(row) if where == DONE else [Reason("inbox_undone", {"number": number})]
            settle(path, where, reasons, name=name)
            path.with_name(f"{path.name}.txt").unlink(missing_ok=True)
            moved += 1
    return moved
