"""CDNOW: segments made from 39 weeks, judged by the 39 weeks that followed."""

import os
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from zhiji.algorithms.segmentation import RFM, KMeansSegments, spend_afterwards

pytestmark = pytest.mark.dataset("cdnow")
FOLDER = Path(os.environ.get("ZHIJI_DATASETS", "absent")) / "cdnow"
AS_OF = date(1997, 9, 30)


@pytest.fixture(scope="module")
def purchases() -> pd.DataFrame:
    names = ["customer_id", "day", "discs", "dollars"]
    rows = pd.read_csv(FOLDER / "CDNOW_master.txt.gz", sep=r"\s+", header=None, names=names, dtype=str, skiprows=1)
    rows["value_on"] = pd.to_datetime(rows["day"], format="%Y%m%d")
    rows["spend_micros"] = (rows["dollars"].astype(float) * 1e6).round().astype("int64")
    return rows


@pytest.fixture(scope="module")
def features(purchases) -> pd.DataFrame:
    known = purchases[purchases["value_on"] <= pd.Timestamp(AS_OF)]
    by_customer = known.groupby("customer_id")
    return pd.DataFrame(
        {
            "days_since_last_order": (pd.Timestamp(AS_OF) - by_customer["value_on"].max()).dt.days.astype(float),
            "orders": by_customer["value_on"].nunique(),
            "spend_micros": by_customer["spend_micros"].sum(),
        }
    ).reset_index()


def test_segments_sort_spend_that_was_unknown_when_they_were_made(purchases, features):
    scored = RFM().fit(features).transform(features).set_index("customer_id")
    later = purchases[purchases["value_on"] > pd.Timestamp(AS_OF)]
    table = spend_afterwards(scored["segment"], later, as_of=AS_OF).set_index("segment")
    assert table["customers"].sum() == 23_570  # the cohort, as published
    assert table["spend_micros"].sum() == later["spend_micros"].sum()
    assert table.index[0] == "champions"
    assert table.loc["champions", "mean_low"] > table.drop(index=["champions", "cannot_lose_them"])["mean_high"].max()
    assert table.loc["loyal", "mean_low"] > table.loc["lost", "mean_high"]
    assert table.loc["lost", "mean_high"] < table["spend_micros"].sum() / 23_570


def test_one_cohort_of_a_shop_is_one_cloud(features):
    model = KMeansSegments().fit(features)
    assert model.kind_ == "practical_bands"
    assert model.reasons()[0].code == "segments_one_cloud"
