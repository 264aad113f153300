#!/usr/bin/env python3
"""The pictures of the READMEs, made again: the worklist of the sample company, in the system's own Chromium.

    .venv/bin/python scripts/screenshots.py [--language en] [--to docs/images/worklist.png]
    .venv/bin/python scripts/screenshots.py --language zh --to docs/images/worklist.zh.png

Starts a Zhiji of its own in a scratch folder, brings the sample company in, signs in and looks. Needs the built
screens (``make setup``) and Chromium.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from playwright.sync_api import sync_playwright  # noqa: E402

from journeys.browser.visit import open_page, sign_in, tab  # noqa: E402
from security.server import Browser, Server  # noqa: E402
from system_packages import chromium_path  # noqa: E402
from zhiji.operations.sample import generate_sample  # noqa: E402

AS_OF = date(2025, 6, 30)
COMPANY = {
    "zh": {"name": "知己茶器", "zone": "Asia/Shanghai", "currency": "CNY", "language": "zh"},
    "en": {"name": "Zhiji Tea & Ware", "zone": "Asia/Shanghai", "currency": "CNY", "language": "en"},
}
NAME = {"zh": "林夏", "en": "Robin Lin"}
WIDTH, HEIGHT = 1360, 900
MOST_BYTES = 300_000


def bring_in(home: Path, folder: Path, language: str) -> None:
    """The sample company, imported and scored by command."""
    files = generate_sample(as_of=AS_OF).write(folder / "sample", language)  # type: ignore[arg-type]
    with Server(home) as server:
        admin = {"company": COMPANY[language], "name": NAME[language], "language": language}
        Browser(server).set_up(server.setup_token(), **admin).raise_for_status()
    commands = [["import", str(files[kind]), "--as", kind] for kind in ("customers", "orders")]
    for words in (*commands, ["refresh", "--as-of", AS_OF.isoformat()]):
        done = server.command(*words)
        if done.returncode:
            raise SystemExit(f"zhiji {' '.join(words)}: {done.stderr}")


def picture(url: str, language: str, place: str, target: Path) -> None:
    arguments = ["--no-sandbox", "--disable-dev-shm-usage"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=arguments)
        with tab(chromium, language, width=WIDTH, height=HEIGHT) as page:
            sign_in(page, url)
            open_page(page, url + place)
            target.parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=target)
        chromium.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--language", choices=("zh", "en"), default="en")
    parser.add_argument("--place", default="/worklist")
    parser.add_argument("--to", type=Path, default=ROOT / "docs" / "images" / "worklist.png")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "home"
        bring_in(home, Path(scratch), given.language)
        with Server(home) as server:
            picture(server.url, given.language, given.place, given.to)
    size = given.to.stat().st_size
    print(f"{given.to} {size // 1000} kB")
    if size > MOST_BYTES:
        raise SystemExit(f"larger than {MOST_BYTES // 1000} kB")


if __name__ == "__main__":
    main()
