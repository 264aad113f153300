"""Taking events in: durable before anybody is told so, and many of them with one commit.

A commit costs the disk a wait, whether it holds one event or a hundred. So the threads of this process that bring
events at about the same time share one: the first to come leads, waits a moment for others, stores everything in one
statement, commits, and tells each what became of its own. Who comes meanwhile waits for the next round, which the
longest waiting of them leads. There is no thread of the inbox's own that could die unnoticed: whoever leads is one of
those who wait, and if its work breaks, all that it leads are told that nothing was taken in.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

from django.db import connection, transaction

from zhiji.data.landing.errors import InboxFull
from zhiji.data.landing.models import InboxEvent
from zhiji.kernel import clock

ACCEPTED, DUPLICATE, CONFLICT = "accepted", "duplicate", "conflict"
# A round begins with so many events, or so long after the first came.
ENOUGH = 100
PATIENCE_SECONDS = 0.010
# Beyond, whoever comes is asked to come again: what waits in memory is bounded, and nothing of it is dropped.
MOST_WAITING = 5_000


@dataclass(frozen=True)
class Arrived:
    """An event that has passed the door; the fields are those of ``InboxEvent``."""

    source: str
    event_id: str
    kind: str
    type: str
    body: str
    digest: str
    event_at: datetime

    @property
    def key(self) -> tuple[str, str]:
        return self.source, self.event_id


@dataclass
class _Bringer:
    """A thread that waits for its events to be taken in."""

    events: Sequence[Arrived]
    came_at: float = field(default_factory=time.monotonic)
    woken: threading.Event = field(default_factory=threading.Event)
    outcomes: list[str] | None = None
    fault: BaseException | None = None

    @property
    def is_settled(self) -> bool:
        return self.outcomes is not None or self.fault is not None


class Inbox:
    """One a process. store: keeps events durably and says what became of each, as ``store_events`` does."""

    def __init__(self, store: Callable[[Sequence[Arrived]], list[str]]) -> None:
        self._store = store
        self._changed = threading.Condition()
        self._waiting: deque[_Bringer] = deque()
        self._size = 0
        self._is_led = False

    def take_in(self, events: Sequence[Arrived]) -> list[str]:
        """What became of each: ``accepted``, ``duplicate`` (the same is there), ``conflict`` (another is there under
        this id, and stays). Returns after the commit. Raises InboxFull, or what the database raised; then none of
        these events was taken in."""
        if not events:
            return []
        mine = _Bringer(events)
        with self._changed:
            if self._size + len(events) > MOST_WAITING and self._waiting:
                raise InboxFull()
            self._waiting.append(mine)
            self._size += len(events)
            leads = not self._is_led
            self._is_led = True
            self._changed.notify()
        if not leads:
            mine.woken.wait()
        if not mine.is_settled:
            self._lead()
        if mine.fault is not None:
            raise mine.fault
        return mine.outcomes or []

    def _lead(self) -> None:
        """One round. It holds whoever leads it: the leader is the first of those who wait."""
        group: list[_Bringer] = []
        try:
            group = self._gather()
            outcomes = self._store([event for bringer in group for event in bringer.events])
            for bringer in group:
                bringer.outcomes, outcomes = outcomes[: len(bringer.events)], outcomes[len(bringer.events) :]
        except BaseException as fault:
            for bringer in group:
                bringer.fault = fault
            if not isinstance(fault, Exception):
                raise
        finally:
            self._hand_over(group)

    def _gather(self) -> list[_Bringer]:
        with self._changed:
            until = self._waiting[0].came_at + PATIENCE_SECONDS
            self._changed.wait_for(lambda: self._size >= ENOUGH, timeout=max(0.0, until - time.monotonic()))
            group, size = [], 0
            while self._waiting and size < ENOUGH:
                group.append(self._waiting.popleft())
                size += len(group[-1].events)
            self._size -= size
            return group

    def _hand_over(self, group: Sequence[_Bringer]) -> None:
        with self._changed:
            following = self._waiting[0] if self._waiting else None
            self._is_led = following is not None
        for bringer in group:
            bringer.woken.set()
        if following is not None:
            following.woken.set()


def store_events(events: Sequence[Arrived]) -> list[str]:
    """Insert those that are new, in one statement and a transaction of its own; returns each one's outcome.

    Of several with one key the first is stored. When this returns the disk has them, whatever else is configured.
    """
    first: dict[tuple[str, str], Arrived] = {}
    for event in events:
        first.setdefault(event.key, event)
    received_at = clock.now()
    # Durable: within another transaction "committed" would be an empty word.
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL synchronous_commit = on")
        values = [_Row.of(event, received_at) for event in first.values()]
        cursor.execute(_insert(len(values)), [value for row in values for value in row])
        fresh = {(source, event_id) for source, event_id in cursor.fetchall()}
        there = _digests([key for key in first if key not in fresh])
    outcomes = []
    for event in events:
        if first[event.key] is event and event.key in fresh:
            outcomes.append(ACCEPTED)
        else:
            stands = there.get(event.key) or first[event.key].digest
            outcomes.append(DUPLICATE if stands == event.digest else CONFLICT)
    return outcomes


class _Row:
    """The columns of an insert, and the values of one row as both databases take them."""

    NAMES: ClassVar[tuple[str, ...]] = (
        "source", "event_id", "kind", "type", "body", "digest", "event_at", "received_at",
    )  # fmt: skip

    @staticmethod
    def of(event: Arrived, received_at: datetime) -> tuple[Any, ...]:
        times = (connection.ops.adapt_datetimefield_value(at) for at in (event.event_at.astimezone(UTC), received_at))
        return event.source, event.event_id, event.kind, event.type, event.body, event.digest, *times


def _insert(rows: int) -> str:
    marks = ", ".join([f"({', '.join(['%s'] * len(_Row.NAMES))})"] * rows)
    return (
        f"INSERT INTO {InboxEvent._meta.db_table} ({', '.join(_Row.NAMES)}) VALUES {marks} "
        "ON CONFLICT (source, event_id) DO NOTHING RETURNING source, event_id"
    )


def _digests(keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """What stands under these keys already."""
    if not keys:
        return {}
    by_source: dict[str, list[str]] = {}
    for source, event_id in keys:
        by_source.setdefault(source, []).append(event_id)
    found: dict[tuple[str, str], str] = {}
    for source, event_ids in by_source.items():
        rows = InboxEvent.objects.filter(source=source, event_id__in=event_ids).values_list("event_id", "digest")
        found |= {(source, event_id): digest for event_id, digest in rows}
    return found


inbox = Inbox(store_events)
