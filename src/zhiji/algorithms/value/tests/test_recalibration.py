"""Corrections: what is off is corrected, what is luck is not; levels of intervals are learned from earlier windows."""

from __future__ import annotations

import numpy as np
import pytest

from zhiji.algorithms.value.intervals import Levels, covered, cut, learn_levels, positions, zero_share
from zhiji.algorithms.value.recalibration import _factor, _slope


def test_a_large_sure_error_is_corrected_and_a_small_unsure_one_is_not() -> None:
    rng = np.random.default_rng(1)
    forecast = rng.gamma(1.0, 50.0, 40_000)
    sure = [rng.gamma(2.0, 0.75 * forecast / 2) for _ in range(4)]
    assert _factor(sure, [forecast] * 4, 0.1) == pytest.approx(0.75, abs=0.04)
    few = forecast[:30]
    spent = 1.2 * few.sum() * (np.arange(30) < 3) / 3
    assert _factor([spent], [few], 0.1) == pytest.approx(1.0, abs=0.1)
    assert _factor([np.zeros(5)], [np.ones(5)], 0.1) == 1.0


@pytest.mark.parametrize("true", [0.8, 1.0, 1.2])
def test_slope_is_found(true: float) -> None:
    rng = np.random.default_rng(2)
    forecast = rng.gamma(0.7, 50.0, 30_000)
    spent = rng.gamma(1.0, 3.0 * forecast**true)
    assert _slope([spent], [forecast]) == pytest.approx(true, abs=0.03)


def test_intervals_of_known_draws() -> None:
    rng = np.random.default_rng(3)
    sure_buyer = rng.gamma(9.0, 10.0, (1, 4_000))
    maybe = np.where(rng.random((1, 4_000)) < 0.5, 0.0, rng.gamma(9.0, 10.0, (1, 4_000)))
    gone = np.where(rng.random((1, 4_000)) < 0.9, 0.0, 50.0)
    low, high = cut(np.vstack([sure_buyer, maybe, gone]), Levels())
    assert low[0] == pytest.approx(np.quantile(sure_buyer, 0.1))
    assert high[0] == pytest.approx(np.quantile(sure_buyer, 0.9))
    assert (low[1], high[1]) == (0.0, pytest.approx(np.quantile(maybe, 0.8)))
    assert (low[2], high[2]) == (0.0, 0.0)


def test_levels_repair_draws_that_are_too_narrow() -> None:
    """Draws with a third of the true spread cover too little; after learning on one window the next is covered."""
    rng = np.random.default_rng(4)

    def window() -> tuple[np.ndarray, np.ndarray]:
        centre = rng.gamma(9.0, 10.0, 4_000)
        drawn = centre[:, None] + rng.normal(0, 6.0, (4_000, 200))
        return np.maximum(drawn, 1.0), np.maximum(centre + rng.normal(0, 10.0, 4_000), 1.0)

    drawn, outcome = window()
    levels = learn_levels([(zero_share(drawn), positions(drawn, outcome, rng.random(len(outcome))))])
    drawn, outcome = window()
    assert covered(*cut(drawn, Levels()), outcome)[0] < 0.65
    assert 0.76 <= covered(*cut(drawn, levels), outcome)[0] <= 0.84


def test_positions_of_a_right_model_are_uniform() -> None:
    rng = np.random.default_rng(5)
    chance = rng.random(5_000)
    drawn = np.where(rng.random((5_000, 300)) < chance[:, None], 0.0, rng.gamma(2.0, 10.0, (5_000, 300)))
    outcome = np.where(rng.random(5_000) < chance, 0.0, rng.gamma(2.0, 10.0, 5_000))
    found = np.histogram(positions(drawn, outcome, rng.random(len(outcome))), bins=10, range=(0, 1))[0] / 5_000
    np.testing.assert_allclose(found, 0.1, atol=0.02)
