"""What orders bring in: states, dates, currencies, and the money that stands in columns of its own."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import md5
from pathlib import Path

import pytest

from little_tables import clean, column
from zhiji.processing.cleaning.errors import OrderCurrencyDiffers
from zhiji.processing.cleaning.words import order_state
from zhiji.processing.validation import reconcile


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("待处理", "open"), ("待确认", "open"), ("异常", "open"), ("On Hold", "open"), ("pending_review", "open"),
        ("退款中", "completed"), ("申请退款", "completed"), ("Refund requested", "completed"), ("天晓得", None),
    ],
)  # fmt: skip
def test_states_that_are_under_way(word: str, state: str | None) -> None:
    assert order_state(word) == state


def test_a_date_after_the_file_came_in_goes_to_quarantine(tmp_path: Path) -> None:
    text = (
        "order_number,date,amount\n1,2025-01-30 10:00,5\n2,2025-02-01 09:00,5\n3,2025-02-02 09:00,5\n4,2035-01-01,5\n"
    )
    received_at = datetime(2025, 2, 1, 8, tzinfo=UTC)
    rows, rejected, _ = clean(tmp_path, text, received_at=received_at)
    assert column(rows, "order_number") == ["1", "2"], "a day's grace, for dates of a zone ahead"
    assert [(row["row"], row["column"], row["value"], row["code"]) for row in rejected] == [
        (3, "date", "2025-02-02 09:00", "date_in_future"),
        (4, "date", "2035-01-01", "date_in_future"),
    ]


MILLION = 1_000_000
SHOP = """
order number,date,customer id,sku,quantity,unit price,discount,tax,shipping,service fee,refund amount,order total,status
1,2020-01-02,C1,A,2,40,0,3,5,,,100,completed
1,2020-01-02,C1,B,1,12,0,3,5,,,100,completed
2,2020-01-03,C2,A,1,40,4,2,5,1,40,44,partial refund
2,2020-01-03,C2,B,1,0,4,2,5,1,40,44,partial refund
3,2020-01-04,,A,1,40,0,0,0,0,0,40,partial refund
4,2020-01-05,C2,A,1,40,0,1,0,0,41,41,refunded
5,2020-01-06,C3,A,1,40,3,2,0,0,0,49,completed
5,2020-01-06,C3,B,1,10,3,2,0,0,0,49,completed
6,2020-01-07,C3,A,1,20,3,2,0,0,0,29,completed
6,2020-01-07,C3,B,1,10,3,2,0,0,0,29,completed
"""


def test_tax_postage_fee_discount_and_refund_of_an_order_are_lines_once_an_order(tmp_path: Path) -> None:
    rows, rejected, result = clean(tmp_path, SHOP)
    assert not rejected
    made = [(row["order_number"], row["made_from"], row["line_kind"], row["amount_micros"] // MILLION)
            for row in rows if row["made_from"]]  # fmt: skip
    assert made == [
        ("1", "postage", "postage", 5),
        ("1", "tax", "tax", 3),
        ("2", "discount", "discount", -4),
        ("2", "fee", "fee", 1),
        ("2", "postage", "postage", 5),
        ("2", "refund_amount", "return", -40),
        ("2", "tax", "tax", 2),
        ("4", "tax", "tax", 1),
        ("5", "discount", "discount", -3),
        ("5", "tax", "tax", 2),
        ("6", "discount", "discount", -3),
        ("6", "tax", "tax", 2),
    ]
    # By another route: the file's own totals.
    totals = {"1": 100, "2": 44, "3": 40, "4": 41, "5": 49, "6": 29}
    for number, total in totals.items():
        refunded = 40 if number == "2" else 0
        own = [row["amount_micros"] for row in rows if row["order_number"] == number]
        assert sum(own) == (total - refunded) * MILLION, number
    assert [entry["micros"] for entry in result.months] == [sum(totals.values()) * MILLION]
    months = reconcile(result.clean_path, result.rejected_path, zone="UTC", months=result.months).to_pylist()
    names = ("received_micros", "refunds_micros", "difference_micros", "received_lines")
    assert [tuple(month[name] for name in names) for month in months] == [(303 * MILLION, -40 * MILLION, 0, 10)]
    codes = {finding.code: finding.params for finding in result.findings}
    assert codes["orders_refunded_in_part"]["micros"] == -40 * MILLION
    assert codes["refund_amount_missing"] == {"count": 1}, "order 3: nothing says how much"


def test_the_column_of_a_line_is_counted_line_by_line(tmp_path: Path) -> None:
    rows, _, _ = clean(
        tmp_path,
        """
