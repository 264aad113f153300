"""A version is there whole or not at all, whoever reads, writes or is killed meanwhile."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from zhiji.data.lake import TABLES, Lake, LakeWriter, lake_drop, lake_prune
from zhiji.data.lake.errors import LakeBusy, LakeCorrupt, LakeMissing, LakeOutdated, LakeRowsRefused


def content(folder: Path) -> dict[str, bytes]:
    """Every file that a reader could see, with its bytes."""
    files = (path for path in folder.rglob("*") if path.is_file() and ".building-" not in str(path))
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def write(folder: Path, rows: pa.Table, **facts: int) -> int:
    with LakeWriter(folder) as writer:
        for batch in rows.to_batches(max_chunksize=37):
            writer.append("order_lines", batch)
        return writer.commit(facts).number


def read(lake: Lake) -> pa.Table:
    parts = [pq.read_table(path, partitioning=None) for path in lake.files("order_lines")]
    return pa.concat_tables(parts).sort_by("line_id")


def test_what_is_written_is_what_is_read(lake_folder: Path, rows) -> None:
    with Lake(lake_folder) as lake:
        lake.verify()
        assert read(lake).equals(rows(100))
        tables = lake.tables()
        assert {name: entry.rows for name, entry in tables.items()} == {
            "order_lines": 100,
            "customers": 1,
            "products": 0,
            "order_homes": 0,
        }
        years = {file.path.split("/")[1] for file in tables["order_lines"].files}
        assert years == {"year=2019", "year=2020"}
        assert pq.read_schema(lake.files("products")[0]).equals(TABLES["products"])
        assert lake.manifest.facts == {"lines": 100}
        assert datetime.fromisoformat(lake.manifest.created_at).utcoffset().total_seconds() == 0


def test_small_batches_become_large_row_groups(tmp_path: Path, rows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zhiji.data.lake.writer.ROW_GROUP_ROWS", 100)
    write(tmp_path, rows(950))
    with Lake(tmp_path) as lake:
        assert read(lake).equals(rows(950))
        sizes = []
        for path in lake.files("order_lines"):
            meta = pq.read_metadata(path)
            sizes.append([meta.row_group(i).num_rows for i in range(meta.num_row_groups)])
        assert all(size == 100 for groups in sizes for size in groups[:-1])
        assert sum(map(sum, sizes)) == 950


REFUSED = {
    "absent column": lambda t: t.drop_columns("known_at"),
    "null": lambda t: t.set_column(0, "line_id", pa.array([None] * len(t), pa.int64())),
    "half a micro": lambda t: t.set_column(9, "amount_micros", pa.array([0.5] * len(t))),
    "naive instant": lambda t: t.set_column(10, "event_at", t["event_at"].cast(pa.timestamp("us"))),
    "unknown kind": lambda t: t.set_column(7, "line_kind", pa.array(["gift"] * len(t))),
    "text for a number": lambda t: t.set_column(1, "order_id", pa.array(["A1"] * len(t))),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_rows_that_do_not_fit_change_nothing(lake_folder: Path, rows, fault: str) -> None:
    before = content(lake_folder)
    with LakeWriter(lake_folder) as writer:
        writer.append("order_lines", rows(10))
        with pytest.raises(LakeRowsRefused) as refusal:
            writer.append("order_lines", REFUSED[fault](rows(10)))
    assert refusal.value.params["table"] == "order_lines"
    assert content(lake_folder) == before
    assert not list((lake_folder / "versions").glob(".building-*"))


def test_leaving_without_commit_changes_nothing(lake_folder: Path, rows) -> None:
    before = content(lake_folder)
    with LakeWriter(lake_folder) as writer:
        writer.append("order_lines", rows(10))
    assert content(lake_folder) == before


@pytest.mark.parametrize("step", range(40))
def test_a_failure_at_any_step_leaves_the_old_or_the_new_version_whole(
    lake_folder: Path, rows, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """Each fsync and each rename fails once; past the last step the write succeeds, so that no step is left out."""
    done = 0

    def failing(real):
        def call(*arguments):
            nonlocal done
            done += 1
            if done == step + 1:
                raise OSError(28, "No space left on device")
            return real(*arguments)

        return call

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", failing(os.fsync))
        patch.setattr(Path, "rename", failing(Path.rename))
        try:
            write(lake_folder, rows(200), lines=200)
            failed = False
        except OSError:
            failed = True
    assert failed == (done > step)
    with Lake(lake_folder) as lake:
        lake.verify()
        lines = lake.manifest.facts["lines"]
        assert lines in (100, 200)
        assert failed or lines == 200
        assert read(lake).equals(rows(lines))
    if step == 39:
        assert not failed, "the write has more steps than this test fails"
    write(lake_folder, rows(300), lines=300)
    with Lake(lake_folder) as lake:
        assert lake.manifest.facts["lines"] == 300


WRITER = """
import sys
from pathlib import Path
import pyarrow.parquet as pq
from zhiji.data.lake import LakeWriter
rows = pq.read_table(sys.argv[2])
lines = 1000
while True:
    with LakeWriter(Path(sys.argv[1])) as writer:
        writer.append("order_lines", rows.slice(0, lines))
        writer.commit({"lines": lines})
    print(lines, flush=True)
    lines = lines % 5000 + 1000
