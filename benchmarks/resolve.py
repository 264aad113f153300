"""Resolution: a million generated person and firm records of three sources, and what of it is right.

    python benchmarks/resolve.py             # 620,000 customers, about a million records
    python benchmarks/resolve.py --quick     # 62,000 customers

The records are made by a process of its own, so that the peak is that of the matching. The generator of the tests
(``tests/people.py``) knows the truth: precision and recall are over pairs of records. Wanted at a million: at most
120 s and 4,000 MB, precision at least .99 at a recall of at least .90. Beside it, in the same run, the plain rule that
a person would try first: the same e-mail, or the same phone and name, letter by letter.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))
from people import PersonRecord, people
from zhiji.processing.cleaning.contacts import read_phone
from zhiji.processing.identity.groups import grouped, pair
from zhiji.processing.identity.matching import match
from zhiji.processing.identity.standard import RAW

SECONDS, MEGABYTES, PRECISION, RECALL = 120.0, 4_000, 0.99, 0.90
SEED, TOWN = 17, 62_000


def generated(count: int) -> list[PersonRecord]:
    """In towns of their own: whoever lives in one is nobody in another, though they share names and numbers."""
    found: list[PersonRecord] = []
    for start in range(0, count, TOWN):
        found += [replace(one, truth=one.truth + start) for one in people(TOWN, SEED + start)]
    return found


def raw(records: list[PersonRecord], phones: list[str]) -> pa.Table:
    """The records as ``RAW``, phones as an import reads them."""
    columns = {field.name: [""] * len(records) for field in RAW}
    columns |= {
        name: [getattr(one, name) for one in records]
        for name in ("source", "name", "email", "company", "city", "address", "birth_date")
    }
    columns |= {"unique_id": list(range(len(records))), "phone": phones, "extra": [[]] * len(records)}
    return pa.table({field.name: pa.array(columns[field.name], field.type) for field in RAW})


def phone(text: str) -> str:
    value = read_phone(text, None, "CN")[0] if text else None
    return value or ""


def pairs(groups: Iterable[Hashable]) -> int:
    return sum(n * (n - 1) // 2 for n in Counter(groups).values())


def told(name: str, truth: list[int], group_of: dict[int, int]) -> tuple[float, float]:
    groups = [group_of.get(i, i) for i in range(len(truth))]
    right = pairs(zip(groups, truth, strict=True))
    precision, recall = right / max(1, pairs(groups)), right / pairs(truth)
    print(f"{name:<12} precision {precision:.4f}  recall {recall:.4f}")
    return precision, recall


def plain_rule(table: pa.Table) -> dict[int, int]:
    same: dict[Hashable, list[int]] = defaultdict(list)
    columns = (table[name].to_pylist() for name in ("name", "email", "phone"))
    for i, (name, email, number) in enumerate(zip(*columns, strict=True)):
        if email:
            same["email", email].append(i)
        if number:
            same["phone", number, name].append(i)
    return grouped([pair(a, b) for group in same.values() for a, b in pairwise(group)]).group_of


def write(count: int, path: Path) -> None:
    records = generated(count)
    table = raw(records, [phone(one.phone) for one in records])
    pq.write_table(table.append_column("truth", pa.array([one.truth for one in records])), path)


def read(count: int) -> tuple[pa.Table, list[int]]:
    """The records as ``RAW``, and of whom each is."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "records.parquet"
        subprocess.run([sys.executable, __file__, "--write", str(path), "--customers", str(count)], check=True)
        table = pq.read_table(path)
    return table.drop_columns(["truth"]).cast(RAW), table["truth"].to_pylist()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of it")
    parser.add_argument("--customers", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    said = parser.parse_args()
    count = said.customers or (62_000 if said.quick else 620_000)
    if said.write:
        write(count, said.write)
        return 0
    table, truth = read(count)
    with duckdb.connect() as engine:
        engine.execute("SET threads = 2; SET memory_limit = '2GB'")
        started, busy = time.monotonic(), time.process_time()
        found = match(engine, table)
        seconds, busy = time.monotonic() - started, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{len(truth):,} records, {len(set(truth)):,} customers")
    print(f"resolved in {seconds:.1f} s ({busy:.1f} s of CPU), peak {peak:,} MB")
    precision, recall = told("zhiji", truth, found.groups.group_of)
    told("plain rule", truth, plain_rule(table))
    missed = precision < PRECISION or recall < RECALL
    if count == 620_000:
        missed |= seconds > SECONDS or peak > MEGABYTES
    print("missed" if missed else "passed")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
