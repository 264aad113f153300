"""Twenty scripts in every text that people or files may give, and every page opened: none runs, none becomes markup."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from journeys.browser.visit import open_page, sign_in, tab
from security.server import Browser, Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium

# Each would set a flag that no page of ours sets, and leave an element that no page of ours has.
PAYLOADS = [
    "<script data-planted>window.__xss=1</script>",
    "<img data-planted src=x onerror=window.__xss=1>",
    "<svg data-planted onload=window.__xss=1>",
    '"><script data-planted>window.__xss=1</script>',
    "'><img data-planted src=x onerror=window.__xss=1>",
    "</title><script data-planted>window.__xss=1</script>",
    "</script><script data-planted>window.__xss=1</script>",
    "<iframe data-planted srcdoc='<script>parent.__xss=1</script>'>",
    "<details data-planted open ontoggle=window.__xss=1>",
    "<input data-planted autofocus onfocus=window.__xss=1>",
    "<video data-planted><source onerror=window.__xss=1></video>",
    "<a data-planted href=javascript:window.__xss=1>open</a>",
    "<object data-planted data=javascript:window.__xss=1>",
    "<math><mtext><style data-planted><img src=x onerror=window.__xss=1>",
    "<style data-planted>*{background:url(//planted.invalid)}</style>",
    '" onmouseover="window.__xss=1" autofocus data-planted="',
    "javascript:window.__xss=1//<b data-planted>",
    "{{constructor.constructor('window.__xss=1')()}}<i data-planted>",
    "${window.__xss=1}$t(shell.product)<late data-planted>x</late>",
    "<b data-planted>&lt;script&gt;window.__xss=1&lt;/script&gt;</b>",
]
ORDERS_EACH = 4
BEGIN = date(2025, 1, 6)
RULE = {"op": "and", "rules": [{"field": "orders", "value": {"min": 1}}]}
SECTIONS = ["company", "account", "users", "teams", "tokens", "views", "audit", "jobs", "workspace"]
PLANTED = "[document.querySelector('[data-planted]')?.outerHTML ?? null, window.__xss ?? null]"


class Planted(NamedTuple):
    server: Server
    customers: list[int]
    segment: int
    import_: int


def _write(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def _files(folder: Path) -> list[tuple[Path, str]]:
    """Customers and orders whose texts are all payloads; one row is refused, so that its cells are shown too."""
    people = [["Customer ID", "Name", "Company", "City", "Country"]]
    orders = [["Order number", "Ordered at", "Customer ID", "Product code", "Product name", "Category", "Quantity",
               "Unit price", "Store", "Channel", "Remark"]]  # fmt: skip
    for number, text in enumerate(PAYLOADS):
        people.append([f"C{number}", text, text, text, text])
        for which in range(ORDERS_EACH):
            day = BEGIN + timedelta(days=31 * which + number)
            orders.append([f"N{number}-{which}", day.isoformat(), f"C{number}", text, text, text, "1",
                           f"{20 + number}.50", text, text, text])  # fmt: skip
    orders.append(["N-bad", PAYLOADS[1], "C1", *[PAYLOADS[1]] * 3, PAYLOADS[1], "1.00", *[PAYLOADS[1]] * 3])
    # A slash cannot stand in a file's name.
    named = [text for text in PAYLOADS if "/" not in text]
    return [
        (_write(folder / f"{named[0]}.csv", people), "customers"),
        (_write(folder / f"{named[1]}.csv", orders), "orders"),
    ]


def _plant(admin: Browser, customers: list[int]) -> int:
    """The same texts through the API, as an administrator and a guest of the house would write them; a segment's id."""

    def made(method: str, path: str, **body: Any) -> Any:
        answer = admin.api(method, path, json=body)
        assert answer.ok, f"{method} {path}: {answer.text}"
        return answer.json() if answer.content else None

    segment = 0
    for number, text in enumerate(PAYLOADS):
        customer = customers[0]
        kept = made("GET", f"/customers/{customers[number]}")
        texts = {"name": text, "company": text, "city": text, "address": text}
        made("PATCH", f"/customers/{customers[number]}", revision=kept["revision"], **texts)
        made("POST", "/activities/notes", customer_id=customer, text=text)
        made("POST", "/activities/tasks", customer_id=customer, title=text, details=text)
        made("POST", "/activities/calls", customer_id=customer, outcome="reached", text=text)
        made("POST", "/company/views", place="customers", name=text, definition={"filter": {}, "sort": "-spend"})
        made("POST", "/accounts/teams", name=text)
        made("POST", "/accounts/tokens", name=text, scopes=["customer:read"])
        made("POST", "/accounts/invitations", email=f"p{number}@example.test", name=text, roles=["agent"])
        segment = made("POST", "/segments", name=text, definition=RULE)["id"]
    made("PATCH", "/accounts/me", name=PAYLOADS[1], language="en")
    made("PATCH", "/company", name=PAYLOADS[0])
    return segment


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    folder = tmp_path_factory.mktemp("planted")
    home = folder / "home"
    with Server(home) as server:
        assert Browser(server).set_up(server.setup_token()).status_code == 200
    for file, kind in _files(folder):
        done = server.command("import", str(file), "--as", kind)
        assert "N-bad" not in done.stderr, done.stderr
    done = server.command("refresh")
    assert done.returncode == 0, done.stderr
    with Server(home) as server:
        admin = Browser(server)
        assert admin.sign_in().status_code == 200
        rows = admin.api("GET", "/customers?sort=-spend&limit=50").json()["items"]
        assert sorted(row["name"] for row in rows) == sorted(PAYLOADS), "the texts came in as they were"
        customers = [row["id"] for row in rows]
        imports = admin.api("GET", "/imports").json()["items"]
        assert len(imports) == 2
        yield Planted(server, customers, _plant(admin, customers), imports[0]["id"])


