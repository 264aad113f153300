"""What follows an import: the refresh after it, the undo after that, and the ways out where a step broke."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.db.models import SET_NULL

from importing import bring, check, orders, store, told, undo
from zhiji.application.imports import jobs as import_jobs
from zhiji.application.imports import services, states, taking_back
from zhiji.application.imports.errors import ImportDecisionNeeded, ImportNotUndoable, ImportStateWrong
from zhiji.application.imports.models import Import
from zhiji.application.imports.options import ImportOptions
from zhiji.application.predictions import feedback
from zhiji.application.predictions.models import CustomerScore, LedgerEntry, ModelVersion, ScoreFeedback
from zhiji.application.refresh import services as refresh
from zhiji.application.segments.models import SegmentRun
from zhiji.application.worklists.models import WorkItem
from zhiji.data.landing.models import Batch, RejectedRow
from zhiji.data.store.models import Customer, CustomerListRow, Order
from zhiji.platform import jobs
from zhiji.platform.accounts import user_create
from zhiji.platform.jobs import Task
from zhiji.platform.models import Job
from zhiji.processing.pipelines import following, storing

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.databases]

# C1 came every month and then no more, so that the worklist has somebody to call.
REGULAR = [f"A{month},2025-0{month}-03 10:00,C1,tea,2,30.5" for month in range(1, 6)]
OTHERS = [f"B{day},2025-{5 + day % 2:02d}-{day:02d} 10:00,C{2 + day % 4},cup,1,12" for day in range(1, 25)]


def refreshed() -> Job:
    """Bring everything derived up to date, as the worker does after an import."""
    job = jobs.run_inline(refresh.refresh_start())
    assert job.state == Job.State.DONE, job.reason
    return job


def half_a_refresh(monkeypatch: pytest.MonkeyPatch) -> Job:
    """One that has read the record and is about to fit its model."""
    job = refresh.refresh_start()
    claimed = jobs.claim("worker", only=job.pk)
    assert claimed is not None
    with monkeypatch.context() as patched:
        patched.setattr(Task, "time_is_up", lambda task: task.checkpoint["stage"] == "predictions")
        job = jobs.run_step(claimed, "worker")
    assert (job.state, job.checkpoint["stage"]) == ("queued", "predictions")
    return job


def test_an_import_is_undone_after_its_customers_were_scored_and_put_on_the_worklist(monkeypatch: pytest.MonkeyPatch):
    row = bring(orders(*REGULAR, *OTHERS))
    later = bring(orders("L1,2025-06-25 10:00,C2,tea,1,30.5"))
    refreshed()
    assert WorkItem.objects.filter(customer__identities__external_id="C1").exists()
    assert CustomerScore.objects.count() == 5
    frozen = LedgerEntry.objects.count()
    half = half_a_refresh(monkeypatch)
    undo(row)
    row.refresh_from_db()
    assert row.state == "undone"
    assert list(Customer.objects.values_list("identities__external_id", flat=True)) == ["C2"]
    assert list(Order.objects.values_list("external_id", flat=True)) == ["L1"]
    assert CustomerScore.objects.exclude(customer__identities__external_id="C2").count() == 0
    assert not WorkItem.objects.exclude(customer__identities__external_id="C2").exists()
    # The ledger is append-only: it keeps its figures under numbers that name nobody.
    assert LedgerEntry.objects.count() == frozen == 5
    # A refresh that had read the record before goes on without those who are gone.
    half = jobs.run_inline(half)
    assert (half.state, half.reason) == ("done", None)
    assert CustomerScore.objects.exclude(customer__identities__external_id="C2").count() == 0
    assert not WorkItem.objects.exclude(customer__identities__external_id="C2").exists()
    undo(later)
    assert not Customer.objects.exists()


def test_who_was_spoken_of_stays_when_the_import_goes():
    """What somebody wrote of a score is in no file: C1 stays with it, without orders; the others go."""
    row = bring(orders(*REGULAR, *OTHERS))
    refreshed()
    spoken_of = CustomerScore.objects.get(customer__identities__external_id="C1")
    author = user_create(email="li@example.com", password=None, roles=["administrator"])
    feedback.score_feedback_give(user=author, customer_id=spoken_of.customer_id, verdict="left", text="Moved away.")
    undo(row)
    assert list(Customer.objects.values_list("pk", flat=True)) == [spoken_of.customer_id]
    assert list(ScoreFeedback.objects.values_list("text", flat=True)) == ["Moved away."]
    assert not Order.objects.exists()


def test_whatever_holds_a_customer_is_kept_or_let_go_of_by_an_undo():
    """A new table that refers to customers must take its place here, in ``imports.taking_back``, and in a test like
    those above: else the first undo that meets it fails."""
    held_by = [
        each for each in Customer._meta.get_fields(include_hidden=True) if each.auto_created and each.is_relation
    ]
    holding = {each.related_model._meta.label for each in held_by if each.on_delete is not SET_NULL}
    kept = {"activities.Note", "activities.Task", "activities.Call", "predictions.ScoreFeedback"}
    let_go = {"worklists.WorkItem", "predictions.CustomerScore", "predictions.LedgerNumber", "store.CustomerListRow",
              "store.CustomerSearch", "store.CustomerActivity", "store.MergedScores"}  # fmt: skip
    # Which customer an identity comes home to, and into which one was merged: the undo itself brings them in order.
    assert holding == kept | let_go | {"store.Identity", "store.Customer"}


def test_undoing_the_last_import_takes_the_segments_and_the_lake_along():
    row = bring(orders(*REGULAR, *OTHERS))
    refreshed()
    assert SegmentRun.objects.exists()
    bring("客户编号,姓名\nC1,王芳\n", kind="customers", name="customers.csv")
    undo(row)
    assert not Order.objects.exists()
    assert refreshed().result["rows"]["order_lines"] == 0
    assert not SegmentRun.objects.exists()
    assert not ModelVersion.objects.filter(is_serving=True).exists()
    assert list(WorkItem.objects.exclude(state="expired")) == []
    # C1 stays, for the other file speaks of it, but nothing is said of orders that nobody has.
    left = CustomerListRow.objects.get()
    assert (left.external_id, left.rfm_segment, left.value_score, left.as_of) == ("C1", "", None, None)
    # Once it is all gone there is nothing to refresh.
    assert jobs.run_inline(refresh.refresh_start()).reason["code"] == "refresh_nothing_there"


def queued_refreshes() -> int:
    return Job.objects.filter(kind="refresh", state=Job.State.QUEUED).count()


def end_refreshes() -> None:
    Job.objects.filter(kind="refresh").update(state=Job.State.DONE)


def test_whatever_changes_the_record_is_followed_by_a_refresh(monkeypatch: pytest.MonkeyPatch):
    first = bring(orders("A1,2025-01-03 10:00,C1,tea,1,5", "A1,2025-01-03 10:00,C1,tea,1,5"))
    assert queued_refreshes() == 1
    end_refreshes()
    jobs.run_inline(services.identical_lines_switch(once=True))
    assert queued_refreshes() == 1
    end_refreshes()
    second = check(orders("A2,2025-01-03 10:00,C1,tea,1,5"))
    job = services.import_confirm(second)
    claimed = jobs.claim("worker", only=job.pk)
    assert claimed is not None
    jobs.cancel(claimed)
    jobs.run_step(claimed, "worker")
    second.refresh_from_db()
    assert (second.state, queued_refreshes()) == ("matching", 1)
    end_refreshes()
    undo(first)
    assert queued_refreshes() == 0  # nothing was ever shown, and nothing is there


def test_an_import_during_a_refresh_is_followed_by_another_that_waits_for_the_first():
    bring(orders(*REGULAR))
    first = refresh.refresh_start()
    assert refresh.refresh_start().pk == first.pk
    claimed = jobs.claim("other", only=first.pk)
    assert claimed is not None
    assert refresh.refresh_start().pk == first.pk, "it has read nothing yet"
    claimed.checkpoint["as_of"] = "2025-05-03"
    Task(claimed, "other").save(stage="lake")
    bring(orders(*OTHERS))
    second = Job.objects.filter(kind="refresh").latest("pk")
    assert second.pk != first.pk
    assert refresh.refresh_start().pk == second.pk
    # Between two steps the first is queued: the second waits for it all the same.
    Job.objects.filter(pk=first.pk).update(state=Job.State.QUEUED, lease_owner="", lease_until=None)
    waiting = jobs.claim("worker", only=second.pk)
    assert waiting is not None
    assert jobs.run_step(waiting, "worker").checkpoint.get("as_of") is None
    assert refresh.refresh_start().pk == second.pk
    assert Job.objects.filter(kind="refresh").count() == 2


def broken(*args: object, **options: object) -> None:
    raise RuntimeError("broke")


def test_a_store_that_broke_can_be_taken_back_and_tried_again(monkeypatch: pytest.MonkeyPatch):
    row = check(orders(*REGULAR))
    with monkeypatch.context() as patched:
        patched.setattr(following.search, "index", broken)
        job = jobs.run_inline(services.import_confirm(row))
    assert (job.state, Order.objects.count()) == ("failed", 5)
    services.import_cancel(row)
    assert jobs.run_inline(Job.objects.get(pk=job.pk)).state == "cancelled"
    row.refresh_from_db()
    assert (row.state, row.batch_id, Order.objects.count(), Customer.objects.count()) == ("matching", None, 0, 0)
    jobs.run_inline(services.import_check(row))
    store(row)
    assert Order.objects.count() == 5


def test_a_check_that_broke_is_over_at_once(monkeypatch: pytest.MonkeyPatch):
    row = check(orders(*REGULAR))
    monkeypatch.setattr(import_jobs, "check", broken)
    assert jobs.run_inline(services.import_check(row)).state == "failed"
    services.import_cancel(row)
    row.refresh_from_db()
    assert row.state == "matching"


def test_an_undo_that_broke_goes_on_when_it_is_asked_for_again(monkeypatch: pytest.MonkeyPatch):
    row = bring(orders(*REGULAR))
    with monkeypatch.context() as patched:
        patched.setattr(taking_back.predictions, "scores_release", broken)
        job = jobs.run_inline(services.import_undo(row))
    assert job.state == "failed"
    again = services.import_undo(row)
    assert again.pk == job.pk
    with pytest.raises(ImportNotUndoable):
        services.import_undo(row)
    assert jobs.run_inline(again).state == "done"
    row.refresh_from_db()
    assert (row.state, Customer.objects.count()) == ("undone", 0)


def test_of_two_who_press_the_same_button_one_is_refused():
    row = check(orders(*REGULAR))
    one, other = (Import.objects.get(pk=row.pk) for _ in range(2))
    services.import_confirm(one)
    with pytest.raises(ImportStateWrong):
        services.import_confirm(other)
    with pytest.raises(ImportStateWrong):
        services.import_match(Import(pk=row.pk, state="checked", profile=row.profile, options={}, kind="orders",
                                     mapping=row.mapping), overrides={}, options=ImportOptions())  # fmt: skip
    assert Batch.objects.count() == Job.objects.filter(kind="import_store").count() == 1
    jobs.run_inline(Job.objects.get(kind="import_store"))
    one, other = (Import.objects.get(pk=row.pk) for _ in range(2))
    services.import_undo(one)
    with pytest.raises(ImportNotUndoable):
        services.import_undo(other)


def test_nothing_is_replaced_that_nobody_was_asked_about():
    many = [f"N{number},2025-01-04 10:00,C2,tea,1,5" for number in range(30)]
    one = check(orders(*REGULAR))
    other = check(orders(*many, "A1,2025-01-03 10:00,C1,tea,3,30.5"))
    assert other.dry_run["counts"]["changed_orders"] == 0
    store(one)
    before = told()
    job = jobs.run_inline(services.import_confirm(other))
    assert (job.state, job.reason["code"]) == ("failed", "import_decision_needed")
    assert told() == before
    other.refresh_from_db()
    assert (other.state, other.dry_run["counts"]["changed_orders"], other.batch_id) == ("checked", 1, None)
    with pytest.raises(ImportDecisionNeeded):
        services.import_confirm(other)
    store(other, "replace")
    assert Order.objects.get(external_id="A1").value_micros == 91_500_000
    # Whoever tries the old job again does not take back what was stored with the answer.
    after = told()
    assert jobs.run_inline(jobs.retry(job)).state == "done"
    assert told() == after


def test_undoing_a_correction_opens_the_rejected_row_again():
    first = bring(orders("A1,2025-01-03 10:00,C1,tea,2,30.5", 'A1,2025-01-03 10:00,C1,cup,1,"1,2,0"'))
    correction = bring(
        "order,date,customer,product,quantity,price,error_row,error_column,error_reason,error_file\n"
        f"A1,2025-01-03 10:00,C1,cup,1,120,2,price,mended,{first.file_id}\n"
    )
    assert RejectedRow.objects.get().corrected_by_id == correction.batch_id
    undo(correction)
    assert RejectedRow.objects.get().corrected_by_id is None


def test_a_check_writes_into_a_folder_of_its_own_and_keeps_its_lease(monkeypatch: pytest.MonkeyPatch):
    row = check(orders(*REGULAR))
    monkeypatch.setattr(jobs, "LEASE", timedelta(milliseconds=400))
    real = import_jobs.check

    def slow(path, profile, mapping, settings, folder, progress):
        found = real(path, profile, mapping, settings, folder, progress)
        time.sleep(1.0)  # reading may take minutes without saving anything
        assert jobs.claim("another worker", only=progress.job.pk) is None
        assert folder != states.folder_of(row)
        return found

    monkeypatch.setattr(import_jobs, "check", slow)
    job = jobs.run_inline(services.import_check(row))
    assert job.state == "done", job.reason
    assert (states.folder_of(row) / storing.STAGED).exists()
    assert not list(states.folder_of(row).parent.glob("check-*"))
