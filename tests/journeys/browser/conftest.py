"""The company that the tests of pages share, for each file a copy of its own, and the visits."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from journeys.browser.company import choose, company_home
from journeys.browser.visit import Look, Visit, Watch, sign_in, tab
from security.server import Browser, Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    base = tmp_path_factory.getbasetemp()
    # Workers have a folder each, in one of the run.
    made = company_home((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "company")
    home = tmp_path_factory.mktemp("copy") / "home"
    shutil.copytree(made, home)
    with Server(home) as server:
        yield server


@pytest.fixture(scope="module")
def ids(company: Server) -> dict[str, int]:
    """Two customers with much spend, a segment of rules and the version of a prediction, to be opened by number."""
    admin = Browser(company)
    assert admin.sign_in().status_code == 200
    rule = {"field": "orders", "value": {"min": 3}}
    segment = admin.api("POST", "/segments", json={"name": "Acme 3", "definition": {"op": "and", "rules": [rule]}})
    assert segment.status_code == 201, segment.text
    first, second = admin.api("GET", "/customers?sort=-spend&limit=2").json()["items"]
    return {
        "customer": first["id"],
        "other": second["id"],
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
