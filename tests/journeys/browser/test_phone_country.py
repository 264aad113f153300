"""The administrator changes the country of phone numbers: found by its calling code, kept, and on record."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from journeys.browser.company import COMPANY
from journeys.browser.visit import Language, Watch, open_page, sign_in, tab, word
from journeys.browser.whole import assert_whole
from security.server import Browser, Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium

CHINA = {"en": "China (CN, +86)", "zh": "中国 (CN, +86)"}
BRITAIN = {"en": "United Kingdom (GB, +44)", "zh": "英国 (GB, +44)"}


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_country_of_phone_numbers_is_chosen_in_the_settings(
    language: Language, chromium: Chromium, tmp_path: Path
) -> None:
    with Server(tmp_path / "home") as server, tab(chromium, language) as page:
        admin = Browser(server)
        person = {"company": COMPANY, "name": "Robin", "language": language}
        assert admin.set_up(server.setup_token(), **person).status_code == 200
        watch = Watch(page)
        sign_in(page, server.url)
        open_page(page, f"{server.url}/settings/company")
        page.get_by_text(CHINA[language], exact=True).wait_for()
        country = page.get_by_role("combobox", name=word(language, "settings.company.region"))
        country.fill("+44")
        page.get_by_title(BRITAIN[language], exact=True).click()
        page.get_by_role("button", name=word(language, "settings.save"), exact=True).click()
        page.get_by_text(word(language, "settings.saved"), exact=True).wait_for()
        page.reload()
        page.get_by_text(BRITAIN[language], exact=True).wait_for()
        assert_whole(page, language, watch)
        assert admin.api("GET", "/company").json()["region"] == "GB"
        entries = admin.api("GET", "/company/audit?action=company_update").json()["items"]
        assert "region" in entries[0]["details"]["changed"]
