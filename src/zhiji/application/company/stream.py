"""Live events to browsers: one reader of the table for all listeners, so that waiting costs no connection.

A listener is a thread of the web server that sleeps on a condition; it holds neither a transaction nor a connection.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator

import orjson
import structlog
from django.db import DatabaseError, connection

from zhiji.application.company import queries
from zhiji.platform.models import LiveEvent

log = structlog.get_logger(__name__)
MOST_STREAMS = 40
STREAM_SECONDS = 60.0
HEARTBEAT_SECONDS = 10.0
POLL_SECONDS = 0.25
# PostgreSQL gives ids before the commit: an event may appear below one that was already read.
LATE = 100


class Hub:
    """Reads the table while anybody listens, and wakes the listeners. One per process."""

    def __init__(self, read: Callable[[int], list[LiveEvent]] = queries.events_after) -> None:
        self._read = read
        self._changed = threading.Condition()
        self._recent: deque[tuple[int, LiveEvent]] = deque(maxlen=2000)
        self._seen: deque[int] = deque(maxlen=4 * LATE)
        self._number = 0
        self._last_id = 0
        self._slots: dict[int, float] = {}
        self._reader: threading.Thread | None = None

    def take_slot(self) -> int | None:
        """A place among the listeners, or ``None``. A place that was never given back falls free by itself."""
        with self._changed:
            now = time.monotonic()
            self._slots = {slot: until for slot, until in self._slots.items() if until > now}
            if len(self._slots) >= MOST_STREAMS:
                return None
            slot = max(self._slots, default=0) + 1
            self._slots[slot] = now + STREAM_SECONDS + HEARTBEAT_SECONDS
            return slot

    def give_back(self, slot: int) -> None:
        with self._changed:
            self._slots.pop(slot, None)

    def position(self) -> int:
        """The number of the next event; starts the reader if nobody listened before."""
        with self._changed:
            if self._reader is None or not self._reader.is_alive():
                self._last_id = queries.last_event_id()
                self._seen.extend(event.pk for event in self._read(max(self._last_id - LATE, 0)))
                self._reader = threading.Thread(target=self._follow, name="live-events", daemon=True)
                self._reader.start()
            return self._number

    def wait(self, position: int, seconds: float) -> tuple[int, list[LiveEvent]]:
        """Events from ``position`` on, waiting for the first at most so long; and the position after them."""
        with self._changed:
            self._changed.wait_for(lambda: self._number > position, timeout=seconds)
            return self._number, [event for number, event in self._recent if number >= position]

    def _follow(self) -> None:
        while True:
            with self._changed:
                if not self._slots:
                    self._reader = None
                    return
            try:
                self._take(self._read(max(self._last_id - LATE, 0)))
            except DatabaseError:
                log.exception("live_events_unreadable")
            finally:
                connection.close()
            time.sleep(POLL_SECONDS)

    def _take(self, events: list[LiveEvent]) -> None:
        fresh = [event for event in events if event.pk not in self._seen]
        with self._changed:
            for event in fresh:
                self._seen.append(event.pk)
                self._recent.append((self._number, event))
                self._number += 1
                self._last_id = max(self._last_id, event.pk)
            if fresh:
                self._changed.notify_all()


class EventStream:
    """The body of one answer: iterated by the server's thread, closed by it however the connection ends."""

    def __init__(self, hub: Hub, slot: int, audience: queries.Audience, after: int | None) -> None:
        self._hub, self._slot, self._audience = hub, slot, audience
        self._position = hub.position()
        missed = queries.events_after(after) if after is not None else []
        # Between the position and the look into the table the same event may turn up in both.
        self._caught_up = {event.pk for event in missed}
        self._chunks = self._run(missed)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._chunks)

    def close(self) -> None:
        self._hub.give_back(self._slot)

    def _run(self, missed: list[LiveEvent]) -> Iterator[bytes]:
        if not connection.in_atomic_block:
            connection.close()
        ends = time.monotonic() + STREAM_SECONDS
        yield b"retry: 2000\n: open\n\n"
        yield b"".join(self._told(missed)) or b": nothing missed\n\n"
        while (left := ends - time.monotonic()) > 0:
            self._position, events = self._hub.wait(self._position, min(HEARTBEAT_SECONDS, left))
            fresh = [event for event in events if event.pk not in self._caught_up]
            yield b"".join(self._told(fresh)) or b": still here\n\n"
        self.close()

    def _told(self, events: list[LiveEvent]) -> Iterator[bytes]:
        for event in events:
            payload = self._audience.hears(event)
            if payload is not None:
                yield b"id: %d\nevent: %b\ndata: %b\n\n" % (event.pk, event.topic.encode(), orjson.dumps(payload))


hub = Hub()
