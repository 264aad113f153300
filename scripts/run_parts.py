#!/usr/bin/env python3
"""The parts of ``make test`` and ``make lint``: run those asked for, then say what ran, what was skipped, how long.

    .venv/bin/python scripts/run_parts.py [lint] [contracts] [tests] [postgres] [web] [browser]

Without names: all. A failed part does not stop the others; the exit status is 1 when any failed. Under CI=true a
pytest part without a single test is a failure too: a part that runs nothing proves nothing.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from set_up import ROOT, VENV, use_own_node

sys.path.append(str(ROOT / "tests"))
from plugins.absence import in_ci
from plugins.mariadb import server as mariadb_server
from plugins.postgres import create_database, drop_database, server_url
from scratch_mariadb import scratch_mariadb
from scratch_postgres import scratch_postgres
from system_packages import PACKAGES, install

BIN = VENV / "bin"
WEB = ROOT / "web"
JOURNEYS, FUZZING = "tests/journeys/browser", "tests/security/test_fuzz.py"
NO_TESTS = 5  # pytest's exit status
# These wait for nobody: beside the tests, which often wait for a server or a browser, they take what is left of two
# cores, and their output is printed when they are done.
BESIDE = ("lint", "web")
PYTEST = [str(BIN / "python"), "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]


@dataclass(frozen=True)
class Command:
    """words: the command line. web: run in ``web/``. quiet: output shown on failure only."""

    words: list[str]
    web: bool = False
    quiet: bool = True


def _pytest(marks: str, *more: str) -> Command:
    return Command([*PYTEST, "-m", marks, *more], quiet=False)


PARTS: dict[str, list[Command]] = {
    "lint": [
        Command([str(BIN / "ruff"), "check", "."]),
        Command([str(BIN / "ruff"), "format", "--check", "."]),
        Command([str(BIN / "lint-imports")]),
        Command([str(BIN / "mypy")]),
        Command(["npm", "run", "--silent", "lint"], web=True),
    ],
    "contracts": [_pytest("not browser and not postgres", "tests/house")],
    "tests": [_pytest("not browser and not postgres", "--ignore=tests/house")],
    # Collecting the fuzzing makes all its requests, a fifth of these parts' time; nothing in it is theirs.
    "postgres": [_pytest("(postgres or databases) and not browser", f"--ignore={FUZZING}")],
    "web": [Command(["npm", "test", "--silent"], web=True, quiet=False)],
    "browser": [_pytest("browser", JOURNEYS)],
}


@dataclass
class Result:
    """What a part came to. outcomes, datasets and skipped come from the report plugin."""

    ok: bool = True
    seconds: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)
    datasets: dict[str, Counter[str]] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    note: str = ""
    said: list[str] = field(default_factory=list)

    def tell(self) -> None:
        print("".join(self.said), end="", flush=True)
        self.said.clear()

    def add(self, report: dict[str, Any]) -> None:
        self.outcomes.update(report["outcomes"])
        self.skipped.update(report["skipped"])
        for name, outcomes in report["datasets"].items():
            self.datasets.setdefault(name, Counter()).update(outcomes)


def run_command(command: Command, result: Result, environment: dict[str, str], report: Path, beside: bool) -> None:
    """Run one command of a part and add to its result. beside: behind others, its output kept for later."""
    report.unlink(missing_ok=True)
    kept = command.quiet or beside
    done = subprocess.run(
        ["nice", "-n", "10", *command.words] if beside else command.words,
        cwd=WEB if command.web else ROOT,
        env={**environment, "ZHIJI_TEST_REPORT": str(report)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if kept else None,
        stderr=subprocess.STDOUT if kept else None,
        text=True,
        check=False,
    )
    if kept and not command.quiet:
        result.said.append(done.stdout)
    if report.exists():
        result.add(json.loads(report.read_text(encoding="utf-8")))
    if done.returncode == NO_TESTS and not command.quiet and not in_ci():
        result.note = "no test in this part"
    elif done.returncode:
        result.ok = False
        shown = done.stdout if command.quiet and done.stdout else ""
        result.said.append(f"{shown}failed ({done.returncode}): {shlex.join(command.words)}\n")
    if not beside:
        result.tell()


def run_part(name: str, folder: Path, *, beside: bool = False) -> Result:
    """Run all commands of a part, on a PostgreSQL database of its own where the part is about that."""
    if not beside:
        print(f"\n── {name} ──", flush=True)
    result, started = Result(), time.monotonic()
    environment = dict(os.environ)
    with ExitStack() as stack:
        if name == "postgres":
            server = server_url()
            if server is None:
                result.ok, result.note = not in_ci(), "skipped: no PostgreSQL"
                return result
            environment["ZHIJI_TEST_DATABASE_URL"] = create_database(server)
            stack.callback(drop_database, server, environment["ZHIJI_TEST_DATABASE_URL"])
        for command in PARTS[name]:
            run_command(command, result, environment, folder / f"{name}.json", beside)
    result.seconds = time.monotonic() - started
    return result


def summary(results: dict[str, Result]) -> None:
    """Print parts, data sets, skips, and one plain closing line."""
    print("\n── summary ──")
    total, datasets = Counter[str](), dict[str, Counter[str]]()
    for name, result in results.items():
        counts = ", ".join(f"{n} {outcome}" for outcome, n in result.outcomes.items() if n)
        state = "ok" if result.ok else "FAILED"
        print(f"{name:10} {state:7} {result.seconds:5.0f} s  {counts} {result.note}".rstrip())
        total.update(result.outcomes)
        for dataset, outcomes in result.datasets.items():
            datasets.setdefault(dataset, Counter()).update(outcomes)
    print(f"data sets from {os.environ.get('ZHIJI_DATASETS') or 'nowhere: ZHIJI_DATASETS is not set'}:")
    for dataset, outcomes in sorted(datasets.items()):
        print(f"  {dataset}: " + ", ".join(f"{n} {outcome}" for outcome, n in outcomes.items() if n))
    for result in results.values():
        for test, reason in result.skipped.items():
            print(f"skipped: {test}: {reason}")
    if total:
        failed = total["failed"] + total["error"]
        print(f"{total['passed']} passed, {failed} failed, {total['skipped']} skipped")


def run_all(names: list[str], folder: Path) -> dict[str, Result]:
    """Run the parts; those of ``BESIDE`` one after another behind the rest, where there is a rest."""
    rest = [name for name in names if name not in BESIDE]
    behind = [name for name in names if name in BESIDE and rest]
    with ThreadPoolExecutor(max_workers=1) as one:
        waiting = {name: one.submit(run_part, name, folder, beside=True) for name in behind}
        results = {name: run_part(name, folder) for name in names if name not in waiting}
        for name, part in waiting.items():
            results[name] = part.result()
            print(f"\n── {name} ──", flush=True)
            results[name].tell()
    return {name: results[name] for name in names}


def main(names: list[str]) -> int:
    unknown = sorted(set(names) - set(PARTS))
    if unknown:
        print(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    names = names or list(PARTS)
    use_own_node()
    # Tests start thousands of processes: each would compile all that it imports, a second or two, if none kept it.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    needs = {"postgres": ["postgresql"], "tests": ["mariadb"], "browser": ["chromium", "fonts"]}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="zhiji-test-")))
        wanted = [package for name in names for package in needs.get(name, []) if package in PACKAGES]
        if "postgres" in names and server_url() is not None:
            wanted.remove("postgresql")  # one answers already; its programs need not be on this machine
        if "mariadb" in wanted and mariadb_server() is not None:
            wanted.remove("mariadb")
        install(wanted)
        if {"postgres", "tests"} & set(names) and server_url() is None:
            url = stack.enter_context(scratch_postgres())
            if url:
                os.environ["ZHIJI_TEST_POSTGRES"] = url
                server_url.cache_clear()
        if {"postgres", "tests"} & set(names) and mariadb_server() is None:
            url = stack.enter_context(scratch_mariadb())
            if url:
                os.environ["ZHIJI_TEST_MARIADB"] = url
                mariadb_server.cache_clear()
        results = run_all(names, folder)
    summary(results)
    return 0 if all(result.ok for result in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
