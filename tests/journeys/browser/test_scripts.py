"""Twenty scripts in every text that people or files may give, and every page opened: none runs, none becomes markup."""

from __future__ import annotations

import csv
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from journeys.browser.texts import CLOSED, PLANTED, carried, texts_of
from journeys.browser.visit import SETTLED, open_page, sign_in, tab
from security.server import COMPANY, Browser, Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium
    from playwright.sync_api import Page

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
# When everybody's next order is due or a little late, so that there are calls to make.
AS_OF = BEGIN + timedelta(days=31 * ORDERS_EACH + 30)
FEW = 3
RULE = {"op": "and", "rules": [{"field": "orders", "value": {"min": 1}}]}
SECTIONS = ["company", "account", "users", "teams", "tokens", "views", "audit", "jobs", "workspace"]
PLANTED_SIGNS = "[document.querySelector('[data-planted]')?.outerHTML ?? null, window.__xss ?? null]"


class Planted(NamedTuple):
    server: Server
    customers: list[int]
    segment: int
    import_: int
    wizard: int
    link: str
    sent: set[str]


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


class Planter:
    """Writes through the API as a person would, and remembers which fields really carried a script."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.sent: set[str] = set()

    def __call__(self, operation: str, method: str, path: str, **body: Any) -> Any:
        self.sent |= carried(operation, body, PAYLOADS)
        answer = self.browser.api(method, path, json=body)
        assert answer.ok, f"{method} {path}: {answer.text}"
        return answer.json() if answer.content else None

    def upload(self, path: Path) -> Any:
        """A file whose name, columns and cells are scripts, as far as the wizard's second step."""
        self.sent.add("import_create.file")
        with path.open("rb") as file:
            answer = self.browser.api("POST", "/imports", data={"kind": "orders"}, files={"file": (path.name, file)})
        assert answer.ok, answer.text
        return answer.json()


def _write_up(plant: Planter, customer: int, number: int, text: str) -> None:
    """What people write about a customer, and the same text once more as a change of what another wrote."""
    note = plant("note_create", "POST", "/activities/notes", customer_id=customer, text=text)
    task = plant("task_create", "POST", "/activities/tasks", customer_id=customer, title=text, details=text)
    other = PAYLOADS[number - 1]
    plant("note_update", "PATCH", f"/activities/notes/{note['id']}", text=other)
    plant("task_update", "PATCH", f"/activities/tasks/{task['id']}", title=other, details=other)
    plant("call_record", "POST", "/activities/calls", customer_id=customer, outcome="callback", text=text,
          callback_on="2030-01-01", callback_title=text)  # fmt: skip


def _name(plant: Planter, number: int, text: str) -> int:
    """What people give names to, each named twice; a segment's id."""
    other = PAYLOADS[number - 1]
    rule = {"op": "or", "rules": [*RULE["rules"], {"field": "city", "value": [text]}]}
    view = plant("view_create", "POST", "/company/views", place="customers", name=text,
                 definition={"filter": {"city": [text]}, "sort": "-spend"})  # fmt: skip
    plant("view_update", "PATCH", f"/company/views/{view['id']}", name=other, definition={"filter": {"q": text}})
    team = plant("team_create", "POST", "/accounts/teams", name=text)
    plant("team_update", "PUT", f"/accounts/teams/{team['id']}", name=text, parent_id=None)
    plant("token_create", "POST", "/accounts/tokens", name=text, scopes=["customer:read"])
    plant("segment_count", "POST", "/segments/count", definition=rule)
    segment = plant("segment_create", "POST", "/segments", name=text, definition=rule)["id"]
    plant("segment_update", "PATCH", f"/segments/{segment}", name=other, definition=rule)
    return int(segment)


def _invite(plant: Planter, server: Server, number: int, text: str) -> str:
    """A person who calls themself by the text; and the link of another who has not come yet."""
    made = plant("invitation_create", "POST", "/accounts/invitations", email=f"p{number}@example.test", name=text,
                 roles=["agent"])  # fmt: skip
    if number > FEW:
        return str(made["url"])
    token = made["url"].split("#token=")[1]
    guest = Planter(Browser(server))
    me = guest("invitation_accept", "POST", "/accounts/invitations/accept", token=token, name=text,
               password="four-unrelated-words-here")  # fmt: skip
    plant.sent |= guest.sent
    plant("user_update", "PATCH", f"/accounts/users/{me['id']}", name=PAYLOADS[number - 1])
    return str(made["url"])


