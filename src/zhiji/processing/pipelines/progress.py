"""The port through which long work reports and is interrupted; a job is one way to fill it, a test another."""

from __future__ import annotations

from typing import Any, Protocol


class Progress(Protocol):
    """checkpoint: JSON-safe; what it holds when a step is called again is what the last ``save`` wrote."""

    @property
    def checkpoint(self) -> dict[str, Any]: ...

    def save(self, *, stage: str | None = None, done: int | None = None, total: int | None = None) -> None:
        """Write checkpoint and progress in the current transaction."""

    def time_is_up(self) -> bool:
        """Whether the step should return soon and be called again."""

    def breathe(self) -> None:
        """Raise if somebody asked to stop."""
