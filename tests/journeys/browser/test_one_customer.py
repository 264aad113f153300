"""Two systems know the same people: found from the screen, one doubtful pair answered, one customer with both
histories, and apart again, both exactly as before."""

from __future__ import annotations

import csv
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from journeys.browser.company import choose
from journeys.browser.visit import Language, Watch, open_page, sign_in, tab, word
from people import people, write_csv
from security.server import Browser, Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium

SOURCES = ("shop", "desk")
PEOPLE, SEED = 300, 11
RESOLVE_MS = 240_000
COMPANY = {"name": "Acme", "zone": "Asia/Shanghai", "currency": "CNY", "language": "zh"}


@pytest.fixture(scope="module")
def two_systems(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a company with the customers and an order each of two systems, not yet compared."""
    folder = tmp_path_factory.mktemp("systems")
    home = folder / "home"
    with Server(home) as server:
        assert Browser(server).set_up(server.setup_token(), company=COMPANY, name="Robin").status_code == 200
    records = [record for record in people(PEOPLE, SEED) if record.source in SOURCES]
    files = write_csv(records, folder)
    for source in SOURCES:
        orders = folder / f"{source}_orders.csv"
        with orders.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["order", "date", "customer", "product", "quantity", "price"])
            ours = [record for record in records if record.source == source]
            rows.writerows([f"{one.external_id}-1", "2025-03-01", one.external_id, "P1", 1, 10] for one in ours)
        for path, kind in ((files[source], "customers"), (orders, "orders")):
            done = server.command("import", str(path), "--as", kind, "--source", source)
            assert done.returncode == 0, done.stderr
    return home


def a_doubtful_pair(admin: Browser) -> dict[str, Any]:
    """The most doubtful pair of two customers that are one record each."""
    for pair in admin.api("GET", "/identities/pairs?limit=50").json()["items"]:
        customers = [side["customer"] for side in pair["sides"]]
        if all(admin.api("GET", f"/identities/customers/{one}").json()["total"] == 1 for one in customers):
            found: dict[str, Any] = pair
            return found
    raise AssertionError("no pair of two single records waits")


def wait_for_refresh(admin: Browser) -> None:
    deadline = time.monotonic() + RESOLVE_MS / 1000
    while time.monotonic() < deadline:
        found = admin.api("GET", "/company/jobs?limit=20").json()["items"]
        newest = next((job for job in found if job["kind"] in ("refresh", "resolve")), None)
        if newest and newest["kind"] == "refresh" and newest["state"] == "done":
            return
        time.sleep(0.5)
    raise AssertionError("no refresh was done")


def standing(admin: Browser, customers: list[int]) -> list[Any]:
    """All that the record pages say of these customers; a revision only counts changes."""
    told = []
    for one in customers:
        detail = admin.api("GET", f"/customers/{one}").json()
        assert detail.pop("revision") >= 1
        told.append([detail, admin.api("GET", f"/customers/{one}/orders").json()])
    return told


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
def test_two_records_become_one_customer_and_two_again(
    language: Language, chromium: Chromium, two_systems: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(two_systems, home)

    def said(address: str) -> str:
        return word(language, f"identities.{address}")

    with Server(home) as server, tab(chromium, language) as page:
        admin = Browser(server)
        assert admin.sign_in().status_code == 200
        choose(admin, language=language, theme="light")
        sign_in(page, server.url)
        watch = Watch(page)
        open_page(page, f"{server.url}/identities")
        main = page.get_by_role("main")
        page.get_by_role("button", name=said("run"), exact=True).click()
        page.get_by_role("dialog").get_by_role("button", name=said("run"), exact=True).click()
        page.get_by_role("link", name=said("review"), exact=True).wait_for(timeout=RESOLVE_MS)
        # Pairs wait in the queue as soon as they are found; the customers follow a moment later.
        deadline = time.monotonic() + RESOLVE_MS / 1000
        while True:
            figures = admin.api("GET", "/identities/resolution").json()["figures"]
            if figures["customers"] < figures["records"] or time.monotonic() > deadline:
                break
            page.wait_for_timeout(300)
        assert figures["customers"] < figures["records"]

        # Scores follow a resolution by a refresh of its own.
        wait_for_refresh(admin)
        pair = a_doubtful_pair(admin)
        customers = sorted(side["customer"] for side in pair["sides"])
        before = standing(admin, customers)
        numbers = [side["external_id"] for side in pair["sides"]]
        open_page(page, f"{server.url}/identities/review?view=list")
        row = page.get_by_role("row").filter(has_text=numbers[0]).filter(has_text=numbers[1])
        row.get_by_role("button").click()
        main.get_by_text(numbers[1], exact=True).wait_for()
        page.keyboard.press("s")
        page.get_by_role("button", name=said("queue.undo"), exact=True).wait_for()

        open_page(page, f"{server.url}/customers/{customers[0]}")
        for number in numbers:
            main.get_by_text(f"{number}-1").first.wait_for()
        assert main.locator(".member").count() == 2
        away = next(side for side in pair["sides"] if side["customer"] == customers[1])["external_id"]
        main.locator(".member", has_text=away).get_by_role("button").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_text(said("part.back"), exact=True).wait_for()
        dialog.get_by_role("button", name=said("part.do"), exact=True).click()
        dialog.get_by_text(said("part.done")).wait_for()
        assert standing(admin, customers) == before
        watch.assert_quiet()
