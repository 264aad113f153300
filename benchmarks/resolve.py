"""Resolution: a million generated person and firm records of three sources, and what of it is right.

    python benchmarks/resolve.py             # 620,000 customers, about a million records
    python benchmarks/resolve.py --quick     # 62,000 customers

The generator of the tests (``tests/people.py``) knows the truth: precision and recall are over pairs of records. Wanted
at a million: at most 120 s and 4,000 MB, precision at least .99 at a recall of at least .90. Beside it, in the same
run, the plain rule that a person would try first: the same e-mail, or the same phone and name, letter by letter.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import duckdb
import pyarrow as pa

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
    """The records as ``RAW``, phones read as an import reads them."""
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


def told(name: str, records: list[PersonRecord], group_of: dict[int, int]) -> tuple[float, float]:
    groups = [group_of.get(i, i) for i in range(len(records))]
    right = pairs((group, one.truth) for group, one in zip(groups, records, strict=True))
    precision, recall = right / max(1, pairs(groups)), right / pairs(one.truth for one in records)
    print(f"{name:<12} precision {precision:.4f}  recall {recall:.4f}")
    return precision, recall


def plain_rule(records: list[PersonRecord], phones: list[str]) -> dict[int, int]:
    same: dict[Hashable, list[int]] = defaultdict(list)
    for i, (one, number) in enumerate(zip(records, phones, strict=True)):
        if one.email:
            same["email", one.email].append(i)
        if number:
            same["phone", number, one.name].append(i)
    return grouped([pair(a, b) for group in same.values() for a, b in pairwise(group)]).group_of


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of it")
    count = 62_000 if parser.parse_args().quick else 620_000
    records = generated(count)
    phones = [phone(one.phone) for one in records]
    table = raw(records, phones)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    with duckdb.connect() as engine:
        engine.execute("SET threads = 2; SET memory_limit = '3GB'")
        started = time.monotonic()
        found = match(engine, table)
        seconds = time.monotonic() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{len(records):,} records, {len({one.truth for one in records}):,} customers")
    print(f"resolved in {seconds:.1f} s, peak {peak:,} MB ({before:,} MB of it the generator's)")
    precision, recall = told("zhiji", records, found.groups.group_of)
    told("plain rule", records, plain_rule(records, phones))
    missed = precision < PRECISION or recall < RECALL
    if count == 620_000:
        missed |= seconds > SECONDS or peak > MEGABYTES
    print("missed" if missed else "passed")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
