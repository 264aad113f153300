"""Asks every route as everybody about every row, and compares with the oracle. Denied requests must change nothing."""

from __future__ import annotations

import hashlib
import importlib
import json
import re
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver

from security.matrix.oracle import Person, Row
from security.matrix.world import TOKEN_SCOPES, World, build
from zhiji.platform import accounts
from zhiji.platform.models import ApiToken, User

HERE = Path(__file__).parent
STATUS = {"sign_in": 401, "refuse": 403, "hide": 404}
Judge = Callable[[HttpResponse], str]
# Not effects of what was asked for, but traces of who asked.
TRACES = {"django_session", "axes_accessattempt", "axes_accesslog", "axes_accessfailurelog"}


def _several(given: Any) -> list[dict[str, Any]]:
    return given if isinstance(given, list) else [given] if given else []


@dataclass(frozen=True)
class Route:
    """method and path as the resolver knows them, with the manifest's entry."""

    name: str
    method: str
    path: str
    entry: dict[str, Any]

    @property
    def checks(self) -> list[dict[str, Any]]:
        """The entry between the checks that the route makes before and after it."""
        return [*_several(self.entry.get("first")), self.entry, *_several(self.entry.get("then"))]

    @property
    def takes_row(self) -> bool:
        return "<" in self.path


@dataclass
class Outcome:
    """attempts: how many were made. findings: what should not be, in words."""

    attempts: int = 0
    findings: list[str] = field(default_factory=list)


def manifest() -> dict[str, Any]:
    """All entries: those of ``manifest.toml`` and of each capability's own ``manifest_<capability>.toml``."""
    found: dict[str, Any] = {}
    for path in sorted(HERE.glob("manifest*.toml")):
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
        assert not set(found) & set(entries), f"{path.name} names a route that another file has"
        found |= entries
    return found


def addresses() -> tuple[dict[str, tuple[str, str]], set[str]]:
    """operation name → (method, path) of the whole API, hidden operations included; and all other patterns."""
    operations: dict[str, tuple[str, str]] = {}
    plain: set[str] = set()

    def walk(patterns: list[Any], before: str) -> None:
        for pattern in patterns:
            path = before + str(pattern.pattern)
            if hasattr(pattern, "url_patterns"):
                walk(pattern.url_patterns, path)
                continue
            views = [cell.cell_contents for cell in getattr(pattern.callback, "__closure__", None) or ()]
            found = [operation for view in views for operation in getattr(view, "operations", ())]
            for operation in found:
                operations[operation.view_func.__name__] = (operation.methods[0], "/" + path)
            if not found:
                plain.add(path)

    walk(get_resolver().url_patterns, "")
    return operations, plain


def routes() -> list[Route]:
    entries = manifest()
    return [Route(name, *place, entries[name]) for name, place in addresses()[0].items() if name in entries]


class Callers:
    """A ready client for each person: a session, or a token with scopes."""

    def __init__(self, world: World) -> None:
        self.all: list[tuple[Person | None, Client]] = [(None, Client())]
        for person in world.people:
            self.all.append((person, self._session(person)))
        for scopes in TOKEN_SCOPES:
            for person in (one for one in world.people[:-1] if one.team in (None, "top")):
                self.all.append(self.token(person, scopes))

    def of(self, route: Route) -> list[tuple[Person | None, Client]]:
        """Everybody; but a route that is open to all is not asked a hundred times the same (some hash passwords)."""
        return self.all[:2] + self.all[-1:] if route.entry["kind"] == "public" else self.all

    def _session(self, person: Person) -> Client:
        client = Client()
        client.force_login(User.objects.get(pk=person.id), backend="django.contrib.auth.backends.ModelBackend")
        session = client.session
        session["seen"] = int(time.time()) + 3600
        session.save()
        return client

    def token(self, person: Person, scopes: Iterable[str]) -> tuple[Person, Client]:
        """The person as their token with these scopes, and a client that sends it."""
        user = User.objects.get(pk=person.id)
        token, secret = accounts.token_create(user, name="matrix", scopes=list(scopes), days=1)
        # As if it had just been used, however long the run takes: the note of its use is no finding.
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=token.expires_at)
        return replace(person, scopes=frozenset(scopes)), Client(HTTP_AUTHORIZATION=f"Bearer {secret}")


