"""A file dropped into the watched folder: taken when whole, once, and told of in a text beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from importing import bring, check, orders, store, table_counts, told, undo
from zhiji.application.imports import services
from zhiji.application.imports.models import Import
from zhiji.data.store.models import Order
from zhiji.operations import bringing
from zhiji.operations.watch import Inbox
from zhiji.platform import jobs
from zhiji.platform.company import company_update
from zhiji.platform.models import Job
from zhiji.platform.workspace import workspace
from zhiji.processing.pipelines.orders import store_chunk

pytestmark = pytest.mark.django_db(transaction=True)
FILE = orders("A1,2024-01-05,C1,tea,2,10.00", "A2,2024-01-06,C2,cup,1,5.50", "A3,2024-01-06,C2,cup,1,cheap")


@pytest.fixture
def folder() -> Iterator[Path]:
    place = workspace().watched
    for path in sorted(place.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    return place


def drop(folder: Path, text: str, name: str = "orders.csv", kind: str = "") -> Path:
    path = folder / kind / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def take(inbox: Inbox) -> None:
    """Two looks, then the worker's part."""
    inbox.poll()
    inbox.poll()
    for job in Job.objects.filter(kind="inbox_take", state="queued"):
        assert jobs.run_inline(job).state == "done", job.reason


def test_a_file_is_taken_when_its_size_has_stopped_changing(folder: Path) -> None:
    inbox = Inbox()
    path = drop(folder, FILE)
    assert inbox.poll() == 0
    drop(folder, FILE + "A4,2024-01-07,C1,tea,1,10.00\n")
    assert inbox.poll() == 0
    assert inbox.poll() == 1
    assert inbox.poll() == 1
    assert Job.objects.filter(kind="inbox_take").count() == 1
    assert path.exists()


@pytest.mark.parametrize("name", [".hidden.csv", "~$orders.xlsx", "orders.csv.part", "orders.TMP"])
def test_unfinished_and_hidden_files_are_left_alone(folder: Path, name: str) -> None:
    inbox = Inbox()
    drop(folder, FILE, name)
    assert [inbox.poll() for _ in range(3)] == [0, 0, 0]


def test_a_link_out_of_the_folder_is_not_followed(folder: Path, tmp_path: Path) -> None:
    drop(tmp_path, FILE, "secret.csv")
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    inbox = Inbox()
    assert [inbox.poll() for _ in range(3)] == [0, 0, 0]


@pytest.mark.parametrize(("language", "said"), [("zh", "入库 2 行"), ("en", "2 stored")])
def test_it_is_imported_moved_and_told_of(folder: Path, language: str, said: str) -> None:
    company_update(language=language)
    path = drop(folder, FILE, kind="orders")
    take(Inbox())
    assert not path.exists()
    assert (folder / "done" / "orders.csv").read_text(encoding="utf-8") == FILE
    text = (folder / "done" / "orders.csv.txt").read_text(encoding="utf-8")
    assert said in text
    row = Import.objects.get()
    assert (row.state, row.kind, row.source_code) == ("stored", "orders", "default")
    assert sorted(Order.objects.values_list("external_id", flat=True)) == ["A1", "A2"]


def test_the_same_file_again_doubles_nothing(folder: Path) -> None:
    drop(folder, FILE)
    take(Inbox())
    before, counts = told(), table_counts()
    drop(folder, FILE)
    take(Inbox())
    assert told() == before
    assert table_counts() | {"store_delivery": 0} == counts | {"store_delivery": 0}
    kept = [path.name for path in (folder / "done").iterdir()]
    assert len(kept) == len(set(kept)) == 4


@pytest.fixture
def waiting(folder: Path) -> Import:
    """An import of the folder that asks what to do with an order that differs."""
    company_update(language="en")
    drop(folder, FILE)
    take(Inbox())
    before, counts = told(), table_counts()
    drop(folder, FILE.replace("tea,2", "tea,3"), "again.csv")
    take(Inbox())
    assert told() == before
    assert table_counts() == counts
    row = Import.objects.order_by("-pk").first()
    assert row is not None
    assert row.state == "checked"
    return row


def test_a_changed_order_waits_for_a_decision(folder: Path, waiting: Import) -> None:
    text = (folder / "waiting" / f"{waiting.pk}-again.csv.txt").read_text(encoding="utf-8")
    assert f"import {waiting.pk} waits for a decision" in text
    Inbox().poll()
    assert (folder / "waiting" / f"{waiting.pk}-again.csv").exists()
    assert not (folder / "done" / "again.csv").exists()


