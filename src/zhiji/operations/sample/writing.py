"""The files of the sample company: rows as text, headers and words in one language, and the truth beside them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from zhiji.kernel import Language, LineKind
from zhiji.operations.sample.dirt import CUSTOMERS, ORDERS, Dirt, plant
from zhiji.operations.sample.goods import Product, products
from zhiji.operations.sample.ordering import Heads
from zhiji.operations.sample.registry import Registry
from zhiji.operations.sample.words import words

ORDER_HEADERS: Final[dict[str, tuple[str, str]]] = {
    "order_number": ("订单号", "Order number"),
    "ordered_at": ("下单时间", "Ordered at"),
    "customer_external_id": ("客户编号", "Customer ID"),
    "product_code": ("商品编号", "Product code"),
    "product_name": ("商品名称", "Product name"),
    "category": ("类目", "Category"),
    "quantity": ("数量", "Quantity"),
    "unit_price": ("单价", "Unit price"),
    "amount": ("金额", "Amount"),
    "currency": ("币种", "Currency"),
    "line_kind": ("行类型", "Line type"),
    "order_state": ("订单状态", "Order status"),
    "store": ("店铺", "Store"),
    "channel": ("渠道", "Channel"),
    "country": ("国家", "Country"),
}
CUSTOMER_HEADERS: Final[dict[str, tuple[str, str]]] = {
    "external_id": ("客户编号", "Customer ID"),
    "name": ("姓名", "Name"),
    "company": ("公司", "Company"),
    "phone": ("手机号", "Mobile"),
    "email": ("邮箱", "Email"),
    "city": ("城市", "City"),
    "country": ("国家", "Country"),
    "registered_at": ("注册日期", "Registration date"),
    "contact_allowed": ("允许营销", "Accepts marketing"),
}
# What stands in a cell, Chinese and English; "both" names are written in both languages on every file.
_WORDS: Final[dict[str, tuple[str, str]]] = {
    LineKind.GOODS: ("商品", "Goods"),
    LineKind.RETURN: ("退货", "Return"),
    LineKind.DISCOUNT: ("折扣", "Discount"),
    LineKind.POSTAGE: ("运费", "Postage"),
    "completed": ("交易成功", "Completed"),
    "cancelled": ("已取消", "Cancelled"),
    "closed": ("已关闭", "Closed"),
    "yes": ("是", "Yes"),
    "no": ("否", "No"),
}
_SPECIAL: Final[dict[str, tuple[str, str]]] = {
    LineKind.DISCOUNT: ("DISCOUNT", "满减优惠 Discount"),
    LineKind.POSTAGE: ("POST", "运费 Postage"),
}
_IDENTICAL_LINES = 6
Rows = list[dict[str, str]]


def order_rows(
    heads: Heads, lines: pd.DataFrame, registry: Registry, rng: np.random.Generator, *, dirt: bool
) -> tuple[pd.DataFrame, list[tuple[int, Dirt]]]:
    """The order file as text (columns: keys of ORDER_HEADERS, words still as keys) and the planted rows."""
    shops = _shops(heads, registry, rng)
    day = (heads.placed_at.astype("datetime64[D]") - heads.placed_at[:1].astype("datetime64[D]")).astype(np.int64)
    first = _first_day_number(heads, registry)
    ids = [registry.number(person, int(d) + first) for person, d in zip(heads.person.tolist(), day, strict=True)]
    catalogue = products()
    rows: Rows = []
    twice = set(_doubled(heads, lines, rng))
    each: Iterator[Any] = lines.itertuples(index=False)
    stamps = np.datetime_as_string(lines["placed_at"].to_numpy().astype("datetime64[s]")).tolist()
    for position, (line, stamp) in enumerate(zip(each, stamps, strict=True)):
        row = _order_row(line, stamp, catalogue, ids[line.order], heads.state[line.order], shops[line.order])
        if position in twice:
            half = {**row, "quantity": "1", "amount": row["unit_price"]}
            rows += [half, dict(half)]
        else:
            rows.append(row)
    planted: list[tuple[int, Dirt]] = []
    if dirt:
        donors = [dict(rows[i]) for i in rng.choice(len(rows), len(ORDERS), replace=False)]
        for j, donor in enumerate(donors):
            donor |= {"order_number": f"ZX{j + 1:05d}", "line_kind": LineKind.GOODS, "order_state": "completed"}
        rows, planted = plant(rows, ORDERS, donors, rng)
    return pd.DataFrame(rows, columns=[*ORDER_HEADERS]), planted


def _order_row(
    line: Any, stamp: str, catalogue: list[Product], customer: str, state: str, shop: tuple[str, str, str]
) -> dict[str, str]:
    if line.product >= 0:
        product = catalogue[line.product]
        code, name = product.code, f"{product.name_zh} {product.name_en}"
        category = f"{product.category_zh} {product.category_en}"
    else:
        code, name = _SPECIAL[line.kind]
        category = ""
    return {
        "order_number": line.number,
        "ordered_at": stamp.replace("T", " "),
        "customer_external_id": customer,
        "product_code": code,
        "product_name": name,
        "category": category,
        "quantity": str(line.quantity),
        "unit_price": _money(line.unit_cents),
        "amount": _money(line.amount_cents),
        "currency": "CNY",
        "line_kind": line.kind,
        "order_state": state,
        "store": shop[0],
        "channel": shop[1],
        "country": shop[2],
    }


def _money(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def _doubled(heads: Heads, lines: pd.DataFrame, rng: np.random.Generator) -> list[int]:
    """Some goods lines of two pieces are written as two identical rows of one: a real sale, to be kept."""
    pairs = np.flatnonzero(
        (lines["kind"] == LineKind.GOODS) & (lines["quantity"] == 2) & (heads.person[lines["order"]] >= 0)
    )
    chosen: list[int] = rng.choice(pairs, size=min(_IDENTICAL_LINES, len(pairs)), replace=False).tolist()
    return chosen


def _first_day_number(heads: Heads, registry: Registry) -> int:
    """Day number, since the first day of the history, of the first order in the file."""
    return int((heads.placed_at[0].astype("datetime64[D]") - registry.first_day).astype(np.int64))


def _shops(heads: Heads, registry: Registry, rng: np.random.Generator) -> list[tuple[str, str, str]]:
    """Store, channel (as "zh|en") and country of each order; a person keeps to one store mostly."""
    table = words()["stores"]
    usual = rng.integers(0, len(table["CN"]), len(registry.people) + 1)
    drawn = np.where(rng.random(len(heads.number)) < 0.85, usual[heads.person], rng.integers(0, 4, len(heads.number)))
    found = []
    for person, shop in zip(heads.person.tolist(), drawn.tolist(), strict=True):
        country = registry.people[person].country if person >= 0 else "CN"
        store_zh, store_en, channel_zh, channel_en = table["CN"][shop] if country == "CN" else table["abroad"][0]
        found.append((f"{store_zh}|{store_en}", f"{channel_zh}|{channel_en}", country))
    return found


def customer_rows(
    registry: Registry, rng: np.random.Generator, *, dirt: bool
) -> tuple[pd.DataFrame, list[tuple[int, Dirt]]]:
    rows: Rows = [
        {
            "external_id": record.external_id,
            "name": record.person.name,
            "company": record.person.company,
            "phone": record.person.phone_written,
            "email": record.person.email,
            "city": record.person.city,
            "country": record.person.country,
            "registered_at": str(record.registered_on),
            "contact_allowed": "yes" if record.person.contact_allowed else "no",
        }
        for record in registry.records
    ]
    planted: list[tuple[int, Dirt]] = []
    if dirt:
        nobody = {"company": "", "phone": "", "email": "", "city": "杭州", "country": "CN"}
        whole = {**nobody, "name": "测试", "registered_at": rows[0]["registered_at"], "contact_allowed": "no"}
        donors = [{**whole, "external_id": f"X{j + 1:06d}"} for j in range(len(CUSTOMERS))]
        rows, planted = plant(rows, CUSTOMERS, donors, rng)
    return pd.DataFrame(rows, columns=[*CUSTOMER_HEADERS]), planted


def write_company(
    orders: pd.DataFrame, customers: pd.DataFrame, truth: dict[str, Any], folder: Path, language: Language
) -> dict[str, Path]:
    """Write the three files; an existing file of the same name is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {name: folder / file for name, file in (("orders", "orders.csv"), ("customers", "customers.csv"))}
    paths["truth"] = folder / "truth.json"
    _write_csv(paths["orders"], orders, ORDER_HEADERS, language)
    _write_csv(paths["customers"], customers, CUSTOMER_HEADERS, language)
    headers = {"orders.csv": ORDER_HEADERS, "customers.csv": CUSTOMER_HEADERS}
    which = 0 if language == "zh" else 1
    dirty = [row | {"column": headers[row["file"]][row["field"]][which]} for row in truth["dirty_rows"]]
    truth = truth | {"language": language, "dirty_rows": dirty}
    paths["truth"].write_text(json.dumps(truth, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return paths


def _write_csv(path: Path, frame: pd.DataFrame, headers: dict[str, tuple[str, str]], language: Language) -> None:
    which = 0 if language == "zh" else 1
    shown = frame.copy()
    countries = {place["country"]: (place["zh"], place["en"]) for place in words()["places"]}
    for column in {"line_kind", "order_state", "contact_allowed", "country"} & set(frame.columns):
        both = countries if column == "country" else _WORDS
        shown[column] = shown[column].map(lambda key, both=both: both[key][which] if key in both else key)
    for column in {"store", "channel"} & set(frame.columns):
        shown[column] = shown[column].str.split("|").str[which]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([headers[column][which] for column in shown.columns])
    writer.writerows(shown.itertuples(index=False, name=None))
    path.write_bytes(text.getvalue().encode("utf-8-sig"))
