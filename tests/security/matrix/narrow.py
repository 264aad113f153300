"""Tokens cut to measure: exactly what a route needs, all but that, and everything there is."""

from __future__ import annotations

from collections.abc import Iterator

from django.test import Client

from security.matrix.attempts import Matrix, Route
from security.matrix.oracle import OBJECTS, Person

EVERYTHING = frozenset(f"{kind}:{action}" for kind in OBJECTS for action in ("read", "write", "export"))


def needed(route: Route) -> frozenset[str]:
    """``object:action`` of each check that the manifest says the route makes."""
    return frozenset(f"{one['object']}:{one.get('action', 'read')}" for one in route.checks if "object" in one)


def holders(matrix: Matrix, chosen: list[Route]) -> dict[frozenset[str], list[tuple[Person, Client]]]:
    """scopes → a token with them for one person of each set of roles. Made all at once: lists show them."""
    wanted = {frozenset[str](), EVERYTHING}
    for route in chosen:
        wanted |= {needed(route), EVERYTHING - needed(route)}
    people = [person for person in matrix.world.people[:-1] if person.team == "below"]
    made = {scopes: [matrix.callers.token(person, sorted(scopes)) for person in people] for scopes in wanted}
    matrix.look_again()
    return made


def cuts(route: Route) -> Iterator[frozenset[str]]:
    """A token with no scope, with exactly those needed, with all others, with all."""
    yield from dict.fromkeys([frozenset[str](), needed(route), EVERYTHING - needed(route), EVERYTHING])
