"""What can be done with events: taking them in, bringing them into the record, replaying and taking back."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import structlog
from django.db import OperationalError, connection, transaction

from zhiji.application.events import hooks
from zhiji.application.events.errors import EventsNotUndoable
from zhiji.application.events.hooks import hook_create, hook_delete
from zhiji.data.landing.inbox import Arrived, inbox
from zhiji.data.landing.models import Batch, InboxEvent, RejectedRow
from zhiji.data.sources.events import Refused, Sent, read_events
from zhiji.platform import audit, jobs, live
from zhiji.platform.errors import NotFound
from zhiji.platform.models import User
from zhiji.platform.scope import get_scoped, require_all, scope

__all__ = [
    "consume", "day_undo", "events_deliver", "events_receive", "events_replay", "hook_create", "hook_delete",
]  # fmt: skip
log = structlog.get_logger(__name__)
REFUSED = "refused"
IDLE_SECONDS = 0.05
BROKEN_SECONDS = 1.0
MOST_REPLAYED = 1_000


def events_receive(*, user: User, events: Sequence[Arrived | Refused]) -> list[dict[str, Any]]:
    """Take in what can be; each one's ``event_id``, ``outcome`` (accepted, duplicate, conflict, refused) and, where it
    was refused, ``reason``. What is accepted is on the disk when this returns. Raises NotAllowed, InboxFull."""
    require_all(user, "event", "write")
    return _take_in(events)


def events_deliver(*, source: str, said_at: str, signature: str, body: bytes) -> tuple[Sent, list[dict[str, Any]]]:
    """The same for a source that signs, see ``hooks.opened``: its events are of that source. Raises what that raises,
    and what ``read_events`` does."""
    hook = hooks.opened(source=source, said_at=said_at, signature=signature, body=body)
    sent = read_events(body, hook.source)
    results = _take_in(sent.events)
    hooks.passed(hook, signature)
    return sent, results


def _take_in(events: Sequence[Arrived | Refused]) -> list[dict[str, Any]]:
    outcomes = iter(inbox.take_in([event for event in events if isinstance(event, Arrived)]))
    return [
        {"event_id": event.event_id, "outcome": REFUSED, "reason": event.reason}
        if isinstance(event, Refused)
        else {"event_id": event.event_id, "outcome": next(outcomes), "reason": None}
        for event in events
    ]


def consume(stopped: threading.Event) -> None:
    """Bring events into the record until told to stop. A database that is gone for a while is waited for."""
    # Loaded here: the web process takes events in, and reads none.
    from zhiji.application.events.consuming import consumer

    made = consumer()
    while not stopped.is_set():
        try:
            if not made.step():
                stopped.wait(IDLE_SECONDS)
        except OperationalError:
            log.exception("consumer_database_unreachable")
            connection.close()
            stopped.wait(BROKEN_SECONDS)


@transaction.atomic
def day_undo(*, user: User, batch_id: int) -> Batch:
    """Take back what a day's events of one source and kind brought. Raises EventsNotUndoable."""
    batch = get_scoped(user, Batch, batch_id, "write")
    batch = Batch.objects.select_for_update().get(pk=batch.pk)
    if batch.day is None:
        raise NotFound(object="event", where={"id": str(batch_id)})
    if batch.state != Batch.State.STORED:
        raise EventsNotUndoable()
    batch.state = Batch.State.UNDOING
    batch.save(update_fields=["state"])
    jobs.enqueue("events_undo", by=user, unique_key=f"events_undo:{batch.pk}", batch_id=batch.pk)
    return batch


@transaction.atomic
def events_replay(*, user: User, state: str) -> int:
    """Put events that were rejected or put aside back into the inbox, the oldest first and so many at a time; returns
    how many."""
    require_all(user, "event", "write")
    chosen = scope(user, InboxEvent, "write").filter(state=state).order_by("pk")[:MOST_REPLAYED]
    ids = list(chosen.values_list("pk", flat=True))
    # What was said of them in the quarantine is said anew.
    RejectedRow.objects.filter(batch__events__in=ids, batch__day__isnull=False, row__in=ids).delete()
    replayed = InboxEvent.objects.filter(pk__in=ids, state=state).update(
        state=InboxEvent.State.WAITING, attempts=0, due_at=None, reason=None, batch=None, settled_at=None
    )
    if replayed:
        audit.record("event_replay", "event", "", state=state, events=replayed)
        live.publish("event", replayed=replayed)
    return replayed
