"""Shapes that every capability's routes share: how they refuse, how they page, who may knock, what text may hold.

A list that may be long comes in pages of one shape: ``items``, at most ``limit`` of them, and ``next``. What stands in
``next`` is sent as ``after`` for the page that follows; null: this was the last, so that no page but the first is ever
empty. ``next`` is a number (``Page``) or a signed place in a list that is sorted otherwise (``PlacedPage``); either is
sent as it came and means nothing else. Beside the two, a page may tell what holds for the whole list.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from zoneinfo import available_timezones

from annotated_types import GroupedMetadata
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest
from ninja import Path, Query, Schema
from ninja.security import SessionAuth
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from zhiji.kernel import Reason
from zhiji.platform.models import User
from zhiji.platform.regions import is_region
from zhiji.platform.unfit import UnfitError

Row = TypeVar("Row")
LARGEST_ID = 2**63 - 1
LARGEST_PAGE = 200


class SignedRequest(HttpRequest):
    """A request that has passed ``SignedIn``: there is a user. Only for annotations."""

    user: User


class Strict(BaseModel):
    """What a request may carry: unknown fields are refused rather than passed over."""

    model_config = ConfigDict(extra="forbid")


class Refusal(Schema):
    """``code`` for programs; ``what``, ``why``, ``remedy`` in the reader's language; ``where`` it is."""

    code: str
    what: str
    why: str
    remedy: str
    where: dict[str, str]


class Problem(Refusal):
    """The answer of a request that is refused. ``reference``: how the server's log knows it."""

    reference: str


class Words(Schema):
    """A coded statement in the reader's language."""

    code: str
    params: dict[str, Any]
    what: str
    why: str
    remedy: str


class Named(Schema):
    """A person or a team, by name."""

    id: int
    name: str


_ALWAYS = (401, 403, 422, 500, 503)


def answers(success: dict[int, Any], *more: int) -> dict[int, Any]:
    """The ``response=`` of a route: its successes, and ``Problem`` for what any route may answer and for ``more``."""
    return {**success, **dict.fromkeys(sorted({*_ALWAYS, *more}), Problem)}


class Visitor(SessionAuth):
    """For routes that serve people who are not signed in yet: anybody, but only from our own page (CSRF token)."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:  # noqa: ARG002 - the framework's signature
        return request.user if request.user.is_authenticated else True


def _line(text: str) -> str:
    """No control characters: PostgreSQL refuses NUL, and a line break in a name breaks lists and mail headers."""
    if any(unicodedata.category(char) == "Cc" for char in text):
        raise UnfitError(Reason("problem_control_characters"))
    return text


def _prose(text: str) -> str:
    if any(unicodedata.category(char) == "Cc" and char not in "\n\t\r" for char in text):
        raise UnfitError(Reason("problem_control_characters"))
    return text


def _email(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        raise UnfitError(Reason("problem_not_an_email")) from None
    return text.lower()


@dataclass(frozen=True)
class Line(GroupedMetadata):
    """``Annotated[str, Line(100)]``: one line of text, stripped, bounded, without control characters."""

    longest: int
    shortest: int = 0

    def __iter__(self) -> Iterator[Any]:
        yield from StringConstraints(strip_whitespace=True, min_length=self.shortest, max_length=self.longest)
        yield AfterValidator(_line)


@dataclass(frozen=True)
class Prose(GroupedMetadata):
    """``Annotated[str, Prose(2000)]``: text of several lines."""

    longest: int

    def __iter__(self) -> Iterator[Any]:
        yield from StringConstraints(max_length=self.longest)
        yield AfterValidator(_prose)


Email = Annotated[
    str,
    Line(254, 3),
    AfterValidator(_email),
]


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise UnfitError(Reason("problem_not_a_zone"))
    return name


def _region(code: str) -> str:
    if code and not is_region(code):
        raise UnfitError(Reason("problem_not_a_region"))
    return code


Zone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_zone)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
# ISO 3166 of the country whose phone numbers are written without a +; empty: such numbers are not read.
PhoneRegion = Annotated[str, StringConstraints(max_length=2), AfterValidator(_region)]
RowId = Annotated[int, Field(ge=1, le=LARGEST_ID)]
PathId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
After = Annotated[int, Query(0, ge=0, le=LARGEST_ID, description="``next`` of the page before.")]
Limit = Annotated[int, Query(50, ge=1, le=LARGEST_PAGE)]
PageSize = Annotated[int, Field(ge=1, le=LARGEST_PAGE)]


class Page(Schema):
    """See the head of this module."""

    next: int | None


class PlacedPage(Schema):
    next: str | None


class PageQuery(Schema):
    """Asks for a ``Page``."""

    after: Annotated[int, Field(ge=0, le=LARGEST_ID)] = 0
    limit: PageSize = 50


class PlacedQuery(Schema):
    """Asks for a ``PlacedPage``."""

    after: Annotated[str, Field(max_length=2_000)] = ""
    limit: PageSize = 50


def cut(found: Iterable[Row], limit: int, key: str = "pk") -> tuple[list[Row], int | None]:
    """A page's rows and its ``next``, the ``key`` of the last. found: ``limit`` + 1 rows where there are so many."""
    rows = list(found)
    return rows[:limit], getattr(rows[limit - 1], key) if len(rows) > limit else None
