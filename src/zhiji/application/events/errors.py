"""Refusals of events."""

from __future__ import annotations

from zhiji.kernel import CodedError


class EventConflict(CodedError):
    """Another event is there under this id."""

    code = "event_conflict"
    status = 409


class EventRefused(CodedError):
    """One event, sent alone, that does not fit: the reason is its own."""

    code = "event_refused"
    status = 422


class EventsNotUndoable(CodedError):
    code = "events_not_undoable"
    status = 409
