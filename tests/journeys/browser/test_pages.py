"""Every main page as a person meets it: in both languages, light and dark, wide and on a phone."""

from __future__ import annotations

import pytest

from journeys.browser.visit import Look, Visit, cases, open_page
from journeys.browser.whole import assert_whole

PLACES = {
    "worklist": "/worklist",
    "customers": "/customers",
    "customer": "/customers/{customer}",
    "segments": "/segments",
    "editor": "/segments/new",
    "predictions": "/predictions",
    "ledger": "/predictions/ledger",
    "dashboard": "/dashboard",
    "month": "/dashboard?days=2025-05-01~2025-05-31~~",
    "imports": "/imports",
    "duplicates": "/identities",
    "words": "/customers/{customer}/fields",
    "settings": "/settings/company",
}
LOOKS = [Look("zh", "light", 1440, 900), Look("en", "dark", 1440, 900), Look("en", "light", 390, 844)]


@pytest.mark.browser
@pytest.mark.parametrize(("visit", "place"), cases(LOOKS, PLACES), indirect=["visit"])
def test_a_page_is_whole(visit: Visit, place: str) -> None:
    open_page(visit.page, visit.url + place.format(**visit.ids))
    assert_whole(visit.page, visit.look.language, visit.watch)
