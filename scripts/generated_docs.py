#!/usr/bin/env python3
"""Parts of the documentation that a command prints: rewrite them, or say which are stale.

A document holds, on lines of their own::

    <!-- generated: zhiji docs settings -->
    (what the command printed; within a code fence when the first line says `generated as code`)
    <!-- end -->

``python scripts/generated_docs.py`` rewrites them all; with ``--check`` it changes nothing and ends with 1 when one is
stale. Commands may be ``make help`` or begin with ``zhiji``; nothing else is run.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(
    r"(?P<open>^<!-- generated(?P<code> as code)?: (?P<command>[^\n]+) -->\n)(?P<body>.*?)(?P<end>^<!-- end -->$)",
    re.MULTILINE | re.DOTALL,
)


class CommandNotAllowedError(ValueError):
    """A document asks for a command that documentation has no need of."""


def printed(command: str) -> str:
    """What a command prints, for documents: no colour, 100 columns, in English."""
    words = shlex.split(command)
    if words != ["make", "help"] and words[0] != "zhiji":
        raise CommandNotAllowedError(command)
    if words[0] == "make":
        words.insert(1, "--no-print-directory")  # `make test` is a make too, and the inner one would say where it is
    else:
        words[0] = str(Path(sys.executable).with_name("zhiji"))
    plain = {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "100", "LANG": "C.UTF-8", "ZHIJI_LANGUAGE": "en"}
    environment = {**os.environ, **plain, "MAKEFLAGS": ""}
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return "\n".join(line.rstrip() for line in done.stdout.strip("\n").splitlines()) + "\n"


def renewed(text: str) -> str:
    """The text of a document with each of its generated parts as the command prints it now."""

    def renew(block: re.Match[str]) -> str:
        body = printed(block["command"])
        if block["code"]:
            body = f"```text\n{body}```\n"
        return f"{block['open']}\n{body}\n{block['end']}"

    return BLOCK.sub(renew, text)


def documents() -> list[Path]:
    """All documents of the project that may hold generated parts."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def stale() -> list[Path]:
    return [path for path in documents() if renewed(text := path.read_text(encoding="utf-8")) != text]


def main() -> int:
    found = stale()
    for path in found:
        print(f"{path.relative_to(ROOT)}: {'stale; run: make docs' if '--check' in sys.argv else 'renewed'}")
        if "--check" not in sys.argv:
            path.write_text(renewed(path.read_text(encoding="utf-8")), encoding="utf-8")
    return 1 if found and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
