"""A newcomer with a file of orders: from the link that ``zhiji serve`` printed to customers with their scores."""

from __future__ import annotations

import csv
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from journeys.browser.visit import Language, Watch, tab, word
from security.server import Browser, Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium

ORDERS, CUSTOMERS, DAYS = 60, 20, 730
BEGIN = datetime(2024, 3, 1, 9, 0)  # noqa: DTZ001 - as the file writes it, without a zone
HEADERS = {
    "en": ["Order ID", "Order date", "Customer ID", "Customer name", "Phone", "Product", "Quantity", "Unit price"],
    "zh": ["订单号", "下单时间", "客户编号", "客户姓名", "手机号", "商品名称", "数量", "单价"],
}
NAMES = {
    "en": ["Ada", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gus", "Hope", "Ivy", "Jack"],
    "zh": ["王芳", "李强", "张敏", "刘洋", "陈静", "杨磊", "赵娜", "黄勇", "周杰", "吴霞"],
}
# The browser's zone suggests the country; numbers are written as one writes them there, and read with its code.
COUNTRIES = {"en": "United Kingdom (GB, +44)", "zh": "中国 (CN, +86)"}
PHONES = {"en": ("020 7946 0{:03}", "+44207946"), "zh": ("13800138{:03}", "+8613800138")}
PRODUCTS = {"en": ["Tea", "Kettle", "Cup"], "zh": ["龙井", "茶壶", "茶杯"]}
REFRESH_MS = 240_000


def write_orders(path: Path, language: Language) -> None:
    """Sixty orders of twenty customers over two years; each customer has at least one."""
    chance = random.Random(7)
    who = [*range(CUSTOMERS), *(chance.randrange(CUSTOMERS // 2) for _ in range(ORDERS - CUSTOMERS))]
    days = sorted(chance.sample(range(DAYS), ORDERS))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS[language])
        for number, (customer, day) in enumerate(zip(who, days, strict=True), start=1):
            names = NAMES[language]
            writer.writerow(
                [
                    f"A{number:04}", (BEGIN + timedelta(days=day, minutes=7 * number)).strftime("%Y-%m-%d %H:%M:%S"),
                    f"C{customer:03}", f"{names[customer % len(names)]} {customer}",
                    PHONES[language][0].format(customer),
                    chance.choice(PRODUCTS[language]), chance.randint(1, 5), f"{chance.randint(500, 9900) / 100:.2f}",
                ]
            )  # fmt: skip


def stored(server: Server) -> dict[str, Any]:
    """What the server itself says about the only import, asked beside the page."""
    browser = Browser(server)
    assert browser.sign_in("newcomer@example.test", "a sentence that I remember").status_code == 200
    answer: list[dict[str, Any]] = browser.api("GET", "/imports").json()["items"]
    assert len(answer) == 1
    return answer[0]


def phones(server: Server) -> list[str]:
    """The numbers of all customers, as the record has them."""
    browser = Browser(server)
    assert browser.sign_in("newcomer@example.test", "a sentence that I remember").status_code == 200
    found = [
        browser.api("GET", f"/customers/{row['id']}").json() for row in browser.api("GET", "/customers").json()["items"]
    ]
    return [one["value"] for customer in found for one in customer["properties"] if one["field"] == "phone"]


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_newcomer_brings_a_file_and_sees_the_customers(
    language: Language, chromium: Chromium, tmp_path: Path
) -> None:
    file = tmp_path / {"en": "orders.csv", "zh": "订单.csv"}[language]
    write_orders(file, language)

    def said(address: str) -> str:
        return word(language, address)

    with Server(tmp_path / "home") as server, tab(chromium, language) as page:
        watch = Watch(page)
        page.goto(server.wait_for("#token=").split()[-1])
        page.get_by_role("button", name=said("entry.setup.own")).click()
        page.locator("input[name=name]").fill("Newcomer")
        page.locator("input[name=email]").fill("newcomer@example.test")
        page.locator("input[name=password]").fill("a sentence that I remember")
        page.locator("input[autocomplete=organization]").fill("Acme")
        page.get_by_text(COUNTRIES[language], exact=True).wait_for()
        page.get_by_role("button", name=said("entry.setup.create"), exact=True).click()

        page.wait_for_url("**/imports/new")
        page.locator("input[type=file]").set_input_files(file)
        page.get_by_role("button", name=said("imports.check"), exact=True).click()
        page.locator("button.button--primary", has_text=said("imports.confirm_other")).click()
        page.get_by_role("button", name=said("imports.undo")).wait_for()
        main = page.get_by_role("main")
        assert str(ORDERS) in main.locator(".answer").inner_text()
        page.get_by_text(said("imports.next.done")).wait_for(timeout=REFRESH_MS)

        page.get_by_role("link", name=said("imports.next.customers")).click()
        page.wait_for_url("**/customers")
        list_ = page.get_by_role("table", name=said("customers.list"), exact=True)
        list_.get_by_role("link").first.wait_for()
        assert list_.get_by_role("link").count() == CUSTOMERS
        assert str(CUSTOMERS) in main.locator(".answer").inner_text()
        watch.assert_quiet()
        assert stored(server)["counts"]["stored"] == ORDERS
        numbers = phones(server)
        assert len(numbers) == CUSTOMERS
        assert all(number.startswith(PHONES[language][1]) for number in numbers), numbers
