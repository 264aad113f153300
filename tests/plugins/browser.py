"""``@pytest.mark.browser``: journeys in the system's own Chromium, with a font that has Chinese."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from plugins.absence import absent
from system_packages import chromium_path, has_chinese_font, install_command

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") is None:
        return
    if chromium_path() is None:
        absent("no Chromium on this machine", f"run: {install_command('chromium')}")
    if not has_chinese_font():
        absent(
            "no Chinese font on this machine, every Han character would be a box", f"run: {install_command('fonts')}"
        )


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A running Chromium. Mark the test ``browser``."""
    from playwright.sync_api import sync_playwright

    # playwright keeps an event loop in this thread, and beside a loop Django refuses its ORM unless told.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    # Chromium refuses its sandbox to root; a container's /dev/shm is too small for its pages.
    arguments = ["--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page in a clean profile, 1280 × 800, Chinese; close it and its cookies are gone."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN", timezone_id="Asia/Shanghai")
    yield context.new_page()
    context.close()
