"""Events of other systems: the body of a request becomes events, each read or refused by itself."""

from zhiji.data.sources.events.model import KIND_OF_TYPE, LIMITS, Event, Party
from zhiji.data.sources.events.reading import Refused, Sent, event_of, read_events

__all__ = ["KIND_OF_TYPE", "LIMITS", "Event", "Party", "Refused", "Sent", "event_of", "read_events"]
