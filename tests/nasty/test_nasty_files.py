"""Every nasty file is refused with its code and place, or kept with its note; and a refusal leaves nothing behind.

They all come through the services, into a workspace that holds data. Before and after, every row of every table and
every file is digested; what may be different stands in ``digests.TRACES``, with the reason."""

from __future__ import annotations

import contextlib
import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from digests import assert_only_traces, state
from importing import bring, undo
from zhiji.application.imports import services
from zhiji.application.imports.models import Import
from zhiji.data.landing.files import land
from zhiji.data.landing.models import RejectedRow, Source
from zhiji.data.sources.files import FileProfile, Limits, inspect, read
from zhiji.data.store.models import Customer
from zhiji.kernel import CodedError, Reason, render
from zhiji.kernel.messages import catalogue
from zhiji.platform import jobs
from zhiji.platform.company import company_update
from zhiji.platform.workspace import workspace
from zhiji.processing.cleaning import CleaningSettings, clean_orders, match_columns
from zhiji.processing.pipelines.lake import rebuild_lake

_spec = importlib.util.spec_from_file_location("nasty_make", Path(__file__).with_name("make.py"))
make = importlib.util.module_from_spec(_spec)
sys.modules["nasty_make"] = make
_spec.loader.exec_module(make)

LIMITS = Limits(memory_bytes=1_000_000_000, seconds=60)
# What is to follow a commit follows it here too, though each test's transaction is rolled back.
Committed = Callable[..., AbstractContextManager[Any]]
HAN = range(0x4E00, 0xA000)


def _has_words(reason: Reason) -> None:
    """Both languages say what and, unless it is a note, why and what to do; no placeholder is left open."""
    for language in ("zh", "en"):
        text = render(reason, language)
        assert text.what != reason.code, f"no {language} text for {reason.code}"
        assert "{" not in str(text)
        assert "…" not in str(text), f"{reason.code}: a parameter is missing in {text}"
        template = catalogue(language)[reason.code]["what"]
        assert any(ord(c) in HAN for c in template) == (language == "zh")


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: pytest.DjangoDbBlocker) -> Iterator[None]:
    """A company at work, which every nasty file must leave as it was: the same for all, so that no trace is missed.

    Its customers and products are those of the nasty files, for an undo must not take along what they share.
    """
    with django_db_blocker.unblock():
        call_command("flush", interactive=False, verbosity=0)
        company_update(zone="UTC", currency="CNY")
        bring(make.csv("B1,2011-08-01,C1,A1,2,19.80", "B2,2011-08-02,C9,A9,1,oops").replace(b"1001", b"B0"))
        bring("customer_id,name,phone\nC1,Ann,13800138000\nC8,Hugo,\n", kind="customers")
        rebuild_lake()
        (workspace().models / "kept.json").write_text("{}", encoding="utf-8")
        yield
        call_command("flush", interactive=False, verbosity=0)
        (workspace().models / "kept.json").unlink()


def _assert_whole_refusal(nasty: Any, content: bytes, committed: Committed) -> None:
    """By code, with its place and words, in the history; and nothing else is different."""
    before = state()
    landed = land(nasty.name, [content])
    with committed(execute=True), contextlib.suppress(CodedError):  # what was refused is read below, as people read it
        row = services.import_create(file=landed, name=nasty.name, kind=nasty.kind)
        jobs.run_inline(services.import_check(row))
    row = Import.objects.latest("pk")
    if row.state == "matching":  # a required field has no column: the person is asked, and no job was begun
        assert row.mapping["missing"]
        nasty = replace(nasty, code="import_columns_missing", column=None)
    else:
        assert row.state == "failed"
        reason = Reason.from_json(row.reason)
        assert reason.code == nasty.code
        assert nasty.row in (reason.where.get("row"), None)
        assert reason.where.get("column") == nasty.column
        _has_words(reason)
        assert all((text := render(reason, language)).why and text.remedy for language in ("zh", "en"))
    assert_only_traces(before, state(), content)


def _assert_kept(nasty: Any, content: bytes, committed: Committed) -> None:
    """What is good is stored, what is bad waits in quarantine with its place; taken back, all is as it was."""
    before = state()
    with committed(execute=True):
        row = bring(content, kind=nasty.kind, name=nasty.name)
    counts = row.report["counts"]
    assert row.report["adds_up"]
    assert (
        counts["received"] == counts["stored"] + counts["redelivered"] + counts["rejected"] == row.profile["row_count"]
    )
    assert counts["rejected"] == nasty.rejected
    assert counts["stored"] > 0
    notes = [Reason.from_json(note) for note in [*row.profile["notes"], *row.report["findings"]]]
    for note in notes:
        _has_words(note)
    quarantined = list(RejectedRow.objects.filter(batch=row.batch_id).order_by("row"))
    assert len(quarantined) == nasty.rejected
    if nasty.stage == "row":
        first = quarantined[0]
        assert (first.code, first.row, first.column) == (nasty.code, nasty.row, nasty.column or "")
        where = {"row": first.row, "column": first.column}
        _has_words(Reason(first.code, {**first.params, "value": first.value}, where))
    else:
        assert counts["stored"] == nasty.stored
        assert not nasty.code or nasty.code in {note.code for note in notes}
    assert state().tables != before.tables
    with committed(execute=True):
        undo(row)
    assert_only_traces(before, state(), content)


