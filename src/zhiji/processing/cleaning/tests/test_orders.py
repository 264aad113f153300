"""Orders from small files whose right answer is plain to see."""

# ruff: noqa: DTZ001 - naive on purpose: UTC as columns keep it, or a local time as people write it

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from little_tables import Rows, clean, column
from zhiji.kernel import CodedError
from zhiji.processing.cleaning import CleaningSettings
from zhiji.processing.validation import reconcile

TAOBAO = """
订单编号,买家会员名,宝贝标题,数量,单价,买家应付邮费,买家实际支付金额,退款金额,订单状态,订单创建时间,联系手机,是否退订
1,张三,杯子,1,10.50,5,15.50,,交易成功,2020-01-02 03:04:05,138****1234,否
2,李四,盘子,2,20,0,40,,交易关闭,2020-01-03 03:04:05,13800138000,是
3,王五,碗,3,10,0,30,10,部分退款,2020-01-04 03:04:05,+1 212-555-0123,
4,赵六,勺,1,8,0,8,,等待买家付款,2020-01-05 00:00:00,2125550123,
5,孙七,勺,1,8,0,8,,退款成功,2020-01-06 00:00:00,010-62770334,
6,周八,勺,1,8,0,8,,某种新状态,2020-01-07 00:00:00,,
"""


def test_states_of_a_platform(tmp_path: Path) -> None:
    rows, rejected, result = clean(tmp_path, TAOBAO, zone="Asia/Shanghai", currency="CNY")
    assert not rejected
    made = [row for row in rows if row["made_from"]]
    assert [(row["made_from"], row["amount_micros"]) for row in made] == [
        ("postage", 5_000_000),
        ("refund_amount", -10_000_000),
    ]
    rows = [row for row in rows if not row["made_from"]]
    states = ["completed", "closed", "partial_refund", "open", "refunded", "completed"]
    assert column(rows, "order_state") == states
    million = 1_000_000
    assert column(rows, "amount_micros") == [
        10_500_000,
        40 * million,
        30 * million,
        8 * million,
        8 * million,
        8 * million,
    ]
    assert column(rows, "value_micros") == [10_500_000, 0, 30 * million, 0, 0, 8 * million]
    assert column(rows, "postage_micros")[0] == 5 * million
    assert rows[0]["event_at"] == datetime(2020, 1, 1, 19, 4, 5)
    assert column(rows, "contact_allowed") == [True, False, None, None, None, None]
    phones = ["138****1234", "+8613800138000", "+12125550123", None, "+861062770334", None]
    assert column(rows, "phone") == phones
    assert column(rows, "phone_masked") == [True, *[False] * 5]
    assert json.loads(rows[3]["extra"]) == {"联系手机": "2125550123"}, "what could not be read is not lost"
    codes = {finding.code: finding.params.get("count") for finding in result.findings}
    assert codes["order_state_unknown"] == 1
    unknown = next(finding for finding in result.findings if finding.code == "order_state_unknown")
    assert unknown.params["words"] == "某种新状态 ×1", "each word with its count"
    assert codes["phone_unreadable"] == 1
    assert codes["orders_without_value"] == 3


def test_first_line_carries_the_order(tmp_path: Path) -> None:
    """Shops that export line items leave customer and totals out of all lines but the first."""
    rows, _, result = clean(
        tmp_path,
        """
Name,Email,Financial Status,Created at,Lineitem quantity,Lineitem name,Lineitem price,Total,Shipping
#1,ann@x.com,paid,2020-01-02 03:04:05 +0100,1,Cup,10.00,35.00,5.00
#1,,,2020-01-02 03:04:05 +0100,2,Dish,10.00,,
#2,BOB@X.COM,refunded,2020-01-03 03:04:05 +0100,1,Cup,10.00,10.00,0.00
""",
        overrides={"order_number": "Name"},
        currency="EUR",
    )
    assert [(row["row"], row["made_from"]) for row in rows] == [(1, None), (1, "postage"), (2, None), (3, None)]
    rows = [row for row in rows if not row["made_from"]]
    assert column(rows, "email") == ["ann@x.com", "ann@x.com", "bob@x.com"]
    # Without a number of the customer, the address is what the shop knows the customer by.
    assert column(rows, "customer_external_id") == ["ann@x.com", "ann@x.com", "bob@x.com"]
    assert "customers_known_by_contact" in {finding.code for finding in result.findings}
    assert column(rows, "order_state") == ["completed", "completed", "refunded"]
    assert column(rows, "amount_micros") == [10_000_000, 20_000_000, 10_000_000]
    assert sum(column(rows, "postage_micros")) == 5_000_000
    assert rows[0]["event_at"] == datetime(2020, 1, 2, 2, 4, 5)
    assert "order_fields_filled" in {finding.code for finding in result.findings}


