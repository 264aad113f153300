"""The sample company through the public door: what was planted is found again, to the row and the micro."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from zhiji.application.accounts import workspaces
from zhiji.application.imports import services
from zhiji.application.imports.models import Import
from zhiji.data.landing.files import land
from zhiji.operations.demo import compared, demo_start
from zhiji.operations.sample import PARAMETERS, generate_sample
from zhiji.platform import jobs
from zhiji.platform.company import company, company_update
from zhiji.platform.models import Job
from zhiji.processing.pipelines.lake import rebuild_lake

pytestmark = pytest.mark.django_db(transaction=True)
AS_OF = date(2026, 6, 30)


def brought(path: Path, kind: str) -> Import:
    """As ``zhiji import`` does."""
    row = services.import_create(file=land(path.name, path), name=path.name, kind=kind, source_code="shop",
                                 currency="CNY")  # fmt: skip
    assert jobs.run_inline(services.import_check(row)).state == "done"
    row.refresh_from_db()
    assert jobs.run_inline(services.import_confirm(row)).state == "done"
    row.refresh_from_db()
    return row


def table(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


@pytest.mark.slow
def test_the_planted_truth_is_recovered_and_so_is_the_process(tmp_path: Path) -> None:
    company_update(zone="Asia/Shanghai", currency="CNY")
    made = generate_sample(AS_OF, n_customers=1_200, seasons=False)
    paths = made.write(tmp_path)
    truth = json.loads(paths["truth"].read_text(encoding="utf-8"))
    rows = {"customers.csv": brought(paths["customers"], "customers"), "orders.csv": brought(paths["orders"], "orders")}

    refused = Counter(
        (name, *line)
        for name, row in rows.items()
        for line in table(f'SELECT row, "column", code FROM landing_rejectedrow WHERE batch_id = {row.batch_id}')
    )
    planted = Counter((one["file"], one["row"], one["column"], one["code"]) for one in truth["dirty_rows"])
    assert len(planted) == 12
    assert refused == planted

    # SQL of its own: Shanghai has been eight hours ahead, without summer time, for all of this history.
    months = dict(table(
        "SELECT strftime('%Y-%m', l.event_at, '+8 hours'), SUM(l.amount_micros) FROM store_orderline l "
        "JOIN store_order o ON o.id = l.order_id WHERE l.is_current AND o.state NOT IN ('cancelled', 'closed') "
        "AND l.line_kind IN ('goods', 'discount', 'return') GROUP BY 1"
    ))  # fmt: skip
    assert months == {month: sums["net_goods"] for month, sums in truth["months"].items()}
    kinds = dict(table("SELECT line_kind, COUNT(*) FROM store_orderline WHERE is_current GROUP BY 1"))
    counts = truth["counts"]
    assert kinds["return"] == counts["return_lines"]
    assert kinds["postage"] == counts["postage_lines"]
    assert kinds["discount"] == counts["discount_lines"]
    assert rows["orders.csv"].report["counts"]["received"] == counts["order_file_rows"]
    assert rows["customers.csv"].report["counts"]["received"] == counts["customer_file_rows"]
    assert all(row.report["adds_up"] for row in rows.values())
    ((people,),) = table("SELECT COUNT(*) FROM store_identity")
    assert people == counts["people"] + counts["people_registered_twice"] + counts["people_without_order"]

    rebuild_lake()
    found = compared(truth, rows["customers.csv"].pk, rows["orders.csv"].pk)
    assert found["agrees"] is True
    for name, one in found["parameters"].items():
        assert one["planted"] == PARAMETERS[name]
        assert abs(one["fitted"] - one["planted"]) < 3 * one["error"], (name, one)


@pytest.mark.slow
def test_the_choice_at_set_up_makes_the_company_once_also_after_a_kill(monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    monkeypatch.setattr("zhiji.operations.demo.making.CUSTOMERS", 300)
    monkeypatch.setattr(workspaces, "active_name", lambda: "sample")
    workspaces.setup_complete(None)  # type: ignore[arg-type]
    job = Job.objects.get(kind="demo")
    stages: list[str] = []

    def dies_at_orders(told: Job) -> None:
        stages.append(told.stage)
        if told.stage == "orders" and stages.count("orders") == 3:
            raise Killed

    with pytest.raises(Killed):
        jobs.run_inline(job, told=dies_at_orders)
    job.refresh_from_db()
    assert (job.progress_done, job.progress_total) == (2, 5)
    assert jobs.run_inline(job).state == "done", job.reason
    job.refresh_from_db()
    assert job.result["agrees"] is True, job.result
    assert company().is_sample
    assert Import.objects.count() == 2
    assert demo_start().pk == job.pk
    workspaces.setup_complete(None)  # type: ignore[arg-type]
    again = Job.objects.filter(kind="demo").order_by("-pk").first()
    assert again is not None
    assert jobs.run_inline(again).state == "done"
    assert Import.objects.count() == 2


@pytest.mark.slow
def test_what_differs_from_the_truth_is_said(tmp_path: Path) -> None:
    company_update(zone="Asia/Shanghai", currency="CNY")
    paths = generate_sample(AS_OF, n_customers=60).write(tmp_path)
    truth = json.loads(paths["truth"].read_text(encoding="utf-8"))
    ids = [brought(paths[kind], kind).pk for kind in ("customers", "orders")]
    rebuild_lake()
    assert compared(truth, *ids)["agrees"] is True
    with connection.cursor() as cursor:
        cursor.execute("UPDATE store_orderline SET amount_micros = amount_micros + 1 "
                       "WHERE id = (SELECT MIN(id) FROM store_orderline WHERE line_kind = 'goods')")  # fmt: skip
    found = compared(truth, *ids)
    assert found["agrees"] is False
    assert found["months"]["found"] == found["months"]["planted"] - 1
