"""Whom to call today: ranked, scoped, done once, off the list when it should be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from zhiji.application.activities.models import Call, Note, Task
from zhiji.application.worklists.models import WorkItem
from zhiji.application.worklists.queries import today
from zhiji.data.store.models import Customer
from zhiji.kernel import MICROS
from zhiji.platform.company import company_update
from zhiji.platform.models import AuditEntry, LiveEvent, User

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
Late = Callable[..., WorkItem]
Browse = Callable[[User], Client]
URL = "/api/v1/worklists"


def post(client: Client, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
    return client.post(f"{URL}/{path}", body or {}, content_type="application/json", headers=headers)


def stakes(answer: Any) -> list[int]:
    return [item["at_stake_micros"] // MICROS for item in answer.json()["items"]]


def test_the_sentence_and_the_order_of_the_list(users: dict[str, User], late: Late, browser: Browse) -> None:
    company_update(calls_per_day=3)
    for stake in (10, 500, 70, 70, 300):
        late(stake)
    page = browser(users["admin"]).get(f"{URL}/today").json()
    assert [item["at_stake_micros"] // MICROS for item in page["items"]] == [500, 300, 70, 70, 10]
    assert (page["open"], page["to_call"], page["calls_per_day"]) == (5, 3, 3)
    assert page["at_stake_micros"] == (500 + 300 + 70) * MICROS
    assert page["as_of"] == (today() - timedelta(days=1)).isoformat()


def test_fewer_open_than_calls_a_day(users: dict[str, User], late: Late, browser: Browse) -> None:
    late(10)
    page = browser(users["admin"]).get(f"{URL}/today").json()
    assert (page["to_call"], page["calls_per_day"]) == (1, 20)


def test_an_empty_list_says_so(users: dict[str, User], browser: Browse) -> None:
    page = browser(users["li"]).get(f"{URL}/today").json()
    assert (page["as_of"], page["open"], page["at_stake_micros"], page["items"]) == (None, 0, 0, [])


def test_pages_meet_every_item_once(users: dict[str, User], late: Late, browser: Browse) -> None:
    for stake in (5, 5, 5, 9, 1, 5, 7):
        late(stake)
    client, seen, cursor = browser(users["admin"]), [], ""
    for _ in range(4):
        page = client.get(f"{URL}/today", {"limit": 2, "after": cursor}).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
    assert cursor is None
    assert len(seen) == len(set(seen)) == 7
    assert client.get(f"{URL}/today", {"after": "forged"}).status_code == 422


def test_why_in_both_languages(users: dict[str, User], late: Late, browser: Browse) -> None:
    late(120)
    company_update(currency="CNY")
    client = browser(users["admin"])
    for language, text in (
        ("en", "Orders every 30 days or so; now it is day 43. Usual order ¥250.00."),
        ("zh", "通常约每 30 天下一单，如今已是第 43 天；平均每单 ¥250.00。"),
    ):
        User.objects.filter(pk=users["admin"].pk).update(language=language)
        (item,) = client.get(f"{URL}/today").json()["items"]
        assert item["reason"]["what"] == text


def test_everybody_sees_their_own_part(users: dict[str, User], late: Late, browser: Browse) -> None:
    late(1, owner="li"), late(2, owner="zhou"), late(3), late(4, owner="manager")
    wanted = {"admin": {1, 2, 3, 4}, "analyst": {1, 2, 3, 4}, "manager": {1, 3, 4}, "li": {1, 3}, "zhou": {2, 3}}
    for name, part in wanted.items():
        page = browser(users[name]).get(f"{URL}/today")
        assert set(stakes(page)) == part, name
        assert page.json()["at_stake_micros"] == sum(part) * MICROS
        may = {item["at_stake_micros"] // MICROS for item in page.json()["items"] if item["may_write"]}
        assert may == (set() if name == "analyst" else part)


def test_mine_and_nobodys(users: dict[str, User], late: Late, browser: Browse) -> None:
    late(1, owner="li"), late(2), late(3, assignee=users["li"]), late(4, owner="li", assignee=users["manager"])
    client = browser(users["li"])
    assert set(stakes(client.get(f"{URL}/today?whose=mine"))) == {1, 3}
    assert set(stakes(client.get(f"{URL}/today?whose=nobody"))) == {2}


def test_who_does_not_want_to_be_called_is_never_there(users: dict[str, User], late: Late, browser: Browse) -> None:
    late(1, contact=False), late(2, contact=None)
    gone = late(3)
    Customer.objects.filter(pk=gone.customer_id).update(deleted_at=gone.created_at)
    assert stakes(browser(users["admin"]).get(f"{URL}/today")) == [2]


def test_done_is_recorded_with_the_customer_once(users: dict[str, User], late: Late, browser: Browse) -> None:
    item = late(5, owner="li")
    body = {"outcome": "reached", "note": "wants the new tea", "follow_up_on": str(today() + timedelta(days=3)),
            "follow_up_title": "Send samples"}  # fmt: skip
    client = browser(users["li"])
    for headers in ({}, {"Idempotency-Key": "k1"}, {"Idempotency-Key": "k1"}, {}):
        answer = post(client, f"{item.pk}/done", body, **headers)
        assert answer.status_code == 200, answer.content
        assert (answer.json()["state"], answer.json()["outcome"]) == ("done", "reached")
    call, task = Call.objects.get(), Task.objects.get()
    assert (call.customer_id, call.outcome, call.text, call.by) == (
        item.customer_id, "reached", "wants the new tea", users["li"],
    )  # fmt: skip
    assert (task.title, task.due_on, task.assignee) == ("Send samples", today() + timedelta(days=3), users["li"])
    assert AuditEntry.objects.filter(action="worklist_done").count() == 1
    assert LiveEvent.objects.filter(topic="worklist").count() == 1
    page = client.get(f"{URL}/today").json()
    assert (page["open"], page["done_today"]) == (0, 1)
    (past,) = client.get(f"{URL}/history").json()["items"]
    assert (past["id"], past["note"], past["done_by"]["name"]) == (item.pk, "wants the new tea", "li")


def test_somebody_else_was_faster(users: dict[str, User], late: Late, browser: Browse) -> None:
    item = late(5)
    assert post(browser(users["li"]), f"{item.pk}/done", {"outcome": "reached"}).status_code == 200
    for name, outcome in (("zhou", "reached"), ("li", "no_answer")):
        refused = post(browser(users[name]), f"{item.pk}/done", {"outcome": outcome})
        assert (refused.status_code, refused.json()["code"]) == (409, "work_item_closed")
    assert Call.objects.count() == 1


def test_a_call_back_needs_its_day_and_makes_one_task(users: dict[str, User], late: Late, browser: Browse) -> None:
    item, client = late(5, owner="li"), browser(users["li"])
    refused = post(client, f"{item.pk}/done", {"outcome": "callback"})
    assert (refused.status_code, refused.json()["code"]) == (422, "callback_day_missing")
    late_day = {"outcome": "callback", "follow_up_on": str(today())}
    assert post(client, f"{item.pk}/done", late_day).json()["code"] == "work_day_unfit"
    item.refresh_from_db()
    assert (item.state, Call.objects.count(), Task.objects.count()) == ("open", 0, 0)
    body = {"outcome": "callback", "follow_up_on": str(today() + timedelta(days=20)), "follow_up_title": "Ring again"}
    assert post(client, f"{item.pk}/done", body).status_code == 200
    assert Task.objects.get().title == "Ring again"
    assert Call.objects.get().task == Task.objects.get()
    item.refresh_from_db()
    assert item.rest_until == today() + timedelta(days=20)


def test_do_not_contact_is_kept_with_the_customer(users: dict[str, User], late: Late, browser: Browse) -> None:
    item, client = late(5, owner="li"), browser(users["li"])
    body = {"outcome": "do_not_contact"}
    (before,) = client.get(f"{URL}/today").json()["items"]
    assert (before["customer"]["phone"], before["customer"]["email"]) == ("+8613800000000", "kehu@example.com")
    answer = post(client, f"{item.pk}/done", body)
    after = answer.json()["customer"]
    assert (answer.status_code, after["phone"], after["email"]) == (200, "", "")
    assert Customer.objects.get(pk=item.customer_id).contact_allowed is False
    assert post(client, f"{item.pk}/done", body).status_code == 200
    assert Call.objects.count() == 1
    assert post(client, f"{item.pk}/reopen").json()["code"] == "work_item_expired"


def test_snoozed_until_its_day(users: dict[str, User], late: Late, browser: Browse) -> None:
    item, client = late(5, owner="li"), browser(users["li"])
    for day in (today(), today() - timedelta(days=1), today() + timedelta(days=400)):
        assert post(client, f"{item.pk}/snooze", {"until": str(day)}).json()["code"] == "work_day_unfit"
    assert post(client, f"{item.pk}/snooze", {"until": str(today() + timedelta(days=2))}).json()["state"] == "snoozed"
    assert stakes(client.get(f"{URL}/today")) == []
    assert stakes(client.get(f"{URL}/today?state=snoozed")) == [5]
    WorkItem.objects.update(snoozed_until=today())
    assert stakes(client.get(f"{URL}/today")) == [5]
    assert (Call.objects.count(), Note.objects.count()) == (0, 0)


def test_back_on_the_list_after_a_slip(users: dict[str, User], late: Late, browser: Browse) -> None:
    item, client = late(5, owner="li"), browser(users["li"])
    post(client, f"{item.pk}/done", {"outcome": "no_answer"})
    for _ in range(2):
        assert post(client, f"{item.pk}/reopen").json()["state"] == "open"
    assert AuditEntry.objects.filter(action="worklist_reopen").count() == 1
    post(client, f"{item.pk}/done", {"outcome": "no_answer"})
    late_again = WorkItem.objects.get(pk=item.pk)
    late_again.pk, late_again.state = None, "open"
    late_again.save()
    assert post(client, f"{item.pk}/reopen").json()["code"] == "work_item_another_open"
    WorkItem.objects.filter(pk=item.pk).update(state="expired")
    assert post(client, f"{item.pk}/reopen").json()["code"] == "work_item_expired"


def test_assigned_within_reach(users: dict[str, User], late: Late, browser: Browse) -> None:
    mine, theirs, free = late(1, owner="li"), late(2, owner="zhou"), late(3)
    ids = [mine.pk, theirs.pk, free.pk]
    answer = post(browser(users["manager"]), "assign", {"ids": ids, "assignee": users["li"].pk})
    assert (answer.status_code, answer.json()) == (200, {"changed": 2})
    assert set(WorkItem.objects.filter(assignee=users["li"]).values_list("pk", flat=True)) == {mine.pk, free.pk}
    refused = [
        post(browser(users["li"]), "assign", {"ids": ids, "assignee": users["zhou"].pk}),
        post(browser(users["manager"]), "assign", {"ids": ids, "assignee": users["zhou"].pk}),
        post(browser(users["admin"]), "assign", {"ids": [mine.pk], "assignee": users["zhou"].pk}),
        post(browser(users["admin"]), "assign", {"ids": [mine.pk], "assignee": users["analyst"].pk}),
        post(browser(users["admin"]), "assign", {"ids": [mine.pk], "assignee": 10**15}),
    ]
    assert {answer.json()["code"] for answer in refused} == {"work_assignee_unfit"}
    assert post(browser(users["analyst"]), "assign", {"ids": ids, "to_me": True}).status_code == 403
    assert set(WorkItem.objects.filter(assignee=users["li"]).values_list("pk", flat=True)) == {mine.pk, free.pk}
    assert post(browser(users["zhou"]), "assign", {"ids": ids, "to_me": True}).json() == {"changed": 2}
    assert post(browser(users["zhou"]), "assign", {"ids": ids, "assignee": None}).json() == {"changed": 2}


def test_beyond_reach_nothing_happens(users: dict[str, User], late: Late, browser: Browse) -> None:
    item = late(5, owner="li")
    calls = {"done": {"outcome": "reached"}, "snooze": {"until": str(today() + timedelta(days=1))}, "reopen": {}}
    before = WorkItem.objects.values().get()
    for path, body in calls.items():
        assert post(browser(users["zhou"]), f"{item.pk}/{path}", body).status_code == 404
        assert post(browser(users["analyst"]), f"{item.pk}/{path}", body).status_code == 403
        assert post(browser(users["admin"]), f"{2**63 - 1}/{path}", body).status_code == 404
        assert post(browser(users["admin"]), f"{2**63}/{path}", body).status_code == 422
    assert WorkItem.objects.values().get() == before
    assert not AuditEntry.objects.filter(object_kind="worklist").exists()


def test_as_many_queries_for_many_items(users: dict[str, User], late: Late, browser: Browse) -> None:
    client, counts = browser(users["li"]), []
    for _ in range(2):
        for _ in range(5):
            late(7, owner="li", assignee=users["li"])
        client.get(f"{URL}/today")
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(f"{URL}/today")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 20
