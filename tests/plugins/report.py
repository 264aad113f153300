"""Which data-set tests ran: printed after every run, and written for the final summary of ``make test``."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

_OUTCOMES = ("passed", "failed", "error", "skipped")


def _datasets(report: object) -> list[str]:
    return [value for key, value in getattr(report, "user_properties", ()) if key == "dataset"]


def _by_dataset(stats: dict[str, list[object]]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for outcome in _OUTCOMES:
        for report in stats.get(outcome, ()):
            for name in _datasets(report):
                found.setdefault(name, Counter())[outcome] += 1
    return dict(sorted(found.items()))


def _skip_reason(report: object) -> str:
    place = getattr(report, "longrepr", None)
    return str(place[2] if isinstance(place, tuple) else place).removeprefix("Skipped: ")


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    stats = terminalreporter.stats
    by_dataset = _by_dataset(stats)
    if by_dataset:
        terminalreporter.section("data sets")
    for name, outcomes in by_dataset.items():
        terminalreporter.line(f"{name}: " + ", ".join(f"{n} {outcome}" for outcome, n in outcomes.items()))
    if path := os.environ.get("ZHIJI_TEST_REPORT"):
        result = {
            "outcomes": {outcome: len(stats.get(outcome, ())) for outcome in _OUTCOMES},
            "datasets": by_dataset,
            "skipped": {str(getattr(r, "nodeid", r)): _skip_reason(r) for r in stats.get("skipped", ())},
        }
        Path(path).write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")
