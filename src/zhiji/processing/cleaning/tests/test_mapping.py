"""Columns find their fields: exports as shops in China and elsewhere write them, and files without names."""

from __future__ import annotations

import json

import pytest

from zhiji.data.sources.files.model import FileProfile
from zhiji.processing.cleaning import KINDS, Mapping, match_columns
from zhiji.processing.cleaning.kinds import folded
from zhiji.processing.cleaning.words import contact_allowed, order_state

SAMPLES = {
    "order_number": "10001",
    "line_number": "77",
    "ordered_at": "2020-01-02 03:04:05",
    "paid_at": "2020-01-02 03:05:05",
    "quantity": "2",
    "unit_price": "9.90",
    "amount": "19.80",
    "order_amount": "24.80",
    "discount": "1.00",
    "postage": "5.00",
    "tax": "1.10",
    "refund_amount": "0",
    "phone": "13800138000",
    "email": "a@x.com",
    "registered_at": "2020-01-02",
}

HEADERS = {
    "paid, and no word of when it was placed": {
        "订单编号": "order_number",
        "付款时间": "ordered_at",
        "买家昵称": "customer_external_id",
        "收货人手机": "phone",
        "商品": "product_name",
        "数量": "quantity",
        "实付金额": "order_amount",
        "订单状态": "order_state",
    },
    "placed and paid": {
        "订单编号": "order_number",
        "订单创建时间": "ordered_at",
        "订单付款时间": "paid_at",
        "买家会员名": "customer_external_id",
        "实付金额": "order_amount",
    },
    "online retail": {
        "InvoiceNo": "order_number",
        "StockCode": "product_code",
        "Description": "product_name",
        "Quantity": "quantity",
        "InvoiceDate": "ordered_at",
        "UnitPrice": "unit_price",
        "CustomerID": "customer_external_id",
        "Country": "country",
    },
    "cdnow": {
        "customer_id": "customer_external_id",
        "date": "ordered_at",
        "number_of_cds": "quantity",
        "dollar_value": "amount",
    },
    "hosted shop": {
        "Name#": "order_number",
        "Email": "email",
        "Financial Status": "order_state",
        "Created at": "ordered_at",
        "Total": "order_amount",
        "Shipping": "postage",
        "Taxes": "tax",
        "Currency": "currency",
        "Lineitem quantity": "quantity",
        "Lineitem name": "product_name",
        "Lineitem price": "unit_price",
        "Lineitem sku": "product_code",
        "Phone": "phone",
        "Billing City": "city",
        "Vendor": "store",
        "Notes": "note",
    },
    "淘宝": {
        "订单编号": "order_number",
        "买家会员名": "customer_external_id",
        "买家应付邮费": "postage",
        "买家实际支付金额": "order_amount",
        "订单状态": "order_state",
        "收货人姓名": "customer_name",
        "联系手机": "phone",
        "订单创建时间": "ordered_at",
        "订单付款时间": "paid_at",
        "宝贝标题": "product_name",
        "宝贝总数量": "quantity",
        "店铺名称": "store",
        "退款金额": "refund_amount",
    },
    "京东": {
        "订单号": "order_number",
        "商品编号": "product_code",
        "商品名称": "product_name",
        "订购数量": "quantity",
        "下单时间": "ordered_at",
        "京东价": "unit_price",
        "订单金额": "order_amount",
        "下单帐号": "customer_external_id",
        "客户姓名": "customer_name",
    },
    "有赞": {
        "订单号": "order_number",
        "订单创建时间": "ordered_at",
        "商品名称": "product_name",
        "商品单价": "unit_price",
        "商品数量": "quantity",
        "运费": "postage",
        "订单实付金额": "order_amount",
        "收货人手机号": "phone",
        "规格编码": "product_code",
        "买家留言": "note",
    },
    "sheet": {
        "单号": "order_number",
        "日期": "ordered_at",
        "客户": "customer_name",
        "品名": "product_name",
        "数量": "quantity",
        "单价(元)": "unit_price",
        "金额（元）": "amount",
        "备注": "note",
    },
    "淘宝 by nick": {
        "订单号": "order_number",
        "买家": "customer_external_id",
        "下单时间": "ordered_at",
        "订单状态": "order_state",
        "实付金额": "order_amount",
        "收货人手机": "phone",
        "宝贝标题": "product_name",
        "宝贝总数量": "quantity",
        "店铺名称": "store",
    },
    "bookings": {
        "Booking ref": "order_number",
        "Acct no.": "customer_external_id",
        "Placed": "ordered_at",
        "Art.": "product_code",
        "Pcs": "quantity",
        "Price each": "unit_price",
        "Mail": "email",
    },
}


