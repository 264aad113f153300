"""Segments by rule: kept, counted, paged and shared, each within the scope of who asks."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from django.test import Client

from zhiji.application.segments import queries
from zhiji.application.segments.models import Segment
from zhiji.data.store import deadline, listing
from zhiji.data.store.models import Customer
from zhiji.platform.models import AuditEntry, User

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
Browse = Callable[[User], Client]
URL = "/api/v1/segments"
RULE = {
    "op": "or",
    "rules": [
        {"field": "segment", "value": ["champions", "loyal"]},
        {"op": "and", "rules": [{"field": "spend", "value": {"min": "300"}}, {"field": "orders", "value": {"min": 4}}]},
    ],
}


def post(client: Client, path: str, body: dict[str, Any]) -> Any:
    return client.post(f"{URL}{path}", body, content_type="application/json")


def members(frame: pd.DataFrame) -> pd.DataFrame:
    best = frame["rfm_segment"].isin(["champions", "loyal"])
    return frame[best | ((frame["spend_micros"] >= 300_000_000) & (frame["orders"] >= 4))]


def test_kept_counted_and_paged(segmented: pd.DataFrame, users: dict[str, User], browser: Browse) -> None:
    client, wanted = browser(users["analyst"]), members(segmented)
    counted = post(client, "/count", {"definition": RULE}).json()
    assert counted["customers"] == len(wanted) > 5
    assert counted["spend_micros"] == int(wanted["spend_micros"].sum())
    assert counted["spend_share"] == pytest.approx(wanted["spend_micros"].sum() / segmented["spend_micros"].sum())
    assert counted["exact"] is True
    made = post(client, "", {"name": "  Best  ", "definition": RULE})
    assert made.status_code == 201
    assert (made.json()["name"], made.json()["is_mine"], made.json()["is_shared"]) == ("Best", True, False)
    pk = made.json()["id"]
    assert client.get(f"{URL}/{pk}").json()["count"] == counted
    seen: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        page = client.get(f"{URL}/{pk}/members", {"limit": 7, "after": cursor, "sort": "-spend"}).json()
        seen += [row["id"] for row in page["items"]]
        cursor = page["next"]
    ordered = wanted.sort_values(["spend_micros", "customer_id"], ascending=False)
    assert seen == list(ordered["customer_id"])


def test_the_customer_list_exports_the_members(
    segmented: pd.DataFrame, users: dict[str, User], browser: Browse
) -> None:
    client, wanted = browser(users["admin"]), members(segmented)
    refuses = int(wanted["customer_id"].iloc[0])
    Customer.objects.filter(pk=refuses).update(contact_allowed=False)
    listing.write_rows([refuses])
    frame_filter = json.dumps({"rules": RULE})
    sizes = {}
    for purpose in ("analysis", "contact"):
        body = {"what": "customers", "format": "csv", "filter": frame_filter, "purpose": purpose}
        answer = client.post("/api/v1/customers/export", body, content_type="application/json")
        assert answer.status_code == 200
        sizes[purpose] = answer.content.decode("utf-8-sig").strip().count("\n")
    # Writing the row anew made its spend what the record says, nothing; its segment keeps it a member or not.
    assert sizes["analysis"] - sizes["contact"] == int(wanted["rfm_segment"].iloc[0] in ("champions", "loyal"))
    assert sizes["contact"] == len(wanted) - 1


def test_members_stay_within_scope(segmented: pd.DataFrame, users: dict[str, User], browser: Browse) -> None:
    pk = post(browser(users["admin"]), "", {"name": "s", "definition": RULE, "is_shared": True}).json()["id"]
    mine = set(Customer.objects.filter(owner=users["li"]).values_list("pk", flat=True))
    wanted = members(segmented)["customer_id"]
    client = browser(users["li"])
    page = client.get(f"{URL}/{pk}/members?limit=200").json()
    assert {row["id"] for row in page["items"]} == mine & set(wanted)
    assert client.get(f"{URL}/{pk}").json()["count"]["customers"] == len(mine & set(wanted))
    assert post(client, "/count", {"definition": RULE}).json()["customers"] == len(mine & set(wanted))


def test_private_is_private_and_shared_is_everybodys(users: dict[str, User], browser: Browse) -> None:
    private = post(browser(users["manager"]), "", {"name": "p", "definition": RULE}).json()["id"]
    shared = post(browser(users["manager"]), "", {"name": "s", "definition": RULE, "is_shared": True}).json()["id"]
    for name in ("admin", "analyst", "li"):
        client = browser(users[name])
        assert [row["id"] for row in client.get(URL).json()["items"]] == [shared]
        assert client.get(f"{URL}/{private}").status_code == 404
        assert client.get(f"{URL}/{private}/members").status_code == 404
        refused = client.patch(f"{URL}/{private}", {"name": "x"}, content_type="application/json")
        assert refused.status_code == 404
        assert client.delete(f"{URL}/{private}").status_code == 404
    assert browser(users["li"]).delete(f"{URL}/{shared}").status_code == 403
    assert post(browser(users["li"]), "", {"name": "x", "definition": RULE}).status_code == 403
    assert Segment.objects.count() == 2
    changed = browser(users["analyst"]).patch(f"{URL}/{shared}", {"name": "x"}, content_type="application/json")
    assert (changed.status_code, changed.json()["name"], changed.json()["definition"]) == (200, "x", RULE)
    assert browser(users["manager"]).delete(f"{URL}/{private}").status_code == 204
    actions = AuditEntry.objects.filter(object_kind="segment").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["segment_create", "segment_create", "segment_update", "segment_delete"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "x", "definition": {"op": "and", "rules": []}}, 422),
        ({"name": "x", "definition": {"field": "spend", "value": {"min": "much"}}}, 422),
        ({"name": "x", "definition": {"field": "city", "value": ["长" * 150] * 200}}, 422),
        ({"name": "", "definition": RULE}, 422),
        ({"name": "a\nb", "definition": RULE}, 422),
        ({"name": "x", "definition": RULE, "owner": 1}, 422),
        ({"name": "x"}, 422),
    ],
)
def test_what_is_refused_leaves_nothing(users: dict[str, User], browser: Browse, body: Any, status: int) -> None:
    assert post(browser(users["admin"]), "", body).status_code == status
    assert not Segment.objects.exists()
    assert not AuditEntry.objects.filter(object_kind="segment").exists()


def test_a_count_that_takes_too_long_is_given_up(
    segmented: pd.DataFrame, users: dict[str, User], browser: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def over(seconds: float) -> Any:
        raise deadline.TimeIsUp

    monkeypatch.setattr(queries.deadline, "limit", over)
    counted = post(browser(users["admin"]), "/count", {"definition": RULE}).json()
    assert counted == {"customers": len(members(segmented)), "exact": True, "spend_micros": None, "spend_share": None}


def test_fields_for_the_editor(users: dict[str, User], browser: Browse) -> None:
    items = browser(users["li"]).get(f"{URL}/fields").json()["items"]
    kinds = {item["field"]: item["kind"] for item in items}
    assert (kinds["spend"], kinds["segment"], kinds["last_order_on"]) == ("money", "choice", "day")
