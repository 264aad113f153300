"""A person's browser as the journeys see it: a tab that is watched for anything that goes wrong behind the page, and
the words of the screens from their own files, so that a better word breaks no journey."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import pytest

from security.server import ADMIN

if TYPE_CHECKING:
    from _pytest.mark import ParameterSet
    from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response

Language = Literal["zh", "en"]
WEB = Path(__file__).resolve().parents[3] / "web"
LOCALES = {"zh": "zh-CN", "en": "en-GB"}
ZONES = {"zh": "Asia/Shanghai", "en": "Europe/London"}
# A page that is left stops what it was still asking for; that is no failure.
STOPPED = "net::ERR_ABORTED"
# Set before any script of the page runs: a refused policy is told whatever the page does with it.
LISTEN = """
window.__refused = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.__refused.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""
# Five looks in a row at a page of the same size, without a skeleton or a sign of work.
SETTLED = """
() => {
  const busy = document.querySelector(".skeleton, [aria-busy=true], .moving") !== null;
  const size = document.body.innerHTML.length;
  const same = !busy && window.__size === size;
  window.__size = size;
  window.__still = same ? (window.__still ?? 0) + 1 : 0;
  return window.__still >= 5;
}
"""


@cache
def _texts(room: str, language: Language) -> dict[str, object]:
    texts: dict[str, object] = json.loads((WEB / "src" / room / "locales" / f"{language}.json").read_text("utf-8"))
    return texts


def word(language: Language, address: str) -> str:
    """The text at ``room.key.key`` in the language, as the screens have it; up to its first ``{{``."""
    room, *keys = address.split(".")
    found: object = _texts(room, language)
    for key in keys:
        assert isinstance(found, dict), address
        found = found[key]
    assert isinstance(found, str), address
    return found.split("{{", maxsplit=1)[0].strip()


class Watch:
    """What went wrong behind a page since it was opened."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.troubles: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        page.on("requestfailed", self._failed)
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.troubles.append(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        if request.failure != STOPPED:
            self.troubles.append(f"request: {request.method} {request.url} {request.failure}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.troubles.append(f"answer: {response.request.method} {response.url} {response.status}")

    def refused(self) -> list[str]:
        """What the content policy refused on the document that is open now."""
        refused: list[str] = self.page.evaluate("window.__refused")
        return refused

    def assert_quiet(self) -> None:
        assert self.troubles == []
        assert self.refused() == []


@contextmanager
def tab(
    chromium: Browser, language: Language, *, width: int = 1440, height: int = 900, theme: str = "light"
) -> Iterator[Page]:
    """A page in a clean profile, as a person of that language would have it."""
    context = chromium.new_context(
        viewport={"width": width, "height": height},
        locale=LOCALES[language],
        timezone_id=ZONES[language],
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
        has_touch=width < 600,
    )
    context.add_init_script(LISTEN)
    context.set_default_timeout(30_000)
    try:
        yield context.new_page()
    finally:
        context.close()


def sign_in(page: Page, url: str, email: str = ADMIN["email"], password: str = ADMIN["password"]) -> None:
    """Through the form, as people do."""
    page.goto(f"{url}/sign-in")
    page.locator("input[name=email]").fill(email)
    page.locator("input[name=password]").fill(password)
    page.locator("button[type=submit]").click()
    page.wait_for_url("**/worklist")


def open_page(page: Page, url: str) -> None:
    """Opens an address and waits until the page stands still: its title is there and nothing is loading."""
    page.goto(url)
    page.get_by_role("main").locator("h1").wait_for()
    page.wait_for_function(SETTLED, polling=100)


class Look(NamedTuple):
    """Language, theme and size in which a person has the pages."""

    language: Language
    theme: str
    width: int
    height: int


class Visit(NamedTuple):
    """A person signed in with a look. ids: what can be opened by its number."""

    look: Look
    page: Page
    watch: Watch
    url: str
    ids: dict[str, int]


def cases(looks: list[Look], places: dict[str, str]) -> list[ParameterSet]:
    """Every place in every look, a look after the other, for tests over ``visit`` and ``place``."""
    return [
        pytest.param(look, place, id=f"{look.language}-{look.theme}-{look.width}-{name}")
        for look in looks
        for name, place in places.items()
    ]