"""


def test_killed_writers_leave_a_whole_version(tmp_path: Path, rows) -> None:
    """kill -9 at seeded moments; whatever was told as written is there, and nothing is half there."""
    source, folder = tmp_path / "rows.parquet", tmp_path / "lake"
    pq.write_table(rows(6000), source)
    write(folder, rows(10), lines=10)
    chance = random.Random(7)
    for _ in range(5):
        child = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder), str(source)], stdout=subprocess.PIPE, text=True
        )
        child.stdout.readline()
        time.sleep(chance.random() * 0.15)
        child.kill()
        child.communicate()
        with Lake(folder) as lake:
            lake.verify()
            assert read(lake).equals(rows(6000).slice(0, lake.manifest.facts["lines"]))
            assert lake.manifest.number > 1
    write(folder, rows(10), lines=10)
    assert not list((folder / "versions").glob(".*-*"))


def test_a_reader_keeps_its_version_while_newer_ones_come(lake_folder: Path, rows) -> None:
    with Lake(lake_folder) as old:
        for lines in (200, 300, 400, 500):
            write(lake_folder, rows(lines), lines=lines)
        assert not old.is_current()
        old.verify()
        assert read(old).equals(rows(100))
        kept = [path.name for path in sorted((lake_folder / "versions").iterdir())]
        assert kept == ["v00000001", "v00000004", "v00000005"]
        with Lake(lake_folder) as new:
            assert new.is_current()
            assert new.manifest.facts == {"lines": 500}
    write(lake_folder, rows(600), lines=600)
    assert [path.name for path in sorted((lake_folder / "versions").iterdir())] == ["v00000005", "v00000006"]


def test_pruning_leaves_the_current_version_and_says_what_is_held(lake_folder: Path, rows) -> None:
    with Lake(lake_folder):
        write(lake_folder, rows(200), lines=200)
        assert lake_prune(lake_folder) == [1]
    assert lake_prune(lake_folder) == []
    assert [path.name for path in (lake_folder / "versions").iterdir()] == ["v00000002"]
    with Lake(lake_folder) as lake:
        assert read(lake).equals(rows(200))


def test_one_writer_at_a_time(lake_folder: Path, rows) -> None:
    with LakeWriter(lake_folder) as first:
        first.append("order_lines", rows(20))
        with pytest.raises(LakeBusy), LakeWriter(lake_folder):
            pass
        with pytest.raises(LakeBusy):
            lake_drop(lake_folder)
        first.commit({"lines": 20})
    with Lake(lake_folder) as lake:
        assert lake.manifest.facts == {"lines": 20}


def _first_file(folder: Path) -> Path:
    with Lake(folder) as lake:
        path = lake.files("order_lines")[0]
    path.chmod(0o600)
    return path


def test_a_flipped_bit_is_found_by_verify(lake_folder: Path) -> None:
    path = _first_file(lake_folder)
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 3] ^= 1
    path.write_bytes(damaged)
    with Lake(lake_folder) as lake, pytest.raises(LakeCorrupt) as found:
        lake.verify()
    assert found.value.params["path"] == str(path)


@pytest.mark.parametrize("damage", ["cut", "gone", "manifest", "pointer", "version"])
def test_damage_that_shows_at_once_is_refused_on_opening(lake_folder: Path, damage: str) -> None:
    path = _first_file(lake_folder)
    version = lake_folder / "versions" / "v00000001"
    match damage:
        case "cut":
            path.write_bytes(path.read_bytes()[:-9])
        case "gone":
            path.unlink()
        case "manifest":
            manifest = version / "manifest.json"
            raw = json.loads(manifest.read_bytes())
            raw["tables"]["order_lines"]["rows"] += 1
            manifest.write_text(json.dumps(raw))
        case "pointer":
            (lake_folder / "CURRENT").write_bytes(b'{"numb')
        case "version":
            version.rename(lake_folder / "elsewhere")
    with pytest.raises(LakeCorrupt):
        Lake(lake_folder)


def test_dropping_loses_nothing_that_rebuilding_does_not_bring_back(lake_folder: Path, rows) -> None:
    with Lake(lake_folder) as held:
        assert lake_drop(lake_folder) == [1]
        assert read(held).equals(rows(100))
        with pytest.raises(LakeMissing):
            Lake(lake_folder)
        assert not held.is_current()
    assert lake_drop(lake_folder) == []
    assert list((lake_folder / "versions").iterdir()) == []
    write(lake_folder, rows(100))
    with Lake(lake_folder) as lake:
        assert read(lake).equals(rows(100))


@pytest.mark.parametrize("of_before", ["other columns", "another format"])
def test_tables_of_another_release_wait_for_the_next_refresh(
    lake_folder: Path, rows, monkeypatch: pytest.MonkeyPatch, of_before: str
) -> None:
    """Not damage, and not a query that fails in the middle: to readers it is as if there were no lake yet."""
    name, value = {"other columns": ("LAYOUT", "0" * 16), "another format": ("FORMAT", 1)}[of_before]
    with monkeypatch.context() as earlier:
        earlier.setattr(f"zhiji.data.lake.manifest.{name}", value)
        write(lake_folder, rows(7))
    with pytest.raises(LakeOutdated) as refusal:
        Lake(lake_folder)
    assert isinstance(refusal.value, LakeMissing)
    write(lake_folder, rows(9))
    with Lake(lake_folder) as lake:
        assert lake.tables()["order_lines"].rows == 9


def test_no_lake_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(LakeMissing) as missing:
        Lake(tmp_path / "none")
    assert missing.value.params == {"path": str(tmp_path / "none")}
    assert lake_drop(tmp_path / "none") == []
    assert list(tmp_path.iterdir()) == []
