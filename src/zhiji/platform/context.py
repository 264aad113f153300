"""Who is at work and for which request: carried along so that every audit row can say so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """kind: ``user``, ``token``, ``command`` or ``job``. id: the user behind it, if any."""

    kind: str
    id: int | None = None
    request_id: str = ""


_COMMAND = Actor("command")
_current: ContextVar[Actor] = ContextVar("actor")


def current_actor() -> Actor:
    return _current.get(_COMMAND)


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    token = _current.set(actor)
    try:
        yield
    finally:
        _current.reset(token)
