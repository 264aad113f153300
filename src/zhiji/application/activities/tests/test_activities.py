"""Notes, tasks and calls: who may, what follows, and that an undo can ask before it removes anybody."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db.models import ProtectedError
from django.test import Client

from zhiji.application.activities import queries, services
from zhiji.application.activities.errors import CallbackDayMissing, TaskAssigneeBlind
from zhiji.application.activities.models import Call, Note, Task
from zhiji.data.store.models import Customer
from zhiji.kernel import clock
from zhiji.platform import accounts
from zhiji.platform.errors import NotAllowed, NotFound
from zhiji.platform.models import AuditEntry, User

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


@pytest.fixture
def users(db: None) -> dict[str, User]:
    return {
        role + number: accounts.user_create(email=f"{role}{number}@example.com", password=None, roles=[role])
        for role, number in (("administrator", ""), ("analyst", ""), ("agent", "1"), ("agent", "2"))
    }


@pytest.fixture
def customer(users: dict[str, User]) -> Customer:
    return Customer.objects.create(name="王伟", known_at=clock.now(), owner=users["agent1"])


@pytest.fixture
def browse() -> Callable[[User], Client]:
    def _browse(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return _browse


def post(client: Client, path: str, **body: Any) -> Any:
    return client.post(f"/api/v1/activities{path}", json.dumps(body), content_type="application/json")


def test_a_note_is_written_changed_and_deleted_by_its_author_alone(
    users: dict[str, User], customer: Customer, browse: Callable[[User], Client]
) -> None:
    client = browse(users["agent1"])
    made = post(client, "/notes", customer_id=customer.pk, text=" likes tea ").json()
    assert (made["text"], made["author"]["id"]) == (" likes tea ", users["agent1"].pk)
    path = f"/api/v1/activities/notes/{made['id']}"
    body = json.dumps({"text": "likes coffee"})
    other = browse(users["administrator"])
    assert other.patch(path, body, content_type="application/json").status_code == 403
    assert other.delete(path).status_code == 403
    assert Note.objects.get().text == " likes tea "
    assert client.patch(path, body, content_type="application/json").json()["edited_at"] is not None
    (listed,) = client.get("/api/v1/activities/notes", {"customer_id": customer.pk}).json()
    assert listed["text"] == "likes coffee"
    assert client.delete(path).status_code == 204
    assert not Note.objects.exists()
    assert "tea" not in json.dumps([entry.details for entry in AuditEntry.objects.all()])


def test_nobody_works_on_customers_beyond_their_reach(
    users: dict[str, User], customer: Customer, browse: Callable[[User], Client]
) -> None:
    entries = AuditEntry.objects.count()
    for user, error in ((users["agent2"], NotFound), (users["analyst"], NotAllowed)):
        with pytest.raises(error):
            services.note_create(user=user, customer_id=customer.pk, text="x")
        with pytest.raises(error):
            services.task_create(user=user, customer_id=customer.pk, title="x")
        with pytest.raises(error):
            services.call_record(user=user, customer_id=customer.pk, outcome="reached")
    # Two roles: one sees all customers, the other writes about one's own only. Together they do not write about all.
    both = accounts.user_create(email="both@example.com", password=None, roles=["analyst", "agent"])
    with pytest.raises(NotAllowed):
        services.note_create(user=both, customer_id=customer.pk, text="x")
    assert [model.objects.count() for model in (Note, Task, Call)] == [0, 0, 0]
    assert AuditEntry.objects.count() == entries + 1  # the new user
    note = services.note_create(user=users["agent1"], customer_id=customer.pk, text="mine")
    client = browse(users["agent2"])
    assert client.get("/api/v1/activities/notes", {"customer_id": customer.pk}).json() == []
    assert client.delete(f"/api/v1/activities/notes/{note.pk}").status_code == 404


def test_a_call_back_makes_a_task_on_its_day(users: dict[str, User], customer: Customer) -> None:
    with pytest.raises(CallbackDayMissing):
        services.call_record(user=users["agent1"], customer_id=customer.pk, outcome="callback")
    assert not Call.objects.exists()
    call = services.call_record(
        user=users["agent1"],
        customer_id=customer.pk,
        outcome="callback",
        text="after lunch",
        callback_on=date(2024, 5, 1),
    )
    assert call.task is not None
    assert (call.task.title, call.task.due_on, call.task.assignee) == ("after lunch", date(2024, 5, 1), users["agent1"])
    plain = services.call_record(user=users["agent1"], customer_id=customer.pk, outcome="no_answer")
    assert plain.task is None


def test_tasks_are_done_and_opened_again_once(users: dict[str, User], customer: Customer) -> None:
    agent, admin = users["agent1"], users["administrator"]
    task = services.task_create(user=agent, customer_id=customer.pk, title="call", assignee_id=agent.pk)
    first = services.task_done(user=agent, task_id=task.pk)
    again = services.task_done(user=admin, task_id=task.pk)
    assert (again.done_at, again.done_by) == (first.done_at, agent)
    assert services.task_reopen(user=agent, task_id=task.pk).done_at is None
    with pytest.raises(TaskAssigneeBlind):
        services.task_update(user=agent, task_id=task.pk, changes={"assignee_id": users["agent2"].pk})
    task.refresh_from_db()
    assert task.assignee == agent


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_my_tasks_come_by_their_day_each_once(
    users: dict[str, User], customer: Customer, browse: Callable[[User], Client], limit: int
) -> None:
    agent = users["agent1"]
    days = [date(2024, 5, 3), None, date(2024, 5, 1), date(2024, 5, 3), None, date(2024, 5, 2)]
    for i, day in enumerate(days):
        services.task_create(user=agent, customer_id=customer.pk, title=str(i), due_on=day, assignee_id=agent.pk)
    services.task_create(user=agent, customer_id=customer.pk, title="nobody's")
    client, cursor, seen = browse(agent), "", []
    while cursor is not None:
        page = client.get("/api/v1/activities/tasks", {"limit": limit, "after": cursor}).json()
        seen += [task["title"] for task in page["items"]]
        cursor = page["next"]
    assert seen == ["2", "5", "0", "3", "1", "4"]
    assert len(client.get("/api/v1/activities/tasks", {"mine": False}).json()["items"]) == 7
    early = client.get("/api/v1/activities/tasks", {"due_by": "2024-05-02"}).json()["items"]
    assert [task["title"] for task in early] == ["2", "5"]
    assert client.get("/api/v1/activities/tasks", {"after": "forged"}).status_code == 422


def test_an_undo_can_ask_whom_it_must_keep(users: dict[str, User], customer: Customer) -> None:
    others = [Customer.objects.create(known_at=clock.now()) for _ in range(3)]
    agent = users["administrator"]
    services.note_create(user=agent, customer_id=others[0].pk, text="x")
    services.call_record(user=agent, customer_id=others[1].pk, outcome="reached")
    ids = {customer.pk, *(other.pk for other in others)}
    assert queries.customers_with_activity(ids) == {others[0].pk, others[1].pk}
    assert queries.customers_with_activity([]) == set()
    with pytest.raises(ProtectedError):
        others[0].delete()


@pytest.mark.parametrize("body", [{"text": ""}, {"text": "x\u0000"}, {"text": "x", "extra": 1}, {"text": "x" * 10_001}])
def test_what_does_not_fit_is_refused(
    users: dict[str, User], customer: Customer, browse: Callable[[User], Client], body: dict[str, Any]
) -> None:
    assert post(browse(users["agent1"]), "/notes", customer_id=customer.pk, **body).status_code == 422
    assert not Note.objects.exists()