@pytest.mark.django_db
@pytest.mark.parametrize("nasty", make.NASTY, ids=lambda nasty: nasty.name)
def test_nasty_file(nasty: Any, world: None, django_capture_on_commit_callbacks: Committed) -> None:
    """Through the door that upload, command, watched folder and API share."""
    content = nasty.make()
    wanted = _assert_whole_refusal if nasty.stage in ("file", "column") else _assert_kept
    wanted(nasty, content, django_capture_on_commit_callbacks)


def _leave_a_row() -> None:
    Source.objects.create(code="planted")


def _change_a_row() -> None:
    Customer.objects.filter(name="Ann").update(city="Bath")


def _leave_a_file() -> None:
    (workspace().staging / "planted.parquet").write_bytes(b"left behind")


def _change_a_file() -> None:
    (workspace().models / "kept.json").write_text("[]", encoding="utf-8")


@pytest.mark.django_db
@pytest.mark.parametrize("plant", [_leave_a_row, _change_a_row, _leave_a_file, _change_a_file])
def test_a_planted_side_effect_is_caught(
    plant: Callable[[], None],
    world: None,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Committed,
) -> None:
    """The same refusal, with a fault built into the reading of the file."""
    nasty = next(nasty for nasty in make.NASTY if nasty.name == "page.xls")

    def faulty(*given: Any, **more: Any) -> FileProfile:
        plant()
        return inspect(*given, **more)

    monkeypatch.setattr(services, "inspect", faulty)
    try:
        with pytest.raises(AssertionError):
            _assert_whole_refusal(nasty, nasty.make() + plant.__name__.encode(), django_capture_on_commit_callbacks)
    finally:
        (workspace().staging / "planted.parquet").unlink(missing_ok=True)
        (workspace().models / "kept.json").write_text("{}", encoding="utf-8")


def test_there_are_enough() -> None:
    assert len(make.NASTY) >= 30
    assert len({nasty.name for nasty in make.NASTY}) == len(make.NASTY)


def _refusal(nasty: Any, folder: Path) -> Reason:
    path = folder / nasty.name
    path.write_bytes(nasty.make())
    profile = inspect(path, limits=LIMITS)
    received = read(path, folder / "out", profile, LIMITS)
    with pytest.raises(CodedError) as caught:
        clean_orders(received.path, match_columns(profile, nasty.kind), CleaningSettings(), folder / "out")
    return caught.value.reason


def test_refused_file_is_deterministic(tmp_path: Path) -> None:
    """The same nasty file gives the same bytes and the same reason twice: otherwise nobody could report it."""
    nasty = next(nasty for nasty in make.NASTY if nasty.name == "two_orders.csv")
    assert nasty.make() == nasty.make()
    reasons = []
    for number in range(2):
        (tmp_path / str(number)).mkdir()
        reasons.append(_refusal(nasty, tmp_path / str(number)))
    assert reasons[0] == reasons[1]


def test_memory_is_bounded_from_outside(tmp_path: Path) -> None:
    """A row group that expands to far more than the limit ends in a coded refusal, not in a killed machine."""
    path = tmp_path / "huge.parquet"
    path.write_bytes(make.huge_row_group())
    assert path.stat().st_size < 5_000_000
    tight = Limits(memory_bytes=250_000_000, seconds=60)
    out = tmp_path / "out"
    with pytest.raises(CodedError) as caught:
        read(path, out, inspect(path, limits=LIMITS), tight)
    assert caught.value.code in ("reader_out_of_memory", "parquet_group_too_large")
    assert not out.exists()


def test_time_is_bounded_from_outside(tmp_path: Path) -> None:
    path = tmp_path / "slow.csv"
    path.write_bytes(make.csv(*[make.GOOD] * 1000))
    profile = inspect(path)
    out = tmp_path / "out"
    with pytest.raises(CodedError) as caught:
        read(path, out, profile, Limits(seconds=0.05))
    assert caught.value.code == "reader_out_of_time"
    assert not out.exists()


def test_output_is_bounded_from_outside(tmp_path: Path) -> None:
    path = tmp_path / "wide.json"
    path.write_bytes(make.json_lines(*[make.LINE % (i, i) for i in range(200_000)]))
    profile = inspect(path, limits=LIMITS)
    out = tmp_path / "out"
    with pytest.raises(CodedError) as caught:
        read(path, out, profile, Limits(output_bytes=1000, seconds=60))
    assert caught.value.code == "reader_output_too_large"
    assert not out.exists()