@contextmanager
def undone() -> Iterator[None]:
    """Whatever an attempt writes is taken back, so that each starts from the same world."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


def digests() -> dict[str, str]:
    """A digest of the rows of every table but those that trace who asked."""
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(set(connection.introspection.table_names(cursor)) - TRACES):
            cursor.execute(f'select * from "{table}" order by 1')
            found[table] = hashlib.sha256(repr(cursor.fetchall()).encode()).hexdigest()
    return found


def writes_so_far() -> int | None:
    """Rows ever changed through this connection, if the database counts them: far quicker than digests."""
    return connection.connection.total_changes if connection.vendor == "sqlite" else None


class Matrix:
    """The world, its callers, and how one attempt is made and judged."""

    def __init__(self) -> None:
        for path in HERE.glob("rows_*.py"):
            importlib.import_module(f"security.matrix.{path.stem}")
        self.world = build()
        self.callers = Callers(self.world)
        jobs = [*self.world.rows["job"], *self.world.rows["failed_job"]]
        self.world.rows["all_jobs"] = jobs
        self.look_again()

    def look_again(self) -> None:
        """Call after more tokens or rows were made: what lists are to show, and what nothing may change."""
        everything = ApiToken.objects.values_list("pk", "user_id")
        self.world.rows["token_list"] = [Row(pk, owner) for pk, owner in everything]
        self.before = digests()

    def run(self, chosen: list[Route], enough: int = 10) -> Outcome:
        """All attempts on the routes; a route with ``enough`` findings is not asked further."""
        outcome = Outcome()
        for route in chosen:
            self.ask(route, self.callers.of(route), outcome, enough)
        return outcome

    def ask(self, route: Route, callers: Iterable[tuple[Person | None, Client]], outcome: Outcome,
            enough: int = 10) -> None:  # fmt: skip
        """One route, by each of these callers, about each of its rows."""
        most = len(outcome.findings) + enough
        for person, client in callers:
            for row in self.rows(route):
                if len(outcome.findings) < most:
                    outcome.attempts += 1
                    self._attempt(route, person, client, row, outcome)

    def rows(self, route: Route) -> list[Row | None]:
        if not route.takes_row:
            return [None]
        return list(self.world.rows[route.entry.get("rows") or route.entry["object"]])

    def _attempt(self, route: Route, person: Person | None, client: Client, row: Row | None, outcome: Outcome) -> None:
        wanted = self.verdict(route, person, row)
        problem = self.asked(client, wanted, lambda: self.send(route, client, row), lambda answer: self.judge(
            route, person, wanted, answer))  # fmt: skip
        if problem:
            outcome.findings.append(f"{route.name} by {person} on {row}: {problem}")

    def asked(self, client: Client, wanted: str, send: Callable[[], HttpResponse], judge: Judge) -> str:
        """One request and what was wrong with its answer, or nothing; all that it wrote is taken back."""
        written, cookies = writes_so_far(), copy(client.cookies)
        with undone():
            answer = send()
            problem = judge(answer)
            client.cookies = cookies
            if wanted != "allow" and (written is None or writes_so_far() != written) and digests() != self.before:
                problem = f"{problem}; a refused request changed the database".lstrip("; ")
        return problem

    def verdict(self, route: Route, person: Person | None, row: Row | None) -> str:
        verdicts = [
            self.world.rules.verdict(person, one["kind"], one.get("object", ""), one.get("action", "read"), row)
            for one in route.checks
        ]
        return next((verdict for verdict in verdicts if verdict != "allow"), "allow")

    def send(self, route: Route, client: Client, row: Row | None) -> HttpResponse:
        query = f"?{route.entry['query']}" if "query" in route.entry else ""
        body = self.filled(route.entry.get("body"))
        if body is None:
            return client.generic(route.method, self.path(route, row) + query)
        return client.generic(
            route.method, self.path(route, row) + query, json.dumps(body), content_type="application/json"
        )

    def path(self, route: Route, row: Row | None) -> str:
        """The route's address, each id in it that of the row."""
        return re.sub(r"<[^>]+>", str(row.id) if row else "", route.path)

    def filled(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self.filled(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.filled(item) for item in value]
        if isinstance(value, str) and value.startswith("$team."):
            return self.world.teams[value.removeprefix("$team.")]
        if isinstance(value, str) and value.startswith("$user."):
            role = value.removeprefix("$user.")
            return next(person.id for person in self.world.people if person.roles == {role})
        if isinstance(value, str) and value.startswith("$rows."):
            return [row.id for row in self.world.rows[value.removeprefix("$rows.")]]
        return value

    def judge(self, route: Route, person: Person | None, wanted: str, answer: HttpResponse) -> str:
        if getattr(answer, "streaming", False):
            # The test client's own generator ends the request without closing the connection, which is the test's.
            body = answer._iterator  # type: ignore[attr-defined]
            next(body)
            body.close()
        if wanted != "allow":
            return "" if answer.status_code == STATUS[wanted] else f"{wanted} was due, not {answer.status_code}"
        if answer.status_code not in route.entry.get("ok", (200, 201, 202, 204)):
            return f"allowed, but answered {answer.status_code} {answer.content[:300]!r}"
        if route.entry["kind"] == "list" and person is not None:
            return self._compare_list(route, person, answer)
        return ""

    def _compare_list(self, route: Route, person: Person, answer: HttpResponse) -> str:
        entry, sent = route.entry, answer.json()
        items = sent if entry.get("items", "items") == "" else sent[entry.get("items", "items")]
        shown = {item[entry.get("id", "id")] for item in items}
        due = self._due(entry, person)
        if isinstance(sent, dict) and sent.get("next"):
            due = set(sorted(due)[: len(items)])
        return "" if shown == due else f"shows {sorted(shown - due)} too many, lacks {sorted(due - shown)}"

    def _due(self, entry: dict[str, Any], person: Person) -> set[int]:
        if entry.get("shows") == "own_or_shared":
            return {row.id for row in self.world.rows["view"] if row.owner == person.id or row.shared}
        name = "token_list" if entry["object"] == "token" else entry.get("shows", entry["object"])
        action = entry.get("action", "read")
        return self.world.rules.visible(person, entry["object"], self.world.rows[name], action)