def test_a_gap_in_a_filled_column_is_no_habit_of_the_export(tmp_path: Path) -> None:
    rows, _, result = clean(
        tmp_path,
        """
order,date,customer,channel,product,amount
1,2020-01-02,C1,web,Cup,10
1,2020-01-02,C1,web,Dish,10
2,2020-01-03,C2,shop,Cup,10
2,2020-01-03,C2,shop,Dish,10
3,2020-01-04,C3,web,Cup,10
3,2020-01-04,C3,,Dish,10
""",
    )
    assert column(rows, "channel") == ["web", "web", "shop", "shop", "web", None]
    assert "order_fields_filled" not in {finding.code for finding in result.findings}


def test_masked_phones_are_not_said_to_tell_customers_apart(tmp_path: Path) -> None:
    masked = "order,date,phone,amount\n1,2020-01-02,138****8000,10\n"
    rows, _, result = clean(tmp_path, masked)
    assert column(rows, "customer_external_id") == [None]
    assert "customers_known_by_contact" not in {finding.code for finding in result.findings}


def test_an_order_belongs_to_the_first_whom_a_line_names(tmp_path: Path) -> None:
    """A line that names nobody is no guest where another line of its order names somebody; an order of which no line
    does is a guest's."""
    rows, _, result = clean(
        tmp_path,
        """
order_number,date,customer_id,sku,quantity,unit price
1,2020-01-02,,A,1,5
1,2020-01-02,C1,B,1,5
2,2020-01-02,C2,A,1,5
2,2020-01-02,,B,1,5
3,2020-01-02,,A,1,5
3,2020-01-02,,B,1,5
4,2020-01-02,,A,1,5
4,2020-01-02,C1,B,1,7
4,2020-01-02,C2,B,1,9
""",
    )
    expected = ["C1", "C1", "C2", "C2", None, None, "C1", "C1", "C2"]
    assert column(rows, "customer_external_id") == expected, "what a line says stays"
    assert result.counts["guest_lines"] == 2
    told = {finding.code: (finding.params["count"], finding.params["micros"])
            for finding in result.findings if "micros" in finding.params}  # fmt: skip
    assert told["lines_of_the_orders_customer"] == (3, 15_000_000)
    assert told["orders_of_several_customers"] == (1, 9_000_000)
    assert column(rows, "order_state") == column(rows, "line_state") == ["completed"] * 9


def test_money_of_the_order_on_each_line_counts_once(tmp_path: Path) -> None:
    rows, _, result = clean(
        tmp_path,
        """
订单号,下单时间,会员号,商品名称,数量,单价,运费
1,2020-01-02 10:00,m1,甲,1,5,12
1,2020-01-02 10:00,m1,乙,1,6,12
2,2020-01-02 11:00,m2,甲,1,5,10
""",
    )
    assert [row["amount_micros"] for row in rows if row["made_from"]] == [12_000_000, 10_000_000]
    assert [row["postage_micros"] for row in rows if not row["made_from"]] == [12_000_000, 0, 10_000_000]
    assert "order_money_on_each_line" in {finding.code for finding in result.findings}


def test_total_of_the_order_on_each_line_counts_once(tmp_path: Path) -> None:
    rows, _, _ = clean(
        tmp_path,
        """
订单号,下单时间,会员号,商品名称,实付金额
1,2020-01-02 10:00,m1,甲,11
1,2020-01-02 10:00,m1,乙,11
2,2020-01-02 11:00,m2,甲,5
""",
    )
    assert column(rows, "amount_micros") == [11_000_000, 0, 5_000_000]


