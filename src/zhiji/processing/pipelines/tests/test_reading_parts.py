"""Staged files are read part by part: what is not asked for is not touched, and what is made once is not made again."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from zhiji.processing.pipelines.corrections import corrections
from zhiji.processing.pipelines.customers import read_buyers, write_buyers
from zhiji.processing.pipelines.quarantine import read_rejected


def quarantine(path: Path) -> Path:
    """A thousand refused rows, a hundred a row group."""
    count = 1_000
    columns = {
        "row": list(range(1, count + 1)), "column": ["price"] * count, "value": [f"x{n}" for n in range(count)],
        "code": ["amount_unreadable"] * count, "params": ["{}"] * count, "raw": [None] * count,
        "c0": [f"A{n}" for n in range(count)],
    }  # fmt: skip
    pq.write_table(pa.table({**columns, "raw": pa.nulls(count, pa.string())}), path, row_group_size=100)
    return path


def test_a_page_of_the_quarantine_reads_its_own_part_of_the_file(tmp_path: Path) -> None:
    path = quarantine(tmp_path / "rejected.parquet")
    pages = [row["row"] for after in range(0, 1_200, 70) for row in read_rejected(path, ["order"], after, 70)]
    assert pages == list(range(1, 1_001))
    content = bytearray(path.read_bytes())
    last = pq.ParquetFile(path).metadata.row_group(9)
    begins = min(last.column(n).dictionary_page_offset or last.column(n).data_page_offset for n in range(7))
    content[4:begins] = b"\0" * (begins - 4)
    path.write_bytes(content)
    found = read_rejected(path, ["order"], 905, 10)
    assert [(row["row"], row["original"]) for row in found][:2] == [(906, {"order": "A905"}), (907, {"order": "A906"})]
    with pytest.raises(OSError, match=r"."):
        read_rejected(path, ["order"], 5, 10)


def test_only_rows_that_correct_something_are_told(tmp_path: Path) -> None:
    staged = tmp_path / "staged.parquet"
    pq.write_table(
        pa.table({"corrects_file": ["7", None, None, "7"], "corrects_row": [2, None, 3, 2]}), staged, row_group_size=2
    )
    assert corrections(staged) == [(None, 3), (7, 2)]


def test_what_a_file_says_of_its_customers_is_summed_up_once(tmp_path: Path) -> None:
    staged, path = tmp_path / "staged.parquet", tmp_path / "buyers.parquet"
    text, at = pa.nulls(3, pa.string()), pa.array([1_000, 2_000, 3_000], pa.timestamp("us"))
    pq.write_table(
        pa.table(
            {
                "customer_external_id": ["C1", "C2", "C3"],
                "row": [1, 2, 3],
                "order_at": at,
                "known_at": at,
                "customer_name": ["Ann", "Ben", "Cay"],
                "email": text,
                "country": text,
                "city": text,
                "phone": text,
                "phone_masked": pa.nulls(3, pa.bool_()),
                "contact_allowed": pa.nulls(3, pa.bool_()),
            }
        ),
        staged,
    )
    write_buyers(staged, path, 2)
    staged.unlink()
    write_buyers(staged, path, 2)
    assert [[row["name"] for row in read_buyers(path, number)] for number in range(3)] == [["Ann", "Ben"], ["Cay"], []]
