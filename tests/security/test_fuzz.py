"""Requests made from the API's own schema, valid and not: never a 5xx, and no answer that the schema does not state."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import schemathesis
from django.contrib.auth import login
from django.contrib.sessions.backends.db import SessionStore
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.http import HttpRequest
from django.middleware.csrf import get_token
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from zhiji.config.wsgi import application
from zhiji.platform import accounts

EXAMPLES = 12
# A stream answers for a minute; it has tests of its own.
ENDLESS = ["event_stream"]
schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)


@pytest.fixture
def headers(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """An administrator's session with its CSRF token: the one for whom most code runs."""
    # Tied to its workspace, so that no example starts another one.
    monkeypatch.setenv("ZHIJI_WORKSPACE", "main")
    request = HttpRequest()
    request.session = SessionStore()
    user = accounts.user_create(email="fuzz@acme.test", password=None, roles=["administrator"])
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    token = get_token(request)
    request.session.save()
    logging.disable(logging.CRITICAL)
    # The end of a request closes connections, and here the connection is the test's own.
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield {
        "Cookie": f"zhiji={request.session.session_key}; csrftoken={request.META['CSRF_COOKIE']}",
        "X-CSRFToken": token,
    }
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)
    logging.disable(logging.NOTSET)


@schema.exclude(operation_id=ENDLESS).parametrize()
@settings(
    max_examples=EXAMPLES, derandomize=True, deadline=None, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip
def test_no_request_breaks_the_server(case: schemathesis.Case, headers: dict[str, str]) -> None:
    case.call_and_validate(
        headers=headers,
        checks=[not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance],
    )
