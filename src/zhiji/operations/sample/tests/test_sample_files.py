"""The files agree with their truth, read here by other means than those that wrote it."""

import csv
import json
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal

import phonenumbers
import pytest

from zhiji.operations.sample import generate_sample

AS_OF = date(2026, 6, 30)
MICROS = 1_000_000


@pytest.fixture(scope="module")
def company():
    return generate_sample(AS_OF)


@pytest.fixture(scope="module")
def written(company, tmp_path_factory):
    return company.write(tmp_path_factory.mktemp("sample"))


def read(path):
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.fixture(scope="module")
def truth(written):
    return json.loads(written["truth"].read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def clean_orders(written, truth):
    dirty = {row["row"] for row in truth["dirty_rows"] if row["file"] == "orders.csv"}
    return [row for number, row in enumerate(read(written["orders"]), start=1) if number not in dirty]


@pytest.fixture(scope="module")
def customers(written, truth):
    dirty = {row["row"] for row in truth["dirty_rows"] if row["file"] == "customers.csv"}
    return {row["客户编号"]: row for n, row in enumerate(read(written["customers"]), start=1) if n not in dirty}


def micros(text):
    return int(Decimal(text) * MICROS)


def test_headers_and_encoding(written):
    assert written["orders"].read_bytes().startswith(b"\xef\xbb\xbf")
    orders, customers = (",".join(read(written[name])[0]) for name in ("orders", "customers"))
    assert (
        orders == "订单号,下单时间,客户编号,商品编号,商品名称,类目,数量,单价,金额,币种,行类型,订单状态,店铺,渠道,国家"
    )
    assert customers == "客户编号,姓名,公司,手机号,邮箱,城市,国家,注册日期,允许营销"


def test_same_arguments_same_bytes(company, written, tmp_path):
    again = generate_sample(AS_OF).write(tmp_path / "again")
    other = generate_sample(AS_OF, seed=8).write(tmp_path / "other")
    for name, path in written.items():
        assert path.read_bytes() == again[name].read_bytes()
        assert path.read_bytes() != other[name].read_bytes()


def test_every_line_multiplies_exactly(clean_orders):
    for row in clean_orders:
        assert Decimal(row["数量"]) * Decimal(row["单价"]) == Decimal(row["金额"])
        assert Decimal(row["单价"]) >= Decimal("0.01")


def test_orders_realise_the_drawn_values_to_the_cent(company, clean_orders):
    found = defaultdict(int)
    for row in clean_orders:
        if row["客户编号"] and row["订单状态"] == "交易成功" and row["行类型"] in ("商品", "折扣"):
            found[row["订单号"]] += micros(row["金额"])
    expected = company.transactions.set_index("order_number")["amount_micros"].to_dict()
    assert found == expected


def test_months_and_totals_to_the_micro(clean_orders, truth):
    months = defaultdict(Counter)
    for row in clean_orders:
        month = months[row["下单时间"][:7]]
        amount = micros(row["金额"])
        if row["订单状态"] != "交易成功":
            month["cancelled"] += amount if row["行类型"] == "商品" else 0
            continue
        month[{"商品": "goods", "折扣": "discounts", "退货": "returns", "运费": "postage"}[row["行类型"]]] += amount
        if row["行类型"] != "运费":
            month["net_goods"] += amount
            month["guest_net_goods"] += 0 if row["客户编号"] else amount
    assert set(months) == set(truth["months"])
    for month, sums in truth["months"].items():
        assert {name: months[month][name] for name in sums} == sums
    assert truth["totals"] == {name: sum(m[name] for m in truth["months"].values()) for name in truth["totals"]}
    assert truth["totals"]["returns"] < 0 < truth["totals"]["cancelled"]


def test_net_goods_by_another_route(company, truth):
    """Values as drawn, guests and returns apart, without a look at the lines."""
    returned = sum(row["amount_micros"] for row in truth["returns"])
    own = int(company.transactions["amount_micros"].sum())
    assert truth["totals"]["net_goods"] == own + returned + truth["totals"]["guest_net_goods"]


def test_counts(clean_orders, customers, truth):
    counts = truth["counts"]
    dirty = Counter(row["file"] for row in truth["dirty_rows"])
    assert counts["order_file_rows"] == len(clean_orders) + dirty["orders.csv"]
    assert counts["customer_file_rows"] == len(customers) + dirty["customers.csv"]
    guests = [row for row in clean_orders if not row["客户编号"]]
    assert counts["guest_lines"] == len(guests)
    assert counts["guest_orders"] == len({row["订单号"] for row in guests}) > 100
    assert counts["cancelled_orders"] == len({r["订单号"] for r in clean_orders if r["订单状态"] == "已取消"}) == 2
    assert counts["closed_orders"] == len({r["订单号"] for r in clean_orders if r["订单状态"] == "已关闭"}) == 1
    for kind, name in (("退货", "return_lines"), ("折扣", "discount_lines"), ("运费", "postage_lines")):
        assert counts[name] == sum(row["行类型"] == kind for row in clean_orders) > 50
    same = Counter(tuple(row.values()) for row in clean_orders)
    assert counts["identical_lines"] == sum(n - 1 for n in same.values()) >= 6


def test_returns_take_from_their_order(clean_orders, truth):
    sold = {}
    for row in clean_orders:
        sold.setdefault((row["订单号"], row["商品编号"], row["单价"]), []).append(row)
    back = [row for row in clean_orders if row["行类型"] == "退货"]
    assert len(back) == len(truth["returns"])
    link = {row["return_number"]: row["order_number"] for row in truth["returns"]}
    for row in back:
        sale = sold[link[row["订单号"]], row["商品编号"], row["单价"]][0]
        pieces = sum(int(one["数量"]) for one in sold[link[row["订单号"]], row["商品编号"], row["单价"]])
        assert 0 < -int(row["数量"]) <= pieces
        assert row["下单时间"] > sale["下单时间"]
        assert row["下单时间"][:10] <= AS_OF.isoformat()
        assert row["客户编号"] in _ids_of(sale["客户编号"], truth)


def _ids_of(external_id, truth):
    pair = next((d["external_ids"] for d in truth["duplicates"] if external_id in d["external_ids"]), None)
    return pair or [external_id]


def test_everybody_who_ordered_is_in_the_customer_file(clean_orders, customers, truth):
    buyers = {row["客户编号"] for row in clean_orders} - {""}
    assert buyers == set(customers) - set(truth["without_order"])
    assert {c for c, row in customers.items() if row["允许营销"] == "否"} == set(truth["opted_out"])
    for row in clean_orders:
        if row["客户编号"]:
            assert customers[row["客户编号"]]["注册日期"] <= row["下单时间"][:10]


def test_planted_duplicates_share_their_key_and_look_different(customers, truth):
    assert len(truth["duplicates"]) == 60
    keys = Counter()
    for pair in truth["duplicates"]:
        one, other = (customers[i] for i in pair["external_ids"])
        assert one["姓名"] != other["姓名"]
        keys[pair["certain_key"]] += 1
        if pair["certain_key"] == "phone":
            assert number(one) == number(other)
        elif pair["certain_key"] == "email":
            assert one["邮箱"].lower() == other["邮箱"].lower()
        else:
            assert one["城市"] == other["城市"]
    assert min(keys[key] for key in ("phone", "email", None)) >= 5


def test_nobody_else_shares_a_phone_or_mail(customers, truth):
    allowed = [set(pair["external_ids"]) for pair in (*truth["duplicates"], *truth["not_duplicates"])]
    for field in (number, lambda row: row["邮箱"].lower()):
        owners = defaultdict(set)
        for external_id, row in customers.items():
            if field(row):
                owners[field(row)].add(external_id)
        shared = [ids for ids in owners.values() if len(ids) > 1]
        assert all(any(ids <= pair for pair in allowed) for ids in shared)


def number(row):
    region = {"中国": "CN", "英国": "GB", "美国": "US", "德国": "DE", "法国": "FR"}[row["国家"]]
    return phonenumbers.format_number(phonenumbers.parse(row["手机号"], region), 0) if row["手机号"] else ""


def test_phones_and_mails_belong_to_nobody(customers):
    ranges = ("+861349", "+442079460", "+441614960", "+1", "+493023125", "+3319900")
    for row in customers.values():
        assert not row["手机号"] or number(row).startswith(ranges)
        assert not row["手机号"] or phonenumbers.is_valid_number(phonenumbers.parse(number(row)))
        assert not number(row).startswith("+1") or number(row)[5:10] == "55501"
        assert not row["邮箱"] or row["邮箱"].lower().endswith("@example.com")


def test_english_files_say_the_same(company, written, tmp_path):
    english = company.write(tmp_path, "en")
    rows, chinese = read(english["orders"]), read(written["orders"])
    assert [row["Amount"] for row in rows] == [row["金额"] for row in chinese]
    assert {row["Line type"] for row in rows} == {"Goods", "Return", "Discount", "Postage"}
    dirty = json.loads(english["truth"].read_text(encoding="utf-8"))["dirty_rows"]
    assert {row["column"] for row in dirty if row["file"] == "orders.csv"} <= set(rows[0])
    for row in dirty:
        if row["file"] == "orders.csv":
            assert rows[row["row"] - 1][row["column"]] == row["value"]


def test_without_dirt_nothing_is_refused(tmp_path):
    company = generate_sample(AS_OF, n_customers=200, dirt=False)
    assert company.truth["dirty_rows"] == []
    for row in read(company.write(tmp_path)["orders"]):
        assert Decimal(row["金额"]).is_finite()
