"""The verdict on windows made by hand, so that what each part of it must say is known beforehand."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from zhiji.algorithms.value.backtest import BackTest
from zhiji.algorithms.value.candidates import Forecast, Seen
from zhiji.algorithms.value.evaluation import Window, measure
from zhiji.algorithms.value.intervals import Levels
from zhiji.algorithms.value.judging import Judge, choose
from zhiji.algorithms.value.purchases import PurchaseLog
from zhiji.algorithms.value.recalibration import Placed, Recalibration, recalibrate
from zhiji.algorithms.value.rules import RULES
from zhiji.kernel import render
from zhiji.kernel.messages import LANGUAGES

Floats = NDArray[np.float64]
SIZE, HORIZON, BEGAN = 400, 91, 19_000
# What each customer will spend: nobody alike, the last one most.
SPENT = np.arange(1.0, SIZE + 1)
SHUFFLED = np.random.default_rng(1).permutation(SPENT)


def with_turned(*blocks: tuple[int, int]) -> Floats:
    """The right order, but for these places (0 the least), which stand the other way round."""
    found = SPENT.copy()
    for start, end in blocks:
        found[start:end] = found[start:end][::-1]
    return found


def windows(*made: tuple[Floats, Mapping[str, Floats], Mapping[str, Floats]]) -> list[Window]:
    """One after the other: (outcome, forecasts by candidate, amounts by rule; rules that are not named are blind)."""
    ids = np.arange(SIZE)
    log = PurchaseLog(pd.DataFrame({"customer_id": ids, "value_on": pd.Timestamp("2022-01-01"), "amount_micros": 10}))
    found = []
    for number, (outcome, forecasts, rules) in enumerate(made):
        seen = Seen(log, log.history(BEGAN + number * HORIZON))
        window = Window(seen, HORIZON, outcome, (outcome > 0).astype(float))
        window.forecasts = {name: Forecast(np.ones(SIZE), value, np.ones(SIZE)) for name, value in forecasts.items()}
        window.amounts = {rule.name: rules.get(rule.name, SHUFFLED) for rule in RULES}
        found.append(window)
    return found


def verdict(made: Sequence[Window]) -> BackTest:
    """Without any correction, so that the figures are those of the forecasts as given."""
    measured = measure(made, 0)
    chosen = choose(made, measured)
    assert chosen is not None
    placed = [Placed(Recalibration(), Levels(), 0.8, 0.8) for _ in made]
    return Judge(made, measured, chosen, placed, 0).backtest(HORIZON, made[-1].days[1], Recalibration(), True)


def codes(backtest: BackTest) -> list[str]:
    return [reason.code for reason in backtest.reasons]


def test_a_right_forecast_is_published() -> None:
    backtest = verdict(windows(*[(SPENT, {"model": SPENT}, {})] * 3))
    assert (backtest.state, codes(backtest)) == ("published", ["value_published"])


def test_a_model_that_any_plain_rule_beats_is_withheld_whichever_rule_serves() -> None:
    """Total spend ranks as well as the window before but for half a per cent and is simpler, so it serves; the model
    lies between the two."""
    model = with_turned((150, 200))
    rules = {"total_spend": with_turned((150, 200), (290, 340)), "window_before": SPENT}
    made = windows(*[(SPENT, {"model": model}, rules)] * 5)
    best, ours, simple = (np.mean([part[name].value for part in measure(made, 0).gini])
                          for name in ("window_before", "model", "total_spend"))  # fmt: skip
    assert best - 0.005 < simple < ours < best
    backtest = verdict(made)
    assert (backtest.state, backtest.rule) == ("withheld", "total_spend")
    assert {reason.params["rule"] for reason in backtest.reasons} == {"window_before"}
    assert "value_gini_not_better" in codes(backtest)
    beaten = next(reason for reason in backtest.reasons if reason.code == "value_gini_not_better")
    assert beaten.params["rule_percent"] == round(100 * float(best), 2)
    assert "spend in the equal time before" in render(beaten, "en").what
    assert "上一段同样时间的消费" in render(beaten, "zh").what


def test_what_is_published_is_set_beside_the_best_rule() -> None:
    """Not beside the one that would serve: the simplest of those that are alike."""
    simple, better = with_turned((300, 340)), with_turned((310, 330))
    backtest = verdict(windows(*[(SPENT, {"model": SPENT}, {"total_spend": simple, "mean_per_period": better})] * 2))
    assert (backtest.state, backtest.rule) == ("published", "total_spend")
    # The best fifth of either: from place 320 on.
    brought = {name: SPENT[np.argsort(-score)[:80]].sum() for name, score in (("simple", simple), ("better", better))}
    shares = {name: round(100 * amount / SPENT.sum()) for name, amount in brought.items()}
    assert backtest.reasons[0].params["rule_percent"] == shares["better"] != shares["simple"]


def choosing(early: Mapping[str, Floats], late: Mapping[str, Floats]) -> list[Window]:
    """Three windows with the first forecasts, the last with the others."""
    return windows(*[(SPENT, early, {})] * 3, (SPENT, late, {}))


SLIGHTLY, WRONG = with_turned((100, 250)), SPENT[::-1].copy()


@pytest.mark.parametrize(
    ("early", "late"),
    [
        # By their order: much better in the last window does not make up for worse before.
        ({"good": SPENT, "other": SLIGHTLY}, {"good": WRONG, "other": SPENT}),
        # By their amounts, where the orders are alike: tenths are off by half before, or by ten times in the last.
        ({"good": SPENT, "other": SPENT**2 / SIZE}, {"good": 10 * SPENT, "other": SPENT}),
    ],
)
def test_the_last_window_has_no_say_in_the_choice(early: dict[str, Floats], late: dict[str, Floats]) -> None:
    for made in (choosing(early, early), choosing(early, late)):
        chosen = choose(made, measure(made, 0))
        assert chosen is not None
        assert chosen.candidate == "good"
    # It would, were it asked: with the last window among those before, the other one is chosen.
    asked = [*choosing(early, late), *windows((SPENT, early, {}))]
    other = choose(asked, measure(asked, 0))
    assert other is not None
    assert other.candidate == "other"


def test_the_last_window_has_no_say_in_which_rule_serves() -> None:
    early = (SPENT, {"model": SPENT}, {"total_spend": SLIGHTLY, "window_before": SPENT})
    late = (SPENT, {"model": SPENT}, {"total_spend": SPENT, "window_before": WRONG})
    made = windows(early, early, late)
    chosen = choose(made, measure(made, 0))
    assert chosen is not None
    assert chosen.rule == "window_before"


def test_a_right_total_of_wrong_tenths_shows_no_amount() -> None:
    """Everybody is said to lie half as far from the mean as he does: the best tenth, which spends 380.5 each, is said
    to spend 290.5 (76 %), the last one 110.5 instead of 20.5 (539 %)."""
    backtest = verdict(windows((SPENT, {"model": (SPENT + SPENT.mean()) / 2}, {})))
    (origin,) = backtest.origins
    assert origin.ratio.value == pytest.approx(1.0)
    assert backtest.state == "ranking_only"
    assert set(codes(backtest)) == {"value_decile_missed"}
    missed = {reason.params["decile"]: reason.params["percent"] for reason in backtest.reasons}
    assert (missed[1], missed[10]) == (539, 76)


def test_a_forecast_of_nothing_leaves_nothing_to_correct() -> None:
    (window,) = windows((SPENT, {"model": np.zeros(SIZE)}, {}))
    found = recalibrate([window], "model", window.seen.calendar, window.days[1])
    assert (found.value, found.slope) == (1.0, 1.0)


@pytest.mark.parametrize(("said", "state"), [(1.0, "ranking_only"), (0.75, "published")])
def test_where_nobody_was_to_be_expected_nobody_is_missed(said: float, state: str) -> None:
    """The last tenth spent nothing. It was said to spend 820, of the size of 3.7 of those who bought (220.5 each): of
    none of so many buying there is a chance of 2 %. Three quarters of it are 2.8, which chance leaves out in 6 %."""
    spent = np.where(SPENT > SIZE / 10, SPENT, 0.0)
    assert SPENT[spent == 0].sum() == 820
    assert spent[spent > 0].mean() == 220.5
    assert verdict(windows((spent, {"model": np.where(spent > 0, SPENT, said * SPENT)}, {}))).state == state


def test_a_tenth_in_which_nothing_was_spent_is_told_as_that() -> None:
    spent = np.where(SPENT > SIZE / 10, SPENT, 0.0)
    backtest = verdict(windows((spent, {"model": SPENT}, {})))
    assert (backtest.state, codes(backtest)) == ("ranking_only", ["value_decile_without_sales"])
    for language in LANGUAGES:
        assert " 1 " in render(backtest.reasons[0], language).what
    text = json.dumps(backtest.to_json(), allow_nan=False)
    assert json.dumps(BackTest.from_json(json.loads(text)).to_json(), allow_nan=False) == text


@pytest.mark.parametrize(
    ("factors", "missed"),
    [
        ((2.0,), [0]),  # the only one is judged
        ((2.0, 1.0, 1.0), []),  # nothing was there to correct the first one by
        ((1.0, 2.0, 1.0), [1]),
        ((1.0, 1.0, 0.5), [2]),
    ],
)
def test_the_first_of_several_windows_is_not_judged_on_its_amounts(factors: Sequence[float], missed: list[int]) -> None:
    backtest = verdict(windows(*[(SPENT, {"model": factor * SPENT}, {}) for factor in factors]))
    assert [origin.recalibrated for origin in backtest.origins] == [number > 0 for number in range(len(factors))]
    told = [reason.params["as_of"] for reason in backtest.reasons if reason.code == "value_total_missed"]
    assert told == [backtest.origins[number].as_of for number in missed]
    assert (backtest.state == "published") == (not missed)
    # Nor do its customers count in the tenths of all windows.
    assert sum(decile.customers for decile in backtest.pooled_deciles) == SIZE * max(len(factors) - 1, 1)
