"""``zhiji export`` after ``zhiji import``: what went in comes out under the source's own ids."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ORDERS = """order_id,customer_id,customer_name,date,product,quantity,price,country
1,C-1,王伟,2024-01-05 10:00,P1,2,10.005,中国
2,C-1,王伟,2024-02-05 10:00,P2,1,5,中国
3,C-2,=cmd(),2024-02-06 10:00,P1,1,10.005,France
"""


def zhiji(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("ZHIJI_", "LC_", "LANG"))}
    return subprocess.run(
        [sys.executable, "-m", "zhiji.cli", *words],
        env={**clean, "ZHIJI_HOME": str(home), "LANG": "C.UTF-8"}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("home")
    (place / "orders.csv").write_text(ORDERS, encoding="utf-8")
    done = zhiji(place, "import", str(place / "orders.csv"), "--as", "orders", "--currency", "CNY", "--json")
    assert done.returncode == 0, done.stderr
    return place


def test_customers_and_orders_come_out_under_their_own_ids(home: Path) -> None:
    done = zhiji(home, "export", "customers", "--to", str(home / "customers.csv"), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rows"] == 2
    with (home / "customers.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    told = [(row["external_id"], row["name"], row["country"], row["orders"], row["spend"]) for row in rows]
    assert told == [("C-1", "王伟", "中国", "2", "25.01"), ("C-2", "'=cmd()", "France", "1", "10.005")]
    assert zhiji(home, "export", "orders", "--to", str(home / "orders.parquet")).returncode == 0
    assert (home / "orders.parquet").read_bytes()[:4] == b"PAR1"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("everything", "--to", "x.csv"), "input_invalid"),
        (("customers", "--to", "x.pdf"), "export_kind_unknown"),
    ],
)
def test_what_makes_no_sense_is_refused_without_a_file(
    home: Path, tmp_path: Path, words: tuple[str, ...], code: str
) -> None:
    words = tuple(str(tmp_path / word) if word.startswith("x.") else word for word in words)
    done = zhiji(home, "export", *words)
    assert (done.returncode, done.stderr.split(":")[0]) == (1, code)
    assert list(tmp_path.iterdir()) == []
