"""For how long an order stood as it did: what later versions changed is kept for the days before.

At any moment an order was what the versions known by then say together, by the rules of ``data.store.derive``: the last
``replace`` and what came after it stand, the first line of a key counts, the state is what was said last. So each
moment at which a version came to be known begins a period. A version is known from the earliest of its lines on:

* of a live import, from its receipt: until then the version before it stood, and looks so from every day before;
* of a history import, from when its lines happened plus the lag. A file of the past that says of an order otherwise
  than another one did corrects the past: where its version is known no later than the one that it replaces, that one
  never stood. Where it is known later (its lines lie on later days), the earlier one stood until then.

The last period is the record as it is now. Undoing an import removes its versions, and with them the end of what they
had superseded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from zhiji.data.store import heads
from zhiji.processing.pipelines import returns

FOREVER = 2**62  # microseconds: the end of what still stands


class Said(NamedTuple):
    """A version of an order. known: instant in µs; customer: the one whom its payload names."""

    record_id: int
    mode: str
    known: int
    payload: dict[str, Any]
    customer: int | None


class Period(NamedTuple):
    """From ``begins`` until ``ends`` (µs) an order stood on some of the versions known by then.

    known: each of those, whether it stood, and whether its words on states were overtaken: corrected rejects belong to
    an earlier file, and say nothing of an order that has changed its state since.
    """

    begins: int
    ends: int
    state: str
    customer: int | None
    known: list[tuple[int, bool, bool]]


def of_order(versions: Sequence[Said]) -> list[Period]:
    """The periods of one order out of all its versions, oldest first."""
    begins = sorted({one.known for one in versions})
    customers = {one.payload.get("customer"): one.customer for one in versions}
    found = []
    for at, until in zip(begins, [*begins[1:], FOREVER], strict=True):
        known = [one for one in versions if one.known <= at]
        start = max((i for i, one in enumerate(known) if one.mode == "replace"), default=0)
        head = heads.survivors([(one.mode, one.payload) for one in known])
        told = {one.payload["state"] for one in known if one.mode != "complete" and "state" in one.payload}
        parts = [(one.record_id, i >= start, one.mode == "complete" and len(told) > 1) for i, one in enumerate(known)]
        found.append(Period(at, until, head["state"], customers.get(head["customer"]), parts))
    return found


class Traded(NamedTuple):
    """A sale or a return of one product by one customer, for as long as it stood and counted."""

    begins: int
    ends: int
    line: returns.Line
    linked_to: int


class Link(NamedTuple):
    """The order that a return takes from, for a time."""

    line_id: int
    begins: int
    ends: int
    order_id: int


def links(group: Sequence[Traded]) -> list[Link]:
    """Links of the returns in a group (all lines of one customer and product), one after the other.

    Each time one of the lines was superseded, the links until then were those among the lines that stood up to that
    moment; since the last time they are the record's. Empty where nothing was superseded.
    """
    moments = sorted({one.ends for one in group} - {FOREVER})
    if not moments or not any(one.line.is_return for one in group):
        return []
    found = []
    for begins, ends in zip([-FOREVER, *moments[:-1]], moments, strict=True):
        stood = [one.line for one in group if one.begins < ends <= one.ends]
        linked = returns.link(stood)
        found += [Link(line.id, begins, ends, linked.get(line.id, line.order_id)) for line in stood if line.is_return]
    now = [one for one in group if one.ends == FOREVER and one.line.is_return]
    return found + [Link(one.line.id, moments[-1], FOREVER, one.linked_to) for one in now]
