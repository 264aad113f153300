"""The pages that hang from the main ones, in the two looks that those leave out; the dialogs and the door."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from journeys.browser.visit import Look, Visit, Watch, cases, open_page, tab, word
from journeys.browser.whole import assert_whole, violations

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium

    from security.server import Server

PLACES = {
    "wizard": "/imports/new",
    "quarantine": "/imports/quarantine",
    "segment": "/segments/{segment}",
    "prediction": "/predictions/{version}",
    "deleted": "/customers/deleted",
    "review": "/identities/review",
    "merge": "/identities/merge?customers={customer},{other}",
    "rules": "/identities/rules",
    "nowhere": "/nowhere",
    "unnumbered": "/predictions/nothing",
    **{
        section: f"/settings/{section}"
        for section in ("account", "users", "teams", "tokens", "views", "audit", "jobs", "workspace")
    },
}
LOOKS = [Look("zh", "dark", 390, 844), Look("en", "light", 1440, 900)]


@pytest.mark.browser
@pytest.mark.parametrize(("visit", "place"), cases(LOOKS, PLACES), indirect=["visit"])
def test_a_page_is_whole(visit: Visit, place: str) -> None:
    open_page(visit.page, visit.url + place.format(**visit.ids))
    assert_whole(visit.page, visit.look.language, visit.watch)


@pytest.mark.browser
@pytest.mark.parametrize("visit", LOOKS[:1], indirect=True)
def test_a_mark_of_the_timeline_opens_its_order(visit: Visit) -> None:
    page, language = visit.page, visit.look.language
    open_page(page, f"{visit.url}/customers/{visit.ids['customer']}")
    picture = page.locator("figure.chart").first
    picture.get_by_role("button", name=word(language, "charts.showTable")).click()
    row = picture.locator("tbody tr").first
    amount = row.locator("td").last.inner_text()
    row.get_by_role("button").click()
    opened = page.get_by_role("dialog")
    opened.locator("li").first.wait_for()
    assert amount in opened.inner_text()
    assert violations(page) == []
    opened.get_by_role("button", name=word(language, "activities.close")).click()
    opened.wait_for(state="hidden")


@pytest.mark.browser
@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look.language}-{look.theme}-{look.width}")
def test_signing_in_is_whole(look: Look, company: Server, chromium: Chromium) -> None:
    with tab(chromium, look.language, width=look.width, height=look.height, theme=look.theme) as page:
        page.goto(f"{company.url}/sign-in")
        watch = Watch(page)
        page.locator("input[name=password]").wait_for()
        assert_whole(page, look.language, watch, texts_at_least=4)
