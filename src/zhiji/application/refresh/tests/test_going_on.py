"""A refresh that is killed goes on; one that is repeated changes nothing; an earlier version comes back whole."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from importing import bring, orders
from planted import AS_OF, bring_planted, draw, refreshed
from zhiji.algorithms.base import ModelFileDamaged, ModelSignatureInvalid, load
from zhiji.application.predictions import ledger, scoring
from zhiji.application.predictions import services as predictions
from zhiji.application.predictions.models import CustomerScore, LedgerEntry, LedgerSnapshot, ModelVersion
from zhiji.application.refresh import services as refresh
from zhiji.application.refresh.queries import default_as_of
from zhiji.application.segments.models import SegmentRun
from zhiji.application.worklists.models import WorkItem
from zhiji.data.landing.models import RejectedRow
from zhiji.data.store.models import Customer, CustomerListRow, Order
from zhiji.platform import accounts, jobs
from zhiji.platform.company import zone
from zhiji.platform.jobs import Task
from zhiji.platform.models import AuditEntry, Job, User
from zhiji.platform.workspace import workspace

pytestmark = pytest.mark.django_db(transaction=True)


def test_days_without_orders_are_refused_before_anything_starts() -> None:
    admin = accounts.user_create(email="a@example.com", password=None, name="a", roles=["administrator"], team=None)
    client = Client()
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")

    def asked(day: str) -> tuple[int, str]:
        answer = client.post("/api/v1/refresh", {"as_of": day}, content_type="application/json")
        return answer.status_code, answer.json().get("code", "")

    assert asked("2024-01-01") == (409, "refresh_nothing_there")
    bring(orders("O1,2024-01-02 10:00,C1,P1,1,2.00"))
    queued = Job.objects.filter(kind="refresh").count()
    for day in ("0001-01-01", "2024-01-01", "9999-12-31"):
        assert asked(day) == (422, "refresh_day_outside")
    assert Job.objects.filter(kind="refresh").count() == queued
    assert asked("2024-01-02")[0] == 200


def test_one_order_dated_in_the_future_does_not_move_the_day() -> None:
    bring(orders("O1,2025-01-02 10:00,C1,P1,1,2.00", "O2,2025-01-30 10:00,C2,P1,1,2.00"))
    place = zone()
    assert default_as_of(place) == date(2025, 1, 30)
    row = bring(orders("O3,2025-01-29 10:00,C2,P1,1,2.00", "O4,2035-01-30 10:00,C1,P1,1,2.00"))
    assert row.report["counts"] == row.report["counts"] | {"received": 2, "stored": 1, "rejected": 1}
    assert RejectedRow.objects.values_list("row", "column", "value", "code").get() == (
        2, "date", "2035-01-30 10:00", "date_in_future",
    )  # fmt: skip
    # A record of before this rule: the order is there, and is not looked at.
    Order.objects.filter(external_id="O3").update(ordered_at=datetime(2035, 1, 30, tzinfo=UTC))
    assert default_as_of(place) == date(2025, 1, 30)


class Killed(BaseException):
    """No handler may catch it: what is not committed by now is gone."""


def lists() -> list[tuple[Any, ...]]:
    return list(
        CustomerListRow.objects.order_by("pk").values_list(
            "pk", "rfm_segment", "band", "value_score", "value_rank", "expected_orders", "expected_value_micros",
            "value_low_micros", "value_high_micros", "probability_active", "overdue_days", "at_stake_micros",
            "usual_gap_days", "usual_gap_low_days", "usual_gap_high_days", "as_of",
        )
    )  # fmt: skip


def frozen() -> list[dict[str, Any]]:
    return list(LedgerEntry.objects.order_by("pk").values())


def work() -> list[tuple[Any, ...]]:
    return list(WorkItem.objects.order_by("pk").values_list("pk", "customer_id", "state", "at_stake_micros", "rank"))


def folders() -> set[str]:
    """Folders of saved models."""
    kinds = [workspace().models / kind for kind in ("segments", "customer_value")]
    return {f"{kind.name}/{path.name}" for kind in kinds if kind.exists() for path in kind.iterdir()}


def die_after(monkeypatch: pytest.MonkeyPatch, stage: str) -> None:
    """Everything of the stage is committed; that it is over is not."""
    real = getattr(refresh.Refresh, f"_{stage}")

    def stage_then_death(self: refresh.Refresh) -> None:
        real(self)
        raise Killed

    monkeypatch.setattr(refresh.Refresh, f"_{stage}", stage_then_death)


def run_until_killed(job: Job) -> None:
    claimed = jobs.claim("worker-1", only=job.pk)
    assert claimed is not None
    with pytest.raises(Killed):
        refresh.Refresh(Task(claimed, "worker-1")).step()
    Job.objects.filter(pk=job.pk).update(lease_until=claimed.created_at)


def test_killed_after_each_stage_it_goes_on_and_nothing_is_doubled(monkeypatch: pytest.MonkeyPatch) -> None:
    bring_planted(draw(220, seed=11))
    job, there = refresh.refresh_start(as_of=AS_OF), folders()
    for stage in refresh.STAGES:
        with monkeypatch.context() as patched:
            die_after(patched, stage)
            run_until_killed(job)
        job.refresh_from_db()
        assert job.checkpoint["stage"] == stage
    job = jobs.run_inline(job)
    assert (job.state, job.reason) == (Job.State.DONE, None)
    counts = [model.objects.count() for model in (SegmentRun, ModelVersion, LedgerSnapshot)]
    assert counts == [1, 1, 1]
    assert CustomerScore.objects.count() == LedgerEntry.objects.count() == 220
    assert not (workspace().staging / f"refresh-{job.pk}").exists()
    assert folders() - there == {SegmentRun.objects.get().path, ModelVersion.objects.get().path}
    went_on = (lists(), work())
    entries = frozen()

    # Once more on the same day: another version with the same scores, and the ledger keeps its first word.
    refreshed()
    assert (lists(), work()) == went_on
    assert ModelVersion.objects.count() == 2
    assert (frozen(), LedgerSnapshot.objects.count(), ledger.broken()) == (entries, 1, None)


@pytest.fixture
def two_versions() -> list[ModelVersion]:
    """The second was made after half of the customers' last orders, and knows a customer whom the first did not."""
    planted = draw(220, seed=11)
    bring_planted(planted)
    refreshed(AS_OF.replace(month=6, day=30))
    refreshed()
    return list(ModelVersion.objects.order_by("pk"))


