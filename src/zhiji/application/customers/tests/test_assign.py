"""Giving customers to people and teams: by hand-picked rows, by filter, in the background; never beyond one's reach."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from zhiji.application.activities import services as activities
from zhiji.application.activities.models import Task
from zhiji.application.customers import services
from zhiji.application.customers.errors import AssigneeUnfit
from zhiji.application.customers.models import Assignment
from zhiji.data.store.models import Customer, CustomerListRow
from zhiji.kernel import clock
from zhiji.platform import jobs
from zhiji.platform.errors import NotAllowed
from zhiji.platform.models import AuditEntry, Team, User

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
Add = Callable[..., Customer]
Browse = Callable[[User], Client]


def owners() -> dict[str, str | None]:
    return dict(Customer.objects.values_list("name", "owner__name"))


def assign(client: Client, **body: Any) -> Any:
    return client.post("/api/v1/customers/assign", json.dumps(body), content_type="application/json")


def test_rows_and_filters_are_assigned(
    users: dict[str, User], teams: dict[str, Team], add: Add, browser: Browse
) -> None:
    one, two = add("A", country="中国"), add("B", country="France")
    add("C", country="France")
    client = browser(users["admin"])
    answer = assign(client, ids=[one.pk, two.pk], owner=users["li"].pk)
    assert answer.json() == {"changed": 2, "job": None}
    assert owners() == {"A": "li", "B": "li", "C": None}
    by_filter = json.dumps({"country": ["France"]})
    assert assign(client, filter=by_filter, owner=None, team=teams["west"].pk).json()["changed"] == 2
    assert owners() == {"A": "li", "B": None, "C": None}
    assert set(CustomerListRow.objects.filter(team=teams["west"]).values_list("name", flat=True)) == {"B", "C"}
    assert Customer.objects.get(pk=one.pk).team_id is None
    assert Assignment.objects.count() == 4
    assert assign(client, filter=by_filter, owner=None).json()["changed"] == 0
    assert assign(client, ids=[one.pk], unknown=1).status_code == 422


def test_nobody_assigns_beyond_their_reach(users: dict[str, User], teams: dict[str, Team], add: Add) -> None:
    mine, free, other = add("mine", owner=users["li"]), add("free"), add("other", owner=users["zhou"])
    everything = [mine.pk, free.pk, other.pk]
    entries = AuditEntry.objects.count()
    for user, owner in (("li", "zhou"), ("manager", "zhou"), ("li", "admin")):
        with pytest.raises(AssigneeUnfit):
            services.customers_assign(user=users[user], ids=everything, owner_id=users[owner].pk)
    with pytest.raises(AssigneeUnfit):
        services.customers_assign(user=users["li"], ids=everything, team_id=teams["west"].pk)
    with pytest.raises(NotAllowed):
        services.customers_assign(user=users["analyst"], ids=everything, owner_id=users["analyst"].pk)
    assert owners() == {"mine": "li", "free": None, "other": "zhou"}
    assert AuditEntry.objects.count() == entries
    # An agent takes what is nobody's; what is another's stays with them.
    assert services.customers_assign(user=users["li"], ids=everything, owner_id=users["li"].pk)[0] == 1
    assert owners() == {"mine": "li", "free": "li", "other": "zhou"}


def test_all_that_match_are_assigned_in_the_background(users: dict[str, User]) -> None:
    Customer.objects.bulk_create([Customer(known_at=clock.now(), country="x") for _ in range(2_100)], batch_size=500)
    ids = list(Customer.objects.values_list("pk", flat=True))
    CustomerListRow.objects.bulk_create([CustomerListRow(customer_id=pk, country="x") for pk in ids], batch_size=500)
    # The filter itself is what changes: nobody may be skipped for that.
    changed, job = services.customers_assign(
        user=users["admin"], filter_text='{"owner": [null]}', owner_id=users["li"].pk
    )
    assert changed == 0
    assert job is not None
    done = jobs.run_inline(job)
    assert (done.state, done.result) == ("done", {"changed": 2_100})
    assert Customer.objects.filter(owner=users["li"]).count() == 2_100
    assert CustomerListRow.objects.filter(owner=users["li"]).count() == 2_100


def test_open_tasks_of_the_old_owner_go_along(users: dict[str, User], add: Add) -> None:
    customer = add("A", owner=users["li"])
    theirs = activities.task_create(
        user=users["admin"], customer_id=customer.pk, title="call", assignee_id=users["li"].pk
    )
    done = activities.task_create(user=users["admin"], customer_id=customer.pk, title="old", assignee_id=users["li"].pk)
    activities.task_done(user=users["admin"], task_id=done.pk)
    third = activities.task_create(
        user=users["admin"], customer_id=customer.pk, title="x", assignee_id=users["admin"].pk
    )
    services.customers_assign(user=users["admin"], ids=[customer.pk], owner_id=users["zhou"].pk)
    who = dict(Task.objects.values_list("pk", "assignee__name"))
    assert who == {theirs.pk: "zhou", done.pk: "li", third.pk: "admin"}
