"""One running server for the tests that only ask it; a test that moves or kills it starts its own."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from security.server import Browser, Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that is set up: its administrator is ``security.server.ADMIN``."""
    with Server(tmp_path_factory.mktemp("home")) as running:
        answer = Browser(running).set_up(running.setup_token())
        assert answer.status_code == 200, answer.text
        yield running


@pytest.fixture
def admin(server: Server) -> Browser:
    """A browser signed in as the administrator."""
    browser = Browser(server)
    assert browser.sign_in().status_code == 200
    return browser


@pytest.fixture
def visitor(server: Server) -> Browser:
    return Browser(server)


@pytest.fixture
def quiet() -> Iterator[None]:
    """Thousands of refusals are what is wanted here; formatting a log line for each takes longer than asking."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)
