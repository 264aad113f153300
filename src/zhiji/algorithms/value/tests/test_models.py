"""Gradients against differences, closed forms against numerical integrals, estimates against a peer and the truth."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.special import betaln, gammaln, hyp2f1

from zhiji.algorithms.base import FrameValuesInvalid, ModelDidNotConverge
from zhiji.algorithms.value import (
    BetaGeoNBD,
    GammaGamma,
    ParetoNBD,
    beta_geo_nbd,
    gamma_gamma,
    pareto_nbd,
    purchase_summary,
    simulate_transactions,
)
from zhiji.algorithms.value.counted import Counted, read_purchases

AS_OF = date(2024, 12, 30)
TRUTH = {"r": 0.8, "alpha": 6.0, "a": 0.8, "b": 4.0, "s": 0.6, "beta": 12.0}
THETAS = [[0.243, 4.41, 0.79, 2.43], [2.0, 0.5, 0.05, 8.0], [0.05, 60.0, 3.0, 0.3], [10.0, 20.0, 1.0, 1.0]]


@pytest.fixture(scope="module")
def summary() -> pd.DataFrame:
    rows, _ = simulate_transactions(3_000, AS_OF, 600, 11, **TRUTH)
    return purchase_summary(rows, AS_OF, "week")


def differences(function: object, theta: np.ndarray) -> np.ndarray:
    """Gradient by central differences of the fourth order."""
    found = np.empty(len(theta))
    for i in range(len(theta)):
        step = np.zeros(len(theta))
        step[i] = 1e-3
        near = function(theta + step)[0] - function(theta - step)[0]
        far = function(theta + 2 * step)[0] - function(theta - 2 * step)[0]
        found[i] = (8 * near - far) / (12 * 1e-3)
    return found


@pytest.mark.parametrize("parameters", THETAS)
@pytest.mark.parametrize("module", [beta_geo_nbd, pareto_nbd])
def test_gradients(module: object, parameters: list[float], summary: pd.DataFrame) -> None:
    function = module._LogLikelihood(Counted.of(read_purchases(summary)))
    theta = np.log(parameters)
    np.testing.assert_allclose(function(theta)[1], differences(function, theta), rtol=1e-6, atol=1e-4)


@pytest.mark.parametrize("parameters", [[6.25, 3.74, 15.44], [0.5, 1.2, 100.0], [40.0, 8.0, 0.2]])
def test_gradient_of_gamma_gamma(parameters: list[float], summary: pd.DataFrame) -> None:
    again = summary[summary["frequency"] > 0]
    function = gamma_gamma._LogLikelihood(again["frequency"].to_numpy(), again["monetary_value"].to_numpy())
    theta = np.log(parameters)
    np.testing.assert_allclose(function(theta)[1], differences(function, theta), rtol=1e-6, atol=1e-4)


def fitted(kind: type, parameters: list[float]) -> object:
    model = kind()
    model.log_parameters_ = np.log(parameters)
    return model


GRID = pd.DataFrame(
    [(x, t_x, age) for x in (0, 1, 4, 60) for t_x in (0.5, 20.0, 51.9) for age in (52.0, 104.0)],
    columns=["frequency", "recency", "T"],
    dtype=float,
).assign(recency=lambda rows: np.where(rows["frequency"] > 0, rows["recency"], 0.0))


@pytest.mark.parametrize("parameters", THETAS)
def test_pareto_likelihood_is_the_published_hypergeometric(parameters: list[float]) -> None:
    """Fader & Hardie (2005), eqs. 18 to 20, where the ₂F₁ can be had; elsewhere an adaptive integral."""
    r, alpha, s, beta = parameters
    found = pareto_nbd._log_left(np.array(parameters), read_purchases(GRID))
    for row, value in zip(GRID.itertuples(), found, strict=True):
        x, start, end = row.frequency, row.recency, row.T
        scale = -(r + x) * np.log(alpha + start) - (s + 1) * np.log(beta + start)
        integral, _ = quad(
            lambda t, x=x, scale=scale: np.exp(-(r + x) * np.log(alpha + t) - (s + 1) * np.log(beta + t) - scale),
            start, end, epsabs=0, epsrel=1e-11, limit=400, points=[start + (end - start) / 10**k for k in range(1, 6)],
        )  # fmt: skip
        assert value == pytest.approx(scale + np.log(integral), abs=1e-8)


def test_pareto_integral_against_hyp2f1() -> None:
    """(t_x to T) of the integral is A₀/(r+s+x) of the paper for α ≥ β."""
    r, alpha, s, beta = 0.5533, 10.578, 0.6062, 8.0
    power = r + s + GRID["frequency"]

    def antiderivative(t: pd.Series) -> pd.Series:
        share = (alpha - beta) / (alpha + t)
        return hyp2f1(power, s + 1, power + 1, share) / (alpha + t) ** power / power

    expected = antiderivative(GRID["recency"]) - antiderivative(GRID["T"])
    found = np.exp(pareto_nbd._log_left(np.array([r, alpha, s, beta]), read_purchases(GRID)))
    few = GRID["frequency"].to_numpy() < 10
    np.testing.assert_allclose(found[few], expected[few], rtol=1e-8)


@pytest.mark.parametrize("parameters", THETAS)
def test_bg_expected_purchases_is_an_integral_over_the_dropout(parameters: list[float]) -> None:
    r, alpha, a, b = parameters
    model = fitted(BetaGeoNBD, parameters)
    found = model.expected_purchases(GRID, 26) / model.probability_alive(GRID)
    for row, value in zip(GRID.itertuples(), found, strict=True):
        x, share = row.frequency, 26 / (alpha + row.T)

        # In y = logit p: no singular ends for any a, b.
        def integrand(y: float, x: float = x, share: float = share) -> float:
            p = max(np.exp(-np.logaddexp(0, -y)), 1e-300)
            density = np.exp(-a * np.logaddexp(0, -y) - (b + x) * np.logaddexp(0, y) - betaln(a, b + x))
            return density * -np.expm1(-(r + x) * np.log1p(p * share)) / p

        middle = np.log(a / (b + x))
        parts = [-60 / min(a, 1), middle - 8, middle, middle + 4, 60 / min(b, 1)]
        expected = sum(quad(integrand, low, high, limit=400)[0] for low, high in pairwise(parts))
        assert value == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("s", [0.4, 1.0, 1.0 + 1e-9, 3.0])
def test_pareto_expected_purchases_is_continuous_through_s_one(s: float) -> None:
    r, alpha, beta = 0.8, 6.0, 12.0
    model = fitted(ParetoNBD, [r, alpha, s, beta])
    found = model.expected_purchases(GRID, 26) / model.probability_alive(GRID)
    for row, value in zip(GRID.itertuples(), found, strict=True):
        life = quad(lambda u, row=row: ((beta + row.T) / (beta + row.T + u)) ** s, 0, 26)[0]
        assert value == pytest.approx((r + row.frequency) / (alpha + row.T) * life, rel=1e-8)


def test_against_the_peer_on_a_simulated_company(summary: pd.DataFrame) -> None:
    """lifetimes reaches no better likelihood, and agrees on life and purchases at the same parameters."""
    from lifetimes import BetaGeoFitter

    peer = BetaGeoFitter().fit(summary["frequency"], summary["recency"], summary["T"])
    ours = BetaGeoNBD().fit(summary)
    # The peer scales time before it fits, so its own figure is not comparable; its parameters are.
    likelihood = beta_geo_nbd._LogLikelihood(Counted.of(read_purchases(summary)))
    theirs = likelihood(np.log([peer.params_[name] for name in ("r", "alpha", "a", "b")]))[0]
    assert ours.log_likelihood_ >= theirs - 1e-6 * abs(theirs)
    same = fitted(BetaGeoNBD, [peer.params_[name] for name in ("r", "alpha", "a", "b")])
    alive = peer.conditional_probability_alive(summary["frequency"], summary["recency"], summary["T"])
    np.testing.assert_allclose(same.probability_alive(summary), alive, rtol=1e-7)
    columns = (summary["frequency"], summary["recency"], summary["T"])
    purchases = peer.conditional_expected_number_of_purchases_up_to_time(13, *columns)
    np.testing.assert_allclose(same.expected_purchases(summary, 13), purchases, rtol=1e-6)


def test_the_truth_is_recovered_within_its_standard_errors() -> None:
    rows, _ = simulate_transactions(40_000, AS_OF, 600, 2, **TRUTH, q=5.0)
    summary = purchase_summary(rows, AS_OF, "week")
    spend = GammaGamma().fit(summary)
    for name, true in (("p", 6.25), ("q", 5.0), ("v", 15.44)):
        assert abs(getattr(spend, f"{name}_") - true) < 4 * spend.standard_errors_[name]
    # Days merge a few purchases, which shifts the rate a little: hence 3 % beside the errors.
    model = BetaGeoNBD().fit(summary)
    for name in ("r", "alpha", "a", "b"):
        assert abs(getattr(model, f"{name}_") - TRUTH[name]) < 4 * model.standard_errors_[name] + 0.03 * TRUTH[name]


def test_pareto_truth_is_recovered() -> None:
    rows, _ = simulate_transactions(20_000, AS_OF, 600, 2, process="pareto_nbd", **TRUTH)
    model = ParetoNBD().fit(purchase_summary(rows, AS_OF, "week"))
    for name in ("r", "alpha", "s", "beta"):
        assert abs(getattr(model, f"{name}_") - TRUTH[name]) < 4 * model.standard_errors_[name] + 0.03 * TRUTH[name]


@pytest.mark.parametrize("kind", [BetaGeoNBD, ParetoNBD])
def test_ten_thousand_orders_stay_finite(kind: type, summary: pd.DataFrame) -> None:
    heavy = pd.DataFrame(
        {"frequency": [1e4, 1e4, 1e4], "recency": [85.69, 20.0, 0.1], "T": [85.7, 85.7, 85.7]}, index=[-1, -2, -3]
    )
    both = pd.concat([summary[["frequency", "recency", "T"]], heavy])
    model = kind().fit(both)
    assert np.isfinite(model.log_likelihood_)
    alive, orders = model.probability_alive(both), model.expected_purchases(both, 13)
    assert np.isfinite(alive).all()
    assert np.isfinite(orders).all()
    assert alive.between(0, 1).all()
    # A customer who still buys over a hundred times a week is expected to go on; who stopped long ago is not.
    assert orders.loc[-1] > 100
    assert orders.loc[-2] < 1


def test_gamma_gamma_stays_finite_at_ten_thousand_orders() -> None:
    frame = GammaGamma.example(300, 1).frame
    frame.loc[0] = [1e4, 12.5]
    value = GammaGamma().fit(frame).expected_value(frame)
    assert np.isfinite(value).all()
    assert value[0] == pytest.approx(12.5, rel=1e-3)


@pytest.mark.parametrize("kind", [BetaGeoNBD, ParetoNBD])
def test_draws_have_the_expected_mean(kind: type, summary: pd.DataFrame) -> None:
    model = kind().fit(summary)
    purchases = read_purchases(summary)
    rng = np.random.default_rng(3)
    totals = [model.draw_orders(purchases, 13.0, rng).sum() for _ in range(60)]
    expected = model.orders_of(purchases, 13.0).sum()
    assert np.mean(totals) == pytest.approx(expected, abs=4 * np.std(totals) / np.sqrt(60))


def test_drawn_spend_has_the_expected_mean() -> None:
    model = GammaGamma().fit(GammaGamma.example(500, 1).frame)
    x, mean = np.full(200_000, 3.0), np.full(200_000, 20.0)
    drawn = model.draw_spend(x, mean, np.full(200_000, 2), np.random.default_rng(1), model.log_parameters_)
    assert drawn.mean() == pytest.approx(2 * model.spend_of(x[:1], mean[:1])[0], rel=0.01)


def test_repeated_rows_count_like_single_ones(summary: pd.DataFrame) -> None:
    counted = Counted.of(read_purchases(pd.concat([summary, summary])))
    assert counted.counts.sum() == 2 * len(summary)
    assert len(counted.purchases) < len(summary)
    once = beta_geo_nbd._LogLikelihood(Counted.of(read_purchases(summary)))
    twice = beta_geo_nbd._LogLikelihood(counted)
    theta = np.log(THETAS[0])
    assert twice(theta)[0] == pytest.approx(2 * once(theta)[0], rel=1e-12)
    # The likelihood of one customer, by the letter of the paper's equation 6.
    r, alpha, a, b = THETAS[0]
    row = summary[summary["frequency"] == 2].iloc[:1]
    x, t_x, age = row[["frequency", "recency", "T"]].to_numpy()[0]
    letter = np.exp(gammaln(r + x) - gammaln(r) + r * np.log(alpha)) * (
        np.exp(betaln(a, b + x) - betaln(a, b)) / (alpha + age) ** (r + x)
        + np.exp(betaln(a + 1, b + x - 1) - betaln(a, b)) / (alpha + t_x) ** (r + x)
    )
    alone = beta_geo_nbd._LogLikelihood(Counted.of(read_purchases(row)))
    assert alone(theta)[0] == pytest.approx(np.log(letter), rel=1e-12)


@pytest.mark.parametrize(
    "wrong",
    [
        {"frequency": -1.0},
        {"frequency": 1.5},
        {"recency": 99.0},
        {"T": np.nan},
        {"recency": 0.0},
        {"frequency": np.inf},
    ],
)
def test_impossible_histories_are_refused(wrong: dict[str, float]) -> None:
    frame = pd.DataFrame({"frequency": [1.0, 2.0], "recency": [3.0, 4.0], "T": [9.0, 9.0]})
    frame.loc[0, list(wrong)] = list(wrong.values())
    model = BetaGeoNBD()
    with pytest.raises(FrameValuesInvalid):
        model.fit(frame)
    assert model.learned() == {}


@pytest.mark.parametrize("kind", [BetaGeoNBD, ParetoNBD])
def test_nobody_bought_again(kind: type) -> None:
    frame = pd.DataFrame({"frequency": [0.0] * 9, "recency": [0.0] * 9, "T": np.arange(9.0) + 1})
    with pytest.raises(ModelDidNotConverge):
        kind().fit(frame)
