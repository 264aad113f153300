"""What the record of predictions says: what was said beforehand, what was said looking back, and of whom."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from django.test import Client

from importing import bring, undo
from planted import AS_OF, Planted, draw, refreshed, text_of
from zhiji.application.predictions import ledger
from zhiji.application.predictions.models import LedgerSettlement, LedgerSnapshot, ModelVersion
from zhiji.application.refresh import services as refresh
from zhiji.application.refresh.queries import default_as_of
from zhiji.application.worklists.models import WorkItem
from zhiji.data.store.models import CustomerListRow
from zhiji.kernel import MICROS
from zhiji.platform import accounts, jobs
from zhiji.platform.company import company_update, zone

pytestmark = pytest.mark.django_db(transaction=True)
HORIZON = 91


@pytest.fixture(scope="module")
def planted() -> Planted:
    return draw(220, seed=11)


@pytest.fixture
def browser() -> Client:
    company_update(zone="UTC", currency="GBP")
    admin = accounts.user_create(email="a@example.com", password=None, name="a", roles=["administrator"])
    client = Client()
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    return client


def asked(client: Client, path: str) -> Any:
    return client.get(f"/api/v1/{path}").json()


def last_day(planted: Planted) -> date:
    return date.fromisoformat(str(planted.transactions["value_on"].max())[:10])


def spent_after(planted: Planted, day: date) -> int:
    """By the customers known on a day, in the horizon after it."""
    rows = planted.transactions
    since, on = pd.Timestamp(day), rows["value_on"]
    known = set(rows.loc[on <= since, "external_id"])
    window = rows[(on > since) & (on <= since + pd.Timedelta(days=HORIZON)) & rows["external_id"].isin(known)]
    return int(window["amount_micros"].sum())


def test_a_prediction_given_beforehand_is_settled_rightly_after_an_undo_and_another_import(
    planted: Planted, browser: Client
) -> None:
    rows = planted.transactions.sort_values("event_at", ignore_index=True)
    day = date(2024, 9, 30)
    first = bring(text_of(rows[rows["value_on"] <= pd.Timestamp(day)]))
    refreshed(default_as_of(zone()))
    snapshot = LedgerSnapshot.objects.get()
    day = snapshot.as_of
    undo(first)
    bring(text_of(rows))
    jobs.run_inline(refresh.refresh_start())
    summary = LedgerSettlement.objects.get(snapshot=snapshot).summary
    assert summary["actual_micros"] == spent_after(planted, day) > 0
    assert (summary["customers"], summary["unknown"]) == (snapshot.entries, 0)
    assert ledger.broken() is None
    shown = asked(browser, f"predictions/ledger/{snapshot.pk}/entries?limit=200")["items"]
    assert {row["name"] for row in shown} <= set(rows["external_id"])
    assert all(asked(browser, f"customers/{row['customer_id']}")["external_id"] == row["name"] for row in shown[:3])


def test_a_file_that_comes_after_a_later_one_corrects_what_was_settled_without_it(
    planted: Planted, browser: Client
) -> None:
    rows = planted.transactions.sort_values("event_at", ignore_index=True)
    quarter = rows["value_on"].dt.to_period("Q")
    parts = {"before": quarter <= "2024Q2", "third": quarter == "2024Q3", "fourth": quarter > "2024Q3"}
    text = {name: text_of(rows[part], first=int(rows.index[part][0]) + 1) for name, part in parts.items()}
    bring(text["before"])
    jobs.run_inline(refresh.refresh_start())
    snapshot = LedgerSnapshot.objects.get()
    assert date(2024, 9, 20) < snapshot.due_on <= date(2024, 9, 30)
    bring(text["fourth"], name="fourth.csv")
    jobs.run_inline(refresh.refresh_start())
    row = asked(browser, "predictions/ledger")["items"][-1]
    # The fourth quarter's file alone: nobody bought for a quarter, which never was so before.
    assert (row["summary"]["actual_micros"], row["summary"]["silent_days"]) == (0, HORIZON)
    third = bring(text["third"], name="third.csv")
    jobs.run_inline(refresh.refresh_start())
    truth = spent_after(planted, snapshot.as_of)
    row = asked(browser, "predictions/ledger")["items"][-1]
    assert (row["id"], row["summary"]["actual_micros"]) == (snapshot.pk, truth)
    assert "silent_days" not in row["summary"]
    first, second = row["settlements"]
    assert [(each["number"], each["actual_micros"]) for each in (first, second)] == [(1, 0), (2, truth)]
    since, until = pd.Timestamp(snapshot.as_of), pd.Timestamp(snapshot.due_on)
    known = set(rows.loc[rows["value_on"] <= since, "external_id"])
    bought = set(rows.loc[(rows["value_on"] > since) & (rows["value_on"] <= until), "external_id"]) & known
    assert (first["corrected"], second["corrected"]) == (None, len(bought))
    shown = asked(browser, f"predictions/ledger/{snapshot.pk}/entries?limit=200")["items"]
    assert sum(each["actual_value_micros"] for each in shown) == truth

    undo(third)
    jobs.run_inline(refresh.refresh_start())
    row = asked(browser, "predictions/ledger")["items"][-1]
    assert [each["actual_micros"] for each in row["settlements"]] == [0, truth, 0]
    assert ledger.broken() is None


def test_what_is_shown_after_a_second_refresh_of_the_day_is_in_the_ledger_too(
    planted: Planted, browser: Client
) -> None:
    rows = planted.transactions[planted.transactions["value_on"] <= pd.Timestamp(AS_OF)].sort_values("event_at")
    few = rows[rows["external_id"].isin(sorted(set(rows["external_id"]))[:40])]
    few = pd.concat([few, rows.tail(1)]).drop_duplicates()
    bring(text_of(few))
    jobs.run_inline(refresh.refresh_start())
    first = LedgerSnapshot.objects.get()
    kept = list(first.rows.order_by("pk").values())
    later = rows[~rows.index.isin(few.index)]
    bring(text_of(later, first=len(few) + 1), name="later.csv")
    jobs.run_inline(refresh.refresh_start())
    second = LedgerSnapshot.objects.exclude(pk=first.pk).get()
    assert (first.number, second.number, second.as_of, second.due_on) == (1, 2, first.as_of, first.due_on)
    said = dict(CustomerListRow.objects.values_list("pk", "value_score"))
    assert len(said) > len(kept)
    assert dict(second.rows.values_list("customer_ref", "value_score")) == said
    assert list(first.rows.order_by("pk").values()) == kept
    jobs.run_inline(refresh.refresh_start())
    page = asked(browser, "predictions/ledger")
    assert [(row["id"], row["number"]) for row in page["items"]] == [(second.pk, 2), (first.pk, 1)]
    # A day counts once, by its first word.
    assert page["counts"] == {"frozen": 1, "settled": 0, "later": 1, "next_due": first.due_on.isoformat()}
    assert ledger.broken() is None


def test_a_look_back_stands_apart_and_calls_nobody(planted: Planted, browser: Client) -> None:
    rows, last = planted.transactions, last_day(planted)
    bring(text_of(rows))
    day = last - timedelta(days=60)
    refreshed(day)
    snapshot = LedgerSnapshot.objects.get()
    assert (snapshot.as_of, snapshot.known_to) == (day, last)
    assert asked(browser, "predictions/ledger")["items"] == []
    back = asked(browser, "predictions/ledger?look_back=true")["items"]
    assert [(row["id"], row["known_to"]) for row in back] == [(snapshot.pk, last.isoformat())]
    assert asked(browser, "predictions")[0]["data_to"] == last.isoformat()
    assert not WorkItem.objects.exists()
    today = asked(browser, "worklists/today")
    assert (today["open"], today["scores_as_of"], today["data_to"]) == (0, day.isoformat(), last.isoformat())
    _check_days(browser, rows, day, last)

    refreshed(last)
    assert [row["as_of"] for row in asked(browser, "predictions/ledger")["items"]] == [last.isoformat()]
    assert len(asked(browser, "predictions/ledger?look_back=true")["items"]) == 1
    assert asked(browser, "predictions")[0]["data_to"] is None
    assert WorkItem.objects.exists()
    kept = list(WorkItem.objects.order_by("pk").values())
    today = asked(browser, "worklists/today")
    assert (today["open"], today["scores_as_of"], today["data_to"]) == (len(kept), None, None)

    refreshed(day - timedelta(days=1))
    assert list(WorkItem.objects.order_by("pk").values()) == kept


def _check_days(browser: Client, rows: pd.DataFrame, day: date, last: date) -> None:
    """Days are counted from the last order that there was on the day of the scores."""
    known = rows[rows["value_on"] <= pd.Timestamp(day)].groupby("external_id")["value_on"].max()
    latest = rows.groupby("external_id")["value_on"].max()
    later = [name for name in known.index if latest[name] > pd.Timestamp(day)]
    numbers = dict(CustomerListRow.objects.values_list("external_id", "pk"))
    for name in [*later[:5], *(name for name in known.index if name not in later)][:8]:
        facts = asked(browser, f"customers/{numbers[name]}")["facts"]
        assert facts["days_since_last_order"] == (pd.Timestamp(day) - known[name]).days >= 0
        assert (facts["reference_on"], facts["data_to"]) == (day.isoformat(), last.isoformat())
    # Who came only afterwards has no score, and is looked at from the last day of the data.
    for name in [name for name in latest.index if name not in known.index][:2]:
        facts = asked(browser, f"customers/{numbers[name]}")["facts"]
        assert facts["days_since_last_order"] == (pd.Timestamp(last) - latest[name]).days >= 0


def _by_rule(rows: pd.DataFrame, name: str, day: date) -> float:
    """The plain rule's total in units, from the file's own rows."""
    since = pd.Timestamp(day)
    known = rows[rows["value_on"] <= since]
    total = known.groupby("external_id")["amount_micros"].sum() / MICROS
    age = (since - known.groupby("external_id")["value_on"].min()).dt.days
    history = (since - known["value_on"].min()).days + 1
    window = known[known["value_on"] > since - pd.Timedelta(days=HORIZON)]
    return {
        "total_spend": float(total.sum()) * HORIZON / history,
        "window_before": float(window["amount_micros"].sum()) / MICROS,
        "mean_per_period": float((total / ((age + 1) / HORIZON).clip(lower=1.0)).sum()),
    }[name]


def test_the_sentence_is_the_sum_of_what_a_recount_finds(planted: Planted, browser: Client) -> None:
    """The totals by the file's own rows, and by the kept tenths of the back-test; of the customers known then."""
    rows = planted.transactions[planted.transactions["value_on"] <= pd.Timestamp(AS_OF)]
    bring(text_of(rows))
    refreshed()
    task = asked(browser, "predictions")[0]
    told, version = task["headline"], ModelVersion.objects.get()
    day, until = date.fromisoformat(told["as_of"]), date.fromisoformat(told["until"])
    assert until - day == timedelta(days=HORIZON)
    assert told["customers"] == rows.loc[rows["value_on"] <= pd.Timestamp(day), "external_id"].nunique()
    assert told["actual_micros"] == spent_after(Planted(rows, planted.truth), day)
    assert told["rule_micros"] / MICROS == pytest.approx(_by_rule(rows, version.rule, day), rel=1e-9)
    tenths = version.backtest["origins"][-1]["deciles"]
    assert sum(tenth["customers"] for tenth in tenths) == told["customers"]
    for said, kept in (("said_micros", "predicted"), ("rule_micros", "rule"), ("actual_micros", "actual")):
        assert told[said] / MICROS == pytest.approx(sum(tenth[kept] for tenth in tenths), rel=1e-9)
    inside = rows[rows["value_on"].between(pd.Timestamp(day) + pd.Timedelta(days=1), pd.Timestamp(until))]
    assert told["actual_micros"] <= int(inside["amount_micros"].sum())
