"""Nasty files, made on the spot: what strangers send, by accident or with intent.

Each ``Nasty`` says what must come of it. ``stage`` is where: ``file`` (inspect or read refuses), ``mapping`` or
``column``
(cleaning refuses the whole file), ``row`` (one record goes to quarantine, the others are stored), ``kept`` (nothing is
refused, and ``code`` is a note or finding that must be there). Run as a program to write them to a folder:
``python tests/nasty/make.py FOLDER``.
"""

# ruff: noqa: DTZ001 - naive on purpose: UTC as columns keep it, or a local time as people write it

from __future__ import annotations

import gzip
import io
import json
import struct
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

HEADER = "order_number,order_date,customer_id,sku,quantity,amount"
GOOD = "1001,2011-08-30,C1,A1,1,9.90"


@dataclass(frozen=True)
class Nasty:
    """One file. row and column are where the refusal must point; rejected is how many records quarantine must hold."""

    name: str
    make: Callable[[], bytes]
    code: str
    stage: str = "file"
    kind: str = "orders"
    row: int | None = None
    column: str | None = None
    rejected: int = 0
    stored: int | None = None
    settings: dict[str, Any] = field(default_factory=dict)


def csv(*lines: str, header: str = HEADER) -> bytes:
    """A CSV with the usual header and one good record before the lines given."""
    return ("\n".join([header, GOOD, *lines]) + "\n").encode()


