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


class HookTaken(CodedError):
    code = "hook_taken"
    status = 409


class HookRefused(CodedError):
    """No such door, or not its signature: the same to who asks."""

    code = "hook_refused"
    status = 401


class HookStale(CodedError):
    code = "hook_stale"
    status = 401


class HookReplayed(CodedError):
    code = "hook_replayed"
    status = 409


class HookSecretUnreadable(CodedError):
    code = "hook_secret_unreadable"
    status = 503