def shown() -> dict[int, tuple[Any, ...]]:
    names = ("value_score", "value_rank", "expected_value_micros", "value_low_micros", "probability_active")
    return {pk: tuple(rest) for pk, *rest in CustomerListRow.objects.values_list("pk", *names)}


def said(version: ModelVersion) -> dict[int, tuple[Any, ...]]:
    names = ("value_score", "rank", "expected_value_micros", "value_low_micros", "probability_active")
    rows = CustomerScore.objects.filter(version=version).values_list("customer_id", *names)
    return {pk: tuple(rest) for pk, *rest in rows}


def test_an_earlier_version_comes_back_with_its_scores_in_the_lists(
    two_versions: list[ModelVersion], monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = accounts.user_create(email="a@example.com", password=None, name="a", roles=["administrator"], team=None)
    client = Client()
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    first, second = two_versions
    assert len(said(first)) < len(said(second)) == 220
    assert shown() == said(second)
    answer = client.post(f"/api/v1/predictions/versions/{first.pk}/serve")
    assert (answer.status_code, answer.json()["is_serving"]) == (200, True)
    nothing = (None,) * 5
    assert shown() == {pk: said(first).get(pk, nothing) for pk in said(second)}
    assert ModelVersion.objects.get(is_serving=True) == first
    # A block of customers costs the same few statements, whatever their number.
    monkeypatch.setattr(scoring, "_SHOWN_BLOCK", 50)
    with CaptureQueriesContext(connection) as seen:
        assert client.post(f"/api/v1/predictions/versions/{second.pk}/serve").status_code == 200
    assert shown() == said(second)
    updates = [query["sql"] for query in seen if query["sql"].startswith("UPDATE store_customerlistrow")]
    assert len(updates) == 2 * -(-220 // 50)
    check_many_are_shown_by_a_worker(client, first, second, monkeypatch)

    # Withheld or short of evidence: the plain rule ranks, and there is no amount to be seen anywhere.
    kept_back = [version for version in two_versions if version.state in ("withheld", "not_enough_evidence")]
    assert kept_back, [version.state for version in two_versions]
    for version in kept_back:
        rows = CustomerScore.objects.filter(version=version)
        assert all(row.value_score == row.rule_score for row in rows)
        assert not rows.exclude(expected_value_micros=None, value_low_micros=None, value_high_micros=None).exists()

    # A model file that somebody touched is not opened.
    path = workspace().models / second.path
    content = (path / "parameters.json").read_bytes()
    (path / "parameters.json").write_bytes(content.replace(b"1", b"2", 1))
    with pytest.raises(ModelFileDamaged):
        load(path, workspace().model_key)
    (path / "parameters.json").write_bytes(content)
    (path / "signature").write_text("0" * 64)
    with pytest.raises(ModelSignatureInvalid):
        load(path, workspace().model_key)
    check_routes(client, admin, second)


def check_many_are_shown_by_a_worker(
    client: Client, first: ModelVersion, second: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer does not wait for the lists; a wish that was overtaken stops, and the last one stands whole."""
    monkeypatch.setattr(predictions, "SHOWN_AT_ONCE", 0)
    for version in (first, second, first):
        assert client.post(f"/api/v1/predictions/versions/{version.pk}/serve").json()["is_serving"] is True
    waiting = list(Job.objects.filter(kind="version_show", state=Job.State.QUEUED).order_by("pk"))
    assert [job.params["version_id"] for job in waiting] == [first.pk, second.pk, first.pk]
    assert shown() == said(second)
    for job in (waiting[2], waiting[1], waiting[0]):
        assert jobs.run_inline(job).state == Job.State.DONE
        assert shown() == {pk: said(first).get(pk, (None,) * 5) for pk in said(second)}
    monkeypatch.undo()
    assert client.post(f"/api/v1/predictions/versions/{second.pk}/serve").status_code == 200
    assert shown() == said(second)


def check_routes(client: Client, admin: User, version: ModelVersion) -> None:
    """What the page asks: a bounded number of queries, amounts in the company's currency, horizons that are offered."""

    def asked(path: str) -> tuple[Any, int]:
        client.get(f"/api/v1/predictions{path}")
        with CaptureQueriesContext(connection) as seen:
            answer = client.get(f"/api/v1/predictions{path}")
        assert answer.status_code == 200, answer.content
        return answer.json(), len(seen)

    (task,), queries = asked("")
    assert (task["serving"]["id"], queries <= 12) == (version.pk, True)
    assert [row["can_serve"] for row in asked("/versions")[0]["items"]] == [True, True]
    # The first was said looking back, and stands apart.
    snapshots = [row for path in ("/ledger", "/ledger?look_back=true") for row in asked(path)[0]["items"]]
    assert [row["entries"] for row in snapshots] == [220, len(said(ModelVersion.objects.first()))]
    # The first was due within the data: it is settled.
    assert (snapshots[0]["settled_at"], snapshots[1]["settled_at"] is None) == (None, False)
    for snapshot in snapshots:
        page, few = asked(f"/ledger/{snapshot['id']}/entries?limit=3")
        assert ([row["rank"] for row in page["items"]], page["next"]) == ([1, 2, 3], 3)
        assert asked(f"/ledger/{snapshot['id']}/entries?limit=200")[1] == few
    assert asked("/ledger/check")[0] == {
        "is_whole": True, "first_broken": None, "checked": 2, "total": 2, "next": None,
    }  # fmt: skip
    customer = CustomerScore.objects.filter(version=version, rank=1).get().customer
    (score,), queries = asked(f"/customers/{customer.pk}")
    assert (score["of"], score["rank"], queries <= 12) == (220, 1, True)
    (mean,) = [reason for reason in score["reasons"] if reason["code"] == "value_reason_mean_order"]
    assert "£" in mean["what"]
    assert mean["params"]["mean_order"] in mean["what"]

    horizons = asked("/horizons")[0]
    offered = [item["days"] for item in horizons["items"] if item["is_offered"]]
    # Two whole years are needed for a year; the first customer came some days after they began.
    assert (horizons["chosen_days"], offered) == (91, [91, 182])
    first = Order.objects.earliest("ordered_at").ordered_at.date()
    assert [item["missing_days"] for item in horizons["items"]] == [0, 0, 730 - ((AS_OF - first).days + 1)]
    put = lambda days: client.put(  # noqa: E731
        "/api/v1/predictions/horizon", {"days": days}, content_type="application/json"
    )
    assert put(182).json()["chosen_days"] == 182
    assert (put(100).status_code, put(100).json()["code"]) == (422, "horizon_not_offered")
    assert asked("/horizons")[0]["chosen_days"] == 182
    agent = accounts.user_create(email="l@example.com", password=None, name="l", roles=["agent"], team=None)
    Customer.objects.update(owner=admin)
    Customer.objects.filter(pk=customer.pk).update(owner=agent)
    client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
    assert put(91).status_code == 403
    page = client.get(f"/api/v1/predictions/ledger/{snapshots[0]['id']}/entries").json()
    assert [row["customer_id"] for row in page["items"]] == [customer.pk]
    other = Customer.objects.exclude(pk=customer.pk).first()
    assert client.get(f"/api/v1/predictions/customers/{other.pk}").status_code == 404
    assert AuditEntry.objects.filter(action="version_serve").count() == 6
