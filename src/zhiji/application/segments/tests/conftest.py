"""A company of a hundred and twenty buyers, segmented as of a day; people of every role."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from django.test import Client

from zhiji.application.segments import services
from zhiji.data.store import listing
from zhiji.data.store.models import Customer, CustomerListRow
from zhiji.kernel import MICROS
from zhiji.platform import accounts
from zhiji.platform.models import Team, User

AS_OF = date(2024, 6, 30)
EARLIER = date(2024, 3, 31)
NOON = datetime(2023, 1, 1, 12, tzinfo=UTC)
BUYERS = 120


@pytest.fixture
def users(db: None) -> dict[str, User]:
    east, west = Team.objects.create(name="East"), Team.objects.create(name="West")

    def make(name: str, role: str, team: Team | None) -> User:
        return accounts.user_create(email=f"{name}@example.com", password=None, name=name, roles=[role], team=team)

    return {
        "admin": make("admin", "administrator", None),
        "manager": make("manager", "manager", east),
        "analyst": make("analyst", "analyst", None),
        "li": make("li", "agent", east),
        "zhou": make("zhou", "agent", west),
    }


def features_of(ids: list[int], as_of: date, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    orders = rng.geometric(0.3, len(ids))
    return pd.DataFrame(
        {
            "customer_id": ids,
            "orders": orders,
            "days_since_last_order": rng.integers(0, 300, len(ids)).astype("float64"),
            "spend_micros": (orders * rng.gamma(2.0, 40.0, len(ids))).round(2) * MICROS,
        }
    ).astype({"spend_micros": "int64"})


@pytest.fixture
def segmented(users: dict[str, User]) -> pd.DataFrame:
    """Every third customer is li's, every fifth of the rest zhou's; returns features with labels."""
    people = Customer.objects.bulk_create(
        Customer(name=f"客户 {n}", known_at=NOON, owner=users["li"] if n % 3 == 0 else users["zhou"])
        for n in range(BUYERS)
    )
    ids = [person.pk for person in people]
    listing.write_rows(ids)
    features = features_of(ids, AS_OF, 1)
    for row in features.itertuples():
        CustomerListRow.objects.filter(pk=row.customer_id).update(
            orders=row.orders, spend_micros=row.spend_micros,
            last_order_on=AS_OF - timedelta(days=int(row.days_since_last_order)),
        )  # fmt: skip
    rng = np.random.default_rng(2)
    days = pd.DataFrame(
        {
            "customer_id": rng.choice(ids, 200),
            "value_on": pd.to_datetime(EARLIER) + pd.to_timedelta(rng.integers(-50, 91, 200), unit="D"),
            "amount_micros": rng.integers(1, 90, 200) * MICROS,
        }
    )
    labels = services.segments_refresh(features, features_of(ids, EARLIER, 3), days, AS_OF, EARLIER, run="job-1")
    frame = features.merge(labels, on="customer_id")
    frame["as_of"] = AS_OF
    listing.write_scores(frame)
    frame.attrs["days"] = days.to_dict("list")
    return frame


@pytest.fixture
def browser() -> Callable[[User], Client]:
    def _browser(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return _browser
