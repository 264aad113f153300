"""What makes a page whole: the reader's own words, nothing cut off at the side, nothing that axe finds, no error."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from journeys.browser.company import HAN
from journeys.browser.visit import WEB, Language, Watch

if TYPE_CHECKING:
    from playwright.sync_api import Page

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


@cache
def _axe() -> str:
    return (WEB / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")


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