def _places(planted: Planted) -> list[str]:
    customers = [f"/customers/{pk}" for pk in planted.customers[:5]]
    return [
        "/worklist", "/customers", "/customers/deleted", *customers, "/segments", f"/segments/{planted.segment}",
        f"/segments/{planted.segment}/edit", "/predictions", "/predictions/ledger", "/dashboard", "/imports",
        f"/imports/{planted.import_}", "/imports/quarantine", *(f"/settings/{section}" for section in SECTIONS),
    ]  # fmt: skip


@pytest.mark.browser
def test_no_text_of_the_data_becomes_a_script_or_markup(planted: Planted, chromium: Chromium) -> None:
    found: list[str] = []
    with tab(chromium, "en") as page:
        page.on("dialog", lambda dialog: (found.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: found.append(request.url) if "planted" in request.url else None)
        sign_in(page, planted.server.url)
        shown = 0
        for place in _places(planted):
            open_page(page, planted.server.url + place)
            # What a chart says of a mark under the pointer is markup that the chart's library writes.
            for chart in page.locator("canvas, .chart svg").all()[:3]:
                box = chart.bounding_box()
                for step in range(1, 6) if box else ():
                    page.mouse.move(box["x"] + box["width"] * step / 6, box["y"] + box["height"] * step / 6)
            markup, ran = page.evaluate(PLANTED)
            refused = page.evaluate("window.__refused")
            found += [f"{place}: {what}" for what in (markup, ran, *refused) if what is not None]
            shown += page.get_by_role("main").inner_text().count("__xss")
        assert found == []
        assert shown >= 100, "the texts were on the pages, as texts"


@pytest.mark.browser
def test_a_script_that_runs_would_be_seen(chromium: Chromium) -> None:
    """The same texts on a page without our care: both signs show."""
    with tab(chromium, "en") as page:
        page.set_content("".join(PAYLOADS[:3]))
        page.wait_for_function("window.__xss === 1")
        assert page.evaluate(PLANTED)[0] is not None