KINDS = """
InvoiceNo,InvoiceDate,CustomerID,StockCode,Description,Quantity,UnitPrice
536365,2010-12-01 08:26,17850,85123A,HOLDER,6,2.55
536366,2010-12-01 09:00,17850,85123a,HOLDER,6,2.55
536367,2010-12-01 09:10,17850,POST,POSTAGE,1,18.00
C536379,2010-12-01 09:41,14527,D,Discount,-1,27.50
C536380,2010-12-01 09:49,15311,35004C,LADDER,-1,4.65
536381,2010-12-01 10:00,15311,35004C,LADDER,-1,4.65
536382,2010-12-01 10:00,,35004C,damaged,-5,0
A563186,2010-12-01 10:10,,B,Adjust bad debt,1,-11062.06
536383,2010-12-01 10:20,12345,M,T-SHIRT SIZE M?,1,9.99
536384,2010-12-01 10:20,12345,,Postage,1,3
536385,2010-12-01 10:20,12345,gift_0001_20,Dotcomgiftshop Gift Voucher,1,20
"""


def test_kinds_of_lines(tmp_path: Path) -> None:
    rows, _, result = clean(tmp_path, KINDS, currency="GBP")
    assert column(rows, "line_kind") == [
        "goods",
        "goods",
        "postage",
        "discount",
        "cancellation",
        "return",
        "adjustment",
        "adjustment",
        "goods",  # no name in the file says that M is a manual entry here
        "postage",
        "other",
    ]
    assert [i for i, flag in enumerate(column(rows, "is_cancellation")) if flag] == [3, 4]
    assert rows[0]["product_key"] == rows[1]["product_key"] == "85123A"
    assert rows[1]["product_code"] == "85123a"
    assert result.counts["joined_codes"] == 1
    assert result.counts["bad_debt_lines"] == 1
    assert rows[5]["value_micros"] == -4_650_000


def test_keys_are_stable_and_count_occurrences(tmp_path: Path) -> None:
    """The same lines in another order, among others, have the same keys: an overlapping export adds only what is
    new."""
    header = "order_number,date,customer_id,sku,quantity,unit price,size\n"
    lines = [
        "1,2020-01-02,C1,A,1,5,L",
        "1,2020-01-02,C1,A,1,5,L",
        "1,2020-01-02,C1,A,1,5,XL",
        "2,2020-01-02,C1,A,1,5.00,L",
    ]
    first, _, result = clean(tmp_path / "a", header + "\n".join(lines))
    second, _, _ = clean(tmp_path / "b", header + "\n".join([*reversed(lines), "3,2020-01-05,C9,Z,1,1,L"]))

    def keys(rows: Rows) -> set[tuple[object, ...]]:
        return {(row["order_key"], row["line_digest"], row["occurrence"]) for row in rows}

    assert len(keys(first)) == 4
    assert keys(first) < keys(second)
    assert column(first, "is_repeat") == [False, True, False, False]
    assert result.counts["repeat_lines"] == 1


def test_state_and_phone_do_not_change_the_key(tmp_path: Path) -> None:
    header = "order_number,date,customer_id,sku,quantity,unit price,status,phone,note\n"
    first, _, _ = clean(tmp_path / "a", header + "1,2020-01-02,C1,A,1,5,pending,,\n")
    second, _, _ = clean(tmp_path / "b", header + "1,2020-01-02,C1,A,1,5,refunded,13800138000,late\n")
    assert first[0]["line_digest"] == second[0]["line_digest"]
    assert (first[0]["order_state"], second[0]["order_state"]) == ("open", "refunded")


def test_rows_without_numbers_are_orders(tmp_path: Path) -> None:
    lines = ["00001,19970101,1,11.77", "00001,19970101,1,11.77", "00002,19970112,1,12"]
    text = "\n".join(["customer_id,date,number_of_cds,dollar_value", *lines])
    rows, _, _ = clean(tmp_path, text, zone="America/New_York", currency="USD")
    assert len(set(column(rows, "order_key"))) == 3
    assert column(rows, "occurrence") == [0, 1, 0]
    assert rows[0]["customer_external_id"] == "00001"
    assert rows[0]["event_at"] == datetime(1997, 1, 1, 5)
    again, _, _ = clean(tmp_path, text, zone="America/New_York", currency="USD")
    assert column(again, "order_key") == column(rows, "order_key")


