"""One customer's score: its signed reasons, what would change it, and the word of somebody who holds it to be wrong."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pandas as pd
import pytest
from django.test import Client

from importing import bring, orders
from zhiji.application.predictions.models import LedgerSettlement, LedgerSnapshot, ModelVersion, ScoreFeedback
from zhiji.application.predictions.queries import version_words
from zhiji.application.predictions.scoring import predictions_refresh
from zhiji.data.lake import Lake, open_engine
from zhiji.data.store.models import Customer
from zhiji.kernel import MICROS
from zhiji.platform import accounts
from zhiji.platform.company import company_update, zone
from zhiji.platform.models import AuditEntry, User
from zhiji.platform.workspace import workspace
from zhiji.processing.features import transactions
from zhiji.processing.pipelines.lake import rebuild_lake

pytestmark = pytest.mark.django_db(transaction=True)
AS_OF = date(2024, 3, 31)
# Often and much, once and little, and one between: 100 on three days, 10 once, 40 twice.
LINES = (
    *(f"A{n},2024-0{n}-01 10:00,C1,P,1,100.00" for n in (1, 2, 3)),
    "B1,2024-01-05 10:00,C2,P,1,10.00",
    "D1,2024-02-01 10:00,C3,P,1,40.00",
    "D2,2024-03-02 10:00,C3,P,1,40.00",
)


@pytest.fixture
def scored() -> dict[str, int]:
    """Three customers' ids; too little evidence for a model, so that the rule of total spend serves."""
    company_update(zone="UTC", currency="GBP")
    bring(orders(*LINES))
    rebuild_lake()
    with open_engine(Lake(workspace().lake), verify=False) as engine:
        days = engine.to_arrow(transactions(engine.tables, AS_OF, zone())).to_pandas()
    predictions_refresh(days, AS_OF, horizon_days=91, lake={})
    pairs = Customer.objects.values_list("identities__external_id", "pk")
    return {name: pk for name, pk in pairs if name is not None}


def person(name: str, role: str) -> User:
    return accounts.user_create(email=f"{name}@example.com", password=None, name=name, roles=[role])


def ask(user: User, method: str, path: str, body: Any = None) -> Any:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.generic(method, f"/api/v1/predictions/customers/{path}", json_of(body), "application/json")


def json_of(body: Any) -> str:
    return "" if body is None else json.dumps(body)


def test_reasons_say_who_is_compared_and_which_way_they_point(scored: dict[str, int]) -> None:
    admin = person("admin", "administrator")
    signs = {}
    for name in ("C1", "C2", "C3"):
        (score,) = ask(admin, "GET", str(scored[name])).json()
        signs[name] = {reason["code"]: reason["sign"] for reason in score["reasons"]}
        assert len(score["reasons"]) <= 5
    assert [signs[name]["value_reason_mean_order"] for name in ("C1", "C3", "C2")] == [1, 0, -1]
    assert [signs[name].get("value_reason_orders") for name in ("C1", "C3")] == [1, 0]
    # The plain rule that serves counts spend; of a rhythm it knows nothing.
    assert signs["C1"]["value_reason_rhythm"] == 0
    (score,) = ask(admin, "GET", str(scored["C1"])).json()
    mean = next(reason for reason in score["reasons"] if reason["code"] == "value_reason_mean_order")
    assert "£100.00" in mean["what"]
    assert "£40.00" in mean["why"]


def test_what_would_change_a_score_is_the_serving_rule_asked_again(scored: dict[str, int]) -> None:
    admin = person("admin", "administrator")
    order, silence = ask(admin, "GET", f"{scored['C3']}/changes").json()
    assert (order["kind"], order["on"], order["amount_micros"]) == ("order", "2024-04-01", 40 * MICROS)
    # All spend so far, at the pace of the company's history, for 91 days. 1 April is the 92nd day since 1 January.
    assert order["value_micros"] == round(120 * MICROS * 91 / 92)
    # C3 orders every 30 days: 30 April is the 121st day.
    assert (silence["kind"], silence["on"]) == ("silence", "2024-04-30")
    assert silence["value_micros"] == round(80 * MICROS * 91 / 121)
    (score,) = ask(admin, "GET", str(scored["C3"])).json()
    assert silence["value_micros"] < score["value_score"] * MICROS < order["value_micros"]


def test_somebody_says_that_a_score_is_wrong(scored: dict[str, int]) -> None:
    agent, admin = person("li", "agent"), person("admin", "administrator")
    given = ask(agent, "PUT", f"{scored['C1']}/feedback", {"verdict": "left", "text": "Moved away in March."})
    assert given.status_code == 200, given.content
    again = ask(agent, "PUT", f"{scored['C1']}/feedback", {"verdict": "too_high"}).json()
    assert (ScoreFeedback.objects.count(), again["verdict"], again["text"]) == (1, "too_high", "")
    (score,) = ask(admin, "GET", str(scored["C1"])).json()
    assert [(said["verdict"], said["by"]["name"], said["is_own"]) for said in score["feedback"]] == [
        ("too_high", "li", False)
    ]
    trail = AuditEntry.objects.filter(action="score_feedback_give").order_by("pk")
    assert [entry.details["verdict"] for entry in trail] == ["left", "too_high"]
    assert "Moved" not in str([entry.details for entry in trail]), "the trail holds no words of people"
    assert ask(agent, "DELETE", f"{scored['C1']}/feedback").status_code == 204
    assert not ScoreFeedback.objects.exists()


