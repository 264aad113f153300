"""From the bytes of a request to events: split as they were sent, checked one by one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NoReturn

import orjson
from pydantic import ValidationError

from zhiji.data.landing.inbox import Arrived
from zhiji.data.sources.events.errors import EventsMalformed, EventsTooLarge, EventsTooMany
from zhiji.data.sources.events.model import INTERACTION, LIMITS, Event
from zhiji.kernel import Reason, clock
from zhiji.platform.errors import InputInvalid
from zhiji.platform.unfit import UnfitError, unfit

# A clock may go somewhat fast; what is said to happen later than this has not happened.
_AHEAD = timedelta(days=1)
_blank = json.decoder.WHITESPACE  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Refused:
    """An event that is not taken in. event_id: as far as it can be read."""

    event_id: str
    reason: Reason


@dataclass(frozen=True)
class Sent:
    """events: in the order of the request. is_one: sent alone, not in a list."""

    events: list[Arrived | Refused]
    is_one: bool


class _Number(str):
    """A number as it is written: an amount keeps its digits."""

    __slots__ = ()


class _Twice(dict[str, Any]):
    """An object with a key more than once: which of the two was meant, nobody knows."""


class _NoNumber:
    """``NaN`` and infinities, which JSON does not have."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else _Twice(found)


_decoder = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_Number, parse_int=_Number, parse_constant=lambda _: _NoNumber()
)


def read_events(body: bytes, source: str = "") -> Sent:
    """One event (an object) or up to ``LIMITS.EVENTS`` of them (a list). source: whose they are, where that is known
    otherwise: then they need not say it, and cannot say another.

    Raises EventsTooLarge, EventsMalformed, EventsTooMany where nothing of the request can be taken in.
    """
    if len(body) > LIMITS.REQUEST_BYTES:
        raise EventsTooLarge(most=LIMITS.REQUEST_BYTES)
    try:
        text = body.decode()
        is_one, parts = _split(text)
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise EventsMalformed(where={"path": str(getattr(error, "pos", getattr(error, "start", 0)))}) from error
    except RecursionError as error:
        raise EventsMalformed(where={"path": "0"}) from error
    return Sent([_event(part, value, source) for part, value in parts], is_one)


def _split(text: str) -> tuple[bool, list[tuple[str, Any]]]:
    """The text of each event with its value."""
    at = _blank.match(text, 0).end()
    if text[at : at + 1] != "[":
        value, end = _decoder.raw_decode(text, at)
        _expect_end(text, end)
        return True, [(text[at:end], value)]
    found: list[tuple[str, Any]] = []
    at = _blank.match(text, at + 1).end()
    if text[at : at + 1] == "]":
        _expect_end(text, at + 1)
        return False, found
    while True:
        value, end = _decoder.raw_decode(text, at)
        found.append((text[at:end], value))
        if len(found) > LIMITS.EVENTS:
            raise EventsTooMany(most=LIMITS.EVENTS)
        at = _blank.match(text, end).end()
        if text[at : at + 1] == "]":
            _expect_end(text, at + 1)
            return False, found
        if text[at : at + 1] != ",":
            raise json.JSONDecodeError("a comma or the end of the list", text, at)
        at = _blank.match(text, at + 1).end()


def _expect_end(text: str, at: int) -> None:
    if _blank.match(text, at).end() != len(text):
        raise json.JSONDecodeError("nothing more", text, at)


def _event(part: str, value: Any, source: str) -> Arrived | Refused:
    if source and isinstance(value, dict):
        value.setdefault("source", source)
    try:
        event = _checked(part, value)
        if source and event.source != source:
            _refuse("problem_not_a_choice", "source", expected=[source])
    except ValidationError as error:
        return _refused(value, *unfit(error.errors(include_url=False)[0]))
    except UnfitError as error:
        return _refused(value, error.path, error.problem)
    digest = hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]
    return Arrived(event.source, event.event_id, event.kind, event.type, part, digest, event.event_at)


