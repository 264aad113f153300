"""The present counts everything that is stored; a look back and a test of the past know nothing that came in later.

Twelve customers ordered for £100 every ten days; what comes afterwards costs £1,000, so that each sum tells by hand
which orders are in it.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from django.core.cache import cache
from django.test import Client

from importing import bring, orders
from planted import refreshed
from zhiji.algorithms.value.purchases import PurchaseLog, day_number
from zhiji.application.predictions import services as predictions
from zhiji.application.predictions.models import LedgerEntry, LedgerSnapshot, ModelVersion
from zhiji.application.refresh import services as refresh
from zhiji.application.refresh.queries import default_as_of
from zhiji.application.worklists.models import WorkItem
from zhiji.data.store.models import CustomerListRow
from zhiji.kernel import MICROS, clock
from zhiji.platform import accounts, jobs
from zhiji.platform.company import company_update, zone

pytestmark = pytest.mark.django_db(transaction=True)
CUSTOMERS = range(12)
HORIZON = 91


@pytest.fixture
def browser() -> Client:
    company_update(zone="UTC", currency="GBP")
    cache.clear()
    admin = accounts.user_create(email="a@example.com", password=None, name="a", roles=["administrator"])
    client = Client()
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    return client


def asked(client: Client, path: str) -> Any:
    return client.get(f"/api/v1/{path}").json()


def ago(days: int) -> date:
    return clock.day_of(clock.now(), zone()) - timedelta(days=days)


def each(days: int, price: int) -> list[str]:
    """One order of every customer, so many days ago."""
    return [f"O{days}-{one},{ago(days)} 10:00,C{one},P,1,{price}" for one in CUSTOMERS]


def regular(first: int, last: int) -> list[str]:
    return [line for days in range(first, last - 1, -10) for line in each(days, 100)]


def refreshed_now() -> date:
    day = default_as_of(zone())
    jobs.run_inline(refresh.refresh_start())
    return day


def spend_of(client: Client, as_of: date | None = None) -> tuple[int, int]:
    """Of the quarter that ends with the day, and of all months up to it, in pounds."""
    told = asked(client, "dashboards/overview?span=quarter" + (f"&as_of={as_of}" if as_of else ""))
    return told["spend_now_micros"] // MICROS, sum(month["spend_micros"] for month in told["months"]) // MICROS


def test_a_live_import_counts_in_the_refresh_that_it_starts(browser: Client) -> None:
    bring(orders(*regular(150, 20)))
    refreshed_now()
    # The quarter that ended 20 days ago: 20, 30 … 110 days ago.
    assert spend_of(browser) == (10 * 1_200, 14 * 1_200)
    assert WorkItem.objects.count() == 0
    bring(orders(*each(5, 1_000), f"LAST,{ago(1)} 10:00,GONE,P,1,1"), name="live.csv", is_history=False)
    assert refreshed_now() == ago(1)
    assert spend_of(browser) == (8 * 1_200 + 12_001, 14 * 1_200 + 12_001)
    assert asked(browser, "segments/overview")["spend_micros"] == (14 * 1_200 + 12_001) * MICROS
    assert WorkItem.objects.count() == 0
    assert set(CustomerListRow.objects.exclude(external_id="GONE").values_list("last_order_on")) == {(ago(5),)}


def test_a_look_back_knows_nothing_that_came_in_after_its_day(browser: Client) -> None:
    bring(orders(*regular(150, 20)))
    bring(orders(*each(5, 1_000), *each(1, 1_000)), name="live.csv", is_history=False)
    refreshed_now()
    assert spend_of(browser) == (8 * 1_200 + 24_000, 14 * 1_200 + 24_000)
    assert spend_of(browser, ago(3)) == (8 * 1_200, 14 * 1_200)
    refreshed(ago(3))
    assert asked(browser, "segments/overview")["spend_micros"] == 14 * 1_200 * MICROS


def test_the_page_and_the_worklist_know_one_rhythm(browser: Client) -> None:
    """Gaps of 10 and 20 days between three order days, the first order free: 15 on the mean, give or take 7.07."""
    days = f"F,{ago(61)} 10:00,C1,P,1,0", f"O1,{ago(51)} 10:00,C1,P,1,9", f"O2,{ago(31)} 10:00,C1,P,1,9"
    bring(orders(*days, f"SAME,{ago(31)} 18:00,C1,P,1,9", f"LAST,{ago(1)} 10:00,C2,P,1,9"))
    refreshed_now()
    item = WorkItem.objects.get()
    facts = asked(browser, f"customers/{item.customer_id}")["facts"]
    assert [round(facts[f"usual_gap_{name}days"], 2) for name in ("", "low_", "high_")] == [15.0, 7.93, 22.07]
    assert (facts["usual_gap_days"], facts["days_since_last_order"]) == (item.usual_gap_days, 30)
    items = asked(browser, f"customers/{item.customer_id}/orders")["items"]
    assert [(order["number"], order["is_order"]) for order in items] == [
        ("SAME", True), ("O2", True), ("O1", True), ("F", True),
    ]  # fmt: skip


def test_the_lag_of_a_history_says_nothing_of_today(browser: Client) -> None:
    company_update(history_lag_days=14)
    bring(orders(*regular(150, 40), *each(10, 1_000)))
    assert refreshed_now() == ago(10)
    assert spend_of(browser) == (7 * 1_200 + 12_000, 12 * 1_200 + 12_000)
    assert asked(browser, "segments/overview")["spend_micros"] == (12 * 1_200 + 12_000) * MICROS
    assert WorkItem.objects.count() == 0


def test_what_came_in_late_is_known_to_the_model_on_its_day_and_on_none_before(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[pd.DataFrame] = []
    fit = predictions.predictions_refresh

    def listening(days: pd.DataFrame, *rest: Any, **more: Any) -> pd.DataFrame:
        read.append(days)
        return fit(days, *rest, **more)

    monkeypatch.setattr(predictions, "predictions_refresh", listening)
    bring(orders(*regular(400, 20)))
    bring(orders(*each(125, 1_000), *each(5, 1_000), *each(1, 1_000)), name="live.csv", is_history=False)
    as_of = refreshed_now()
    log = PurchaseLog(read[0], "UTC")

    def known(day: date) -> float:
        return float(log.history(day_number(day)).total_value.sum())

    assert known(as_of) == 39 * 1_200 + 36_000
    # 400, 390 … days ago, up to the day: one and two horizons before.
    assert known(as_of - timedelta(days=HORIZON)) == 31 * 1_200
    assert known(as_of - timedelta(days=2 * HORIZON)) == 22 * 1_200


def said_of(client: Client, name: str) -> dict[str, Any]:
    pk = CustomerListRow.objects.get(external_id=name).pk
    return next(one for one in asked(client, f"predictions/customers/{pk}/changes") if one["kind"] == "silence")


@pytest.mark.parametrize(("back", "spent"), [(None, 14 * 100 + 2_000), (3, 14 * 100)])
def test_what_is_frozen_and_what_would_change_it_know_the_same(browser: Client, back: int | None, spent: int) -> None:
    """Of so few customers the plain rule speaks: the spend of a horizon, at the pace of all days since the first."""
    bring(orders(*regular(150, 20)))
    bring(orders(*each(5, 1_000), *each(1, 1_000)), name="live.csv", is_history=False)
    refreshed(ago(back or 1))
    snapshot = LedgerSnapshot.objects.get()
    assert (snapshot.as_of, snapshot.known_to, ModelVersion.objects.get().rule) == (
        ago(back or 1), ago(1), "total_spend",
    )  # fmt: skip
    days = 150 - (back or 1) + 1
    frozen = LedgerEntry.objects.values_list("rule_score", flat=True)
    assert list(frozen) == [pytest.approx(spent * HORIZON / days)] * len(CUSTOMERS)
    # An import that no refresh has read yet changes neither.
    bring(orders(f"TODAY,{ago(0)} 00:00,C0,P,1,7"), name="today.csv", is_history=False)
    told = said_of(browser, "C0")
    waited = (date.fromisoformat(told["on"]) - snapshot.as_of).days
    assert told["value_micros"] / MICROS == pytest.approx(spent * HORIZON / (days + waited), abs=1e-5)


def changes_of(client: Client, name: str) -> Any:
    return asked(client, f"predictions/customers/{CustomerListRow.objects.get(external_id=name).pk}/changes")


def test_what_would_change_a_score_is_said_only_of_what_the_version_read(browser: Client) -> None:
    """A version that was put back keeps its scores; of a customer of whom more has become known since, it can be asked
    nothing, for the days that it read are no longer there."""
    bring(orders(*regular(150, 20)))
    refreshed_now()
    first = ModelVersion.objects.get()
    back = [line.replace(",P,1,", ",P,-1,") for line in regular(150, 20) if ",C2," in line]
    bring(orders(f"MORE,{ago(95)} 10:00,C1,P,1,1000", *back), name="late.csv", changed="add")
    refreshed_now()
    assert {name: len(changes_of(browser, name)) for name in ("C0", "C1")} == {"C0": 2, "C1": 2}
    assert browser.post(f"/api/v1/predictions/versions/{first.pk}/serve").status_code == 200
    asked_again = {name: changes_of(browser, name) for name in ("C0", "C1", "C2")}
    assert (asked_again["C1"], asked_again["C2"]) == ([], [])
    days = 150 - 20 + 1
    told = {one["kind"]: one["value_micros"] / MICROS for one in asked_again["C0"]}
    assert told["order"] == pytest.approx(15 * 100 * HORIZON / (days + 1), abs=1e-5)


def test_where_every_sale_was_taken_back_nothing_serves_any_more(browser: Client) -> None:
    """Orders are there, and no spend is left that anybody could be scored by: neither the page nor a customer shows the
    version of before, as the lists do not."""
    bring(orders(*regular(150, 20)))
    refreshed_now()
    assert [task["serving"]["version"] for task in asked(browser, "predictions")] == [1]
    one = CustomerListRow.objects.get(external_id="C0")
    assert len(asked(browser, f"predictions/customers/{one.pk}")) == 1
    back = [line.replace(",P,1,", ",P,-1,") for line in regular(150, 20)]
    bring(orders(*back), name="back.csv", changed="add")
    refreshed_now()
    assert asked(browser, "predictions") == []
    assert asked(browser, f"predictions/customers/{one.pk}") == []
    assert set(CustomerListRow.objects.values_list("value_score", "spend_micros")) == {(None, 0)}
    # What was said stays as history.
    assert (ModelVersion.objects.count(), LedgerSnapshot.objects.count()) == (1, 1)
    # Once something is sold again, it is scored again.
    bring(orders(f"NEW,{ago(1)} 10:00,C0,P,1,100"), name="new.csv", is_history=False)
    refreshed_now()
    assert [task["serving"]["version"] for task in asked(browser, "predictions")] == [2]