def test_once_decided_it_leaves_as_the_others_did(folder: Path, waiting: Import) -> None:
    store(waiting, changed="replace")
    Inbox().poll()
    assert list((folder / "waiting").iterdir()) == []
    assert f"import {waiting.pk}): 3 rows received, 1 stored" in (folder / "done" / "again.csv.txt").read_text(
        encoding="utf-8"
    )
    assert (folder / "done" / "again.csv").exists()


def test_it_is_the_same_source_as_through_the_other_doors(folder: Path) -> None:
    bring(FILE, source_code="shop")
    before = told()
    drop(folder, FILE + "A4,2024-01-07,C1,tea,1,10.00\n")
    take(Inbox())
    assert set(told()["orders"]) == {*before["orders"], "A4"}
    assert Order.objects.count() == 3


def test_a_file_of_one_of_two_sources_is_refused(folder: Path) -> None:
    for source in ("shop", "till"):
        bring(FILE, source_code=source)
    before, counts = told(), table_counts()
    drop(folder, FILE + "A4,2024-01-07,C1,tea,1,10.00\n")
    take(Inbox())
    assert (told(), table_counts()) == (before, counts)
    assert "shop、till" in (folder / "refused" / "orders.csv.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(("place", "is_history"), [("live/orders", False), ("live", False), ("orders", True)])
def test_what_lies_in_live_is_known_from_now(folder: Path, place: str, is_history: bool) -> None:
    (folder / "live").mkdir(exist_ok=True)
    drop(folder, FILE, kind=place)
    take(Inbox())
    assert Import.objects.get().is_history is is_history
    order = Order.objects.get(external_id="A1")
    assert (order.known_at.year == 2024) is is_history


def test_what_cannot_be_read_goes_to_refused_with_its_reason(folder: Path) -> None:
    company_update(language="en")
    counts = table_counts()
    drop(folder, "", "empty.csv")
    take(Inbox())
    assert table_counts() == counts
    assert not Job.objects.exclude(state="done").exists()
    text = (folder / "refused" / "empty.csv.txt").read_text(encoding="utf-8")
    assert "Refused; nothing of this file was stored." in text
    assert len(text.splitlines()) > 5  # what, why and what to do follow
    row = Import.objects.get()
    assert (row.state, row.source_code, row.reason["code"]) == ("failed", "default", "file_empty")


def test_the_text_beside_a_file_is_whole_in_the_companys_language(folder: Path) -> None:
    company_update(language="zh")
    drop(folder, FILE.split("\n")[0] + "\nA4,2024-02-31,C1,tea,1,10.00\n")
    drop(folder, "", "empty.csv")
    take(Inbox())
    text = (folder / "refused" / "orders.csv.txt").read_text(encoding="utf-8")
    assert "没有可入库的数据：全部 1 行均被拒收。\n首个原因：第 1 行 date 列：没有“2024-02-31”这一天" in text
    assert "\n路径 empty.csv\n" in (folder / "refused" / "empty.csv.txt").read_text(encoding="utf-8")


def test_killed_before_the_move_it_is_taken_up_again_and_stored_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    drop(folder, FILE)
    inbox = Inbox()
    inbox.poll()
    inbox.poll()
    job = Job.objects.get(kind="inbox_take")
    with monkeypatch.context() as patched:
        patched.setattr("zhiji.operations.watch.settling.write_atomically", die)
        with pytest.raises(Killed):
            jobs.run_inline(job)
    assert (folder / "orders.csv").exists()
    Job.objects.filter(pk=job.pk).update(state="queued", lease_until=None, lease_owner="")
    assert jobs.run_inline(Job.objects.get(pk=job.pk)).state == "done"
    assert Import.objects.count() == 1
    assert sorted(path.name for path in (folder / "done").iterdir()) == ["orders.csv", "orders.csv.txt"]


def test_a_record_of_an_earlier_import_is_not_touched_by_a_refusal(folder: Path) -> None:
    bring(FILE)
    before = told()
    drop(folder, "order,date\n1\n", "short.csv", kind="orders")
    take(Inbox())
    assert told() == before
    assert (folder / "refused" / "short.csv").exists()


def test_a_file_that_was_tried_and_would_now_be_read_otherwise_is_tried_again_first(folder: Path) -> None:
    """Half-way on, the import that had shown that the month comes first is taken back."""
    teacher = bring(orders("A1,01/25/2025,C1,tea,1,30"), name="a.csv")
    text = orders("B1,02/03/2025,C1,tea,1,50")
    begun = check(text, name="b.csv")
    undo(teacher)
    drop(folder, text, "b.csv")
    take(Inbox())
    begun.refresh_from_db()
    assert begun.state == "stored"
    assert begun.report["first_on"] == "2025-03-02"


def test_a_file_is_tried_again_once_only(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever would make its reading out of date for ever: it is refused then, with that reason."""
    for module in ("zhiji.operations.bringing.queries", "zhiji.application.imports.services"):
        monkeypatch.setattr(f"{module}.outdated", lambda row: "date")
    drop(folder, orders("B1,02/03/2025,C1,tea,1,50"), "b.csv")
    take(Inbox())
    assert Job.objects.filter(kind="import_check").count() == 2
    assert (folder / "refused" / "b.csv").exists()


def test_a_file_whose_storing_fails_half_way_leaves_nothing_and_may_come_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(FILE)
    before, text = told(), orders(*(f"B{n},2024-02-0{n},C{n},tea,1,10" for n in range(1, 7)))
    chunks: list[int] = []

    def second_breaks(*given: Any, **more: Any) -> Any:
        chunks.append(1)
        if len(chunks) == 2:
            raise RuntimeError
        return store_chunk(*given, **more)

    with monkeypatch.context() as patch:
        patch.setattr("zhiji.processing.pipelines.staging.CHUNK_ROWS", 3)
        patch.setattr("zhiji.processing.pipelines.orders.store_chunk", second_breaks)
        drop(folder, text, "b.csv")
        take(Inbox())
    assert len(chunks) == 2
    assert (folder / "refused" / "b.csv").exists()
    assert told() == before
    drop(folder, text, "b.csv")
    take(Inbox())
    assert (folder / "done" / "b.csv").exists()
    assert Order.objects.filter(external_id__startswith="B").count() == 6


def test_a_file_that_turns_back_to_ask_while_it_is_stored_waits(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another import comes in between its dry run and its storing."""
    confirm = services.import_confirm

    def after_another(row: Import, **more: Any) -> Any:
        with monkeypatch.context() as patch:
            patch.setattr("zhiji.operations.bringing.services.import_confirm", confirm)
            bring(orders("B1,2024-02-01,C1,tea,1,10"), name="first.csv")
        return confirm(row, **more)

    monkeypatch.setattr("zhiji.operations.bringing.services.import_confirm", after_another)
    drop(folder, orders("B1,2024-02-01,C1,tea,1,12"), "b.csv")
    take(Inbox())
    assert [path.name.split("-")[-1] for path in (folder / "waiting").iterdir() if path.suffix == ".csv"] == ["b.csv"]
    assert Import.objects.get(name="b.csv").state == "checked"
    assert Order.objects.get(external_id="B1").value_micros == 10_000_000


def test_killed_while_a_failed_file_is_taken_back_it_is_taken_back_the_next_time(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, text = told(), orders(*(f"B{n},2024-02-0{n},C{n},tea,1,10" for n in range(1, 7)))
    with monkeypatch.context() as patch:
        patch.setattr("zhiji.processing.pipelines.storing.Storing._quarantine", _breaks)
        patch.setattr("zhiji.operations.bringing.services.import_cancel", _killed)
        drop(folder, text, "b.csv")
        with pytest.raises(KeyboardInterrupt):
            take(Inbox())
    job = Job.objects.get(kind="inbox_take")
    Job.objects.filter(pk=job.pk).update(state="queued", lease_until=None, lease_owner="")
    assert jobs.run_inline(job).state == "done"
    assert (folder / "refused" / "b.csv").exists()
    assert told() == before


def test_a_check_that_broke_once_does_not_refuse_the_file_for_ever(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = orders("B1,2024-02-01,C1,tea,1,10")
    with monkeypatch.context() as patch:
        patch.setattr("zhiji.application.imports.jobs._dry_run", _breaks)
        drop(folder, text, "b.csv")
        take(Inbox())
    assert (folder / "refused" / "b.csv").exists()
    drop(folder, text, "b.csv")
    take(Inbox())
    assert (folder / "done" / "b.csv").exists()


def test_a_file_whose_import_a_person_cancels_is_not_begun_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, advance = told(), bringing.advance

    def cancelled_first(task: Any, job: Job) -> Job:
        row = Import.objects.get(job_id=job.pk)
        if row.state == "storing" and not job.cancel_requested:
            services.import_cancel(row)
        return advance(task, job)

    monkeypatch.setattr(bringing, "advance", cancelled_first)
    drop(folder, orders("B1,2024-02-01,C1,tea,1,10"), "b.csv")
    take(Inbox())
    assert "已取消" in (folder / "refused" / "b.csv.txt").read_text(encoding="utf-8")
    assert (told(), Job.objects.filter(kind="import_store").count()) == (before, 1)


def _breaks(*given: Any, **more: Any) -> Any:
    raise RuntimeError


def _killed(*given: Any, **more: Any) -> Any:
    raise KeyboardInterrupt