order number,date,sku,quantity,unit price,discount,tax,refund amount
1,2020-01-02,A,2,40,8,7.2,
1,2020-01-02,B,1,10,0,1,10
1,2020-01-02,C,1,10,0,1.5,
""",
    )
    assert [(row["row"], row["made_from"], row["amount_micros"]) for row in rows] == [
        (1, None, 72 * MILLION),
        (1, "tax", 9_700_000),
        (2, None, 10 * MILLION),
        (2, "refund_amount", -10 * MILLION),
        (3, None, 10 * MILLION),
    ]


def test_a_later_refund_changes_the_order_and_the_same_file_again_does_not(tmp_path: Path) -> None:
    header = "order number,date,sku,quantity,unit price,refund amount\n"

    def keys(name: str, refund: str) -> dict[tuple[object, ...], object]:
        rows, _, _ = clean(tmp_path / name, f"{header}1,2020-01-02,A,2,40,{refund}\n")
        return {(row["line_digest"], row["occurrence"], row["line_kind"]): row["amount_micros"] for row in rows}

    before, after = keys("a", ""), keys("b", "-40")
    assert after == keys("c", "40"), "with or without a minus before it"
    assert before.items() < after.items()
    assert set(after.values()) == {80 * MILLION, -40 * MILLION}


def test_the_key_of_money_of_an_order_is_its_kind_and_amount_and_so_is_that_of_one_line(tmp_path: Path) -> None:
    """Stored files are known again by it; ``SHOP`` shows orders', the other file a refund and a tax of lines, by one
    order."""
    lines = """
