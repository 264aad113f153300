"""The sample company comes from the process that it claims: its own parameters are found again."""

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from zhiji.algorithms.base import ParameterInvalid
from zhiji.algorithms.value import BetaGeoNBD, GammaGamma, purchase_summary
from zhiji.operations.sample import PARAMETERS, generate_sample
from zhiji.operations.sample.seasons import MONTHS, bend

AS_OF = date(2026, 6, 30)


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_parameters_are_recovered_within_three_standard_errors(seed):
    transactions = generate_sample(AS_OF, seed=seed, seasons=False, dirt=False).transactions
    summary = purchase_summary(transactions, AS_OF, "week")
    for model, names in ((BetaGeoNBD(), "r alpha a b"), (GammaGamma(), "p q v")):
        model.fit(summary)
        for name in names.split():
            error = getattr(model, f"{name}_") - PARAMETERS[name]
            assert abs(error) < 3 * model.standard_errors_[name], name


def test_wrong_parameters_would_be_noticed():
    """The test above can fail: a company of another rate is told apart."""
    transactions = generate_sample(AS_OF, seasons=False, dirt=False).transactions
    model = BetaGeoNBD().fit(purchase_summary(transactions, AS_OF, "day"))
    assert abs(model.alpha_ - PARAMETERS["alpha"]) > 3 * model.standard_errors_["alpha"]


def test_seasons_move_days_and_nothing_else():
    plain, seasonal = (generate_sample(AS_OF, seasons=seasons) for seasons in (False, True))
    per_person = [
        one.transactions.groupby("customer_id")["amount_micros"].agg(["size", "sum"]) for one in (plain, seasonal)
    ]
    pd.testing.assert_frame_equal(*per_person)
    november, february = (
        {
            name: int((one.transactions["value_on"].dt.to_period("M") == month).sum())
            for name, one in (("plain", plain), ("seasonal", seasonal))
        }
        for month in ("2025-11", "2025-02")
    )
    assert november["seasonal"] > 1.15 * november["plain"]
    assert february["seasonal"] < 0.9 * february["plain"]


def test_bending_keeps_order_and_ends_and_moves_at_most_two_weeks():
    days = np.linspace(0, 911.999, 20_000)
    for month in MONTHS:
        bent = bend(days, date(2024, month, 1), 912)
        assert (np.diff(bent) > 0).all()
        assert bent[0] == 0
        assert bent[-1] < 912
        assert np.abs(bent - days).max() < 14


@pytest.mark.parametrize("n_customers", [50, 51, 300])
def test_small_companies_can_be_drawn(n_customers):
    for seed in range(4):
        company = generate_sample(AS_OF, seed=seed, n_customers=n_customers)
        assert len(company.people) == n_customers
        assert len(company.truth["dirty_rows"]) == 12


def test_too_small_a_company_is_refused():
    with pytest.raises(ParameterInvalid):
        generate_sample(AS_OF, n_customers=49)


def test_yesterday_is_the_default(monkeypatch):
    # Half past midnight in Shanghai on 2 March is still 1 March in UTC: yesterday is the company's.
    monkeypatch.setattr("zhiji.kernel.clock.now", lambda: datetime(2026, 3, 1, 16, 30, tzinfo=UTC))
    assert generate_sample(n_customers=50).as_of == date(2026, 3, 1)


def test_size_is_that_of_a_small_shop():
    company = generate_sample(AS_OF)
    assert company.people["customer_id"].nunique() == 3000
    assert 25_000 <= len(company.orders) <= 40_000
    assert company.transactions["value_on"].max() <= pd.Timestamp(AS_OF)
    assert (pd.Timestamp(AS_OF) - company.transactions["value_on"].min()).days > 890
