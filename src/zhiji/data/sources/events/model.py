"""What an event holds, and how large it may be."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints

from zhiji.kernel import Reason
from zhiji.platform.schemas import Line, Strict
from zhiji.platform.unfit import UnfitError

# Types that become something else than an interaction; every other name is a kind of interaction of its own.
KIND_OF_TYPE = {"order": "orders", "customer": "customers", "product": "products"}
INTERACTION = "interactions"
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


class LIMITS:
    """Of one request and one event. ``LINES``: of an order. ``DEPTH``: levels of lists and objects in ``data``."""

    EVENTS = 100
    REQUEST_BYTES = 1_000_000
    EVENT_CHARACTERS = 64_000
    TEXT_CHARACTERS = 10_000
    FIELDS = 100
    NAME_CHARACTERS = 100
    LINES = 500
    DEPTH = 4


def _instant(text: str) -> str:
    """ISO 8601 with an offset: an instant that every zone reads alike."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise UnfitError(Reason("problem_not_an_instant")) from None
    if at.tzinfo is None or at < _EARLIEST:
        raise UnfitError(Reason("problem_not_an_instant"))
    return text


Key = Annotated[str, Line(200, 1)]
Instant = Annotated[str, Line(40, 10), AfterValidator(_instant)]


class Party(Strict):
    """Who it is about. ``external_id``: the source's own number; without it the e-mail, else the phone, is one.
    Of an order, the rest is what it says of its buyer."""

    external_id: Key | None = None
    email: Annotated[str, Line(254)] | None = None
    phone: Annotated[str, Line(40)] | None = None
    name: Annotated[str, Line(200)] | None = None
    country: Annotated[str, Line(100)] | None = None
    city: Annotated[str, Line(100)] | None = None
    contact_allowed: bool | None = None

    @property
    def is_named(self) -> bool:
        return bool(self.external_id or self.email or self.phone)


class Event(Strict):
    """``event_id`` is unique in its source: sent again it has no second effect. ``data`` depends on the type, see the
    guide on events."""

    event_id: Key
    source: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
    type: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    occurred_at: Instant
    customer: Party | None = None
    data: Annotated[dict[str, Any], Field(max_length=LIMITS.FIELDS)] = Field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The kind of record that it becomes."""
        return KIND_OF_TYPE.get(self.type, INTERACTION)

    @property
    def event_at(self) -> datetime:
        return datetime.fromisoformat(self.occurred_at).astimezone(UTC)
