"""Events of one kind become rows of text, as a file would hold them: one row a line of an order, else one an event.

Fields have our own names (``cleaning.KINDS``); whatever else an event bears is kept as further attributes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from zhiji.data.landing.models import InboxEvent
from zhiji.data.sources.events import Event, event_of
from zhiji.data.store import masks
from zhiji.processing.cleaning import KINDS, Match
from zhiji.processing.cleaning import Mapping as Columns
from zhiji.processing.cleaning.contacts import read_phone
from zhiji.processing.cleaning.habits import OF_LINE, OF_ORDER, SEVERAL
from zhiji.processing.pipelines import versions

# An order has fewer lines than this (``sources.events.LIMITS.LINES``).
LINES = 1_000
# Of an interaction's own id, with what tells equal ones apart, as a source record keeps it.
_LONGEST_KEY = 190
# Money of the whole order, where ``data`` has it; a line may have a discount, tax and refund of its own.
_OF_THE_ORDER = ("order_amount", "postage", "fee", "discount", "tax", "refund_amount")
_OF_LINES = ("discount", "tax", "refund_amount")
# What an event says of its customer → the field of the kind.
_PARTY = {
    "orders": {"name": "customer_name", "email": "email", "phone": "phone", "country": "country", "city": "city",
               "contact_allowed": "contact_allowed"},
    "customers": {name: name for name in ("name", "email", "phone", "country", "city", "contact_allowed")},
}  # fmt: skip
# What an interaction of a known type is told by on the customer's page, where it has no subject of its own.
_SUBJECTS = {
    "page_view": ("title", "url"),
    "product_view": ("product_name", "product_code"),
    "cart_add": ("product_name", "product_code"),
    "search": ("query",),
}
# Short names, where the place says what is meant.
_SHORT = {
    "orders": {"state": "order_state"},
    "lines": {"sku": "product_code", "name": "product_name", "price": "unit_price", "kind": "line_kind"},
    "products": {"sku": "product_code", "name": "product_name"},
}
Cells = dict[str, str | None]


@dataclass(frozen=True)
class Waiting:
    """An event on its way from the inbox into the record."""

    id: int
    source: str
    kind: str
    event: Event
    received_at: datetime
    attempts: int

    @classmethod
    def of(cls, row: InboxEvent) -> Waiting:
        return cls(row.pk, row.source, row.kind, event_of(row.body, row.source), row.received_at, row.attempts)

    @property
    def thing(self) -> str:
        """What it speaks of: of two events about one thing, the later is stored after the earlier."""
        data = self.event.data
        if self.kind == "orders":
            return str(data["order_number"])
        if self.kind == "products":
            return str(data["product_code"]).upper()
        party = self.event.customer
        if self.kind != "customers" or party is None:
            return str(self.id)
        return party.external_id or (party.email or "").lower() or party.phone or ""


class Shape(NamedTuple):
    """What is read together. said: fields of an order's head that the events speak of: an event is silent on a field
    that it lacks, where a file with a column for it would say that it is empty. of_lines: whose the money is."""

    source: str
    kind: str
    said: frozenset[str]
    of_lines: frozenset[str]

    @classmethod
    def of(cls, waiting: Waiting) -> Shape:
        if waiting.kind != "orders":
            return cls(waiting.source, waiting.kind, frozenset(), frozenset())
        event = waiting.event
        said = set(_named(event.data, "orders"))
        if event.customer is not None:
            said |= {_PARTY["orders"].get(name, name) for name in event.customer.model_fields_set}
            said.add("customer_external_id")
        lines = event.data.get("lines") or []
        own = {name for name in _OF_LINES if any(line.get(name) is not None for line in lines)}
        return cls(waiting.source, waiting.kind, frozenset(said & set(versions.COLUMNS.values())), frozenset(own))


class Rows(NamedTuple):
    """cells: see ``RowCleaner.clean``; the row of the nth event begins at n × ``LINES``."""

    mapping: Columns
    cells: list[tuple[int, list[str | None]]]


def rows_of(events: Sequence[Waiting], shape: Shape, region: str, placed: Mapping[str, datetime]) -> Rows:
    """All events of one shape. region: of phone numbers without a country. placed: when orders that are there were
    placed, by number: an event that does not say so speaks of the order as it is, and does not move it in time."""
    found: list[tuple[int, Cells]] = []
    for number, waiting in enumerate(events):
        cells = _CELLS.get(waiting.kind, _interaction)(waiting.event, region)
        if waiting.kind == "orders" and not waiting.event.data.get("ordered_at") and waiting.thing in placed:
            cells = [{**row, "ordered_at": placed[waiting.thing].isoformat()} for row in cells]
        found += [(number * LINES + place, row) for place, row in enumerate(cells)]
    fields = KINDS[shape.kind].fields
    there = {name for _, row in found for name in row}
    known = [name for name in fields if name in there]
    # By name: the digest of a line holds its further attributes, whatever other events came along.
    columns = [*known, *sorted(there - set(known))]
    mapping = Columns(
        kind=shape.kind, columns=columns, missing=[],
        fields={name: Match(place, name, 1.0, "given") for place, name in enumerate(known)},
        extras=list(range(len(known), len(columns))),
        habits={name: _habit(name, shape) for name in _OF_THE_ORDER}, same_as=0,
    )  # fmt: skip
    return Rows(mapping, [(number, [row.get(name) for name in columns]) for number, row in found])


def _habit(name: str, shape: Shape) -> dict[str, Any]:
    return {"reading": OF_LINE if name in shape.of_lines else OF_ORDER, "by": "given", "count": SEVERAL}


def who(event: Event, region: str) -> str:
    """The id of whom it is about: the source's own, else the e-mail, else the phone; empty for nobody."""
    party = event.customer
    if party is None:
        return ""
    email = (party.email or "").strip().lower()
    if party.external_id or ("@" in email and not masks.is_masked(email)):
        return party.external_id or email
    phone, is_masked, _ = read_phone(party.phone or "", party.country, region)
    return "" if is_masked else phone or ""


