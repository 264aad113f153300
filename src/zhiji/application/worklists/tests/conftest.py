"""A company with teams, people of every role, and customers who are late."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from zhiji.application.worklists.models import WorkItem
from zhiji.application.worklists.queries import today
from zhiji.data.store import listing
from zhiji.data.store.models import Customer
from zhiji.kernel import MICROS
from zhiji.platform import accounts
from zhiji.platform.models import Team, User

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def users(db: None) -> dict[str, User]:
    east = Team.objects.create(name="East")
    shanghai = Team.objects.create(name="Shanghai", parent=east)
    west = Team.objects.create(name="West")

    def make(name: str, role: str, team: Team | None) -> User:
        return accounts.user_create(email=f"{name}@example.com", password=None, name=name, roles=[role], team=team)

    return {
        "admin": make("admin", "administrator", None),
        "manager": make("manager", "manager", east),
        "analyst": make("analyst", "analyst", None),
        "li": make("li", "agent", shanghai),
        "zhou": make("zhou", "agent", west),
    }


@pytest.fixture
def late(users: dict[str, User]) -> Callable[..., WorkItem]:
    """A customer who is late, on the list with the given stake in whole units."""

    def _late(stake: int, *, owner: str | None = None, contact: bool | None = True, **fields: Any) -> WorkItem:
        person = users[owner] if owner else None
        customer = Customer.objects.create(
            name=f"客户 {stake}", owner=person, team=person.team if person else None, contact_allowed=contact,
            phone="+8613800000000", email="kehu@example.com", known_at=NOON,
        )  # fmt: skip
        listing.write_rows([customer.pk])
        figures: dict[str, Any] = {
            "as_of": today() - timedelta(days=1), "rank": 1, "overdue_days": 12.4, "usual_gap_days": 30.2,
            "days_since_last_order": 42.6, "usual_order_micros": 250 * MICROS, "at_stake_micros": stake * MICROS,
        }  # fmt: skip
        return WorkItem.objects.create(customer=customer, **(figures | fields))

    return _late


@pytest.fixture
def browser() -> Callable[[User], Client]:
    def _browser(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return _browser
