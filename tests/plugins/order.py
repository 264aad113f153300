"""Files with slow tests come first: two workers share whole files, and a long one that comes last leaves one idle.

xdist would sort files by their number of tests, which says nothing of how long they take; ``scripts/run_parts.py``
tells it to keep this order.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest


def _is_slow(item: pytest.Item) -> bool:
    return item.get_closest_marker("slow") is not None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort by file, those with most tests marked ``slow`` first; within a file nothing moves."""
    slow: Counter[Path] = Counter(item.path for item in items if _is_slow(item))
    items.sort(key=lambda item: -slow[item.path])
