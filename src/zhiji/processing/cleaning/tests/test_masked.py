"""What a source has masked (138****1234, z***@qq.com, 张**) is kept and shown; it tells nobody apart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from little_tables import clean, column
from zhiji.processing.cleaning import Cleaned


def findings(result: Cleaned) -> dict[str, object]:
    return {one.code: one.params.get("count") for one in result.findings}


def test_a_masked_address_is_no_customer_and_is_said_to_be_masked(tmp_path: Path) -> None:
    """Three buyers with three phones; two addresses look the same behind their masks."""
    rows, rejected, result = clean(
        tmp_path,
        """
order,date,email,phone,product,quantity,price
A1,2025-01-03,Z***@QQ.com,138****0001,tea,1,30
A2,2025-01-04,z＊＊＊@qq.com,139****0002,tea,1,40
A3,2025-01-05,ann@qq.com,137****0003,tea,1,50
""",
    )
    assert not rejected
    assert column(rows, "customer_external_id") == [None, None, "ann@qq.com"]
    assert column(rows, "email") == ["z***@qq.com", "z***@qq.com", "ann@qq.com"]
    told = findings(result)
    assert (told["emails_masked"], told["phones_masked"]) == (2, 3)
    known = next(one for one in result.findings if one.code == "customers_known_by_contact")
    assert known.params["columns"] == ["email"]


def test_masked_addresses_alone_are_not_said_to_tell_customers_apart(tmp_path: Path) -> None:
    rows, _, result = clean(tmp_path, "order,date,email,amount\n1,2020-01-02,z***@qq.com,10\n")
    assert column(rows, "customer_external_id") == [None]
    assert "customers_known_by_contact" not in findings(result)


def test_without_order_numbers_a_masked_address_makes_no_order_of_two_strangers(tmp_path: Path) -> None:
    header = "date,customer id,email,product,amount\n"
    rows, _, _ = clean(tmp_path, header + "2020-01-02,,z***@qq.com,tea,10\n2020-01-02,,z***@qq.com,cup,20\n")
    assert len(set(column(rows, "order_key"))) == 2


def test_a_phone_given_to_the_other_lines_stays_masked(tmp_path: Path) -> None:
    rows, _, result = clean(
        tmp_path,
        """
order_number,date,customer_id,phone,product,amount
1,2020-01-02,C1,138****8000,Cup,10
1,2020-01-02,C1,,Dish,10
""",
    )
    assert "order_fields_filled" in findings(result)
    assert column(rows, "phone") == ["138****8000", "138****8000"]
    assert column(rows, "phone_masked") == [True, True]


MASKED_NICKS = """
订单编号,订单创建时间,买家会员名,宝贝标题,买家实际支付金额
A1,2025-01-03,张**,茶,30
A2,2025-01-04,张**,茶,40
A3,2025-01-05,李＊＊,茶,50
A4,2025-01-06,王小明,茶,60
"""


def test_a_masked_id_makes_a_guest_and_is_kept(tmp_path: Path) -> None:
    rows, rejected, result = clean(tmp_path, MASKED_NICKS)
    assert not rejected
    assert column(rows, "customer_external_id") == [None, None, None, "王小明"]
    kept = [json.loads(str(row["extra"])) if row["extra"] else None for row in rows]
    assert kept == [{"买家会员名": "张**"}, {"买家会员名": "张**"}, {"买家会员名": "李＊＊"}, None]
    masked = next(one for one in result.findings if one.code == "customer_ids_masked")
    assert (masked.params["count"], masked.where["column"]) == (3, "买家会员名")
    assert result.counts["guest_lines"] == 3
    # The money is all there: guests count.
    assert sum(column(rows, "value_micros")) == 180_000_000  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "text", "where"),
    [
        ("customers", "客户编号,姓名\n张**,张三\n张**,张四\nC3,李雷\n", "客户编号"),
        (
            "interactions",
            "time,customer,type,content\n2025-01-03 10:00,z***1,call,a\n2025-01-03 11:00,z***1,call,b\n"
            "2025-01-03 12:00,C3,call,c\n",
            "customer",
        ),
    ],
)
def test_a_row_about_a_masked_customer_goes_to_quarantine(tmp_path: Path, kind: str, text: str, where: str) -> None:
    rows, rejected, _ = clean(tmp_path, text, kind)
    assert len(rows) == 1
    reasons = {(row["code"], row["column"], row["also"]) for row in rejected}
    assert (len(rejected), reasons) == (2, {("customer_id_masked", where, "[]")})


def test_masked_addresses_in_a_customers_file_are_counted_and_kept(tmp_path: Path) -> None:
    rows, _, result = clean(tmp_path, "id,name,email\nC1,Ann,z***@qq.com\nC2,Ben,ben@qq.com\n", "customers")
    assert column(rows, "email") == ["z***@qq.com", "ben@qq.com"]
    assert findings(result)["emails_masked"] == 1