def _sources(plant: Planter, number: int, text: str) -> int:
    """An event of another system, and a source with a stream, each renamed; the source's id."""
    other = PAYLOADS[number - 1]
    about = {"external_id": text, "name": text, "city": text, "country": text}
    said = {"subject": text, "body": text, text: text}
    plant("events_receive", "POST", "/events", event_id=text, source="web", type="message", customer=about, data=said,
          occurred_at="2025-02-01T00:00:00Z")  # fmt: skip
    settings = {"base_url": "https://api.example.test", "auth": "none", "headers": {"X-Shop": text}}
    source = plant("source_create", "POST", "/sources", kind="rest", name=text, source=f"api{number}",
                   settings=settings, secrets={})["id"]  # fmt: skip
    plant("source_update", "PATCH", f"/sources/{source}", name=other, settings=settings)
    definition = {"path": "/customers", "params": {"q": text}}
    stream = plant("stream_create", "POST", f"/sources/{source}/streams", name=text, kind="customers",
                   definition=definition, mapping={"external_id": text}, every_minutes=10080)["id"]  # fmt: skip
    plant("stream_update", "PATCH", f"/sources/streams/{stream}", name=other, definition=definition,
          mapping={"external_id": text})  # fmt: skip
    return int(source)


def _plant(plant: Planter, server: Server, customers: list[int]) -> tuple[int, str]:
    """The same texts through the API; a segment's id and the link of an open invitation."""
    segment, link = 0, ""
    for number, text in enumerate(PAYLOADS):
        kept = plant("customer_get", "GET", f"/customers/{customers[number]}")
        texts = {"name": text, "company": text, "city": text, "country": text, "address": text}
        plant("customer_update", "PATCH", f"/customers/{customers[number]}", revision=kept["revision"], **texts)
        _write_up(plant, customers[0], number, text)
        segment = _name(plant, number, text)
        link = _invite(plant, server, number, text)
        _sources(plant, number, text)
    calls = plant("worklist_today", "GET", "/worklists/today?limit=100")["items"]
    assert len(calls) > FEW, "the company has calls to make"
    soon = (datetime.now(UTC).date() + timedelta(days=30)).isoformat()
    for text, call in zip(PAYLOADS, calls[FEW:], strict=False):
        plant("worklist_done", "POST", f"/worklists/{call['id']}/done", outcome="reached", note=text,
              follow_up_on=soon, follow_up_title=text)  # fmt: skip
    plant("me_update", "PATCH", "/accounts/me", name=PAYLOADS[1], language="en")
    plant("company_update", "PATCH", "/company", name=PAYLOADS[0])
    return segment, link


def _doubt(home: Path) -> set[str]:
    """Words about scores, straight into the table: of twenty customers no score is published that one could doubt."""
    with closing(sqlite3.connect(home / "workspaces/main/zhiji.db", timeout=30)) as database:
        version = database.execute("select max(id) from predictions_modelversion").fetchone()[0]
        customers = [row[0] for row in database.execute("select id from store_customer order by id limit 20")]
        database.executemany(
            "insert into predictions_scorefeedback (version_id, customer_id, author_id, verdict, text, score, said_at)"
            " values (?, ?, 1, 'other', ?, 0.5, datetime('now'))",
            [(version, customer, text) for customer, text in zip(customers, PAYLOADS, strict=True)],
        )
        database.commit()
    return {"score_feedback_give.text"}


def _wizard(plant: Planter, folder: Path) -> int:
    """An upload whose file name, column names and cells are scripts; the id of its import."""
    named = next(text for text in PAYLOADS[2:] if "/" not in text)
    columns = ["Order number", "Ordered at", "Customer ID", "Amount", *PAYLOADS]
    path = _write(folder / f"{named}.csv", [columns, ["W1", "2025-01-05", "C1", "10.00", *PAYLOADS]])
    made = plant.upload(path)
    plant("import_match", "POST", f"/imports/{made['id']}/match", overrides={"product_name": PAYLOADS[0]}, options={})
    return int(made["id"])


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    folder = tmp_path_factory.mktemp("planted")
    home = folder / "home"
    with Server(home) as server:
        company = {**COMPANY, "name": PAYLOADS[1]}
        answer = Browser(server).set_up(server.setup_token(), company=company, name=PAYLOADS[0])
        assert answer.status_code == 200, answer.text
        sent = carried("setup_create", {"company": company, "name": PAYLOADS[0]}, PAYLOADS)
    for file, kind in _files(folder):
        done = server.command("import", str(file), "--as", kind)
        assert "N-bad" not in done.stderr, done.stderr
    done = server.command("refresh", "--as-of", AS_OF.isoformat())
    assert done.returncode == 0, done.stderr
    sent |= _doubt(home)
    with Server(home) as server:
        admin = Browser(server)
        assert admin.sign_in().status_code == 200
        rows = admin.api("GET", "/customers?sort=-spend&limit=50").json()["items"]
        assert sorted(row["name"] for row in rows) == sorted(PAYLOADS), "the texts came in as they were"
        customers = [row["id"] for row in rows]
        imports = admin.api("GET", "/imports").json()["items"]
        assert len(imports) == 2
        plant = Planter(admin)
        segment, link = _plant(plant, server, customers)
        wizard = _wizard(plant, folder)
        yield Planted(server, customers, segment, imports[0]["id"], wizard, link, sent | plant.sent)


