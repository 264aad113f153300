"""Stopping a query from outside: at its limit, or because somebody cancels it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Literal, Self

_AGAIN_SECONDS = 0.05


class Watch:
    """Watches one query while the block runs, and interrupts it when its time is up or ``cancel`` is called.

    An interrupt that comes while the query is still being prepared is forgotten by the database, hence again and again
    until the block ends. After the block no interrupt comes any more. ``stopped_by`` says why, None if it was not.
    """

    def __init__(self, interrupt: Callable[[], None], seconds: float | None) -> None:
        self.stopped_by: Literal["limit", "cancel"] | None = None
        self._interrupt = interrupt
        self._seconds = seconds
        self._wake = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def cancel(self) -> None:
        """Stop the query, from any thread."""
        self._wake.set()

    def _watch(self) -> None:
        woken = self._wake.wait(self._seconds)
        if self._over.is_set():
            return
        self.stopped_by = "cancel" if woken else "limit"
        while not self._over.wait(_AGAIN_SECONDS):
            self._interrupt()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._wake.set()
        self._thread.join()
