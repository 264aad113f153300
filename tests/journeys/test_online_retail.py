"""A real wholesaler's year, 541,909 lines as they left its till system, through the public door.

Every count was made by another route (pandas on the file); the sums too, in whole thousandths of a pound.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from house.tree import ROOT
from importing import bring
from planted import refreshed
from zhiji.application.imports import queries
from zhiji.application.predictions.models import ModelVersion
from zhiji.application.predictions.queries import version_words
from zhiji.data.store.models import Customer, Order, OrderLine
from zhiji.kernel import Reason, render
from zhiji.platform.company import company_update

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.dataset("uci_online_retail"),
    pytest.mark.slow,
]
MICROS_PER_MILLE = 1_000


def _by_hand(path: Path) -> pd.DataFrame:
    """The file with its amounts in whole thousandths of a pound: no price has more than three decimals."""
    frame = pd.read_parquet(path)
    mille = (frame["UnitPrice"] * 1000).round().astype("int64")
    assert ((frame["UnitPrice"] * 1000 - mille).abs() < 1e-6).all()
    return frame.assign(amount=mille * frame["Quantity"].astype("int64") * MICROS_PER_MILLE)


def guide_says(row, by_month: pd.Series) -> None:
    """The guide quotes the findings, the months and the verdict as of 2011-08-31, in both languages."""
    refreshed(date(2011, 8, 31))
    for language, page in (("en", "real-data.md"), ("zh", "real-data.zh-CN.md")):
        text = (ROOT / "docs" / "guides" / page).read_text("utf-8")
        for finding in row.report["findings"]:
            assert f"\n- {render(Reason.from_json(finding), language).what}\n" in text
        for month, micros in by_month.items():
            assert f"\n{month} {micros / 1e6:>14,.2f} 0\n" in text
        assert f"\n{version_words(ModelVersion.objects.get(), language)['text']}\n" in text


def test_every_line_and_every_penny_is_found_again(dataset_path):
    path = dataset_path / "online_retail.parquet"
    raw = _by_hand(path)
    company_update(zone="Europe/London", region="GB")
    row = bring(path.read_bytes(), name=path.name, currency="GBP")
    counts = row.report["counts"]
    assert (counts["received"], counts["stored"], counts["rejected"]) == (541_909, 541_909, 0)
    assert row.report["adds_up"] is True

    findings = {finding["code"]: finding["params"].get("count") for finding in row.report["findings"]}
    assert findings["identical_lines"] == 5_268 == int(raw.drop(columns="amount").duplicated().sum())
    assert findings["lines_without_customer"] == 135_080 == int(raw["CustomerID"].isna().sum())
    assert findings["lines_cancelled"] == 9_288 == int(raw["InvoiceNo"].str.startswith("C").sum())
    assert findings["bad_debt_adjusted"] == 2
    assert findings["customers_in_two_countries"] == 8

    assert OrderLine.objects.filter(is_current=True).count() == 541_909
    assert Order.objects.count() == 25_900 == raw["InvoiceNo"].nunique()
    assert Customer.objects.count() == 4_372
    assert queries.identical_lines()["lines"] == 5_268

    by_month = raw.groupby(raw["InvoiceDate"].dt.strftime("%Y-%m"))["amount"].sum()
    months = {month["month"]: month for month in row.report["months"]}
    assert {name: month["received_micros"] for name, month in months.items()} == by_month.to_dict()
    assert all(month["difference_micros"] == 0 for month in months.values())
    stored = pd.DataFrame.from_records(
        OrderLine.objects.values("event_at", "amount_micros", "order__number"),
    )
    local = stored["event_at"].dt.tz_convert("Europe/London").dt.strftime("%Y-%m")
    assert stored.groupby(local)["amount_micros"].sum().to_dict() == by_month.to_dict()
    guide_says(row, by_month)
    by_order = stored.groupby("order__number")["amount_micros"].sum().to_dict()
    assert by_order == raw.groupby("InvoiceNo")["amount"].sum().to_dict()