def test_baskets_without_numbers_are_orders_of_a_day(tmp_path: Path) -> None:
    lines = ["C1,2020-01-01,A,1,5", "C1,2020-01-01,B,1,5", "C1,2020-01-02,A,1,5", "C2,2020-01-01,A,1,5"]
    text = "\n".join(["customer_id,date,sku,quantity,unit price", *lines])
    rows, _, _ = clean(tmp_path, text)
    keys = column(rows, "order_key")
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


def test_an_order_begins_with_its_earliest_line(tmp_path: Path) -> None:
    text = "order_number,date,sku,quantity,unit price\n1,2020-01-01 10:05,A,1,5\n1,2020-01-01 10:01,B,1,5\n"
    rows, _, _ = clean(tmp_path, text)
    assert set(column(rows, "order_at")) == {datetime(2020, 1, 1, 10, 1)}


@pytest.mark.parametrize(("mode", "known"), [("history", datetime(2020, 1, 4)), ("live", datetime(2020, 6, 1, 8))])
def test_when_it_was_known(tmp_path: Path, mode: str, known: datetime) -> None:
    received_at = datetime(2020, 6, 1, 8, tzinfo=UTC)
    text = "order_number,date,amount\n1,2020-01-01,5\n"
    rows, _, _ = clean(tmp_path, text, mode=mode, lag_days=3, received_at=received_at)
    assert rows[0]["known_at"] == known


def test_quantity_times_price_is_exact(tmp_path: Path) -> None:
    """0.1 + 0.2 has no place here; a thousandth of a piece at a millionth is rounded half away from zero."""
    sizes = ["3,0.1", "0.5,0.000001", "-0.5,0.000001", "1000000,9223372.036854", "1000001,9223372.036854"]
    lines = [f"{number},2020-01-01,{size}" for number, size in enumerate(sizes, start=1)]
    text = "\n".join(["order_number,date,quantity,unit price", *lines])
    rows, rejected, _ = clean(tmp_path, text)
    assert column(rows, "amount_micros") == [300_000, 1, -1, 9_223_372_036_854_000_000]
    assert [(row["row"], row["code"]) for row in rejected] == [(5, "amount_too_large")]


def test_one_refusal_of_contact_is_enough(tmp_path: Path) -> None:
    rows, _, _ = clean(
        tmp_path,
        """
客户编号,姓名,手机号,邮箱,允许营销,do_not_contact,注册时间
C1,张三,13800138000,A@X.COM,是,,2020-01-01
C2,李四,,bad mail,是,yes,2020-01-01
C3,博远科技有限公司,,,否,no,
C4,Ｊｏｈｎ　Ｓｍｉｔｈ,,,,,
""",
        kind="customers",
        zone="Asia/Shanghai",
    )
    assert column(rows, "contact_allowed") == [True, False, False, None]
    assert column(rows, "email") == ["a@x.com", None, None, None]
    assert column(rows, "kind") == ["person", "person", "organisation", "person"]
    assert rows[3]["name"] == "John Smith"
    assert rows[0]["registered_at"] == datetime(2019, 12, 31, 16)


def test_products_and_interactions(tmp_path: Path) -> None:
    rows, rejected, _ = clean(tmp_path / "p", "sku,name,price\na1,Cup,5\nA1,Cup,6\nb,Dish,x\n", kind="products")
    assert [(row["product_key"], row["price_micros"]) for row in rows] == [("A1", 5_000_000)]
    assert [row["code"] for row in rejected] == ["product_repeated", "amount_unreadable"]
    text = "customer_id,date,type,note\nC1,2020-01-01,call,hello\nC1,2020-01-01,call,hello\n,2020-01-01,call,x\n"
    rows, rejected, _ = clean(tmp_path / "i", text, kind="interactions")
    assert column(rows, "occurrence") == [0, 1]
    assert rejected[0]["code"] == "value_missing"


