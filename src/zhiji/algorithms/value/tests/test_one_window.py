"""A company whose record holds one test window: what is served is what that window tested, and nothing else is said."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
import pandas as pd
import pytest

from zhiji.algorithms.value import CustomerValueModel, simulate_transactions
from zhiji.algorithms.value.candidates import CANDIDATES, Seen
from zhiji.algorithms.value.intervals import Levels
from zhiji.algorithms.value.purchases import PurchaseLog, day_number
from zhiji.algorithms.value.season import calendar_of
from zhiji.kernel import Language, render
from zhiji.kernel.messages import LANGUAGES

AS_OF = date(2024, 12, 30)


@cache
def company() -> pd.DataFrame:
    """Two and a half years: one window of a year, five of a quarter."""
    rows, _ = simulate_transactions(1_500, AS_OF, 912, 1_000, r=1.1, alpha=11.0, a=0.8, b=5.0, p=5.0, q=4.0, v=156.0)
    return rows


@cache
def fitted(horizon_days: int) -> CustomerValueModel:
    return CustomerValueModel(horizon_days=horizon_days).fit(company(), as_of=AS_OF)


def test_amounts_are_served_as_they_were_judged() -> None:
    """What the only window would teach, no window has tested: amounts are those of the model as it stood the test."""
    model = fitted(365)
    (origin,) = model.backtest_.origins
    assert (model.backtest_.effective_origins, origin.use, model.backtest_.state) == (1, "confirming", "published")
    assert origin.predicted_total == origin.uncorrected_total
    log = PurchaseLog(company())
    history = log.history(day_number(AS_OF))
    seen = Seen(log, history, calendar_of(log, history))
    candidate = next(one for one in CANDIDATES if one.name == model.backtest_.candidate)
    forecast = candidate.revive(model.models_).forecast(seen, seen.weeks_ahead(365))
    scores = model.predict()
    np.testing.assert_allclose(scores["expected_value"], forecast.value)
    np.testing.assert_allclose(scores["expected_orders"], forecast.orders)
    assert (model.backtest_.recalibration, model.levels_) == (origin.recalibration, Levels())
    # Of several windows the later ones have tested what the earlier ones taught.
    assert fitted(91).backtest_.recalibration != fitted(91).backtest_.origins[0].recalibration
    assert fitted(91).levels_ != Levels()


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_window_is_not_told_as_several(language: Language) -> None:
    one, several = (str(render(fitted(days).backtest_.reasons[0], language)) for days in (365, 91))
    for text in (one, several):
        assert "80%" in text
        assert "125%" in text
        assert "…" not in text
    of_several = {"en": ("earlier test dates", "each time"), "zh": ("更早", "每次")}[language]
    assert all(word in several and word not in one for word in of_several)
