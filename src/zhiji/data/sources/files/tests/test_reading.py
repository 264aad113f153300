"""What files of each form become: profile, rows, numbering, notes."""

from __future__ import annotations

import gzip
import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from zhiji.data.sources.files import FileProfile, Received, inspect, read
from zhiji.data.sources.files.errors import FileMissing, FileWithoutRecords, OptionUnknown, SheetNotFound
from zhiji.kernel import Reason, render


def received(path: Path, out: Path, **options: object) -> tuple[FileProfile, Received, list[dict[str, object]]]:
    profile = inspect(path, options=options)
    result = read(path, out, profile)
    rows = pq.read_table(result.path).to_pylist()
    assert result.records == profile.row_count == len(rows)
    assert result.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert FileProfile.from_json(json.loads(json.dumps(profile.to_json()))) == profile
    return profile, result, rows


def cells(rows: list[dict[str, object]]) -> list[list[object]]:
    return [[value for key, value in row.items() if key.startswith("c")] for row in rows]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_delimiters(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "x.txt"
    lines = [
        ["id", "name", "amount"],
        ["1", "Ann Lee", "1.5"],
        ["2", '"B' + delimiter + 'C"', "2,5" if delimiter != "," else "2"],
    ]
    path.write_text("\n".join(delimiter.join(line) for line in lines))
    profile, _, rows = received(path, tmp_path / "out")
    assert profile.delimiter == delimiter
    assert profile.columns == ["id", "name", "amount"]
    assert cells(rows)[1][1] == f"B{delimiter}C"


def test_semicolons_win_over_decimal_commas(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("code;price;total\n" + "a;1,50;3,00\n" * 20)
    assert inspect(path).delimiter == ";"


def test_white_space_without_header(tmp_path: Path) -> None:
    path = tmp_path / "cdnow.txt"
    path.write_bytes(b" 00001 19970101  1   11.77\r\n 00002 19970112  1   12.00\r\n 00002 19970112  5   77.00\r\n")
    profile, _, rows = received(path, tmp_path / "out")
    assert profile.format == "whitespace"
    assert not profile.header
    assert profile.columns == ["column 1", "column 2", "column 3", "column 4"]
    assert cells(rows)[0] == ["00001", "19970101", "1", "11.77"]
    assert [note.code for note in profile.notes] == ["file_without_header"]


def test_full_names_are_one_column(tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_text("Full Name\nAnn Lee\nBob Ray\nCy Young\n")
    profile, _, rows = received(path, tmp_path / "out")
    assert profile.columns == ["Full Name"]
    assert cells(rows) == [["Ann Lee"], ["Bob Ray"], ["Cy Young"]]


def test_a_refusal_names_the_columns_as_the_file_does(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text('Qty,"Price, net"\n')
    with pytest.raises(FileWithoutRecords) as refused:
        received(path, tmp_path / "out")
    assert refused.value.params["columns"] == ["Qty", "Price, net"]
    assert "（Qty、Price, net）" in render(refused.value.reason, "zh").why


def test_a_refusal_of_before_still_says_what_the_file_is() -> None:
    before = Reason("file_not_table", {"name": "x.csv", "kind": "PDF"})
    assert [render(before, "en").what, render(before, "zh").what] == [
        "x.csv is no table: it is a PDF file.", "x.csv 不是表格，而是 PDF 文件。",
    ]  # fmt: skip


def test_rows_are_numbered_as_a_person_counts(tmp_path: Path) -> None:
    """Blank lines count, and are no records; titles above the names do not count."""
    path = tmp_path / "x.csv"
    path.write_text("Sales of August\n\nid,date,amount\n1,2011-08-01,5\n\n,,\n2,2011-08-02,6\n")
    profile, result, rows = received(path, tmp_path / "out")
    assert profile.columns == ["id", "date", "amount"]
    assert [row["row"] for row in rows] == [1, 4]
    assert result.blank == 2
    assert "file_preamble_skipped" in [note.code for note in profile.notes]


def test_broken_records_are_kept_with_their_text(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a,b,c\n1,2,3\n1,2\n4,5,6\n")
    _, result, rows = received(path, tmp_path / "out")
    assert result.broken == 1
    assert rows[1]["raw"] == "1,2"
    assert json.loads(rows[1]["broken"]) == {
        "code": "record_cell_count",
        "params": {"found": 2, "expected": 3},
        "where": {"row": 2},
    }


def test_an_unclosed_quote_costs_one_line(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text('a,b\n1,"open\n' + "\n".join(f"{i},x" for i in range(2, 2000)) + "\n")
    _, result, rows = received(path, tmp_path / "out")
    assert (result.records, result.broken) == (1999, 1)
    assert json.loads(rows[0]["broken"])["where"] == {"row": 1, "column": "b"}


def test_quoted_line_breaks_stay_in_one_record(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text('a,b\n1,"two\nlines, ""quoted"""\n2,x\n')
    _, _, rows = received(path, tmp_path / "out")
    assert cells(rows) == [["1", 'two\nlines, "quoted"'], ["2", "x"]]


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-be", "utf-16-be"),
        ("gb18030", "gb18030"),
    ],
)
def test_encodings(tmp_path: Path, encoding: str, found: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes("订单号,客户,金额\n1,张三丰,5\n2,欧阳锋,6\n".encode(encoding))
    profile, _, rows = received(path, tmp_path / "out")
    assert profile.encoding == found
    assert profile.columns == ["订单号", "客户", "金额"]
    assert cells(rows)[1] == ["2", "欧阳锋", "6"]


def test_traditional_chinese_of_older_systems(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes("訂單編號,客戶,金額\n1,張三豐,5\n2,歐陽鋒,6\n".encode("big5"))
    profile, _, rows = received(path, tmp_path / "out")
    assert profile.encoding == "big5"
    assert cells(rows)[1] == ["2", "歐陽鋒", "6"]


def test_latin_1_is_not_taken_for_chinese(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes("nom,ville\nHélène,Orléans\nJörg Müller,Köln\nÅsa,Malmö\n£5,é\n".encode("latin-1"))
    _, _, rows = received(path, tmp_path / "out")
    assert cells(rows)[1] == ["Jörg Müller", "Köln"]


def test_gzip(tmp_path: Path) -> None:
    path = tmp_path / "x.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n1,2\n"))
    profile, _, rows = received(path, tmp_path / "out")
    assert profile.compression == "gz"
    assert cells(rows) == [["1", "2"]]


def test_excel_values_become_what_a_person_would_type(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["id", "when", "day", "price", "flag", "text", "big"])
    sheet.append([536365, datetime(2011, 8, 30, 9, 5), date(2011, 8, 30), 0.1 + 0.2, True, "00123", 1e15])  # noqa: DTZ001
    book.create_sheet("other").append(["x"])
    path = tmp_path / "x.xlsx"
    book.save(path)
    profile, _, rows = received(path, tmp_path / "out")
    assert profile.sheets == ["Sheet", "other"]
    assert "file_other_sheets" in [note.code for note in profile.notes]
    when = ["2011-08-30 09:05:00", "2011-08-30"]
    assert cells(rows) == [["536365", when[0], rows[0]["c2"], "0.3", "true", "00123", "1000000000000000"]]
    assert str(rows[0]["c2"]).startswith(when[1])
    with pytest.raises(SheetNotFound):
        inspect(path, options={"sheet": "third"})
    assert inspect(path, options={"sheet": "other", "header": False}).row_count == 1


def test_a_table_may_begin_anywhere_on_the_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row, values in enumerate([["id", "amount", "note"], ["1", 5, "x"], [], ["2", 6, "y"]], start=4):
        for column, value in enumerate(values, start=3):
            book.active.cell(row, column, value)
    book.save(tmp_path / "x.xlsx")
    profile, _, rows = received(tmp_path / "x.xlsx", tmp_path / "out")
    assert profile.columns == ["id", "amount", "note"]
    assert [row["row"] for row in rows] == [1, 3]
    assert cells(rows) == [["1", "5", "x"], ["2", "6", "y"]]


def test_both_epochs_of_workbooks_give_the_same_day(tmp_path: Path) -> None:
    texts = []
    for epoch in (openpyxl.utils.datetime.WINDOWS_EPOCH, openpyxl.utils.datetime.MAC_EPOCH):
        book = openpyxl.Workbook()
        book.epoch = epoch
        book.active.append(["id", "when"])
        book.active.append([1, datetime(2011, 8, 30, 9, 5)])  # noqa: DTZ001
        book.save(tmp_path / "x.xlsx")
        _, _, rows = received(tmp_path / "x.xlsx", tmp_path / "out")
        texts.append(rows[0]["c1"])
    assert texts == ["2011-08-30 09:05:00"] * 2


def test_parquet_values_have_no_float_noise(tmp_path: Path) -> None:
    table = pa.table(
        {
            "double": pa.array([2.55, 1e-05, 536365.0, None]),
            "single": pa.array([2.55, 0.1, 3.0, 1.0], pa.float32()),
            "decimal": pa.array([Decimal("1.50"), Decimal("2.00"), None, Decimal("0.01")], pa.decimal128(10, 2)),
            "zoned": pa.array([datetime(2011, 8, 30, 9, 5, tzinfo=UTC)] * 4, pa.timestamp("us", "Europe/London")),
            "local": pa.array([datetime(2011, 8, 30, 9, 5)] * 4, pa.timestamp("ns")),  # noqa: DTZ001
            "day": pa.array([date(2011, 8, 30)] * 4),
            "whole": pa.array([2**62, 1, 2, 3]),
            "yes": pa.array([True, False, None, True]),
        }
    )
    pq.write_table(table, tmp_path / "x.parquet")
    _, _, rows = received(tmp_path / "x.parquet", tmp_path / "out")
    columns = list(zip(*cells(rows), strict=True))
    assert columns[0] == ("2.55", "0.00001", "536365", None)
    assert columns[1] == ("2.55", "0.1", "3", "1")
    assert columns[2] == ("1.5", "2", None, "0.01")
    assert columns[3][0] == "2011-08-30 09:05:00.000000+00:00"
    assert columns[4][0] == "2011-08-30 09:05:00"
    assert columns[5][0] == "2011-08-30"
    assert columns[6][0] == "4611686018427387904"
    assert columns[7] == ("true", "false", None, "true")


def test_json_keeps_digits_and_takes_keys_in_order(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(
        '{"orders": [{"id": 123456789012345678, "amount": 1.10}, '
        '{"id": 2, "amount": 1.5e3, "note": null, "tags": ["a", 1]}]}'
    )
    profile, _, rows = received(path, tmp_path / "out")
    assert profile.columns == ["id", "amount", "note", "tags"]
    assert cells(rows) == [["123456789012345678", "1.10", None, None], ["2", "1500", None, '["a", "1"]']]


def test_options_override_and_unknown_ones_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("2019,2020\n1,2\n")
    assert not inspect(path).header
    assert inspect(path, options={"header": True}).columns == ["2019", "2020"]
    with pytest.raises(OptionUnknown):
        inspect(path, options={"headers": True})
    with pytest.raises(FileMissing):
        inspect(tmp_path / "none.csv")
