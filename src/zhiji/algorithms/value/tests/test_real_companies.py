"""Two real companies: what their own past allows to be shown, and whether the intervals held afterwards."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from zhiji.algorithms.value import CustomerValueModel

FOLDER = Path(os.environ.get("ZHIJI_DATASETS", "absent"))


@pytest.mark.dataset("cdnow")
def test_cdnow_at_39_weeks_is_published_with_its_unseen_season() -> None:
    """The whole cohort, 91 days ahead: the last quarter of 1997 was never in the fit, and most of it is Christmas."""
    rows = pd.read_csv(
        FOLDER / "cdnow" / "CDNOW_master.txt.gz", sep=r"\s+", header=None, skiprows=1, dtype=str,
        names=["customer_id", "day", "discs", "dollars"],
    )  # fmt: skip
    rows["value_on"] = pd.to_datetime(rows["day"], format="%Y%m%d")
    rows["amount_micros"] = (rows["dollars"].astype(float) * 1e6).round().astype("int64")
    model = CustomerValueModel().fit(rows, as_of=date(1997, 9, 30))
    backtest = model.backtest_
    assert backtest.state == "published"
    assert backtest.effective_origins == 2
    assert [reason.code for reason in backtest.reasons] == ["value_published", "value_season_unseen"]
    scores = model.predict()
    later = rows[(rows["value_on"] > "1997-09-30") & (rows["value_on"] <= "1997-12-30")]
    spent = later.groupby("customer_id")["amount_micros"].sum().reindex(scores["customer_id"], fill_value=0) / 1e6
    inside = (spent.to_numpy() >= scores["value_low"]) & (spent.to_numpy() <= scores["value_high"])
    assert 0.75 <= inside[scores["value_high"] > 0].mean() <= 0.85
    # Christmas: what came was a quarter more than a model could know. It said that it had not seen the season.
    assert scores["expected_value"].sum() / spent.sum() == pytest.approx(0.8, abs=0.1)


@pytest.mark.dataset("uci_online_retail")
def test_online_retail_is_withheld_because_total_spend_ranks_as_well() -> None:
    rows = pd.read_parquet(FOLDER / "uci_online_retail" / "online_retail.parquet")
    rows = rows[rows["CustomerID"].notna()]
    frame = pd.DataFrame(
        {
            "customer_id": rows["CustomerID"].astype("int64"),
            "value_on": rows["InvoiceDate"].dt.normalize(),
            "amount_micros": np.rint(rows["Quantity"] * rows["UnitPrice"] * 1e6).astype("int64"),
        }
    )
    model = CustomerValueModel().fit(frame, as_of=date(2011, 8, 31))
    backtest = model.backtest_
    assert backtest.state == "withheld"
    assert backtest.rule == "total_spend"
    assert {reason.code for reason in backtest.reasons} <= {"value_gini_worse_once", "value_gini_not_better"}
    scores = model.predict()
    assert scores["expected_value"].isna().all()
    assert scores["value_score"].notna().all()
