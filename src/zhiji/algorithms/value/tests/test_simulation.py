"""The drawn companies follow the processes' published moments, and the summary counts as the papers do."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from zhiji.algorithms.base.errors import ParameterInvalid
from zhiji.algorithms.value import purchase_summary, simulate_transactions

AS_OF = date(2024, 12, 30)


def test_same_seed_same_company_and_another_seed_another() -> None:
    first, truth = simulate_transactions(300, AS_OF, 400, 7)
    again, truth_again = simulate_transactions(300, AS_OF, 400, 7)
    other, _ = simulate_transactions(300, AS_OF, 400, 8)
    pd.testing.assert_frame_equal(first, again)
    pd.testing.assert_frame_equal(truth, truth_again)
    assert len(first) != len(other) or not first.equals(other)


def test_columns_days_and_amounts_are_as_promised() -> None:
    rows, truth = simulate_transactions(500, AS_OF, 365, 1, future_days=30)
    assert list(rows.columns) == ["customer_id", "event_at", "value_on", "amount_micros"]
    assert str(rows["event_at"].dtype) == "datetime64[us, UTC]"
    assert rows["value_on"].min() >= pd.Timestamp(AS_OF) - pd.Timedelta(days=364)
    assert rows["value_on"].max() <= pd.Timestamp(AS_OF) + pd.Timedelta(days=30)
    assert (rows["event_at"].dt.tz_localize(None).dt.normalize() == rows["value_on"]).all()
    assert rows["amount_micros"].dtype == np.int64
    assert (rows["amount_micros"] >= 1).all()
    assert set(rows["customer_id"]) == set(truth["customer_id"])
    after = rows["value_on"] > pd.Timestamp(AS_OF)
    assert truth["orders_after"].sum() == after.sum()
    assert truth["spend_after"].sum() == pytest.approx(rows.loc[after, "amount_micros"].sum() / 1e6)


def test_bg_nbd_mean_purchases_match_the_papers_equation() -> None:
    """E[X(t)] = (a+b−1)/(a−1) · (1 − (α/(α+t))^r ₂F₁(r, b; a+b−1; t/(α+t))): Fader, Hardie & Lee (2005), eq. 9."""
    from scipy.special import hyp2f1

    r, alpha, a, b, weeks = 0.8, 6.0, 1.4, 4.0, 52
    _, truth = simulate_transactions(200_000, AS_OF, 364, 3, r=r, alpha=alpha, a=a, b=b, cohort_days=1)
    mean = (
        (a + b - 1) / (a - 1) * (1 - (alpha / (alpha + weeks)) ** r * hyp2f1(r, b, a + b - 1, weeks / (alpha + weeks)))
    )
    orders = truth["orders_until_as_of"] - 1
    assert orders.mean() == pytest.approx(mean, abs=5 * orders.std() / np.sqrt(len(orders)) + 0.01)


def test_pareto_nbd_mean_purchases_match_the_papers_equation() -> None:
    """E[X(t)] = rβ/(α(s−1)) · (1 − (β/(β+t))^(s−1)): Schmittlein, Morrison & Colombo (1987), eq. 17."""
    r, alpha, s, beta, weeks = 0.8, 6.0, 1.6, 12.0, 52
    _, truth = simulate_transactions(
        200_000, AS_OF, 364, 4, r=r, alpha=alpha, s=s, beta=beta, cohort_days=1, process="pareto_nbd"
    )
    mean = r * beta / (alpha * (s - 1)) * (1 - (beta / (beta + weeks)) ** (s - 1))
    orders = truth["orders_until_as_of"] - 1
    assert orders.mean() == pytest.approx(mean, abs=5 * orders.std() / np.sqrt(len(orders)) + 0.01)


def test_gamma_gamma_mean_spend() -> None:
    rows, _ = simulate_transactions(100_000, AS_OF, 100, 5, p=6.25, q=5.0, v=15.0)
    assert rows["amount_micros"].mean() / 1e6 == pytest.approx(6.25 * 15 / 4, rel=0.02)


@pytest.mark.parametrize("wrong", [{"n_customers": 0}, {"r": 0.0}, {"cohort_days": 900}, {"future_days": -1}])
def test_impossible_settings_are_refused(wrong: dict[str, float]) -> None:
    settings = {"n_customers": 10, "as_of": AS_OF, "history_days": 400, "seed": 1} | wrong
    with pytest.raises(ParameterInvalid):
        simulate_transactions(**settings)


def rows_of(*rows: tuple[str, str, int]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer_id", "value_on", "amount_micros"])
    return frame.assign(value_on=pd.to_datetime(frame["value_on"]))


def test_summary_counts_days_and_leaves_fractions_of_weeks() -> None:
    rows = rows_of(
        ("x", "2024-01-01", 10_000_000),
        ("x", "2024-01-11", 4_000_000),
        ("x", "2024-01-11", 2_000_000),
        ("x", "2024-01-21", -3_000_000),  # a return alone is no purchase
        ("x", "2024-02-05", 99_000_000),  # after as_of
        ("y", "2024-01-31", 5_000_000),
        ("z", "2024-01-05", -1_000_000),  # never bought
    )
    found = purchase_summary(rows, date(2024, 1, 31), "week")
    assert list(found.index) == ["x", "y"]
    assert found.loc["x"].tolist() == [1.0, 10 / 7, 30 / 7, 6.0]
    assert found.loc["y"].tolist() == [0.0, 0.0, 0.0, 0.0]


def test_summary_leaves_out_what_was_not_yet_known() -> None:
    rows = rows_of(("x", "2024-01-01", 10_000_000), ("x", "2024-01-11", 4_000_000))
    late = rows.assign(known_at=pd.to_datetime(["2024-01-01T20:00Z", "2024-02-01T00:00Z"]))
    assert purchase_summary(rows, date(2024, 1, 31)).loc["x", "frequency"] == 1
    assert purchase_summary(late, date(2024, 1, 31)).loc["x", "frequency"] == 0
    # The same instant is still the 31st west of Greenwich.
    assert purchase_summary(late, date(2024, 1, 31), zone="America/New_York").loc["x", "frequency"] == 1
