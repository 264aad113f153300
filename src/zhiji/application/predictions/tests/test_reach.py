"""An agent reads the ledger, and what people said of scores, of the customers within reach only."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import pytest
from django.test import Client

from zhiji.application.predictions import ledger, settling
from zhiji.application.predictions.models import LedgerSnapshot, ModelVersion, ScoreFeedback
from zhiji.data.landing.models import Batch, Source
from zhiji.data.store.models import Customer, CustomerListRow, Identity
from zhiji.kernel import MICROS
from zhiji.platform import accounts
from zhiji.platform.models import User

pytestmark = pytest.mark.django_db
DAY = date(2024, 1, 1)
NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def people() -> dict[str, User]:
    roles = {"li": "agent", "wu": "agent", "boss": "administrator"}
    return {
        name: accounts.user_create(email=f"{name}@example.com", password=None, name=name, roles=[role])
        for name, role in roles.items()
    }


@pytest.fixture
def version() -> ModelVersion:
    return ModelVersion.objects.create(task="customer_value", version=1, as_of=DAY, horizon_days=91, state="published")


def brought(**owners: User | None) -> dict[str, int]:
    source, _ = Source.objects.get_or_create(code="shop")
    batch = Batch.objects.create(source=source, kind="orders", received_at=NOON)
    found = {}
    for name, owner in owners.items():
        customer = Customer.objects.create(known_at=NOON, owner=owner, name=name)
        CustomerListRow.objects.create(customer=customer, owner=owner, name=name)
        Identity.objects.create(source=source, external_id=name, customer=customer, first_batch_id=batch.pk)
        found[name] = customer.pk
    return found


def frozen(version: ModelVersion, ids: dict[str, int]) -> LedgerSnapshot:
    said = {"expected_value_micros": 10 * MICROS, "value_low_micros": 0, "value_high_micros": 20 * MICROS}
    columns = {"customer_id": list(ids.values()), "value_rank": range(1, len(ids) + 1), "value_score": 10.0}
    made = ledger.freeze(version, pd.DataFrame({**columns, "rule_score": 8.0, **said}), known_to=DAY)
    assert made is not None
    return made


def settled(*rows: tuple[int, int]) -> None:
    days = [(number, pd.Timestamp("2024-02-01"), amount * MICROS) for number, amount in rows]
    assert (
        settling.settle(pd.DataFrame(days, columns=["customer_id", "value_on", "amount_micros"]), date(2024, 6, 1)) == 1
    )


def seen(user: User, path: str) -> list[dict[str, Any]]:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(f"/api/v1/predictions/{path}")
    assert answer.status_code == 200, answer.content
    return list(answer.json()["items"])


def names(user: User, snapshot: LedgerSnapshot) -> list[tuple[str, int | None]]:
    rows = seen(user, f"ledger/{snapshot.pk}/entries")
    return [(row["name"], row["actual_value_micros"] and row["actual_value_micros"] // MICROS) for row in rows]


def test_entries_are_those_of_the_readers_own_customers_and_of_nobodys(
    people: dict[str, User], version: ModelVersion
) -> None:
    ids = brought(A=people["li"], B=people["wu"], C=None, D=people["li"])
    snapshot = frozen(version, ids)
    assert names(people["li"], snapshot) == [("A", None), ("C", None), ("D", None)]
    assert names(people["wu"], snapshot) == [("B", None), ("C", None)]
    assert names(people["boss"], snapshot) == [("A", None), ("B", None), ("C", None), ("D", None)]
    settled((ids["A"], 1), (ids["B"], 2), (ids["C"], 3), (ids["D"], 4))
    assert names(people["li"], snapshot) == [("A", 1), ("C", 3), ("D", 4)]
    # D comes again under another number and belongs to wu; nobody that li sees is led to that entry.
    Identity.objects.filter(customer_id=ids["D"]).delete()
    CustomerListRow.objects.filter(pk=ids["D"]).delete()
    Customer.objects.filter(pk=ids["D"]).delete()
    again = brought(D=people["wu"])
    settled((ids["A"], 1), (ids["B"], 5), (ids["C"], 3), (again["D"], 4))
    assert names(people["li"], snapshot) == [("A", 1), ("C", 3)]
    assert names(people["wu"], snapshot) == [("B", 5), ("C", 3), ("D", 4)]


def test_what_people_said_of_a_score_is_told_within_reach_of_its_customer(
    people: dict[str, User], version: ModelVersion
) -> None:
    ids = brought(A=people["li"], B=people["wu"], C=None)
    for name, pk in ids.items():
        ScoreFeedback.objects.create(
            version=version, customer_id=pk, author=people["boss"], verdict="other", text=name, score=1.0, said_at=NOON
        )
    path = f"versions/{version.pk}/feedback"
    assert {user: [row["text"] for row in seen(people[user], path)] for user in people} == {
        "li": ["C", "A"], "wu": ["C", "B"], "boss": ["C", "B", "A"],
    }  # fmt: skip
