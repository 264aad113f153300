"""The published estimates on CDNOW, to their last digit ± 1, by the same door that the product uses."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from zhiji.algorithms.value import BetaGeoNBD, GammaGamma, ParetoNBD, purchase_summary

pytestmark = pytest.mark.dataset("cdnow")
FOLDER = Path(os.environ.get("ZHIJI_DATASETS", "absent")) / "cdnow"


def read(name: str, columns: list[str]) -> pd.DataFrame:
    rows = pd.read_csv(FOLDER / name, sep=r"\s+", header=None, names=columns, dtype=str, skiprows=name.count("master"))
    return pd.DataFrame(
        {
            "master_id": rows["master_id"],
            "customer_id": rows[columns[-4]],
            "value_on": pd.to_datetime(rows["day"], format="%Y%m%d"),
            "amount_micros": (rows["dollars"].astype(float) * 1e6).round().astype("int64"),
        }
    )


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    return read("CDNOW_sample.txt.gz", ["master_id", "customer_id", "day", "discs", "dollars"])


@pytest.fixture(scope="module", params=["sample", "master"])
def summary(request: pytest.FixtureRequest, sample: pd.DataFrame) -> pd.DataFrame:
    """39 weeks of the 1/10 sample: from its own file, and cut out of the whole cohort's file."""
    rows = sample
    if request.param == "master":
        whole = read("CDNOW_master.txt.gz", ["master_id", "day", "discs", "dollars"])
        rows = whole[whole["master_id"].isin(set(sample["master_id"]))].assign(customer_id=whole["master_id"])
    return purchase_summary(rows, date(1997, 9, 30), "week")


def check(model: BetaGeoNBD | ParetoNBD | GammaGamma, expected: dict[str, str], log_likelihood: float) -> None:
    for name, text in expected.items():
        unit_of_last_digit = 10.0 ** -len(text.split(".")[1])
        assert getattr(model, name) == pytest.approx(float(text), abs=1.5 * unit_of_last_digit), name
    assert model.log_likelihood_ == pytest.approx(log_likelihood, abs=1e-2)


def test_customers_and_repeaters(summary: pd.DataFrame) -> None:
    assert len(summary) == 2357
    assert int((summary["frequency"] > 0).sum()) == 946


def test_bg_nbd(summary: pd.DataFrame) -> None:
    """Fader, Hardie & Lee (2005), table 2."""
    check(BetaGeoNBD().fit(summary), {"r_": ".2426", "alpha_": "4.4136", "a_": ".7929", "b_": "2.4259"}, -9582.429)


def test_pareto_nbd(summary: pd.DataFrame) -> None:
    """The same table."""
    expected = {"r_": ".5533", "alpha_": "10.578", "s_": ".6062", "beta_": "11.669"}
    check(ParetoNBD().fit(summary), expected, -9594.976)


def test_gamma_gamma(summary: pd.DataFrame) -> None:
    """Fader & Hardie (2013)."""
    model = GammaGamma().fit(summary)
    assert model.n_customers_ == 946
    check(model, {"p_": "6.25", "q_": "3.74", "v_": "15.44"}, -4055.918)


def test_the_papers_customer(summary: pd.DataFrame) -> None:
    """x = 2, t_x = 30.43, T = 38.86: 1.226 purchases expected in the next 39 weeks (Fader, Hardie & Lee 2005)."""
    one = pd.DataFrame({"frequency": [2.0], "recency": [30.43], "T": [38.86]})
    assert BetaGeoNBD().fit(summary).expected_purchases(one, 39).iloc[0] == pytest.approx(1.226, abs=5e-4)


def test_standard_errors_match_resampling(sample: pd.DataFrame) -> None:
    """Delta-method errors of BG/NBD within a third of those of 60 resamples of customers."""
    summary = purchase_summary(sample, date(1997, 9, 30), "week")
    model = BetaGeoNBD().fit(summary)
    rng = np.random.default_rng(5)
    resampled = []
    for _ in range(60):
        again = BetaGeoNBD().fit(summary.iloc[rng.integers(0, len(summary), len(summary))])
        resampled.append([again.r_, again.alpha_, again.a_, again.b_])
    spread = np.std(resampled, axis=0, ddof=1)
    found = np.array(list(model.standard_errors_.values()))
    np.testing.assert_allclose(found, spread, rtol=0.4)