def test_a_corrected_file_of_rejects_knows_its_rows(tmp_path: Path) -> None:
    text = "order_number,date,customer_id,amount\n1,2020-01-01,=cmd,5\n2,2020-01-01,C2,x\n3,never,-C3,-7\n"
    _, rejected, _ = clean(tmp_path / "a", text)
    assert [(row["row"], row["column"], row["value"]) for row in rejected] == [(2, "amount", "x"), (3, "date", "never")]
    corrected = (
        "order_number,date,customer_id,product,amount,error_row,error_column,error_reason,error_file\n"
        "2,2020-01-01,C2,tea,6,2,amount,why,import-7\n"
        "3,2020-01-01,C3,'+tea,6,3,date,why,import-7\n"
        "4,2020-01-01,C4,'tis tea,6,4,date,why,import-7\n"
    )
    rows, _, _ = clean(tmp_path / "b", corrected)
    assert (rows[0]["corrects_row"], rows[0]["corrects_file"]) == (2, "import-7")
    assert rows[0]["extra"] is None
    # The apostrophe that kept a spreadsheet from running the cell is off again; anybody else's stays.
    assert column(rows, "product_name") == ["tea", "+tea", "'tis tea"]


def test_an_order_file_of_strangers_makes_no_order_of_two_of_them(tmp_path: Path) -> None:
    text = "date,product,phone,amount\n2020-01-01,cup,138****1234,5\n2020-01-01,dish,138****1234,6\n2020-01-01,pot,,7\n"
    rows, _, _ = clean(tmp_path, text)
    assert len(set(column(rows, "order_key"))) == 3
    assert column(rows, "customer_external_id") == [None] * 3


def test_codes_with_an_exponent_are_codes_until_a_spreadsheet_would_write_them(tmp_path: Path) -> None:
    head = "order_number,date,customer_id,product_code,amount\n"
    rows, _, _ = clean(tmp_path / "a", head + "1,2020-01-01,C1,1E+5,5\n")
    assert rows[0]["product_code"] == "1E+5"
    with pytest.raises(CodedError) as caught:
        clean(tmp_path / "b", head + "1,2020-01-01,C1,1.23457E+11,5\n")
    assert (caught.value.code, caught.value.where["row"]) == ("identifier_rounded", 1)


def test_reconciliation_adds_up_and_sees_a_lost_row(tmp_path: Path) -> None:
    rows, rejected, result = clean(
        tmp_path,
        KINDS + "536390,2010-12-31 23:30,1,A,CUP,1,7\n536391,nodate,1,A,CUP,1,7\n536392,2010-12-02,1,A,CUP,1,1e5\n",
        zone="Asia/Shanghai",
    )
    table = reconcile(result.clean_path, result.rejected_path, zone="Asia/Shanghai", months=result.months).to_pylist()
    assert [row["month"] for row in table] == ["2010-12", None]
    assert [row["difference_micros"] for row in table] == [0, 0]
    assert table[1]["rejected_micros"] == 7_000_000
    assert table[0]["rejected_unknown_lines"] == 1
    assert table[0]["adjustments_micros"] == -11_062_060_000
    assert len(rejected) == 2
    whole = pq.read_table(result.clean_path)
    pq.write_table(whole.slice(1), tmp_path / "lossy.parquet")
    lossy = reconcile(tmp_path / "lossy.parquet", result.rejected_path, zone="Asia/Shanghai", months=result.months)
    assert lossy["difference_micros"].to_pylist() == [rows[0]["amount_micros"], 0]


@pytest.mark.parametrize(
    ("overrides", "code"),
    [
        ({"nonsense": "date"}, "mapping_field_unknown"),
        ({"amount": "nonsense"}, "mapping_column_unknown"),
        ({"amount": "date", "ordered_at": "date"}, "mapping_column_twice"),
        ({"ordered_at": ""}, "required_field_missing"),
        ({"amount": ""}, "money_field_missing"),
    ],
)
def test_wrong_mappings_are_refused_and_leave_nothing(tmp_path: Path, overrides: dict[str, str], code: str) -> None:
    with pytest.raises(CodedError) as caught:
        clean(tmp_path / "x", "order_number,date,amount\n1,2020-01-01,5\n", overrides=overrides)
    assert caught.value.code == code
    assert {path.name for path in (tmp_path / "x").iterdir()} == {"received.parquet"}


def test_zone_and_currency_are_checked() -> None:
    for settings in ({"zone": "Mars/Base"}, {"currency": "yuan"}):
        with pytest.raises(CodedError):
            CleaningSettings(**settings)
