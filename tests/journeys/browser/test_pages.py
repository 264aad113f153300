"""Every main page as a person meets it: in both languages, light and dark, wide and on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from journeys.browser.company import HAN, choose, running_company
from journeys.browser.visit import WEB, Language, Watch, open_page, sign_in, tab, word
from security.server import Browser, Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium
    from playwright.sync_api import Page

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
    "settings": "/settings/company",
}
# Pages that hang from those above, each in the two looks that the first ones leave out.
FURTHER = {
    "wizard": "/imports/new",
    "quarantine": "/imports/quarantine",
    "segment": "/segments/{segment}",
    "prediction": "/predictions/{version}",
    "deleted": "/customers/deleted",
    "nowhere": "/nowhere",
    "unnumbered": "/predictions/nothing",
    **{
        section: f"/settings/{section}"
        for section in ("account", "users", "teams", "tokens", "views", "audit", "jobs", "workspace")
    },
}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Four English words in a row are a sentence. Names of models and files are shorter, or no words.
ENGLISH = re.compile(r"(?:\b[A-Za-z][a-z']*[ ,]+){3,}[A-Za-z][a-z']*\b")
# A name out of the program where a person should read a word.
CODE = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
# Each text of the page and each name that only a screen reader says, without what is marked as another language's
# or as the program's own, as the trail's record of what was written is.
READ = """
() => {
  const found = [];
  const other = (element) => element.closest("[lang]") !== document.documentElement || element.closest("code");
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.nodeType === Node.TEXT_NODE) {
      const holder = node.parentElement;
      if (!["SCRIPT", "STYLE", "NOSCRIPT"].includes(holder.tagName) && !other(holder)) found.push(node.data.trim());
    } else if (!other(node)) {
      for (const name of ["aria-label", "title", "placeholder", "alt", "aria-description"])
        if (node.hasAttribute(name)) found.push(node.getAttribute(name));
    }
  }
  return found.filter(Boolean);
}
"""
WIDER = """
() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  return [...document.body.querySelectorAll("*")].filter((element) => element.getBoundingClientRect().right > wide + 1)
    .slice(0, 8).map((element) => `${element.tagName}.${element.className} ${element.getBoundingClientRect().right}`);
}
"""


class Look(NamedTuple):
    language: Language
    theme: str
    width: int
    height: int


class Visit(NamedTuple):
    look: Look
    page: Page
    watch: Watch
    url: str
    ids: dict[str, int]


LOOKS = [Look("zh", "light", 1440, 900), Look("en", "dark", 1440, 900), Look("en", "light", 390, 844)]
FURTHER_LOOKS = [Look("zh", "dark", 390, 844), Look("en", "light", 1440, 900)]
CASES = [
    pytest.param(look, place, id=f"{look.language}-{look.theme}-{look.width}-{name}")
    for looks, places in ((LOOKS, PLACES), (FURTHER_LOOKS, FURTHER))
    for look in looks
    for name, place in places.items()
]


@cache
def _axe() -> str:
    return (WEB / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_company(tmp_path_factory.mktemp("company")) as server:
        yield server


@pytest.fixture(scope="module")
def ids(company: Server) -> dict[str, int]:
    """A customer with much spend, a segment of rules and the version of a prediction, to be opened by their numbers."""
    admin = Browser(company)
    assert admin.sign_in().status_code == 200
    rule = {"field": "orders", "value": {"min": 3}}
    segment = admin.api("POST", "/segments", json={"name": "Acme 3", "definition": {"op": "and", "rules": [rule]}})
    assert segment.status_code == 201, segment.text
    return {
        "customer": admin.api("GET", "/customers?sort=-spend&limit=1").json()["items"][0]["id"],
        "segment": segment.json()["id"],
        "version": admin.api("GET", "/predictions/versions").json()["items"][0]["id"],
    }


@pytest.fixture(scope="module")
def visit(request: pytest.FixtureRequest, company: Server, chromium: Chromium, ids: dict[str, int]) -> Iterator[Visit]:
    look: Look = request.param
    admin = Browser(company)
    assert admin.sign_in().status_code == 200
    choose(admin, language=look.language, theme=look.theme)
    with tab(chromium, look.language, width=look.width, height=look.height, theme=look.theme) as page:
        sign_in(page, company.url)
        yield Visit(look, page, Watch(page), company.url, ids)


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 A and AA. Its text goes in through the debugger, which no policy refuses."""
    page.evaluate(_axe())
    found: dict[str, Any] = page.evaluate("(rules) => axe.run(document, { runOnly: rules })", RULES)
    return [
        f"{each['id']}: {node['target']} {node['html'][:160]} {node['failureSummary'][:300]}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


def assert_whole(page: Page, language: Language, watch: Watch, *, texts_at_least: int = 20) -> None:
    """The words are the reader's own, nothing is cut off at the side, axe finds nothing and nothing went wrong."""
    texts: list[str] = page.evaluate(READ)
    assert len(texts) > texts_at_least, "the page is there"
    if language == "en":
        assert [text for text in texts if HAN.search(text)] == []
    else:
        assert [text for text in texts if ENGLISH.search(text)] == []
    assert [text for text in texts if CODE.search(text)] == []
    assert page.evaluate(WIDER) == []
    assert violations(page) == []
    watch.assert_quiet()


@pytest.mark.browser
@pytest.mark.parametrize(("visit", "place"), CASES, indirect=["visit"])
def test_a_page_is_whole(visit: Visit, place: str) -> None:
    open_page(visit.page, visit.url + place.format(**visit.ids))
    assert_whole(visit.page, visit.look.language, visit.watch)


@pytest.mark.browser
@pytest.mark.parametrize("visit", FURTHER_LOOKS[:1], indirect=True)
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
@pytest.mark.parametrize("look", FURTHER_LOOKS, ids=lambda look: f"{look.language}-{look.theme}-{look.width}")
def test_signing_in_is_whole(look: Look, company: Server, chromium: Chromium) -> None:
    with tab(chromium, look.language, width=look.width, height=look.height, theme=look.theme) as page:
        page.goto(f"{company.url}/sign-in")
        watch = Watch(page)
        page.locator("input[name=password]").wait_for()
        assert_whole(page, look.language, watch, texts_at_least=4)
