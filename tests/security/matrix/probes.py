"""What a request may carry beside its path: filters, sorts, words, pages, ids of others in bodies, other methods.

Each probe is one request by one person, with what the oracle says of it. The rules here are written from the manifest's
and the oracle's view; they import nothing of the product.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.test import Client

from security.matrix.attempts import STATUS, Matrix, Outcome, Route
from security.matrix.oracle import Person, Row

API = "/api/v1"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# Words that find every customer of the world; the others are spelled for the parser of some database.
FINDING = ("Matrix", "matr")
ABSENT = (2**40, 2**63 - 1)
Check = Callable[[HttpResponse], str]


@dataclass(frozen=True)
class Probe:
    """wanted: ``allow``, a word of the oracle, or a number of the status. check: what else must hold of the answer."""

    label: str
    person: Person | None
    client: Client
    method: str
    path: str
    wanted: str
    body: Any = None
    check: Check = lambda _: ""


def run(matrix: Matrix, probes: Iterable[Probe], enough: int = 20) -> Outcome:
    outcome = Outcome()
    for probe in probes:
        outcome.attempts += 1
        if len(outcome.findings) < enough and (problem := _asked(matrix, probe)):
            outcome.findings.append(f"{probe.label} by {probe.person}: {problem}")
    return outcome


def _asked(matrix: Matrix, probe: Probe) -> str:
    def send() -> HttpResponse:
        if probe.body is None:
            return probe.client.generic(probe.method, probe.path)
        return probe.client.generic(probe.method, probe.path, json.dumps(probe.body), content_type="application/json")

    def judge(answer: HttpResponse) -> str:
        if probe.wanted == "allow":
            fine = 200 <= answer.status_code < 300
            return probe.check(answer) if fine else f"answered {answer.status_code} {answer.content[:200]!r}"
        due = STATUS.get(probe.wanted) or int(probe.wanted)
        return "" if answer.status_code == due else f"{due} was due, not {answer.status_code}"

    return matrix.asked(probe.client, probe.wanted, send, judge)


def sessions(matrix: Matrix) -> list[tuple[Person, Client]]:
    return [(who, client) for who, client in matrix.callers.all if who is not None and who.scopes is None]


def _needs(matrix: Matrix, person: Person, *pairs: str) -> str:
    """allow, or why not, for a route that needs each of these ``object:action`` to reach anything."""
    for pair in pairs:
        kind, action = pair.split(":")
        verdict = matrix.world.rules.verdict(person, "some", kind, action, None)
        if verdict != "allow":
            return verdict
    return "allow"


def _exactly(due: set[int], *, of: str = "items") -> Check:
    def check(answer: HttpResponse) -> str:
        sent = json.loads(answer.content)
        shown = {row["id"] for row in (sent[of] if of else sent)}
        return "" if shown == due else f"shows {sorted(shown - due)} too many, lacks {sorted(due - shown)}"

    return check


def _value(name: str, due: int) -> Check:
    def check(answer: HttpResponse) -> str:
        found = json.loads(answer.content)[name]
        return "" if found == due else f"{name} is {found}, not {due}"

    return check


def customer_filters(matrix: Matrix) -> list[tuple[dict[str, Any], Callable[[Row], bool]]]:
    """Filters, and which customers of the world each lets through, whoever asks."""
    agent = next(person.id for person in matrix.world.owners() if person.team == "below")
    below = matrix.world.teams["below"]
    mine = {"field": "owner", "value": [agent]}
    return [
        ({}, lambda row: True),
        ({"q": "Matrix"}, lambda row: True),
        ({"owner": [agent]}, lambda row: row.owner == agent),
        ({"owner": [None]}, lambda row: row.owner is None),
        ({"team": [below, None]}, lambda row: row.team in ("below", None)),
        ({"contact_allowed": ["unknown"]}, lambda row: True),
        ({"spend": {"min": "1"}}, lambda row: False),
        ({"rules": {"op": "or", "rules": [mine, {"field": "spend", "value": {"min": "0"}}]}}, lambda row: True),
        ({"rules": {"op": "and", "rules": [mine, {"field": "team", "value": [below]}]}},
         lambda row: row.owner == agent and row.team == "below"),
        ({"owner": [agent], "rules": {"op": "or", "rules": [{"field": "team", "value": [below]}, mine]}},
         lambda row: row.owner == agent),
    ]  # fmt: skip


def lists(matrix: Matrix) -> Iterator[Probe]:
    """Customers by ten filters and four orders, their counts and pages: never one more than without the filter."""
    rows = matrix.world.rows["customer"]
    for person, client in sessions(matrix):
        wanted = _needs(matrix, person, "customer:read", "order:read")
        seen = [row for row in rows if matrix.world.rules.covers(person, "customer", "read", row)]
        for given, lets in customer_filters(matrix):
            due = {row.id for row in seen if lets(row)}
            text = json.dumps(given)
            for sort in ("name", "-spend", "last_order_on", "-at_stake"):
                query = urlencode({"filter": text, "sort": sort, "limit": 100})
                yield Probe(f"customer_list {query}", person, client, "GET", f"{API}/customers?{query}", wanted,
                            check=_exactly(due))  # fmt: skip
            for exact in ("false", "true"):
                query = urlencode({"filter": text, "exact": exact})
                yield Probe(f"customer_count {query}", person, client, "GET", f"{API}/customers/count?{query}", wanted,
                            check=_value("count", len(due)))  # fmt: skip
            # A definition needs a rule; what a filter lets through is what the segment counts.
            if "rules" in given and "owner" not in given:
                yield Probe(f"segment_count {text}", person, client, "POST", f"{API}/segments/count", wanted,
                            {"definition": given["rules"]}, _value("customers", len(due)))  # fmt: skip
        yield Probe("customer pages", person, client, "GET", f"{API}/customers?limit=2&sort=name", wanted,
                    check=_paged(client, {row.id for row in seen}))  # fmt: skip


def _paged(client: Client, due: set[int]) -> Check:
    def check(answer: HttpResponse) -> str:
        shown, sent = set[int](), json.loads(answer.content)
        while True:
            shown |= {row["id"] for row in sent["items"]}
            if not sent["next"]:
                return "" if shown == due else f"pages show {sorted(shown)}, not {sorted(due)}"
            query = urlencode({"limit": 2, "sort": "name", "after": sent["next"]})
            sent = json.loads(client.get(f"{API}/customers?{query}").content)

    return check


def words(matrix: Matrix) -> Iterator[Probe]:
    """The search, with words that some database would take for more than words."""
    for person, client in sessions(matrix):
        due = matrix.world.rules.visible(person, "customer", matrix.world.rows["customer"])
        for text in ("Matrix", "matr", "%", "_", "Matrix' OR '1'='1", "Matrix OR name:*", '"', "*", "Matrix%' --"):
            query = urlencode({"q": text, "limit": 20})

            def check(answer: HttpResponse, due: set[int] = due, text: str = text) -> str:
                shown = {row["id"] for row in json.loads(answer.content)["customers"]}
                too_many, all_due = shown - due, text not in FINDING or shown == due
                return "" if not too_many and all_due else f"shows {sorted(shown)}, not {sorted(due)}"

            yield Probe(f"search {text}", person, client, "GET", f"{API}/search?{query}",
                        _needs(matrix, person, "customer:read"), check=check)  # fmt: skip


def others(matrix: Matrix, customer_of: dict[str, dict[int, int]]) -> Iterator[Probe]:
    """Lists narrowed to one customer or one kind. ``customer_of``: object → its row's id → its customer's id."""
    rules, rows = matrix.world.rules, matrix.world.rows
    for person, client in sessions(matrix):
        wanted = _needs(matrix, person, "activity:read")
        tasks = rules.visible(person, "activity", rows["task"])
        notes = rules.visible(person, "activity", rows["note"])
        for customer in sorted(set(customer_of["task"].values())):
            due = {pk for pk in tasks if customer_of["task"][pk] == customer}
            query = f"mine=false&state=all&customer_id={customer}"
            yield Probe(f"task_list {query}", person, client, "GET", f"{API}/activities/tasks?{query}", wanted,
                        check=_exactly(due))  # fmt: skip
        for customer in sorted(set(customer_of["note"].values())):
            due = {pk for pk in notes if customer_of["note"][pk] == customer}
            path = f"{API}/activities/notes?customer_id={customer}"
            yield Probe(f"note_list of {customer}", person, client, "GET", path, wanted, check=_exactly(due, of=""))
        for mine, state in (("false", "open"), ("false", "done"), ("true", "all")):
            path = f"{API}/activities/tasks?mine={mine}&state={state}&limit=200"
            due = tasks if (mine, state) == ("false", "open") else set()
            yield Probe(f"task_list {mine} {state}", person, client, "GET", path, wanted, check=_exactly(due))
        calls = rules.visible(person, "worklist", rows["worklist"])
        for whose, state in (("all", "open"), ("all", "snoozed")):
            path = f"{API}/worklists/today?whose={whose}&state={state}&limit=200"
            yield Probe(f"worklist {whose} {state}", person, client, "GET", path,
                        _needs(matrix, person, "worklist:read", "customer:read", "order:read"),
                        check=_exactly(calls if state == "open" else set()))  # fmt: skip


def exports(matrix: Matrix) -> Iterator[Probe]:
    """Every export, by everybody: as many rows as the person may export."""
    rows = matrix.world.rows["customer"]
    for person, client in sessions(matrix):
        reached = [row for row in rows if matrix.world.rules.covers(person, "customer", "export", row)]
        filters = customer_filters(matrix)
        for what in ("customers", "segments"):
            for given, lets in (filters[0], filters[2], filters[7]):
                for purpose in ("contact", "analysis"):
                    body = {"what": what, "format": "csv", "filter": json.dumps(given), "purpose": purpose}
                    due = sum(1 for row in reached if lets(row))

                    def check(answer: HttpResponse, due: int = due) -> str:
                        lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
                        return "" if len(lines) - 1 == due else f"{len(lines) - 1} rows, not {due}"

                    yield Probe(f"export {body}", person, client, "POST", f"{API}/customers/export",
                                _needs(matrix, person, "customer:export", "order:read"), body, check)  # fmt: skip
        for file_format in ("csv", "xlsx", "parquet"):
            body = {"what": "orders", "format": file_format, "sort": "name"}
            yield Probe(f"export {body}", person, client, "POST", f"{API}/customers/export",
                        _needs(matrix, person, "order:export", "customer:export"), body)  # fmt: skip


def bodies(matrix: Matrix) -> Iterator[Probe]:
    """Ids of others in the body: writing about a customer beyond reach, taking calls or customers of others."""
    rules, rows = matrix.world.rules, matrix.world.rows
    about = [("notes", {"text": "n"}), ("tasks", {"title": "t"}), ("calls", {"outcome": "reached"})]
    for person, client in (one for one in matrix.callers.all if one[0] is not None):
        for row in rows["customer"]:
            wanted = rules.verdict(person, "some", "activity", "write", None)
            if wanted == "allow":
                wanted = rules.verdict(person, "row", "customer", "read", row)
            if wanted == "allow" and not rules.covers(person, "activity", "write", row):
                wanted = "refuse"
            for name, body in about:
                yield Probe(f"{name} about {row}", person, client, "POST", f"{API}/activities/{name}", wanted,
                            {"customer_id": row.id, **body})  # fmt: skip
    for person, client in sessions(matrix):
        for row in rows["worklist"]:
            taken = int(rules.covers(person, "worklist", "write", row))
            yield Probe(f"take {row}", person, client, "POST", f"{API}/worklists/assign",
                        _needs(matrix, person, "worklist:write"), {"ids": [row.id], "to_me": True},
                        _value("changed", taken))  # fmt: skip
        for row in rows["customer"]:
            moved = int(rules.covers(person, "customer", "write", row) and row.owner != person.id)
            yield Probe(f"assign {row} to oneself", person, client, "POST", f"{API}/customers/assign",
                        _needs(matrix, person, "customer:write"), {"ids": [row.id], "owner": person.id},
                        _value("changed", moved))  # fmt: skip


def other_methods(matrix: Matrix, chosen: list[Route]) -> Iterator[Probe]:
    """Each address with each method that it does not offer."""
    offered: dict[str, set[str]] = {}
    example: dict[str, Route] = {}
    for route in chosen:
        offered.setdefault(route.path, set()).add(route.method)
        example[route.path] = route
    asking = [matrix.callers.all[0], *sessions(matrix), *_tokens(matrix)]
    for path, methods in sorted(offered.items()):
        row = matrix.rows(example[path])[0]
        for method in METHODS:
            if method not in methods:
                for person, client in asking:
                    yield Probe(f"{method} {path}", person, client, method, matrix.path(example[path], row), "405", {})


def _tokens(matrix: Matrix) -> list[tuple[Person | None, Client]]:
    return [one for one in matrix.callers.all if one[0] is not None and one[0].scopes is not None and one[0].team]


def absent(matrix: Matrix, chosen: list[Route]) -> Iterator[Probe]:
    """Ids that nobody has: an administrator hears of them what everybody hears of a row beyond reach."""
    for route in chosen:
        if route.entry["kind"] != "row":
            continue
        for person, client in matrix.callers.all:
            for pk in ABSENT:
                # Beyond every reach but the furthest, and that one finds nothing.
                wanted = matrix.verdict(route, person, Row(pk, owner=-1, team="nobody's", has_team=True))
                if wanted in ("allow", "refuse") and _row_is_asked(matrix, route, person):
                    wanted = "hide"
                yield Probe(f"{route.name} {pk}", person, client, route.method, matrix.path(route, Row(pk)), wanted,
                            matrix.filled(route.entry.get("body")))  # fmt: skip


def _row_is_asked(matrix: Matrix, route: Route, person: Person | None) -> bool:
    """Whether the checks that need no row let the person as far as the row."""
    if person is None:
        return False
    for check in route.checks:
        if check["kind"] == "row":
            return True
        if (
            matrix.world.rules.verdict(person, check["kind"], check["object"], check.get("action", "read"), None)
            != "allow"
        ):
            return False
    return True
