"""Measures against definitions by hand, intervals against what they promise."""

from __future__ import annotations

import numpy as np
import pytest

from zhiji.algorithms.evidence import Ranked, Resampled, decile_of, gini, resample_weights, top_share
from zhiji.algorithms.evidence.resampling import Estimate, pooled


def by_pairs(score: np.ndarray, outcome: np.ndarray) -> float:
    """Gini by its other definition: Σᵢⱼ sign(scoreᵢ − scoreⱼ)(outcomeᵢ − outcomeⱼ) / (2 n Σ outcome)."""
    order = np.sign(score[:, None] - score[None, :])
    return float((order * (outcome[:, None] - outcome[None, :])).sum() / (2 * len(score) * outcome.sum()))


@pytest.mark.parametrize("levels", [3, 1_000])
def test_gini_is_the_mean_over_pairs_with_and_without_ties(levels: int) -> None:
    rng = np.random.default_rng(levels)
    score = rng.integers(0, levels, 200).astype(float)
    outcome = rng.gamma(0.3, 1.0, 200) + 0.01 * score
    assert gini(score, outcome) == pytest.approx(by_pairs(score, outcome), abs=1e-12)


def test_gini_of_known_rankings() -> None:
    outcome = np.array([0.0, 0.0, 0.0, 1.0])
    assert gini(np.array([1.0, 2.0, 3.0, 4.0]), outcome) == pytest.approx(0.75)
    assert gini(np.array([4.0, 3.0, 2.0, 1.0]), outcome) == pytest.approx(-0.75)
    assert gini(np.ones(4), outcome) == pytest.approx(0.0)


def test_top_share_splits_ties_in_proportion() -> None:
    outcome = np.arange(1.0, 11.0)
    assert top_share(outcome, outcome) == pytest.approx(19 / 55)
    assert top_share(np.ones(10), outcome) == pytest.approx(0.2)


def test_weights_count_a_customer_as_often_as_they_say() -> None:
    rng = np.random.default_rng(1)
    score, outcome = rng.normal(size=50), rng.gamma(1.0, size=50)
    weights = resample_weights(50, 20, rng)
    found, shares = Ranked.of(score, outcome).measures(weights)
    for row, value, share in zip(weights.astype(int), found, shares, strict=True):
        repeated = np.repeat(np.arange(50), row)
        assert value == pytest.approx(gini(score[repeated], outcome[repeated]), abs=1e-12)
        assert share == pytest.approx(top_share(score[repeated], outcome[repeated]), abs=1e-12)


def test_an_outcome_of_nothing_has_no_gini() -> None:
    assert np.isnan(gini(np.arange(4.0), np.zeros(4)))


def test_interval_covers_the_truth_as_often_as_promised() -> None:
    """90 % intervals of the Gini, from 200 samples of 300 customers: 84 to 96 % hold the population's."""
    rng = np.random.default_rng(8)

    def draw(size: int) -> tuple[np.ndarray, np.ndarray]:
        rate = rng.gamma(1.0, size=size)
        return rate * rng.gamma(2.0, 0.5, size), rng.gamma(2.0, rate / 2)

    truth = gini(*draw(400_000))
    inside = 0
    for _ in range(200):
        score, outcome = draw(300)
        replicates = Ranked.of(score, outcome).measures(resample_weights(300, 200, rng))[0]
        estimate = Resampled(gini(score, outcome), replicates).estimate()
        inside += estimate.low <= truth <= estimate.high
    assert 168 <= inside <= 192


def test_pooling_resamples_origins_too() -> None:
    """Two origins without any noise of their own still differ: so the pooled figure is uncertain."""
    parts = [Resampled(0.0, np.zeros(4_000)), Resampled(1.0, np.ones(4_000))]
    found = pooled(parts, np.random.default_rng(0))
    assert found.value == 0.5
    np.testing.assert_allclose(np.bincount((found.replicates * 2).astype(int)) / 4_000, [0.25, 0.5, 0.25], atol=0.03)


def test_estimates_survive_json() -> None:
    estimate = Resampled(0.5, np.full(10, np.nan)).estimate()
    assert np.isnan(estimate.low)
    back = Estimate.from_json(estimate.to_json())
    assert back.value == 0.5
    assert np.isnan(back.high)


def test_deciles_are_equal_in_size_and_ascending() -> None:
    prediction = np.random.default_rng(0).permutation(103).astype(float)
    tenth = decile_of(prediction)
    assert set(np.bincount(tenth)[1:]) <= {10, 11}
    assert prediction[tenth == 1].max() < prediction[tenth == 2].min()
    assert tenth.max() == 10
