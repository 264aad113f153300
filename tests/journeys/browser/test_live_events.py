"""What another system reports is on the screens that are open, without a hand on them."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests

from journeys.browser.visit import open_page, sign_in, tab
from security.server import Browser, Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium

# On a busy machine; the benchmark of events measures how soon it really is.
PATIENCE_MS = 15_000


def order(number: str, who: str, name: str) -> dict[str, Any]:
    return {
        "event_id": number, "source": "shop", "type": "order", "occurred_at": datetime.now(UTC).isoformat(),
        "customer": {"external_id": who, "name": name},
        "data": {"order_number": number, "lines": [{"sku": "T", "name": "Tea", "quantity": 1, "price": 9}]},
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.browser
def test_an_open_list_and_an_open_page_follow_by_themselves(chromium: Chromium, tmp_path: Path) -> None:
    with Server(tmp_path / "home") as server:
        admin = Browser(server)
        assert admin.set_up(server.setup_token()).status_code == 200
        made = admin.api("POST", "/accounts/tokens", json={"name": "shop", "scopes": ["event:write"], "days": 30})
        assert made.status_code == 201, made.text
        headers = {"Authorization": f"Bearer {made.json()['secret']}"}

        def report(event: dict[str, Any]) -> float:
            began = time.monotonic()
            answer = requests.post(f"{server.url}/api/v1/events", json=event, headers=headers, timeout=30)
            assert answer.status_code == 202, answer.text
            return began

        report(order("L-1", "C1", "Lotus Tea House"))
        with tab(chromium, "en") as page:
            sign_in(page, server.url)
            deadline = time.monotonic() + 60
            while not admin.api("GET", "/customers?limit=5").json()["items"]:
                assert time.monotonic() < deadline
                time.sleep(0.1)
            open_page(page, f"{server.url}/customers")
            page.get_by_text("Lotus Tea House").first.wait_for()
            began = report(order("L-2", "C2", "Orchid Teahouse"))
            page.get_by_text("Orchid Teahouse").first.wait_for(timeout=PATIENCE_MS)
            print(f"in the open list after {time.monotonic() - began:.2f} s")
            customer = admin.api("GET", "/customers?sort=-spend&limit=5").json()["items"]
            (orchid,) = [one["id"] for one in customer if one["name"] == "Orchid Teahouse"]
            open_page(page, f"{server.url}/customers/{orchid}")
            began = report(order("L-3", "C2", "Orchid Teahouse"))
            page.get_by_text("L-3").first.wait_for(timeout=PATIENCE_MS)
            print(f"on the open page after {time.monotonic() - began:.2f} s")