order number,date,sku,quantity,unit price,tax,refund amount
1,2020-01-02,A,1,40,1,
1,2020-01-02,B,1,10,2,10
2,2020-01-02,A,1,40,3,40
3,2020-01-02,A,1,40,4,5
3,2020-01-02,B,1,40,4,5
"""
    for text, several in ((SHOP, set()), (lines, {("1", "tax"), ("3", "tax"), ("3", "refund_amount")})):
        rows, _, _ = clean(tmp_path / str(len(several)), text)
        made = [row for row in rows if row["made_from"]]
        other = {
            (row["order_number"], row["made_from"])
            for row in made
            if row["line_digest"]
            != md5(f"made\x1f{row['made_from']}\x1f{row['amount_micros']}".encode(), usedforsecurity=False).hexdigest()[
                :16
            ]
        }
        assert made
        assert other == several


def test_equal_money_of_an_order_at_two_times_stands_under_two_keys(tmp_path: Path) -> None:
    """One key would be one line as soon as the order is derived anew, and the second postage be lost."""
    header = "order number,date,sku,quantity,unit price,shipping\n"
    usual = "".join(f"{n},2020-01-02,A,1,40,6\n{n},2020-01-02,B,1,10,6\n" for n in range(100, 300))
    parts = "1,2020-01-02,A,1,40,5\n1,2020-01-03,B,1,10,3\n1,2020-01-04,C,1,12,3\n"
    rows, _, result = clean(tmp_path, header + usual + parts)
    made = [row for row in rows if row["made_from"]]
    assert len(made) == 203, "one postage an order, and each part of the order that came in parts"
    keys = [(row["order_number"], row["line_digest"], row["occurrence"]) for row in made]
    assert len(set(keys)) == len(keys)
    by_hand = 200 * (50 + 6) + 62 + 5 + 3 + 3
    assert [entry["micros"] for entry in result.months] == [by_hand * MILLION]
    assert sum(row["amount_micros"] for row in rows) == by_hand * MILLION


def test_rows_in_another_currency_go_to_quarantine(tmp_path: Path) -> None:
    text = "order number,date,customer id,amount,currency\n1,2020-01-02,C1,100,USD\n2,2020-01-02,C1,100,CNY\n"
    rows, rejected, result = clean(
        tmp_path, text + "3,2020-01-02,C1,100,JPY\n4,2020-01-03,C1,7,\n5,2020-01-03,C1,7,12\n"
    )
    assert column(rows, "order_number") == ["2", "4"]
    assert [(row["row"], row["column"], row["value"], row["code"]) for row in rejected] == [
        (1, "currency", "USD", "currency_foreign"),
        (3, "currency", "JPY", "currency_foreign"),
        (5, "currency", "12", "currency_unreadable"),
    ]
    months = reconcile(
        result.clean_path, result.rejected_path, zone="UTC", months=result.months, currency="CNY"
    ).to_pylist()
    assert {m["currency"] for m in months} == {"CNY"}, "no sum crosses currencies"
    assert sum(m["received_micros"] for m in months) == 107 * MILLION
    assert sum(m["rejected_unknown_lines"] for m in months) == sum(m["rejected_lines"] for m in months) == 3
    assert {m["difference_micros"] for m in months} == {0}


def test_a_file_in_one_other_currency_is_refused_whole(tmp_path: Path) -> None:
    text = "order number,date,sku,amount,currency\n1,2020-01-02,A,100,US$\n1,2020-01-02,B,100,\n2,2020-01-02,A,1,usd\n"
    with pytest.raises(OrderCurrencyDiffers) as caught:
        clean(tmp_path / "a", text)
    assert caught.value.reason.params == {"found": "USD", "expected": "CNY"}
    rows, _, _ = clean(tmp_path / "b", text, currency="USD")
    assert column(rows, "currency") == ["USD"] * 3, "the first line of an order speaks for all"


def test_a_discount_on_a_return_is_of_what_was_paid(tmp_path: Path) -> None:
    """Bought for 90, brought back for 90, whichever way the file writes it."""
    header = "order number,date,customer id,sku,quantity,unit price,discount"
    signed = f"{header}\n1,2025-01-01,C1,A,1,100,10\n2,2025-01-05,C1,A,-1,100,10\n3,2025-01-05,C1,A,-1,100,-10\n"
    worded = f"{header},line kind\n1,2025-01-01,C1,A,1,100,10,sale\n2,2025-01-05,C1,A,1,100,10,return\n"
    for name, text in (("signed", signed), ("worded", worded)):
        rows, _, _ = clean(tmp_path / name, text)
        assert [row["amount_micros"] // MILLION for row in rows] == [90, -90, -90][: len(rows)]


def test_a_discount_of_the_order_on_a_return_is_of_what_was_paid(tmp_path: Path) -> None:
    header = "order number,date,customer id,sku,quantity,unit price,discount\n"
    usual = "".join(f"{n},2025-01-01,C1,A,1,100,10\n{n},2025-01-01,C1,B,1,50,10\n" for n in range(10, 13))
    back = "2,2025-01-05,C1,A,-1,100,10\n2,2025-01-05,C1,B,-1,50,10\n"
    rows, _, result = clean(tmp_path, header + usual + back)
    assert sum(row["amount_micros"] for row in rows if row["order_number"] == "2") == -140 * MILLION
    assert [entry["micros"] for entry in result.months] == [(3 - 1) * 140 * MILLION]


def test_a_discount_of_the_order_is_of_its_sum_whichever_row_comes_first(tmp_path: Path) -> None:
    header = "order number,date,customer id,sku,quantity,unit price,discount\n"
    usual = "".join(f"{n},2025-01-01,C1,A,1,100,10\n{n},2025-01-01,C1,B,1,50,10\n" for n in range(10, 14))
    back, sold = "2,2025-01-05,C1,A,-1,50,10\n", "2,2025-01-05,C1,B,1,100,10\n"
    for name, order in (("a", back + sold), ("b", sold + back)):
        rows, _, _ = clean(tmp_path / name, header + usual + order)
        assert sum(row["amount_micros"] for row in rows if row["order_number"] == "2") == 40 * MILLION


def test_a_row_without_a_price_does_not_take_the_total_of_an_order_whose_other_rows_have_one(tmp_path: Path) -> None:
    header = "order number,date,customer id,sku,quantity,unit price,order total\n"
    usual = "".join(f"{n},2025-01-01,C1,A,1,30,70\n{n},2025-01-01,C1,B,1,40,70\n" for n in range(10, 13))
    gifts = (
        "1,2025-01-01,C1,G,1,,100\n1,2025-01-01,C1,B,1,100,100\n2,2025-01-01,C1,B,1,100,100\n2,2025-01-01,C1,G,1,,100\n"
    )
    rows, rejected, _ = clean(tmp_path, header + usual + gifts)
    assert {row["order_number"]: row["amount_micros"] // MILLION for row in rows if int(row["order_number"]) < 10} == {
        "1": 100,
        "2": 100,
    }
    assert [(row["row"], row["code"]) for row in rejected] == [(7, "money_missing"), (10, "money_missing")]


@pytest.mark.parametrize(
    ("cells", "books", "found"),
    [
        (["$5.00", "$6.00"], "GBP", "USD"), (["$5.00", "$6.00"], "AUD", None), (["£5", "£6"], "GBP", None),
        (["¥5", "￥6"], "CNY", None), (["¥5", "¥6"], "JPY", None), (["¥5", "¥6"], "EUR", "CNY"),
        (["5", "6"], "GBP", None), (["HK$5", "HK$6"], "CNY", "HKD"), (["HK$5", "HK$6"], "HKD", None),
        (["5 €", "6 €"], "USD", "EUR"),
        # One cell of many is somebody's slip, and no word of the file's.
        (["5", "6", "$7"], "GBP", None),
    ],
)  # fmt: skip
def test_the_sign_beside_the_amounts_says_the_currency_where_no_column_does(
    tmp_path: Path, cells: list[str], books: str, found: str | None
) -> None:
    text = "order number,date,amount\n" + "".join(f"{i},2020-01-0{i},{cell}\n" for i, cell in enumerate(cells, 1))
    if found is None:
        rows, rejected, _ = clean(tmp_path / "a", text, overrides={"amount": "amount"}, currency=books)
        assert (len(rows), rejected) == (len(cells), [])
    else:
        with pytest.raises(OrderCurrencyDiffers) as caught:
            clean(tmp_path / "a", text, overrides={"amount": "amount"}, currency=books)
        assert caught.value.reason.params == {"found": found, "expected": books}
        assert caught.value.reason.where == {"column": "amount"}
        assert not [path for path in (tmp_path / "a").iterdir() if path.name != "received.parquet"]
