"""The pictures of the guides: pages of a made-up company whose customers are known to three systems, in both languages.

Called by ``scripts/guides.py --pictures``. Needs the built screens (``make setup``) and Chromium.
"""

from __future__ import annotations

import csv
import sys
import tempfile
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from playwright.sync_api import sync_playwright  # noqa: E402

from journeys.browser.company import choose  # noqa: E402
from journeys.browser.visit import Language, open_page, sign_in, tab  # noqa: E402
from people import people, write_csv  # noqa: E402
from security.server import Browser, Server  # noqa: E402
from system_packages import chromium_path  # noqa: E402

IMAGES = ROOT / "docs" / "images"
LANGUAGES: tuple[Language, ...] = ("en", "zh")
PEOPLE, SEED = 600, 7
WIDTH, HEIGHT = 1280, 860
MOST_BYTES = 300_000
COMPANY = {"name": "知己茶器", "zone": "Asia/Shanghai", "currency": "CNY", "language": "zh"}


def take() -> None:
    """Writes ``docs/images/one-customer-*.png``; the Chinese ones end in ``.zh.png``."""
    with tempfile.TemporaryDirectory() as scratch:
        home = _company(Path(scratch))
        with Server(home) as server, sync_playwright() as playwright:
            chromium = playwright.chromium.launch(
                executable_path=chromium_path(), args=["--no-sandbox", "--disable-dev-shm-usage"]
            )
            admin = Browser(server)
            admin.sign_in().raise_for_status()
            places = {"resolution": "/identities", "queue": "/identities/review", "words": _differing(admin)}
            for language in LANGUAGES:
                choose(admin, language=language, theme="light")
                with tab(chromium, language, width=WIDTH, height=HEIGHT) as page:
                    sign_in(page, server.url)
                    for name, place in places.items():
                        open_page(page, server.url + place)
                        target = IMAGES / f"one-customer-{name}{'' if language == 'en' else '.zh'}.png"
                        page.screenshot(path=target)
                        if target.stat().st_size > MOST_BYTES:
                            raise SystemExit(f"{target} is larger than {MOST_BYTES // 1000} kB")
            chromium.close()


def _company(folder: Path) -> Path:
    home = folder / "home"
    with Server(home) as server:
        Browser(server).set_up(server.setup_token(), company=COMPANY, name="林夏").raise_for_status()
    records = people(PEOPLE, SEED)
    chance = Random(SEED)
    for source, path in write_csv(records, folder).items():
        orders = folder / f"{source}_orders.csv"
        with orders.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["order", "date", "customer", "product", "quantity", "price"])
            for number, record in enumerate(one for one in records if one.source == source):
                day = f"2025-{chance.randint(1, 6):02}-{chance.randint(1, 28):02}"
                rows.writerow([f"{source}-{number}", day, record.external_id, "P1", chance.randint(1, 5), 25])
        for file_name, kind in ((path, "customers"), (orders, "orders")):
            _said(server, "import", str(file_name), "--as", kind, "--source", source)
    _said(server, "resolve")
    return home


def _said(server: Server, *words: str) -> None:
    done = server.command(*words)
    if done.returncode:
        raise SystemExit(f"zhiji {' '.join(words)}: {done.stderr}")


def _differing(admin: Browser) -> str:
    """The page of a customer of which three sources or more say different things."""
    for row in admin.api("GET", "/customers?sort=-spend&limit=100").json()["items"]:
        told = admin.api("GET", f"/identities/customers/{row['id']}/fields").json()
        sources = {word["source"] for one in told["items"] for word in one["words"]}
        if len(sources) == 3 and sum(one["conflict"] for one in told["items"]) >= 2:
            return f"/customers/{row['id']}/fields"
    raise SystemExit("no customer of three sources that differ")