def test_who_sees_a_customer_not_says_nothing_of_the_score(scored: dict[str, int]) -> None:
    owner, stranger, reader = person("wu", "agent"), person("zhou", "agent"), person("sun", "analyst")
    Customer.objects.filter(pk=scored["C1"]).update(owner=owner)
    path, body = f"{scored['C1']}/feedback", {"verdict": "too_low"}
    assert ask(stranger, "PUT", path, body).status_code == 404
    assert ask(stranger, "GET", f"{scored['C1']}/changes").status_code == 404
    assert ask(reader, "PUT", path, body).status_code == 403
    assert not ScoreFeedback.objects.exists()
    assert not AuditEntry.objects.filter(action="score_feedback_give").exists()


def test_sums_over_all_customers_are_for_who_may_see_all(scored: dict[str, int]) -> None:
    version = ModelVersion.objects.get()
    window = {"as_of": "2023-12-31", "until": "2024-03-31", "customers": 3}
    sums = {"predicted_total": 340.0, "rule_total": 330.0, "actual_total": 390.0}
    version.backtest = {**version.backtest, "origins": [{**window, **sums}], "pooled_deciles": [{"actual": 390.0}]}
    version.save()
    snapshot = LedgerSnapshot.objects.get()
    LedgerSettlement.objects.create(snapshot=snapshot, summary={"actual_micros": 390 * MICROS}, digest="0" * 64)
    seen = {}
    for role in ("administrator", "agent"):
        reader = person(role, role)
        (task,) = get(reader, "").json()
        detail, (frozen,) = get(reader, f"/versions/{version.pk}").json(), get(reader, "/ledger").json()["items"]
        assert frozen["settled_at"]
        seen[role] = [task["sees_totals"], task["headline"], frozen["summary"], *(
            detail["backtest"][name] for name in ("origins", "pooled_deciles")
        )]  # fmt: skip
    assert seen["agent"] == [False, None, None, [], []]
    assert all(seen["administrator"])
    assert seen["administrator"][1]["actual_micros"] == 390 * MICROS


def get(user: User, path: str) -> Any:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.get(f"/api/v1/predictions{path}")


def test_where_every_sale_was_taken_back_since_nobody_is_scored() -> None:
    sold = pd.DataFrame({"customer_id": [1], "value_on": [pd.Timestamp(2023, 6, 1)], "amount_micros": [5 * MICROS]})
    days = pd.concat([sold.assign(purchases=1), sold.assign(amount_micros=-5 * MICROS, purchases=-1)])
    known = pd.to_datetime(["2023-12-31", "2024-03-31"], utc=True)
    found = predictions_refresh(days.assign(known_at=known), AS_OF, horizon_days=91, lake={})
    assert (len(found), ModelVersion.objects.count()) == (0, 0)


def test_a_verdict_of_an_older_version_names_the_rule_that_it_was_set_beside(scored: dict[str, int]) -> None:
    """It was always the version's own, and stored nowhere else; a verdict that names one keeps it."""
    figures = {"origins": 2, "model_percent": 51.5, "rule_percent": 50.2, "low_percent": -0.8, "high_percent": 3.7}
    version = ModelVersion.objects.get()
    version.state, version.rule = "withheld", "window_before"
    version.reasons = [
        {"code": "value_gini_not_better", "params": figures},
        {"code": "value_top_share_not_better", "params": {**figures, "rule": "mean_per_period"}},
    ]
    version.save()
    (task,) = get(person("admin", "administrator"), "").json()
    command = version_words(version, "en")["reasons"]
    for told in ([reason["what"] for reason in task["serving"]["reasons"]], command):
        assert told == [
            "The forecast did not beat the plain rule “spend in the equal time before”.",
            "The forecast did not find the best customers more surely than the plain rule “mean spend per period”.",
        ]


@pytest.mark.parametrize(("windows", "claimed"), [(1, False), (2, True)])
def test_an_older_version_of_one_window_does_not_claim_earlier_ones(
    scored: dict[str, int], windows: int, claimed: bool
) -> None:
    version = ModelVersion.objects.get()
    version.state, version.backtest = "published", {**version.backtest, "effective_origins": windows}
    version.reasons = [{"code": "value_published", "params": {"model_percent": 60, "rule_percent": 48}}]
    version.save()
    (task,) = get(person("admin", "administrator"), "").json()
    (reason,) = task["serving"]["reasons"]
    assert ("earlier test dates" in reason["why"]) == claimed
    assert "60%" in reason["why"]
