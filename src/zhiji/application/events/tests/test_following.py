"""What follows an event at once: windows, segment, rhythm, score, as a refresh of the same record says them."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from planted import bring_planted, draw, refreshed
from zhiji.algorithms.base import load
from zhiji.application.events import jobs
from zhiji.application.predictions.models import CustomerScore, LedgerEntry, ModelVersion
from zhiji.application.segments.models import SegmentRun
from zhiji.data.lake import open_engine
from zhiji.data.store import online
from zhiji.data.store.models import Customer, CustomerActivity, CustomerListRow
from zhiji.kernel import MICROS, clock
from zhiji.platform import jobs as platform_jobs
from zhiji.platform.company import zone
from zhiji.platform.workspace import workspace
from zhiji.processing.features import transactions
from zhiji.processing.pipelines.lake import rebuild_lake

pytestmark = pytest.mark.django_db(transaction=True)
WINDOWS = {"1_hour": 3600, "24_hours": 86_400, "7_days": 604_800, "30_days": 2_592_000, "90_days": 7_776_000}


def stream(rng: random.Random, now: datetime, length: int) -> list[dict[str, Any]]:
    """Orders, some changed or cancelled later, and touches of a few customers, near the edges of windows and far."""
    events = []
    for number in range(length):
        edge = rng.choice([0, *WINDOWS.values(), 10_000_000])
        at = now - timedelta(seconds=max(1.0, edge + rng.choice([-40, -3, 3, 40, 4_000]) * rng.random()))
        party = {"external_id": f"C{rng.randrange(6)}"}
        base = {"event_id": f"e{number}", "source": "shop", "occurred_at": at.isoformat(), "customer": party}
        if rng.random() < 0.6:
            data = {
                "order_number": f"A{rng.randrange(length // 2)}", "state": rng.choice(["paid", "paid", "cancelled"]),
                "lines": [{"product_code": "p", "quantity": rng.randrange(1, 4), "unit_price": rng.randrange(1, 90)}],
            }  # fmt: skip
            events.append({**base, "type": "order", "data": data})
        else:
            events.append({**base, "type": rng.choice(["page_view", "search"]), "data": {"url": "/"}})
    return events


def oracle(accepted: list[dict[str, Any]], now: datetime) -> dict[str, dict[str, int]]:
    """The numbers by arithmetic over the events themselves. Of an order the event that happened last stands, at the
    time of the first that was stored."""
    orders: dict[str, tuple[dict[str, Any], str]] = {}
    for event in accepted:
        if event["type"] == "order":
            before, placed = orders.get(event["data"]["order_number"], (event, event["occurred_at"]))
            if datetime.fromisoformat(event["occurred_at"]) >= datetime.fromisoformat(before["occurred_at"]):
                orders[event["data"]["order_number"]] = (event, placed)
    found: dict[str, dict[str, int]] = {}
    touches = [(one, one["occurred_at"]) for one in accepted if one["type"] != "order"]
    for event, at in [*orders.values(), *touches]:
        numbers = found.setdefault(event["customer"]["external_id"], {})
        for name, seconds in WINDOWS.items():
            age = (now - datetime.fromisoformat(at)).total_seconds()
            if not 0 <= age < seconds:
                continue
            if event["type"] != "order":
                numbers[f"touches_{name}"] = numbers.get(f"touches_{name}", 0) + 1
            elif event["data"]["state"] == "paid":
                line = event["data"]["lines"][0]
                micros = line["quantity"] * line["unit_price"] * 1_000_000
                numbers[f"orders_{name}"] = numbers.get(f"orders_{name}", 0) + 1
                numbers[f"spend_{name}_micros"] = numbers.get(f"spend_{name}_micros", 0) + micros
    return found


def stored() -> dict[str, dict[str, int]]:
    names = [field.attname for field in CustomerActivity._meta.concrete_fields if field.attname[0] in "ost"]
    found = {}
    for row in CustomerActivity.objects.all():
        external_id = Customer.objects.get(pk=row.pk).identities.get().external_id
        found[external_id] = {name: getattr(row, name) for name in names if getattr(row, name)}
    return found


@pytest.mark.databases
@pytest.mark.parametrize("seed", range(3))
def test_windows_are_what_the_events_say_however_they_come(
    send: Any, brought: Callable[[], int], monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    rng = random.Random(seed)
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: now)
    events = stream(rng, now, 60)
    accepted, known = [], set()
    sent = [*events, *rng.sample(events, 20)]
    rng.shuffle(sent)
    while sent:
        part, sent = sent[: rng.randrange(1, 25)], sent[25:]
        for event, result in zip(part, send(part).json()["results"], strict=True):
            if result["outcome"] == "accepted":
                assert event["event_id"] not in known
                known.add(event["event_id"])
                accepted.append(event)
        if rng.random() < 0.6:
            brought()
    brought()
    wanted = {who: numbers for who, numbers in oracle(accepted, now).items() if numbers}
    assert {who: numbers for who, numbers in stored().items() if numbers} == wanted
    # The night finds nothing to mend.
    job = platform_jobs.run_inline(platform_jobs.enqueue("activity_rebuild"))
    assert job.result == {"customers": Customer.objects.count(), "differed": 0}
    # Time moves on without events: what has left its window is gone, and nothing else.
    for step in (5, 3_000, 90_000, 2_600_000, 9_000_000):
        now += timedelta(seconds=step)
        while online.renew_expired(now, 3):
            pass
        wanted = {who: numbers for who, numbers in oracle(accepted, now).items() if numbers}
        assert {who: numbers for who, numbers in stored().items() if numbers} == wanted, step
    assert not CustomerActivity.objects.exclude(expires_at=None).exists()


def test_the_night_finds_a_number_that_is_wrong(send: Any, brought: Callable[[], int]) -> None:
    """The control: it would notice a counter that went astray."""
    at = (clock.now() - timedelta(minutes=5)).isoformat()
    send({"event_id": "e", "source": "shop", "type": "page_view", "occurred_at": at, "customer": {"external_id": "C"}})
    brought()
    CustomerActivity.objects.update(touches_24_hours=2)
    assert "activity_rebuild" in jobs.NIGHTLY
    job = platform_jobs.run_inline(platform_jobs.enqueue("activity_rebuild"))
    assert job.result == {"customers": 1, "differed": 1}
    assert CustomerActivity.objects.get().touches_24_hours == 1


def order_now(who: str, number: int = 1) -> dict[str, Any]:
    lines = [{"sku": "P1", "quantity": 1, "price": "40.00"}]
    return {"event_id": f"n{number}", "source": "default", "type": "order", "occurred_at": clock.now().isoformat(),
            "customer": {"external_id": who}, "data": {"order_number": f"N{number}", "lines": lines}}  # fmt: skip


def test_before_any_refresh_nothing_is_made_up(send: Any, brought: Callable[[], int]) -> None:
    send(order_now("C1"))
    brought()
    row = CustomerListRow.objects.get()
    assert (row.orders, row.rfm_segment, row.value_score, row.as_of) == (1, "", None, None)


@pytest.mark.slow
def test_the_score_is_what_the_serving_version_says_of_the_record_of_now(send: Any, brought: Callable[[], int]) -> None:
    bring_planted(draw(400, seed=3))
    refreshed()
    version, run = ModelVersion.objects.get(is_serving=True), SegmentRun.objects.get()
    frozen = LedgerEntry.objects.count()
    late = CustomerListRow.objects.exclude(overdue_days=None).order_by("-at_stake_micros").first()
    others = list(CustomerListRow.objects.exclude(pk=late.pk).order_by("pk").values())
    assert send(order_now(late.external_id)).status_code == 202
    brought()
    row = CustomerListRow.objects.get(pk=late.pk)
    today = clock.day_of(clock.now(), zone())
    assert (row.orders, row.last_order_on, row.as_of) == (late.orders + 1, today, today)
    # Who has just ordered is not late any more.
    assert (row.overdue_days, row.at_stake_micros) == (None, None)
    # By another way: the lake is built anew, and the model is asked of its customer-days.
    rebuild_lake()
    with open_engine(workspace().lake) as engine:
        days = engine.to_arrow(transactions(engine.tables, today, zone(), known_by=clock.NO_END)).to_pandas()
    model = load(workspace().models / version.path, workspace().model_key)
    said = model.score(days, today).set_index("customer_id").loc[row.pk]
    assert version.state in ("published", "withheld", "not_enough_evidence")
    assert row.value_score == round(said["value_score"], 6)
    if version.state == "published":
        assert abs(row.expected_value_micros - said["expected_value"] * MICROS) <= 1
    kept = CustomerScore.objects.get(version=version, customer=row.pk)
    assert kept.value_score == row.value_score
    below = CustomerListRow.objects.filter(value_score__lte=row.value_score).exclude(pk=row.pk)
    assert row.value_rank == min(below.values_list("value_rank", flat=True))
    # The segment by the cut points of the run: an order after its day is the most recent there is.
    recency, frequency, monetary = run.rfm["edges"]
    assert (run.as_of - today).days * -1 > max(recency)
    f, m = (1 + sum(edge < value for edge in edges) for edges, value in (
        (frequency, row.orders), (monetary, row.spend_micros)))  # fmt: skip
    from zhiji.algorithms.segmentation import SEGMENT_MAP

    assert row.rfm_segment == SEGMENT_MAP[5][(f + m) // 2 - 1]
    # Nobody else is touched, and nothing is frozen.
    assert list(CustomerListRow.objects.exclude(pk=late.pk).order_by("pk").values()) == others
    assert LedgerEntry.objects.count() == frozen
