"""Two months of a real wholesaler: revenue by month against pandas on the file, to the micro."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest

from importing import bring
from zhiji.application.dashboards.queries import overview
from zhiji.platform import accounts
from zhiji.platform.company import company_update
from zhiji.processing.pipelines.lake import rebuild_lake

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.dataset("uci_online_retail"),
    pytest.mark.slow,
]
# What the file's own description calls by these codes is no goods: postage, carriage, fees, manual entries, samples,
# bad debt. So are vouchers (gift_0001_20): what is bought with them comes later. D is a discount and part of the value.
NO_GOODS = {"POST", "DOT", "C2", "M", "m", "B", "S", "BANK CHARGES", "AMAZONFEE", "CRUK"}
MICROS_PER_MILLE = 1_000


def test_months_by_another_route(dataset_path: Path) -> None:
    frame = pd.read_parquet(dataset_path / "online_retail.parquet")
    frame = frame[frame["InvoiceDate"] < "2011-02-01"]
    company_update(zone="Europe/London")
    file = io.BytesIO()
    frame.to_parquet(file)
    bring(file.getvalue(), name="orders.parquet", currency="GBP")
    rebuild_lake()
    mille = (frame["UnitPrice"] * 1000).round().astype("int64")
    amount = mille * frame["Quantity"].astype("int64") * MICROS_PER_MILLE
    month = frame["InvoiceDate"].dt.strftime("%Y-%m-01")
    is_value = ~frame["StockCode"].isin(NO_GOODS) & ~frame["StockCode"].str.startswith("gift_")
    is_back = frame["InvoiceNo"].str.startswith("C")
    discounts = frame["StockCode"] == "D"
    user = accounts.user_create(email="a@example.com", password=None, name="a", roles=["administrator"], team=None)
    months = {str(row["month_on"]): row for row in overview(user, "month")["months"]}
    # Sold, discounts taken off, in the month of the order; what came back may lower an earlier month, never the total.
    sold = amount[is_value & (~is_back | discounts)].groupby(month).sum()
    assert {name: row["gross_micros"] for name, row in months.items()} == sold.to_dict()
    assert sum(row["returned_micros"] for row in months.values()) == -int(amount[is_value & is_back & ~discounts].sum())
    assert sum(row["spend_micros"] for row in months.values()) == int(amount[is_value].sum())
