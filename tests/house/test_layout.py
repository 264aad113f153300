"""The layer order, sizes and names are tests, not wishes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import run_parts
from house.tree import PACKAGE, ROOT, project_files, shown, text_of

LONGEST = 500
VAGUE = {"utils", "helpers", "common", "misc", "util", "helper"}
CODE = {".py", ".ts", ".tsx", ".css", ".sh"}


def layer_contract() -> dict[str, object]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    (found,) = [each for each in settings["contracts"] if each["type"] == "layers" and "zhiji" in each["containers"]]
    return found


def test_the_layer_contract_names_every_folder_in_the_order_of_the_design() -> None:
    contract = layer_contract()
    assert contract["exhaustive"] is True
    assert contract["layers"] == [
        "cli : config",
        "operations",
        "application",
        "processing",
        "data | algorithms",
        "platform",
        "kernel",
    ]


def lint_imports(source: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    environment = {**os.environ, "PYTHONPATH": str(source)}
    command = [program, "--no-cache", "--config", ROOT / "pyproject.toml"]
    return subprocess.run(command, cwd=source, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("planted", "content", "said"),
    [
        ("kernel/planted.py", "import zhiji.platform\n", "zhiji.kernel.planted -> zhiji.platform"),
        ("algorithms/planted.py", "import django\n", "zhiji.algorithms.planted -> django"),
        ("undeclared/__init__.py", "", "undeclared"),
    ],
)
def test_a_planted_breach_of_the_layers_is_caught(tmp_path: Path, planted: str, content: str, said: str) -> None:
    shutil.copytree(PACKAGE, tmp_path / "zhiji", ignore=shutil.ignore_patterns("web", "__pycache__"))
    target = tmp_path / "zhiji" / planted
    target.parent.mkdir(exist_ok=True)
    target.write_text(content, encoding="utf-8")
    linted = lint_imports(tmp_path)
    assert linted.returncode == 1
    assert said in linted.stdout


def test_every_package_folder_has_something_in_it() -> None:
    empty = []
    for door in PACKAGE.rglob("__init__.py"):
        inside = [path for path in door.parent.iterdir() if path.name not in {"__init__.py", "__pycache__"}]
        # A door that only says what the room will be is an empty promise; a package that is one file is not.
        lines = door.read_text("utf-8").splitlines()
        if not inside and not any(line.startswith(("from ", "import ", "def ", "class ")) for line in lines):
            empty.append(shown(door.parent))
    assert empty == []


def test_no_file_outgrows_its_seam() -> None:
    generated = ("/generated/", "package-lock.json", "schema.d.ts", "openapi.json", "/migrations/")
    too_long = {}
    for path in project_files():
        text = text_of(path) if path.suffix in CODE and not any(part in path.as_posix() for part in generated) else None
        if text is not None and (lines := text.count("\n")) > LONGEST:
            too_long[shown(path)] = lines
    assert too_long == {}


def test_no_file_has_a_name_that_says_nothing() -> None:
    vague = [shown(path) for path in project_files() if path.suffix in CODE and path.stem.lower() in VAGUE]
    assert vague == []


def test_the_wheel_takes_every_kind_of_file_that_the_program_reads() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    patterns = settings["package-data"]["*"]
    ours = [path for path in project_files() if path.is_relative_to(PACKAGE) and "tests" not in path.parts]
    left_out = [
        shown(path) for path in ours if path.suffix != ".py" and not any(path.match(pattern) for pattern in patterns)
    ]
    assert left_out == []


def test_nothing_tracked_names_a_machine_or_a_registry() -> None:
    # Put together here, so that this file does not hold what it looks for.
    forbidden = [
        "/wo" + "rk/",
        "/ro" + "ot/",
        "/home" + "/",
        "registry." + "npmjs",
        "pypi.org" + "/simple",
        "files.python" + "hosted",
        "deb.debian" + ".org",
    ]
    found = []
    for path in project_files():
        text = text_of(path) or ""
        found += [f"{shown(path)}: {word}" for word in forbidden if word in text]
    assert found == []


def test_no_test_is_left_out_by_the_parts_that_look_only_where_theirs_are() -> None:
    """``scripts/run_parts.py`` collects no more than it must."""
    tests = {shown(path): text_of(path) or "" for path in project_files() if path.name.startswith("test_")}
    browsing = {name for name, text in tests.items() if "mark.browser" in text and not name.startswith("tests/house")}
    assert browsing
    assert all(name.startswith(run_parts.JOURNEYS) for name in browsing)
    assert not re.search(r"mark\.(postgres|databases)", tests[run_parts.FUZZING])
