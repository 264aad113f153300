"""Benchmarks that take minutes are run by hand; that they still speak to the product is seen here, on a little data."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from house.tree import ROOT


@pytest.mark.slow
def test_the_list_still_answers_all_that_its_benchmark_asks(tmp_path: Path) -> None:
    words = ["benchmarks/customer_list.py", "--rows", "2000", "--repeats", "1", "--home", str(tmp_path)]
    run = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False)
    # How long it took says nothing at this size; an answer that is no list ends it before this line.
    assert "\nmisses: " in run.stdout, run.stdout[-2000:] + run.stderr[-2000:]
