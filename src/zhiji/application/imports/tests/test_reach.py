"""Amounts that fit one by one, and whose sums would not: refused by code, before anything is stored."""

from __future__ import annotations

import pytest

from importing import bring, check, orders, store, told
from zhiji.application.imports import queries, services
from zhiji.application.imports.models import Import
from zhiji.data.store.models import Order, SourceRecord
from zhiji.platform import jobs
from zhiji.platform.accounts import user_create
from zhiji.platform.models import Job

pytestmark = [pytest.mark.databases, pytest.mark.django_db(transaction=True)]

FIVE_MILLION_MILLIONS = "5000000000000"


def assert_refused(row: Import, at: int) -> None:
    assert (row.state, row.reason["code"], row.reason["where"]["row"]) == ("failed", "amounts_out_of_reach", at)


@pytest.mark.parametrize("second", ["A1,2025-01-04,C1,cup", "A2,2025-01-04,C1,cup", "A2,2025-02-04,C2,cup"])
def test_a_file_whose_sum_does_not_fit_is_refused(second: str) -> None:
    """Of one order, of one customer and month, of the company."""
    row = check(orders(f"A1,2025-01-03,C1,tea,1,{FIVE_MILLION_MILLIONS}", f"{second},1,5000000000001"))
    assert_refused(row, 2)
    assert not Order.objects.exists()


def test_a_sum_with_what_is_stored_that_does_not_fit_is_refused_and_changes_nothing() -> None:
    bring(orders(f"A1,2025-01-03,C1,tea,1,{FIVE_MILLION_MILLIONS}"))
    before = told()
    row = check(orders(f"B1,2025-03-03,C2,tea,1,{FIVE_MILLION_MILLIONS}"), name="later.csv")
    assert_refused(row, 1)
    assert told() == before
    admin = user_create(email="a@example.com", password=None, roles=["administrator"])
    assert queries.summary(admin)


def test_rejected_amounts_are_summed_too() -> None:
    lines = (f"A{n},no day,C1,tea,1,{FIVE_MILLION_MILLIONS}" for n in range(2))
    assert_refused(check(orders("A9,2025-01-03,C1,tea,1,30", *lines)), 2)


def test_of_two_files_that_were_tried_side_by_side_the_second_is_refused_before_a_line_of_it_is_stored() -> None:
    one = check(orders(f"A1,2025-01-03,C1,tea,1,{FIVE_MILLION_MILLIONS}"))
    two = check(orders(f"B1,2025-01-04,C1,tea,1,{FIVE_MILLION_MILLIONS}"), name="b.csv")
    assert (one.state, two.state) == ("checked", "checked")
    store(one)
    before = told()
    job = jobs.run_inline(services.import_confirm(two))
    assert (job.state, job.reason["code"]) == (Job.State.FAILED, "amounts_out_of_reach")
    assert told() == before
    assert not SourceRecord.objects.filter(external_id="B1").exists()
    admin = user_create(email="a@example.com", password=None, roles=["administrator"])
    assert not queries.summary(admin)["is_moving"], "nobody works on it until somebody has decided"
    services.import_cancel(two)
    jobs.run_inline(job)
    two.refresh_from_db()
    assert (two.state, told()) == ("matching", before)