def workbook(fill: Callable[[openpyxl.Workbook], None]) -> bytes:
    """An xlsx written by openpyxl."""
    book = openpyxl.Workbook()
    fill(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _rows(book: openpyxl.Workbook, *rows: list[Any]) -> None:
    for row in [HEADER.split(","), [1001, datetime(2011, 8, 30), "C1", "A1", 1, 9.9], *rows]:
        book.active.append(row)


def plain_workbook() -> bytes:
    return workbook(lambda book: _rows(book))


def _patched(parts: dict[str, bytes], extra: dict[str, bytes] | None = None) -> bytes:
    """The plain workbook with some parts replaced and some added."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(plain_workbook())) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            new.writestr(entry.filename, parts.get(entry.filename, old.read(entry.filename)))
        for name, content in (extra or {}).items():
            new.writestr(name, content)
    return out.getvalue()


def zip_bomb() -> bytes:
    """A sheet of 60 MB of blanks: a few dozen kB in the archive."""
    sheet = b'<?xml version="1.0"?><worksheet><sheetData>' + b" " * 60_000_000 + b"</sheetData></worksheet>"
    return _patched({"xl/worksheets/sheet1.xml": sheet})


def gzip_bomb() -> bytes:
    """120 MB of one letter."""
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=9) as packed:
        packed.write(HEADER.encode() + b"\n")
        for _ in range(120):
            packed.write(b"a" * 1_000_000)
    return out.getvalue()


def sparse_workbook() -> bytes:
    def fill(book: openpyxl.Workbook) -> None:
        _rows(book)
        book.active["XFD1048576"] = "x"

    return workbook(fill)


def entity_bomb() -> bytes:
    names = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10 if i else "ha"}">' for i in range(10))
    xml = f'<?xml version="1.0"?><!DOCTYPE sst [{names}]><sst><si><t>&e9;</t></si></sst>'.encode()
    return _patched({"xl/styles.xml": xml})


def macro_workbook() -> bytes:
    return _patched({}, {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0 macros"})


def encrypted_workbook() -> bytes:
    """The container that spreadsheet programs put encrypted workbooks in: an OLE file with this stream."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    return head + "EncryptionInfo".encode("utf-16-le") + "EncryptedPackage".encode("utf-16-le") + bytes(2000)


def merged_header() -> bytes:
    def fill(book: openpyxl.Workbook) -> None:
        _rows(book)
        book.active.merge_cells("E1:F1")

    return workbook(fill)


def formula_without_value() -> bytes:
    return workbook(lambda book: _rows(book, [1002, datetime(2011, 8, 31), "C2", "A1", 2, "=E3*4.95"]))


def rounded_numbers() -> bytes:
    """18 digits as numbers: openpyxl, like every spreadsheet program, keeps 15."""

    def fill(book: openpyxl.Workbook) -> None:
        book.active.append(["订单编号", "下单时间", "买家会员名", "金额"])
        for i in range(20):
            book.active.append([float(202_108_310_000_000_000 + i * 1_237), "2021-08-31 10:00:00", f"b{i}", 12.5])

    return workbook(fill)


def epoch_1904() -> bytes:
    def fill(book: openpyxl.Workbook) -> None:
        book.epoch = openpyxl.utils.datetime.MAC_EPOCH
        _rows(book)

    return workbook(fill)


def parquet(table: pa.Table, **options: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, **options)
    return out.getvalue()


def _orders_table(count: int = 1000) -> pa.Table:
    return pa.table(
        {
            "order_number": [str(1000 + i) for i in range(count)],
            "order_date": ["2011-08-30"] * count,
            "customer_id": [f"C{i % 7}" for i in range(count)],
            "amount": [1.5 + i for i in range(count)],
        }
    )


def bit_flip() -> bytes:
    """One bit of a page, in a file that carries checksums of its pages."""
    content = bytearray(parquet(_orders_table(), compression="none", use_dictionary=False, write_page_checksum=True))
    content[len(content) // 3] ^= 0x10
    return bytes(content)


def huge_row_group() -> bytes:
    """One row group of 400 MB of text, in a file of a few kB."""
    return parquet(
        pa.table({"order_number": ["x" * 1000] * 400_000, "order_date": ["2011-08-30"] * 400_000}),
        use_dictionary=False,
        compression="zstd",
    )


def nested_parquet() -> bytes:
    rows = _orders_table(3).append_column("lines", pa.array([[{"sku": "A"}]] * 3))
    return parquet(rows)


def deep_json() -> bytes:
    return b'[{"order_number": ' + b"[" * 10_000 + b"]" * 10_000 + b"}]"


def json_lines(*lines: str) -> bytes:
    good = {"order_number": "1001", "order_date": "2011-08-30", "customer_id": "C1", "amount": 9.9}
    return "\n".join([json.dumps(good), *lines, json.dumps({**good, "order_number": "1009"})]).encode() + b"\n"


def ole_word_file() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "WordDocument".encode("utf-16-le") + bytes(500)


def old_xls() -> bytes:
    """The smallest thing that begins like a BIFF workbook and then breaks off."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + struct.pack("<16s", b"") + bytes(488) + "Workbook".encode("utf-16-le")


LINE = '{"order_number": "%s", "order_date": "2011-08-30", "customer_id": "C1", "amount": %s}'
HTML = b"<html><body><table><tr><td>order</td></tr></table></body></html>"

NASTY: list[Nasty] = [
    # whole files
    Nasty("empty.csv", lambda: b"", "file_empty"),
    Nasty("blanks.csv", lambda: b"  \n\n \t\n", "file_empty"),
    Nasty("header_only.csv", lambda: HEADER.encode() + b"\n", "file_without_records"),
    Nasty("page.xls", lambda: HTML, "file_is_web_page"),
    Nasty("scan.csv", lambda: b"%PDF-1.7\n" + bytes(100), "file_not_table"),
    Nasty("letter.xls", ole_word_file, "file_not_table"),
    Nasty("broken_old.xls", old_xls, "workbook_broken"),
    Nasty("documents.zip", lambda: _zip({"a.txt": b"hello"}), "file_not_table"),
    Nasty("cut.csv.gz", lambda: gzip.compress(csv(*[GOOD] * 5000))[:-20], "archive_broken"),
    Nasty("bomb.csv.gz", gzip_bomb, "archive_too_large"),
    # workbooks
    Nasty("zip_bomb.xlsx", zip_bomb, "archive_too_large"),
    Nasty("sparse.xlsx", sparse_workbook, "sheet_sparse", row=1_048_576),
    Nasty("entities.xlsx", entity_bomb, "workbook_entities"),
    Nasty("encrypted.xlsx", encrypted_workbook, "workbook_encrypted"),
    Nasty("merged.xlsx", merged_header, "header_merged", row=1, column="E"),
    Nasty("cut.xlsx", lambda: plain_workbook()[:3000], "workbook_broken"),
    Nasty("macro.xlsm", macro_workbook, "file_macros_ignored", stage="kept", stored=1),
    Nasty("renamed.xls", lambda: csv(), "file_extension_differs", stage="kept", stored=1),
    Nasty("renamed_new.csv", plain_workbook, "file_extension_differs", stage="kept", stored=1),
    Nasty(
        "formula.xlsx", formula_without_value, "record_formula_without_value", "row", row=2, column="amount", rejected=1
    ),
    Nasty("rounded.xlsx", rounded_numbers, "identifier_rounded", "column", row=1, column="订单编号"),
    Nasty("epoch_1904.xlsx", epoch_1904, "", stage="kept", stored=1),
    # text that cannot be split
    Nasty(
        "unclosed.csv",
        lambda: csv('1002,2011-08-31,"C2,A1,2,5', *[GOOD] * 3),
        "record_quote_unclosed",
        "row",
        row=2,
        column="customer_id",
        rejected=1,
    ),
    Nasty(
        "stray.csv",
        lambda: csv('1002,2011-08-31,"C"2,A1,2,5'),
        "record_quote_stray",
        "row",
        row=2,
        column="customer_id",
        rejected=1,
    ),
    Nasty("long_row.csv", lambda: csv("1002,2011-08-31,C2,A1,2,5,6,7"), "record_cell_count", "row", row=2, rejected=1),
    Nasty("short_row.csv", lambda: csv("1002,2011-08-31,C2"), "record_cell_count", "row", row=2, rejected=1),
    Nasty(
        "nul.csv",
        lambda: csv("1002,2011-08-31,C\0,A1,2,5"),
        "record_nul",
        "row",
        row=2,
        column="customer_id",
        rejected=1,
    ),
    Nasty(
        "huge_cell.csv",
        lambda: csv(f"1002,2011-08-31,{'x' * 10_000_000},A1,2,5"),
        "record_cell_too_long",
        "row",
        row=2,
        column="customer_id",
        rejected=1,
    ),
    Nasty(
        "damaged.csv",
        lambda: csv(*["1002,2011-08-31,客户甲乙丙丁,A1,2,5"] * 9) + b"1003,2011-08-31,C\xff\xfe2,A1,2,5\n",
        "record_bytes_damaged",
        "row",
        row=11,
        column="customer_id",
        rejected=1,
    ),
    Nasty("all_broken.csv", lambda: b"a,b,c\n1\n2\n3\n", "file_all_broken"),
    # encodings and forms that must simply work
    Nasty("bom.csv", lambda: b"\xef\xbb\xbf" + csv(), "", "kept", stored=1),
    Nasty("utf16.csv", lambda: csv().decode().encode("utf-16"), "", "kept", stored=1),
    Nasty("utf16_unmarked.tsv", lambda: csv().decode().replace(",", "\t").encode("utf-16-le"), "", "kept", stored=1),
    Nasty(
        "gb18030.csv",
        lambda: "订单编号,下单时间,客户编号,商品名称,金额\n1,2021-08-31,甲,搪瓷杯子,12\n".encode("gb18030"),
        "",
        "kept",
        stored=1,
    ),
    Nasty(
        "latin1.csv", lambda: csv("1002,2011-08-31,Müller Café,A1,2,5").decode().encode("latin-1"), "", "kept", stored=2
    ),
    Nasty(
        "repeated_names.csv",
        lambda: csv(header=HEADER.replace("sku", "amount")),
        "file_columns_renamed",
        "kept",
        stored=1,
    ),
    Nasty("formula_cell.csv", lambda: csv("1002,2011-08-31,=cmd|' /C calc'!A0,A1,2,5"), "", "kept", stored=2),
    # values
    Nasty(
        "overflow.csv",
        lambda: csv("1002,2011-08-31,C2,A1,1,9223372036854775808"),
        "amount_too_large",
        "row",
        row=2,
        column="amount",
        rejected=1,
    ),
    Nasty(
        "nan.csv",
        lambda: csv("1002,2011-08-31,C2,A1,1,NaN"),
        "amount_not_finite",
        "row",
        row=2,
        column="amount",
        rejected=1,
    ),
    Nasty(
        "infinity.csv",
        lambda: csv("1002,2011-08-31,C2,A1,1,-Infinity"),
        "amount_not_finite",
        "row",
        row=2,
        column="amount",
        rejected=1,
    ),
    Nasty(
        "percent.csv",
        lambda: csv("1002,2011-08-31,C2,A1,1,12%"),
        "amount_percent",
        "row",
        row=2,
        column="amount",
        rejected=1,
    ),
    Nasty(
        "precise.csv",
        lambda: csv("1002,2011-08-31,C2,A1,1,0.1234567"),
        "amount_too_precise",
        "row",
        row=2,
        column="amount",
        rejected=1,
    ),
    Nasty(
        "groups.csv",
        lambda: csv('1002,2011-08-31,C2,A1,1,"1,2,0"'),
        "amount_unreadable",
        "row",
        row=2,
        column="amount",
        rejected=1,
    ),
    Nasty(
        "two_marks.csv",
        lambda: csv('1002,2011-08-31,C2,A1,1,"1.234,56"', '1003,2011-08-31,C2,A1,1,"1,234.56"'),
        "amount_mark_differs",
        "row",
        row=2,
        column="amount",
        rejected=1,
    ),
    Nasty(
        "no_such_day.csv",
        lambda: csv("1002,31/02/2011,C2,A1,1,5"),
        "instant_impossible",
        "row",
        row=2,
        column="order_date",
        rejected=1,
    ),
    Nasty(
        "two_orders.csv",
        lambda: csv(*["1002,31/01/2011,C2,A1,1,5", "1003,01/31/2011,C2,A1,1,5"] * 3),
        "date_order_mixed",
        "column",
        row=3,
        column="order_date",
    ),
    Nasty(
        "no_number.csv",
        lambda: csv(",2011-08-31,C2,A1,1,5"),
        "value_missing",
        "row",
        row=2,
        column="order_number",
        rejected=1,
    ),
    Nasty(
        "exponent.csv",
        lambda: csv("2.02108E+17,2011-08-31,C2,A1,1,5"),
        "identifier_rounded",
        "column",
        row=2,
        column="order_number",
    ),
    Nasty(
        "repeated_keys.csv",
        lambda: b"customer_id,name\nC1,Ann\nC2,Bob\nC1,Anna\n",
        "customer_repeated",
        "row",
        kind="customers",
        row=3,
        column="customer_id",
        rejected=1,
    ),
    Nasty("no_date.csv", lambda: b"order_number,amount\n1,5\n2,6\n", "required_field_missing", "column"),
    Nasty("no_money.csv", lambda: b"order_number,order_date\n1,2011-08-30\n", "money_field_missing", "column"),
    # JSON
    Nasty("deep.json", deep_json, "json_too_deep"),
    Nasty("cut.json", lambda: b'[{"order_number": "1"}, {"order_num', "json_broken", row=2),
    Nasty("scalar.json", lambda: b'{"a": 1}', "json_not_records"),
    Nasty(
        "cut.jsonl",
        lambda: json_lines('{"order_number": "1002", "order_da'),
        "record_json_broken",
        "row",
        row=2,
        rejected=1,
    ),
    Nasty(
        "twice.jsonl",
        lambda: json_lines(LINE.replace('"customer_id"', '"amount"') % ("1002", 5)),
        "record_json_key_repeated",
        "row",
        row=2,
        column="amount",
        rejected=1,
    ),
    Nasty(
        "infinite.jsonl",
        lambda: json_lines(LINE % ("1002", "Infinity")),
        "record_json_not_finite",
        "row",
        row=2,
        rejected=1,
    ),
    Nasty(
        "surrogate.jsonl",
        lambda: json_lines(LINE % ("10\\ud800", 5)),
        "record_json_surrogate",
        "row",
        row=2,
        column="order_number",
        rejected=1,
    ),
    Nasty("list.jsonl", lambda: json_lines("[1, 2]"), "record_json_not_object", "row", row=2, rejected=1),
    # Parquet
    Nasty("cut.parquet", lambda: parquet(_orders_table())[:2000], "parquet_broken"),
    Nasty("flipped.parquet", bit_flip, "parquet_broken"),
    Nasty("nested.parquet", nested_parquet, "parquet_nested", column="lines"),
    Nasty("no_rows.parquet", lambda: parquet(_orders_table(0)), "file_without_records"),
]


def _zip(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for nasty in NASTY:
        (folder / nasty.name).write_bytes(nasty.make())
