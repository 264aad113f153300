"""The first page's choice "sample company": a running server moves there and fills it, with progress to be seen."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests

from security.server import Browser, Server

SECONDS = 300


def until(found: Any, what: str) -> Any:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        with suppress(requests.RequestException, ValueError):
            if answer := found():
                return answer
        time.sleep(0.3)
    raise AssertionError(f"{what}: not within {SECONDS} s")


@pytest.mark.slow
def test_the_choice_leads_to_a_filled_workspace(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        first = Browser(server)
        moved = first.set_up(server.setup_token(), choice="sample", company=None)
        assert moved.status_code == 202, moved.text
        until(lambda: first.api("GET", "/accounts/setup/state").json()["workspace"] == "sample", "the move")
        browser = Browser(server)
        ticket = moved.json()["ticket"]
        assert browser.api("POST", "/accounts/sign-in/ticket", json={"ticket": ticket}).status_code == 200
        seen: set[tuple[int, int]] = set()

        def made() -> dict[str, Any] | None:
            jobs = browser.api("GET", "/company/jobs").json()
            job = next(job for job in jobs.get("items", jobs) if job["kind"] == "demo")
            seen.add((job["progress_done"], job["progress_total"]))
            assert job["state"] in ("queued", "running", "done"), job
            return job if job["state"] == "done" else None

        until(made, "the sample company")
        assert len(seen) >= 3
        assert max(seen) == (5, 5)
        page = browser.api("GET", "/customers?limit=5").json()
        assert len(page["items"]) == 5
        assert all(row["segment"] for row in page["items"])
