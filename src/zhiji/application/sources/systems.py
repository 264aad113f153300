"""What a kind of system can do for a stream: show what there is, a sample of it, and what came since a position."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from zhiji.application.sources.models import Connection, Run, Stream
from zhiji.kernel import Reason
from zhiji.platform.jobs import Task


@dataclass(frozen=True)
class Offered:
    """Something that can become a stream. definition: what is sent back to take it."""

    name: str
    is_view: bool
    definition: dict[str, Any]


@dataclass(frozen=True)
class Brought:
    """path: None where nothing came. until: the position once it is stored. columns: name → family, as they are now."""

    path: Path | None
    rows: int
    until: dict[str, Any] | None
    is_last: bool
    columns: dict[str, str] = field(default_factory=dict)
    notes: list[Reason] = field(default_factory=list)


class System(Protocol):
    """One kind of system. All but ``position`` open a connection, and close it again."""

    suffix: str

    def offered(self, settings: dict[str, Any], secrets: dict[str, str]) -> list[Offered]: ...

    def sample(self, connection: Connection, definition: dict[str, Any], out: Path, rows: int) -> dict[str, str]:
        """Write the first rows; name → family of all columns."""
        ...

    def position(self, connection: Connection, definition: dict[str, Any], value: str) -> dict[str, Any]:
        """Where a back-fill from a value begins."""
        ...

    def pull(self, stream: Stream, run: Run, out: Path, task: Task) -> Brought | None:
        """What came since ``run.since``, in ``out``; None: not all yet, call again."""
        ...
