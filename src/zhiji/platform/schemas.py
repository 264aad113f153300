"""Shapes that every capability's routes share: how they refuse, how they page, who may knock."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Schema
from ninja.security import SessionAuth


class Problem(Schema):
    """A refusal: ``code`` for programs; ``what``, ``why``, ``remedy`` in the reader's language; ``where`` it is."""

    code: str
    what: str
    why: str
    remedy: str
    where: dict[str, str]
    reference: str


_ALWAYS = (401, 403, 422, 500, 503)


def answers(success: dict[int, Any], *more: int) -> dict[int, Any]:
    """The ``response=`` of a route: its successes, and ``Problem`` for what any route may answer and for ``more``."""
    return {**success, **dict.fromkeys(sorted({*_ALWAYS, *more}), Problem)}


class Visitor(SessionAuth):
    """For routes that serve people who are not signed in yet: anybody, but only from our own page (CSRF token)."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:  # noqa: ARG002 - the framework's signature
        return request.user if request.user.is_authenticated else True
