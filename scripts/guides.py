#!/usr/bin/env python3
"""Guides that are followed to the letter: their files written, their commands run, their outputs renewed.

In a guide of ``GUIDES``, a fence ```` ```csv ```` is the file that the line above it names in backticks, a fence
```` ```bash ```` is run in a workspace of its own, and a fence ```` ```text ```` right after it is what came out.
``python scripts/guides.py`` rewrites the outputs; a test compares them. With ``--pictures`` it takes the pictures of
the guides anew (see ``guide_pictures``).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GUIDES = {
    "first-import.md": "en", "first-import.zh-CN.md": "zh", "filters.md": "en", "filters.zh-CN.md": "zh",
    "one-customer.md": "en", "one-customer.zh-CN.md": "zh",
}  # fmt: skip
FENCE = re.compile(r"^```(csv|bash|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"`([a-z]+\.csv)`[^`]*\Z")


def printed(command: str, folder: Path, language: str) -> str:
    """What a command of a guide prints, as a reader in that folder sees it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ZHIJI_", "DATABASE_URL"))}
    plain = {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "100", "LANG": "C.UTF-8", "ZHIJI_LANGUAGE": language}
    environment = {**kept, **plain, "ZHIJI_HOME": str(folder / "home")}
    there = command.replace(".venv/bin/", f"{Path(sys.executable).parent}/")
    words = ["bash", "-euc", there]
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.replace("\ufeff", "")


def followed(text: str, language: str) -> str:
    """The guide with the outputs of its commands as they are now."""
    parts, at, said = [], 0, ""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for fence in FENCE.finditer(text):
            kind, body = fence.groups()
            if kind == "csv" and (name := FILE.search(text[: fence.start()])):
                (folder / name[1]).write_text(body, encoding="utf-8")
            elif kind == "bash":
                said = printed(body, folder, language)
            elif kind == "text":
                parts += [text[at : fence.start(2)], said]
                at = fence.end(2)
    return "".join([*parts, text[at:]])


def main() -> None:
    for name, language in GUIDES.items():
        path = ROOT / "docs" / "guides" / name
        path.write_text(followed(path.read_text(encoding="utf-8"), language), encoding="utf-8")
    if "--pictures" in sys.argv[1:]:
        import guide_pictures

        guide_pictures.take()


if __name__ == "__main__":
    main()
