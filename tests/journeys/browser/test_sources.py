"""A person connects a database from the screen, watches its orders arrive, and sees what stops it; the pages are whole
in both languages, dark and on a phone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from journeys.browser.company import COMPANY
from journeys.browser.visit import Language, Look, Watch, open_page, sign_in, tab, word
from journeys.browser.whole import assert_whole
from security.server import Browser, Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium
    from playwright.sync_api import Page

LOOKS = [Look("zh", "dark", 390, 844), Look("en", "light", 1440, 900)]
PLACES = {
    "list": "/sources",
    "new": "/sources/new",
    "one": "/sources/1",
    "take": "/sources/1/new",
    "change": "/sources/1/streams/1",
}


def shop_made(folder: Path) -> Path:
    path = folder / "shop.db"
    connection = sqlite3.connect(path)
    connection.execute(
        "CREATE TABLE sales (id INTEGER PRIMARY KEY, orderno TEXT, orderdate DATETIME, customerid TEXT, sku TEXT, "
        "qty INTEGER, amount NUMERIC, updated DATETIME)"
    )
    connection.executemany(
        "INSERT INTO sales VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(n, f"S{n // 2}", f"2025-0{1 + n % 6}-11 10:00:00", f"K{n % 20}", f"P{n % 9}", 1, 9.5 + n,
          f"2025-07-01 00:{n // 60:02d}:{n % 60:02d}") for n in range(300)],
    )  # fmt: skip
    connection.commit()
    connection.close()
    return path


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shop_made(tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, shop: Path) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("home"), ZHIJI_SOURCE_FOLDERS=str(shop.parent)) as server:
        answer = Browser(server).set_up(server.setup_token(), company=COMPANY, name="Ada")
        assert answer.status_code == 200, answer.text
        yield server


def labelled(page: Page, language: Language, address: str) -> object:
    return page.get_by_label(word(language, address), exact=True)


@pytest.mark.browser
@pytest.mark.slow
def test_a_database_is_connected_and_its_orders_arrive(running: Server, chromium: Chromium, shop: Path) -> None:
    with tab(chromium, "zh", width=1280, height=900) as page:
        sign_in(page, running.url)
        watch = Watch(page)
        open_page(page, f"{running.url}/sources")
        page.get_by_role("link", name=word("zh", "sources.add")).first.click()
        page.get_by_label(word("zh", "sources.sql.dialect"), exact=True).select_option("sqlite")
        page.get_by_label(word("zh", "sources.sql.file"), exact=True).fill(str(shop))
        page.get_by_label(word("zh", "sources.new.name"), exact=True).fill("Shop")
        page.get_by_role("button", name=word("zh", "sources.new.test")).click()
        page.get_by_role("status").filter(has_text="1").wait_for()
        page.get_by_role("button", name=word("zh", "sources.new.keep")).click()
        page.wait_for_url("**/sources/1/new")
        page.locator("select").first.select_option(label="sales")
        page.get_by_role("table").wait_for()
        page.get_by_label(word("zh", "sources.setup.cursor"), exact=True).select_option("updated")
        page.get_by_role("button", name=word("zh", "sources.setup.begin"), exact=True).click()
        page.wait_for_url("**/sources/1")
        stored = page.get_by_role("table").get_by_text(word("zh", "sources.runs.states.stored"), exact=True)
        stored.wait_for(timeout=90_000)
        assert "300" in page.get_by_role("main").locator(".answer").inner_text()
        page.get_by_role("table").get_by_role("link").first.click()
        page.wait_for_url("**/imports/1")
        assert watch.refused() == []


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look.language}-{look.theme}-{look.width}")
def test_the_pages_are_whole_also_where_a_stream_has_stopped(
    look: Look, running: Server, chromium: Chromium, shop: Path
) -> None:
    admin = Browser(running)
    assert admin.sign_in().status_code == 200
    theme = {"language": look.language, "theme": look.theme}
    assert admin.api("PATCH", "/accounts/me", json=theme).status_code == 200
    if look is LOOKS[0]:
        connection = sqlite3.connect(shop)
        connection.execute("ALTER TABLE sales RENAME COLUMN sku TO article")
        connection.commit()
        connection.close()
        assert admin.api("POST", "/sources/streams/1/run").status_code == 200
    with tab(chromium, look.language, width=look.width, height=look.height, theme=look.theme) as page:
        sign_in(page, running.url)
        watch = Watch(page)
        open_page(page, f"{running.url}/sources")
        page.get_by_text(word(look.language, "sources.health.stopped"), exact=True).wait_for(timeout=90_000)
        for place in PLACES.values():
            open_page(page, running.url + place)
            assert_whole(page, look.language, watch, texts_at_least=10)


@pytest.mark.browser
@pytest.mark.slow
def test_the_lost_column_is_named_anew_and_the_stream_goes_on(running: Server, chromium: Chromium, shop: Path) -> None:
    connection = sqlite3.connect(shop)
    connection.execute("UPDATE sales SET amount = 1, updated = '2025-07-02 00:00:00' WHERE id IN (4, 5)")
    connection.commit()
    connection.close()
    with tab(chromium, "en", width=1280, height=900) as page:
        sign_in(page, running.url)
        open_page(page, f"{running.url}/sources/1/streams/1")
        product = word("en", "imports.field.product_code")
        page.get_by_label(f"{word('en', 'imports.match.columnOf')} {product}").select_option("article")
        page.get_by_role("button", name=word("en", "sources.setup.saveResume")).click()
        page.wait_for_url("**/sources/1")
        page.get_by_text(word("en", "sources.health.healthy"), exact=True).wait_for(timeout=90_000)
        stored = page.get_by_role("table").get_by_text(word("en", "sources.runs.states.stored"), exact=True)
        stored.nth(1).wait_for(timeout=90_000)
