"""Records of one customer, found by the command: on public data with known truth, and on generated Chinese records.

Everything goes the way of a user: files are imported, ``zhiji resolve`` runs without any setting, and the truth is
held against ``zhiji export identities``.
"""

from __future__ import annotations

import csv
import gzip
import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from pathlib import Path

import pytest

from people import people, write_csv
from security.server import Server

Truth = Callable[[str, str], Hashable]


def resolved(home: Path, files: dict[str, Path]) -> list[tuple[str, str, str]]:
    """Source, id and customer of every record, after each file was imported as its source and all were resolved."""
    commands = [("import", str(path), "--as", "customers", "--source", source) for source, path in files.items()]
    home.mkdir()
    for words in (*commands, ("resolve",), ("export", "identities", "--to", str(home / "identities.csv"))):
        done = Server(home).command(*words)
        assert done.returncode == 0, f"zhiji {' '.join(words)}: {done.stdout} {done.stderr}"
    with (home / "identities.csv").open(encoding="utf-8-sig", newline="") as file:
        return [(row["source"], row["external_id"], row["customer_id"]) for row in csv.DictReader(file)]


def pairs(groups: Iterable[Hashable]) -> int:
    return sum(n * (n - 1) // 2 for n in Counter(groups).values())


def precision_and_recall(found: list[tuple[str, str, str]], truth: Truth) -> tuple[float, float]:
    """Over pairs of records: how many that share a customer should, and how many that should do."""
    both = pairs((customer, truth(source, name)) for source, name, customer in found)
    wanted = pairs(truth(source, name) for source, name, _ in found)
    return both / pairs(customer for *_, customer in found), both / wanted


def f1(found: list[tuple[str, str, str]], truth: Truth) -> float:
    precision, recall = precision_and_recall(found, truth)
    return 2 * precision * recall / (precision + recall)


def febrl(folder: Path, to: Path, name: str, *, without: tuple[str, ...] = ()) -> Path:
    """A file of the data set as CSV, less some columns."""
    with gzip.open(folder / f"dataset{name}.csv.gz", "rt", encoding="ascii", newline="") as read:
        rows = csv.DictReader(read, skipinitialspace=True)
        kept = [column for column in rows.fieldnames or () if column.strip() not in without]
        path = to / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as write:
            writer = csv.DictWriter(write, kept, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
    return path


def person(_: str, name: str) -> str:
    """``rec-17-org`` and ``rec-17-dup-0`` are one person."""
    found = re.match(r"rec-(\d+)-", name)
    assert found is not None
    return found[1]


@pytest.mark.slow
@pytest.mark.dataset("febrl")
def test_febrl_3_within_one_source(dataset_path: Path, tmp_path: Path) -> None:
    found = resolved(tmp_path / "home", {"a": febrl(dataset_path, tmp_path, "3")})
    assert (len(found), pairs(person("", name) for _, name, _ in found)) == (5_000, 6_538)
    assert f1(found, person) >= 0.985


@pytest.mark.slow
@pytest.mark.dataset("febrl")
@pytest.mark.parametrize(("without", "wanted"), [((), 0.995), (("soc_sec_id",), 0.985)])
def test_febrl_4_between_two_sources(
    dataset_path: Path, tmp_path: Path, without: tuple[str, ...], wanted: float
) -> None:
    files = {name: febrl(dataset_path, tmp_path, f"4{name}", without=without) for name in ("a", "b")}
    found = resolved(tmp_path / "home", files)
    assert (len(found), pairs(person("", name) for _, name, _ in found)) == (10_000, 5_000)
    assert f1(found, person) >= wanted


@pytest.mark.slow
def test_chinese_records_of_three_sources(tmp_path: Path) -> None:
    """Homophones, both scripts and pinyin, households, switchboards, twins, branches, moved and mistyped."""
    records = people(5_000, seed=11)
    found = resolved(tmp_path / "home", write_csv(records, tmp_path))
    known = {(record.source, record.external_id): record.truth for record in records}
    assert len(found) == len(records)
    precision, recall = precision_and_recall(found, lambda source, name: known[source, name])
    assert precision >= 0.99
    assert recall >= 0.90