def _places(planted: Planted) -> list[str]:
    customers = [f"/customers/{pk}" for pk in planted.customers[:3]]
    return [
        "/worklist", "/worklist/history", "/customers", "/customers/deleted", *customers, "/segments",
        f"/segments/{planted.segment}", f"/segments/{planted.segment}/edit", "/predictions", "/predictions/ledger",
        "/identities", "/identities/review", "/identities/rules", f"/customers/{planted.customers[0]}/fields",
        f"/identities/merge?customers={planted.customers[0]},{planted.customers[1]}",
        "/sources", "/sources/1", "/sources/1/streams/1", "/dashboard", "/imports", f"/imports/{planted.import_}",
        f"/imports/{planted.wizard}", "/imports/quarantine", *(f"/settings/{section}" for section in SECTIONS),
    ]  # fmt: skip


def test_every_text_of_the_api_is_planted_or_said_to_be_closed() -> None:
    from zhiji.config.api import api

    closed = [name for names in CLOSED.values() for name in names.split()]
    assert len(closed) == len(set(closed))
    assert not PLANTED & set(closed)
    assert texts_of(api.get_openapi_schema()) == PLANTED | set(closed)


def _look(page: Page, place: str) -> list[str]:
    """What became of the texts on the page that is open: markup, a script that ran, a policy that had to refuse."""
    markup, ran = page.evaluate(PLANTED_SIGNS)
    return [f"{place}: {what}" for what in (markup, ran, *page.evaluate("window.__refused")) if what is not None]


def _before_sign_in(page: Page, planted: Planted) -> Iterator[str]:
    """The pages that show texts to whoever has a link, and an address that would lead elsewhere."""
    for place in (planted.link, f"{planted.server.url}/reset#token=x", f"{planted.server.url}/setup#token=x",
                  f"{planted.server.url}/sign-in?next=javascript:window.__xss=1"):  # fmt: skip
        page.goto(place)
        page.locator("h1").first.wait_for()
        page.wait_for_function(SETTLED, polling=100)
        yield place


def _provoke(page: Page) -> None:
    """Charts say what is under the pointer; the first removal asks back, naming what it would remove."""
    for chart in page.locator("canvas, .chart svg").all()[:2]:
        box = chart.bounding_box()
        for step in range(1, 6) if box else ():
            page.mouse.move(box["x"] + box["width"] * step / 6, box["y"] + box["height"] * step / 6)
    removal = page.get_by_role("main").get_by_role("button", name=re.compile("^(Delete|Revoke|Remove)"))
    if removal.count():
        removal.first.click()
        page.wait_for_timeout(150)


@pytest.mark.browser
def test_no_text_of_the_data_becomes_a_script_or_markup(planted: Planted, chromium: Chromium) -> None:
    assert planted.sent >= PLANTED, "each field of the list really carried scripts"
    found: list[str] = []
    with tab(chromium, "en") as page:
        page.on("dialog", lambda dialog: (found.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: found.append(request.url) if "planted.invalid" in request.url else None)
        shown = 0
        for place in _before_sign_in(page, planted):
            found += _look(page, place)
            shown += page.locator("body").inner_text().count("__xss")
        assert shown >= 1, "the invitation names the company"
        sign_in(page, planted.server.url)
        for place in _places(planted):
            open_page(page, planted.server.url + place)
            shown += page.get_by_role("main").inner_text().count("__xss")
            _provoke(page)
            found += _look(page, place)
        page.keyboard.press("Control+k")
        page.keyboard.type("img")
        page.wait_for_timeout(500)
        found += _look(page, "search")
        assert found == []
        assert shown >= 200, "the texts were on the pages, as texts"


@pytest.mark.browser
def test_a_script_that_runs_would_be_seen(chromium: Chromium) -> None:
    """The same texts on a page without our care: both signs show."""
    with tab(chromium, "en") as page:
        page.set_content("".join(PAYLOADS[:3]))
        page.wait_for_function("window.__xss === 1")
        assert page.evaluate(PLANTED_SIGNS)[0] is not None
