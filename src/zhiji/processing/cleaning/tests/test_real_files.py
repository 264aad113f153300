"""Two real files of orders, counted by another route: pandas on the file itself."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from zhiji.data.sources.files import inspect, read
from zhiji.processing.cleaning import CleaningSettings, clean_orders, match_columns
from zhiji.processing.validation import reconcile

LONDON = CleaningSettings(zone="Europe/London", currency="GBP", region="GB")


def folder(name: str) -> Path:
    """Of a data set that the test is marked with; without it the marker has ended the test."""
    return Path(os.environ["ZHIJI_DATASETS"]).expanduser() / name


def run(path: Path, out: Path, settings: CleaningSettings):
    profile = inspect(path)
    received = read(path, out, profile)
    return profile, received, clean_orders(received.path, match_columns(profile, "orders"), settings, out)


@pytest.fixture(scope="module")
def retail(tmp_path_factory):
    path = folder("uci_online_retail") / "online_retail.parquet"
    out = tmp_path_factory.mktemp("retail")
    frame = pd.read_parquet(path)
    frame["cents"] = [
        int(Decimal(str(price)) * 1000) * quantity
        for price, quantity in zip(frame.UnitPrice, frame.Quantity, strict=True)
    ]
    return frame, *run(path, out, LONDON)


@pytest.mark.dataset("uci_online_retail")
def test_online_retail_to_the_row(retail) -> None:
    frame, profile, received, result = retail
    assert profile.row_count == received.records == result.received == result.clean == len(frame) == 541_909
    assert result.rejected == 0
    counts = result.counts
    raw = frame.drop(columns="cents")
    assert counts["repeat_lines"] == raw.duplicated().sum() == 5_268
    assert counts["guest_lines"] == frame.CustomerID.isna().sum() == 135_080
    assert counts["cancellation_lines"] == frame.InvoiceNo.str.startswith("C").sum() == 9_288
    bad_debt = frame.InvoiceNo.str.startswith("A")
    assert counts["bad_debt_lines"] == (bad_debt & (frame.UnitPrice < 0)).sum() == 2
    assert counts["bad_debt_booked_lines"] == (bad_debt & (frame.UnitPrice > 0)).sum() == 1
    codes = frame.StockCode.drop_duplicates()
    assert counts["joined_codes"] == (codes.str.upper().value_counts() > 1).sum() == 112
    countries = frame.dropna(subset="CustomerID").groupby("CustomerID").Country.nunique()
    assert counts["customers_in_two_countries"] == (countries > 1).sum() == 8
    assert counts["orders"] == frame.InvoiceNo.nunique() == 25_900
    assert counts["customers"] == frame.CustomerID.nunique() == 4_372


@pytest.mark.dataset("uci_online_retail")
def test_online_retail_money_to_the_penny(retail) -> None:
    """Monthly revenue by pandas, in thousandths of a pound, against the reconciliation: equal, all of it explained."""
    frame, _, _, result = retail
    by_month = frame.groupby(frame.InvoiceDate.dt.strftime("%Y-%m")).cents.sum()
    table = reconcile(result.clean_path, result.rejected_path, zone="Europe/London", months=result.months).to_pydict()
    assert table["month"] == list(by_month.index)
    assert table["received_micros"] == [int(total) * 1000 for total in by_month]
    assert set(table["difference_micros"]) == {0}


@pytest.mark.dataset("uci_online_retail")
def test_online_retail_lines_are_those_of_the_file(retail) -> None:
    frame, _, _, result = retail
    clean = duckdb.sql(
        "SELECT row, amount_micros, event_at, customer_external_id, line_digest, order_key, occurrence "
        f"FROM '{result.clean_path}' ORDER BY row"
    ).df()
    assert (clean.row == range(1, len(frame) + 1)).all()
    assert (clean.amount_micros == frame.cents * 1000).all()
    # London is an hour ahead of UTC in summer.
    utc = (
        frame.InvoiceDate.dt.tz_localize("Europe/London", ambiguous=True, nonexistent="shift_forward")
        .dt.tz_convert("UTC")
        .dt.tz_localize(None)
    )
    assert (clean.event_at == utc).all()
    expected = frame.CustomerID.map(lambda value: None if pd.isna(value) else str(int(value)))
    assert clean.customer_external_id.fillna("").equals(expected.fillna(""))
    assert not clean.duplicated(["order_key", "line_digest", "occurrence"]).any()


@pytest.mark.dataset("uci_online_retail")
def test_parquet_and_csv_have_the_same_keys(retail, tmp_path: Path) -> None:
    """A re-export in another format must be known again."""
    frame, _, _, result = retail
    frame.drop(columns="cents").head(20_000).to_csv(tmp_path / "part.csv", index=False)
    _, _, part = run(tmp_path / "part.csv", tmp_path, LONDON)
    keys = "order_key, line_digest, occurrence, customer_external_id, amount_micros"
    left = duckdb.sql(
        f"SELECT count(*) FROM (SELECT {keys} FROM '{part.clean_path}' EXCEPT SELECT {keys} FROM '{result.clean_path}')"
    ).fetchall()
    assert left == [(0,)]


@pytest.mark.dataset("cdnow")
def test_cdnow(tmp_path: Path) -> None:
    path = folder("cdnow") / "CDNOW_master.txt.gz"
    names = ["id", "date", "cds", "value"]
    frame = pd.read_csv(path, sep=r"\s+", header=None, skiprows=1, names=names, dtype=str)
    settings = CleaningSettings(zone="America/New_York", currency="USD", region="US")
    profile, _, result = run(path, tmp_path, settings)
    assert profile.format == "whitespace"
    assert (result.clean, result.rejected) == (len(frame), 0) == (69_659, 0)
    assert result.counts["zero_amount_lines"] == (frame.value.map(Decimal) == 0).sum() == 80
    assert result.counts["repeat_lines"] == frame.duplicated().sum() == 255
    assert result.counts["orders"] == 69_659, "each row is an order"
    assert result.counts["customers"] == frame.id.nunique() == 23_570
    total = duckdb.sql(
        f"SELECT sum(amount_micros)::VARCHAR, min(customer_external_id) FROM '{result.clean_path}'"
    ).fetchall()
    assert total == [(str(int(sum(map(Decimal, frame.value)) * 10**6)), "00001")]


@pytest.mark.dataset("cdnow")
def test_cdnow_without_its_header(tmp_path: Path) -> None:
    """Told by content alone: ids, dates, pieces, money."""
    import gzip

    path = tmp_path / "sample.txt"
    content = gzip.decompress((folder("cdnow") / "CDNOW_master.txt.gz").read_bytes())
    path.write_bytes(content.split(b"\n", 1)[1][:200_000].rsplit(b"\n", 1)[0])
    mapping = match_columns(inspect(path), "orders")
    found = {field: match.column for field, match in mapping.fields.items()}
    assert found == {"customer_external_id": 0, "ordered_at": 1, "quantity": 2, "amount": 3}
