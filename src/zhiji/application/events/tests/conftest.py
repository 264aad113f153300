"""A program of the company that sends events, and the consumer that brings them into the record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from zhiji.application.events.consuming import consumer
from zhiji.platform import accounts
from zhiji.platform.models import User

Send = Callable[..., Any]


@pytest.fixture
def sender(db: None) -> User:
    return accounts.user_create(
        email="shop@example.com", password=None, name="shop", roles=["administrator"], team=None
    )


@pytest.fixture
def send(sender: User) -> Send:
    _, secret = accounts.token_create(sender, name="shop", scopes=["event:write", "event:read"], days=1)
    client = Client(HTTP_AUTHORIZATION=f"Bearer {secret}")

    def post(body: Any, **more: Any) -> Any:
        return client.post("/api/v1/events", body, content_type="application/json", **more)

    return post


@pytest.fixture
def brought() -> Callable[[], int]:
    """Brings all that waits into the record; returns how many rounds that took."""
    made = consumer()

    def run() -> int:
        rounds = 0
        while made.step():
            rounds += 1
        return rounds

    return run
