"""Every route × every kind of person × every ownership, against an oracle of its own; and proof that it can see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client

from security.matrix import attempts, oracle
from security.matrix.attempts import Matrix, routes
from zhiji.application.company import queries as company_queries
from zhiji.platform import scope
from zhiji.platform.models import LiveEvent, SavedView, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quiet")]


def test_every_route_is_in_the_manifest_and_every_entry_is_a_route() -> None:
    operations, plain = attempts.addresses()
    entries = attempts.manifest()
    assert len(operations) > 30, "the resolver was not walked"
    listed = set(entries) - {"plain"}
    assert set(operations) - listed == set(), "these routes are not in tests/security/matrix/manifest.toml"
    assert listed - set(operations) == set(), "these entries have no route any more"
    assert plain == set(entries["plain"]), "these addresses outside the API are not as the manifest says"


def test_the_schema_shows_every_route() -> None:
    """What is not in the schema is not fuzzed, and the page's typed client does not know it."""
    from zhiji.config.api import api

    shown = {
        operation["operationId"] for path in api.get_openapi_schema()["paths"].values() for operation in path.values()
    }
    assert shown == set(attempts.addresses()[0])


def test_addresses_outside_the_api_answer_a_visitor_as_stated() -> None:
    paths = {"^(?!api/|static/|assets/|metrics|livez|readyz)(?P<path>.*)$": "customers"}
    for pattern, status in attempts.manifest()["plain"].items():
        assert Client().get("/" + paths.get(pattern, pattern)).status_code == status, pattern


def test_a_scope_that_lets_everything_through_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scope, "_narrow", lambda user, rows, model, action: rows)
    found = Matrix().run([route for route in routes() if route.name in ("view_update", "token_list", "user_read")])
    caught = {finding.split()[0] for finding in found.findings}
    assert caught == {"view_update", "token_list", "user_read"}


def test_one_planted_query_that_forgets_the_scope_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(company_queries, "view_list", lambda asking, place: SavedView.objects.all())
    found = Matrix().run([route for route in routes() if route.name == "view_list"])
    assert any("too many" in finding for finding in found.findings)


def test_a_refusal_that_writes_all_the_same_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    from zhiji.platform import problems

    honest = problems.answer

    def writes(request: HttpRequest, error: Any) -> Any:
        User.objects.update(name="written")
        return honest(request, error)

    monkeypatch.setattr(problems, "answer", writes)
    found = Matrix().run([route for route in routes() if route.name == "company_update"])
    assert any("changed the database" in finding for finding in found.findings)


def test_the_oracle_knows_nothing_of_the_product() -> None:
    source = Path(oracle.__file__).read_text(encoding="utf-8")
    assert "zhiji" not in source
    assert len(source.splitlines()) < 150


def test_live_events_reach_only_who_may_read_what_they_are_about() -> None:
    """Who reaches everything gets the payload; who reaches a part hears that something happened; others nothing."""
    world = Matrix().world
    someone = world.people[3].id
    attempts_made = 0
    for person in world.people[:-1]:
        audience = company_queries.Audience(User.objects.get(pk=person.id))
        for topic in oracle.OBJECTS:
            far = world.rules.reach(person, topic, "read")
            heard = audience.hears(LiveEvent(topic=topic, payload={"n": 1}))
            assert heard == ({"n": 1} if far == oracle.ALL else {} if far else None), (person, topic)
            private = audience.hears(LiveEvent(topic=topic, payload={"n": 1}, user_id=someone))
            assert private == ({"n": 1} if person.id == someone else None), (person, topic)
            attempts_made += 2
        assert audience.hears(LiveEvent(topic="unheard_of", payload={"n": 1})) is None
    assert attempts_made > 500
