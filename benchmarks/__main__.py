"""Runs the benchmarks of this folder one after another: ``python -m benchmarks [NAME …] [--quick] [--list]``.

Each is a script of its own, which measures beside a peer in the same run, prints its table and ends with 1 where a bar
is missed. So does this.
"""

from __future__ import annotations

import argparse
import ast
import subprocess
import sys
import time
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def scripts() -> dict[str, Path]:
    """name → file of every benchmark, in order of names."""
    return {path.stem: path for path in sorted(FOLDER.glob("*.py")) if not path.stem.startswith("_")}


def about(path: Path) -> str:
    """The first line of what a benchmark says of itself."""
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n")[0]


def understands_quick(path: Path) -> bool:
    return '"--quick"' in path.read_text(encoding="utf-8")


def main() -> int:
    found = scripts()
    options = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    options.add_argument("names", nargs="*", metavar="NAME", help=", ".join(found))
    options.add_argument("--quick", action="store_true", help="a smaller run where a benchmark has one")
    options.add_argument("--list", action="store_true", help="only say which there are")
    chosen = options.parse_args()
    if unknown := sorted(set(chosen.names) - set(found)):
        options.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(found)}")
    if chosen.list:
        print("\n".join(f"{name:24}{about(path)}" for name, path in found.items()))
        return 0
    missed = []
    for name in chosen.names or found:
        path = found[name]
        words = ["--quick"] if chosen.quick and understands_quick(path) else []
        print(f"── {name}: {about(path)}", flush=True)
        started = time.monotonic()
        status = subprocess.run([sys.executable, str(path), *words], check=False).returncode
        print(
            f"── {name}: {'passed' if status == 0 else 'not passed'} in {time.monotonic() - started:.0f} s\n",
            flush=True,
        )
        missed += [name] if status else []
    print(f"not passed: {', '.join(missed)}" if missed else "all passed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
