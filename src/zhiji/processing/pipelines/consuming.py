"""The inbox becomes the record: waiting events, in their order, a few hundred at a time.

What a round does to the record and the mark that its events are done are one transaction, so each event has its effect
exactly once, wherever the process is killed. What cannot be read or stored with others is tried by itself: one bad
event never holds up the rest.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.db import OperationalError, connection
from django.db.models import Q, QuerySet

from zhiji.data.landing.models import Batch, InboxEvent, RejectedRow
from zhiji.data.store import bulk, online
from zhiji.kernel import CodedError, Reason, clock
from zhiji.platform import audit, live
from zhiji.processing.cleaning import RowCleaner
from zhiji.processing.pipelines import decided, event_storing, regrouping
from zhiji.processing.pipelines.event_cells import Shape, Waiting
from zhiji.processing.pipelines.event_storing import Books, Prepared
from zhiji.processing.pipelines.following import refresh_customers

log = structlog.get_logger(__name__)
# Read at a time, and stored with one commit: that holds the one writer of a small database, and whoever brings events
# waits for it.
MOST = 1_000
A_COMMIT = 100
# Tried so often; then it waits for a person.
MOST_ATTEMPTS = 5
MOST_TOLD = 100
MOVE_SECONDS = 5.0
MOST_MOVED = 200
State = InboxEvent.State
Follow = Callable[[set[int]], None]


class TakenElsewhereError(Exception):
    """Another consumer was faster: what this one did is rolled back."""


@dataclass
class Consumer:
    """books: asked anew for each round, for the company may change. follow: what else follows at once for customers
    whose orders were touched; called in the transaction that touched them."""

    books: Callable[[], Books]
    follow: Follow

    def __post_init__(self) -> None:
        self._cleaner = RowCleaner()
        self._moved_at = 0.0

    def step(self) -> int:
        """One round; returns how many events it looked at. 0: none waits."""
        self._keep_time()
        rows = list(_due().order_by("pk")[:MOST])
        if not rows:
            return 0
        books = self.books()
        for part in _apart([Waiting.of(row) for row in rows]):
            shapes: dict[Shape, list[Waiting]] = {}
            for event in part:
                shapes.setdefault(Shape.of(event), []).append(event)
            for shape, events in shapes.items():
                self._bring(events, shape, books)
        return len(rows)

    def _keep_time(self) -> None:
        """Windows move on without any event: a few times a minute what has left them is taken off."""
        if time.monotonic() < self._moved_at + MOVE_SECONDS:
            return
        with bulk.turn():
            moved = online.renew_expired(clock.now(), MOST_MOVED)
        # Many at once would keep whoever brings events waiting; the rest follows at once.
        if len(moved) < MOST_MOVED:
            self._moved_at = time.monotonic()

    def _bring(self, events: Sequence[Waiting], shape: Shape, books: Books) -> None:
        """Store these; where that fails for some together, each half by itself."""
        late = event_storing.overtaken(events, shape)
        if late:
            self._pass_over(late)
            events = [event for event in events if event not in late]
        if not events:
            return
        try:
            parts = event_storing.prepare(self._cleaner, events, shape, books, A_COMMIT)
        except Exception as fault:  # noqa: BLE001 - judged below
            self._apart_from(fault, events, shape, books)
            return
        for part in parts:
            try:
                self._store(part, books)
            except TakenElsewhereError:
                log.info("events_taken_elsewhere", events=len(part.events))
            except OperationalError:
                raise  # of the database, not of an event
            except Exception as fault:  # noqa: BLE001 - judged below
                self._apart_from(fault, part.events, shape, books)

    def _pass_over(self, late: Sequence[Waiting]) -> None:
        """They say what an order was before it became what a later event said: kept in the inbox, without effect."""
        with bulk.turn():
            _settle(late, State.DONE, None, Reason("event_overtaken"))

    def _apart_from(self, fault: Exception, events: Sequence[Waiting], shape: Shape, books: Books) -> None:
        """Halved until it is one event's fault; that is kept with the event."""
        if len(events) > 1:
            half = len(events) // 2
            self._bring(events[:half], shape, books)
            self._bring(events[half:], shape, books)
        elif isinstance(fault, CodedError):
            self._reject(events[0], fault.reason, books)
        else:
            _try_again(events[0], fault)

    def _store(self, made: Prepared, books: Books) -> None:
        with bulk.turn():
            batch, touched = event_storing.store(made, books)
            _settle(made.accepted, State.DONE, batch)
            for event, row in made.rejected:
                _settle([event], State.REJECTED, batch, event_storing.reason_of(row))
            if touched:
                _follow_decisions(batch, touched, books)
                refresh_customers(sorted(touched), count_repeats_once=books.count_repeats_once)
            if touched and made.shape.kind == "orders":
                self.follow(touched)
            _tell(touched)

    def _reject(self, event: Waiting, reason: Reason, books: Books) -> None:
        """Refused as a whole by cleaning: it goes to the quarantine with its body."""
        with bulk.turn():
            day = clock.day_of(event.received_at, books.zone)
            batch = event_storing.batch_of(event.source, event.kind, day, event.received_at)
            RejectedRow.objects.create(
                batch=batch, row=event.id, column=str(reason.where.get("column", ""))[:200], code=reason.code,
                params=reason.params, original=event.event.model_dump(mode="json"),
            )  # fmt: skip
            _settle([event], State.REJECTED, batch, reason)


