"""Every main page as a person meets it: in both languages, light and dark, wide and on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from journeys.browser.company import HAN, choose, running_company
from journeys.browser.visit import WEB, Language, Watch, open_page, sign_in, tab
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
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Four English words in a row are a sentence. Names of models and files are shorter, or no words.
ENGLISH = re.compile(r"(?:\b[A-Za-z][a-z']*[ ,]+){3,}[A-Za-z][a-z']*\b")
# A name out of the program where a person should read a word.
CODE = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
# Each text of the page and each name that only a screen reader says, without what is marked as another language's.
READ = """
() => {
  const found = [];
  const other = (element) => element.closest("[lang]") !== document.documentElement;
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
    customer: int


LOOKS = [Look("zh", "light", 1440, 900), Look("en", "dark", 1440, 900), Look("en", "light", 390, 844)]


@cache
def _axe() -> str:
    return (WEB / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_company(tmp_path_factory.mktemp("company")) as server:
        yield server


@pytest.fixture(scope="module", params=LOOKS, ids=lambda look: f"{look.language}-{look.theme}-{look.width}")
def visit(request: pytest.FixtureRequest, company: Server, chromium: Chromium) -> Iterator[Visit]:
    look: Look = request.param
    admin = Browser(company)
    assert admin.sign_in().status_code == 200
    choose(admin, language=look.language, theme=look.theme)
    customer = admin.api("GET", "/customers?sort=-spend&limit=1").json()["items"][0]["id"]
    with tab(chromium, look.language, width=look.width, height=look.height, theme=look.theme) as page:
        sign_in(page, company.url)
        yield Visit(look, page, Watch(page), company.url, customer)


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 A and AA. Its text goes in through the debugger, which no policy refuses."""
    page.evaluate(_axe())
    found: dict[str, Any] = page.evaluate("(rules) => axe.run(document, { runOnly: rules })", RULES)
    return [
        f"{each['id']}: {node['target']} {node['html'][:160]} {node['failureSummary'][:300]}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


@pytest.mark.browser
@pytest.mark.parametrize("place", PLACES)
def test_a_page_is_whole(visit: Visit, place: str) -> None:
    page, look = visit.page, visit.look
    open_page(page, visit.url + PLACES[place].format(customer=visit.customer))
    texts: list[str] = page.evaluate(READ)
    assert len(texts) > 20, "the page is there"
    if look.language == "en":
        assert [text for text in texts if HAN.search(text)] == []
    else:
        assert [text for text in texts if ENGLISH.search(text)] == []
    assert [text for text in texts if CODE.search(text)] == []
    assert page.evaluate(WIDER) == []
    assert violations(page) == []
    visit.watch.assert_quiet()
