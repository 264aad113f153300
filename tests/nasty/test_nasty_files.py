"""Every nasty file is refused with its code and place, or kept with its note; and a refusal leaves nothing behind."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from zhiji.data.sources.files import FileProfile, Limits, Received, inspect, read
from zhiji.kernel import CodedError, Reason, render
from zhiji.kernel.messages import catalogue
from zhiji.processing.cleaning import Cleaned, CleaningSettings, clean_customers, clean_orders, match_columns

_spec = importlib.util.spec_from_file_location("nasty_make", Path(__file__).with_name("make.py"))
make = importlib.util.module_from_spec(_spec)
sys.modules["nasty_make"] = make
_spec.loader.exec_module(make)

LIMITS = Limits(memory_bytes=1_000_000_000, seconds=60)
HAN = range(0x4E00, 0xA000)


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _has_words(reason: Reason) -> None:
    """Both languages say what and, unless it is a note, why and what to do; no placeholder is left open."""
    for language in ("zh", "en"):
        text = render(reason, language)
        assert text.what != reason.code, f"no {language} text for {reason.code}"
        assert "{" not in str(text)
        assert "…" not in str(text), f"{reason.code}: a parameter is missing in {text}"
        template = catalogue(language)[reason.code]["what"]
        assert any(ord(c) in HAN for c in template) == (language == "zh")


def _run(nasty, folder: Path, out: Path) -> tuple[FileProfile, Received, Cleaned]:
    path = folder / nasty.name
    path.write_bytes(nasty.make())
    profile = inspect(path, limits=LIMITS)
    received = read(path, out, profile, LIMITS)
    mapping = match_columns(profile, nasty.kind)
    clean = clean_customers if nasty.kind == "customers" else clean_orders
    return profile, received, clean(received.path, mapping, CleaningSettings(**nasty.settings), out)


@pytest.mark.parametrize("nasty", make.NASTY, ids=lambda nasty: nasty.name)
def test_nasty_file(nasty, tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    out.mkdir()
    if nasty.stage in ("file", "column"):
        with pytest.raises(CodedError) as caught:
            _run(nasty, folder, out)
        reason = caught.value.reason
        assert reason.code == nasty.code
        assert reason.where.get("row") == nasty.row or nasty.row is None
        assert reason.where.get("column") == nasty.column
        text = render(reason, "en")
        assert text.why
        assert text.remedy
        _has_words(reason)
        left = set(_files(out))
        assert left <= ({"received.parquet"} if nasty.stage == "column" else set())
        return
    profile, received, cleaned = _run(nasty, folder, out)
    assert received.records == cleaned.received == cleaned.clean + cleaned.rejected == profile.row_count
    assert set(_files(out)) == {"received.parquet", "clean.parquet", "rejected.parquet"}
    for note in [*profile.notes, *cleaned.findings]:
        _has_words(note)
    rejected = pq.read_table(cleaned.rejected_path).to_pylist()
    assert len(rejected) == nasty.rejected
    if nasty.stage == "row":
        assert rejected[0]["code"] == nasty.code
        assert rejected[0]["row"] == nasty.row
        assert rejected[0]["column"] == nasty.column
        where = {"row": rejected[0]["row"], "column": rejected[0]["column"]}
        params = {**json.loads(rejected[0]["params"]), "value": rejected[0]["value"]}
        _has_words(Reason(nasty.code, params, where))
    else:
        assert cleaned.clean == nasty.stored
        if nasty.code:
            assert nasty.code in {note.code for note in [*profile.notes, *cleaned.findings]}


def test_there_are_enough() -> None:
    assert len(make.NASTY) >= 30
    assert len({nasty.name for nasty in make.NASTY}) == len(make.NASTY)


def test_refused_file_is_deterministic(tmp_path: Path) -> None:
    """The same nasty file gives the same bytes and the same reason twice: otherwise nobody could report it."""
    nasty = next(nasty for nasty in make.NASTY if nasty.name == "two_orders.csv")
    assert nasty.make() == nasty.make()
    reasons = []
    for number in range(2):
        (tmp_path / str(number)).mkdir()
        with pytest.raises(CodedError) as caught:
            _run(nasty, tmp_path, tmp_path / str(number))
        reasons.append(caught.value.reason)
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