def _refused(value: Any, path: Sequence[str], problem: Reason) -> Refused:
    event_id = value.get("event_id") if isinstance(value, dict) else None
    refusal = InputInvalid(field=_shown(".".join(path)[:100]) or "event", problem=problem.to_json())
    return Refused(_shown(event_id[:200]) if isinstance(event_id, str) else "", refusal.reason)


def _shown(text: str) -> str:
    """What can be sent back: half a character is none."""
    return text.encode(errors="replace").decode()


def _checked(part: str, value: Any) -> Event:
    if len(part) > LIMITS.EVENT_CHARACTERS:
        _refuse("problem_too_long", max_length=LIMITS.EVENT_CHARACTERS)
    if not isinstance(value, dict):
        _refuse("problem_not_as_expected")
    _measure(value, (), LIMITS.DEPTH + 1)
    event = Event.model_validate(value)
    if event.event_at > clock.now() + _AHEAD:
        _refuse("problem_in_the_future", "occurred_at")
    _expect_subject(event)
    return event


def _expect_subject(event: Event) -> None:
    """What an event cannot do without: whom it is about, which order, which product."""
    if event.kind in ("customers", INTERACTION) and not (event.customer and event.customer.is_named):
        _refuse("problem_missing", "customer")
    if event.kind == "orders":
        _expect_lines(event.data)
    needed = {"orders": "order_number", "products": "product_code"}.get(event.kind)
    if needed and not event.data.get(needed):
        _refuse("problem_missing", "data", needed)


def _expect_lines(data: dict[str, Any]) -> None:
    lines = data.get("lines")
    if lines is None:
        if data.get("order_amount") is None:
            _refuse("problem_missing", "data", "lines")
        return
    if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
        _refuse("problem_not_as_expected", "data", "lines")
    if not lines:
        _refuse("problem_too_short", "data", "lines", min_length=1)
    if len(lines) > LIMITS.LINES:
        _refuse("problem_too_long", "data", "lines", max_length=LIMITS.LINES)
    for name in ("discount", "tax", "refund_amount"):
        if data.get(name) is not None and any(line.get(name) is not None for line in lines):
            _refuse("problem_of_order_and_lines", "data", name)


def _measure(value: Any, path: tuple[str, ...], depth: int) -> None:
    """Refuses what is too deep, too long, or no text that a database keeps."""
    if isinstance(value, str):
        if len(value) > LIMITS.TEXT_CHARACTERS:
            _refuse("problem_too_long", *path, max_length=LIMITS.TEXT_CHARACTERS)
        if "\0" in value:
            _refuse("problem_control_characters", *path)
        if not value.isascii() and any("\ud800" <= sign <= "\udfff" for sign in value):
            _refuse("problem_control_characters", *path)
        return
    if isinstance(value, _NoNumber):
        _refuse("problem_not_a_number", *path)
    if not isinstance(value, dict | list):
        return
    if depth == 0:
        _refuse("problem_too_deep", *path)
    if isinstance(value, list):
        for number, item in enumerate(value):
            _measure(item, (*path, str(number)), depth - 1)
        return
    if isinstance(value, _Twice):
        _refuse("problem_key_twice", *path)
    if len(value) > LIMITS.FIELDS:
        _refuse("problem_too_long", *path, max_length=LIMITS.FIELDS)
    for name, item in value.items():
        if len(name) > LIMITS.NAME_CHARACTERS:
            _refuse("problem_too_long", *path, name[:40], max_length=LIMITS.NAME_CHARACTERS)
        _measure(name, (*path, "?"), depth)
        _measure(item, (*path, name), depth - 1)


def _refuse(code: str, *path: str, **params: Any) -> NoReturn:
    raise UnfitError(Reason(code, params), *path)


def event_of(body: str, source: str) -> Event:
    """An event out of the inbox; numbers are the text as which they were sent."""
    return Event.model_validate({"source": source, **_decoder.decode(body)})