def profile(names: list[str], fields: list[str]) -> FileProfile:
    sample = [[SAMPLES.get(field, f"text {i}") for field in fields] for i in range(5)]
    return FileProfile("x.csv", "csv", names, sample, 5, 0)


@pytest.mark.parametrize("source", list(HEADERS))
def test_headers_of_real_exports(source: str) -> None:
    expected = HEADERS[source]
    mapping = match_columns(profile(list(expected), list(expected.values())), "orders")
    assert {match.name: field for field, match in mapping.fields.items()} == expected
    assert not mapping.extras
    assert not mapping.missing
    stands_in = source == "paid, and no word of when it was placed"
    assert all(match.confidence > 0.9 or (stands_in and name == "ordered_at") for name, match in mapping.fields.items())
    assert Mapping.from_json(json.loads(json.dumps(mapping.to_json()))) == mapping


def test_slips_in_names_cost_confidence() -> None:
    mapping = match_columns(
        profile(
            ["Order Numbr", "Order Dates", "Quantitty", "Unit Prices"],
            ["order_number", "ordered_at", "quantity", "unit_price"],
        ),
        "orders",
    )
    assert list(mapping.fields) == ["order_number", "ordered_at", "quantity", "unit_price"]
    assert all(match.confidence < 0.95 for match in mapping.fields.values())


def test_content_overrules_a_name() -> None:
    """A column called Date that holds no dates is not the date, where another one holds them."""
    found = FileProfile("x.csv", "csv", ["Date", "when it was", "amount"], [["Monday", "2020-01-02", "5.00"]] * 5, 5, 0)
    assert match_columns(found, "orders").fields["ordered_at"].name == "when it was"


def test_unmatched_columns_are_kept_and_missing_ones_named() -> None:
    mapping = match_columns(FileProfile("x.csv", "csv", ["colour", "amount"], [["red", "5.00"]] * 3, 3, 0), "orders")
    assert mapping.extras == [0]
    assert mapping.missing == ["ordered_at"]


def test_a_person_overrides() -> None:
    found = profile(["a", "b", "c"], ["ordered_at", "amount", "order_amount"])
    mapping = match_columns(found, "orders", {"ordered_at": "A", "amount": 2, "discount": None})
    assert (mapping.fields["ordered_at"].column, mapping.fields["amount"].column) == (0, 2)
    assert mapping.fields["amount"].by == "given"


def test_names_lead_to_one_field_of_a_kind_only() -> None:
    """Two fields with one name: which of them wins would depend on the order of a table."""
    for kind in KINDS.values():
        seen: dict[str, str] = {}
        for field in kind.fields.values():
            for name in {folded(name) for name in field.names}:
                assert seen.setdefault(name, field.name) == field.name, f"{kind.name}: {name}"


@pytest.mark.parametrize(
    ("word", "refuses", "allowed"),
    [
        ("是", False, True),
        ("是", True, False),
        ("N", True, True),
        ("unsubscribed", False, False),
        ("2020-01-01", True, False),
        ("?", False, None),
    ],
)
def test_consent_in_both_directions(word: str, refuses: bool, allowed: bool | None) -> None:
    assert contact_allowed(word, refuses) is allowed


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("交易成功", "completed"),
        ("已关闭", "closed"),
        ("PARTIALLY_REFUNDED", "partial_refund"),
        ("退款成功", "refunded"),
        ("部分退款", "partial_refund"),
        ("Cancelled", "cancelled"),
        ("等待买家付款", "open"),
        ("???", None),
    ],
)
def test_states(word: str, state: str | None) -> None:
    assert order_state(word) == state