def _text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str) else orjson.dumps(value).decode()


def _texts(values: dict[str, Any]) -> Cells:
    return {name: text for name, value in values.items() if (text := _text(value)) is not None}


def _named(values: dict[str, Any], place: str) -> Cells:
    """By the names of our fields; a short one stands for a field that is not there under its own."""
    short = {name: field for name, field in _SHORT[place].items() if name in values and field not in values}
    return {short.get(name, name): text for name, text in _texts(values).items()}


def _party(event: Event, kind: str) -> Cells:
    said = event.customer.model_dump(exclude_none=True) if event.customer else {}
    return _texts({field: said.get(name) for name, field in _PARTY[kind].items()})


def _order(event: Event, region: str) -> list[Cells]:
    """The head stands on each row, money of the whole order on the first."""
    data = _named({name: value for name, value in event.data.items() if name != "lines"}, "orders")
    head = {"ordered_at": event.occurred_at, **_party(event, "orders"), **data}
    if customer := who(event, region):
        head["customer_external_id"] = customer
    first = {name: head.pop(name) for name in _OF_THE_ORDER if name in head}
    lines = [_named(line, "lines") for line in event.data.get("lines") or [{}]]
    return [{**(first if place == 0 else {}), **head, **line} for place, line in enumerate(lines)]


def _customer(event: Event, region: str) -> list[Cells]:
    return [{**_party(event, "customers"), **_texts(event.data), "external_id": who(event, region) or None}]


def _product(event: Event, region: str) -> list[Cells]:  # noqa: ARG001 - as the others are called
    return [_named(event.data, "products")]


def _interaction(event: Event, region: str) -> list[Cells]:
    said = _texts(event.data)
    key = event.event_id
    if len(key) > _LONGEST_KEY:
        key = hashlib.sha256(key.encode()).hexdigest()
    subject = next((said[name] for name in _SUBJECTS.get(event.type, ()) if name in said), None)
    own = {"interaction_id": key, "kind": event.type, "occurred_at": event.occurred_at,
           "customer_external_id": who(event, region) or None}  # fmt: skip
    return [{"subject": subject, **said, **own}]


_CELLS = {"orders": _order, "customers": _customer, "products": _product}