def _due() -> QuerySet[InboxEvent]:
    return InboxEvent.objects.filter(Q(due_at=None) | Q(due_at__lte=clock.now()), state=State.WAITING)


def _apart(events: Iterable[Waiting]) -> list[list[Waiting]]:
    """Parts in which no two events speak of one thing, each in the order of the inbox: what comes in a later part is
    stored after what came before it."""
    parts: list[list[Waiting]] = []
    times: dict[tuple[str, str, str], int] = {}
    for event in events:
        key = (event.source, event.kind, event.thing)
        number = times.get(key, 0)
        times[key] = number + 1
        if number == len(parts):
            parts.append([])
        parts[number].append(event)
    return parts


def _settle(events: Sequence[Waiting], state: str, batch: Batch | None, reason: Reason | None = None) -> None:
    settled = InboxEvent.objects.filter(pk__in=[event.id for event in events], state=State.WAITING).update(
        state=state, batch=batch, settled_at=clock.now(), due_at=None, reason=reason.to_json() if reason else None,
    )  # fmt: skip
    if settled != len(events):
        raise TakenElsewhereError


def _try_again(event: Waiting, fault: Exception) -> None:
    """Not the event's fault for certain: after a pause that grows. In the end it is put aside, and a person replays it
    when the cause is gone."""
    log.error("event_broke", inbox_id=event.id, attempts=event.attempts + 1, exc_info=fault)
    attempts = event.attempts + 1
    mine = InboxEvent.objects.filter(pk=event.id, state=State.WAITING)
    with bulk.turn():
        if attempts < MOST_ATTEMPTS:
            mine.update(attempts=attempts, due_at=clock.now() + timedelta(seconds=2**attempts))
            return
        reason = Reason("internal_fault", {"reference": f"event-{event.id}"}).to_json()
        mine.update(attempts=attempts, state=State.DEAD, settled_at=clock.now(), reason=reason, due_at=None)
        audit.record("event_put_aside", "event", event.id)
        live.publish("event", dead=event.id)


def _follow_decisions(batch: Batch, touched: set[int], books: Books) -> None:
    """Who was new and had been decided upon by people is of whom they said; their customers are touched then, too."""
    known = decided.named(batch.pk, touched)
    if not known:
        return
    around = regrouping.around(known)
    for _ in regrouping.settle(around, count_repeats_once=books.count_repeats_once):
        pass
    rows = bulk.look_up(f"SELECT customer_id FROM store_identity WHERE {bulk.among('id')}", [bulk.many(around)])
    touched.update(row[0] for row in rows if row[0] is not None)


def _tell(touched: set[int]) -> None:
    """Open lists and pages ask again. Of many, only that there are many."""
    if touched:
        named = sorted(touched) if len(touched) <= MOST_TOLD else []
        live.publish("customers", ids=named, count=len(touched))


def unreachable() -> None:
    """The database was gone: the connection is made anew with the next round."""
    connection.close()
