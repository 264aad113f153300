"""A planted season is found, and none is found where there is none."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from zhiji.algorithms.value import simulate_transactions
from zhiji.algorithms.value.calendar import UNKNOWN, Calendar, month_of
from zhiji.algorithms.value.purchases import PurchaseLog, day_number
from zhiji.algorithms.value.season import calendar_of

AS_OF = date(2024, 12, 31)
DAYS = 731
PLANTED = Calendar((1.1, 0.8, 1.0, 1.0, 1.0, 1.1, 0.8, 0.8, 1.1, 0.9, 1.4, 1.0))


def company(planted: Calendar, seed: int) -> PurchaseLog:
    """Days are moved so that as much season has passed as plain time had: exact for any process in plain time."""
    rows, _ = simulate_transactions(6_000, AS_OF, DAYS, seed, r=1.1, alpha=11.0, a=0.8, b=5.0)
    start = pd.Timestamp("2023-01-01")
    plain = (rows["event_at"].dt.tz_localize(None) - start) / pd.Timedelta(days=1)
    passed = np.r_[0.0, np.cumsum(planted.intensity(np.arange(DAYS) + day_number("2023-01-01")))]
    bent = np.interp(plain, passed * DAYS / passed[-1], np.arange(DAYS + 1.0))
    day = start + pd.to_timedelta(np.minimum(np.floor(bent), DAYS - 1), unit="D")
    return PurchaseLog(rows.assign(value_on=day))


def test_a_planted_season_is_found() -> None:
    log = company(PLANTED, 3)
    found = calendar_of(log, log.history(day_number(AS_OF)))
    np.testing.assert_allclose(found.index, np.array(PLANTED.index) / np.mean(PLANTED.index), atol=0.1)


def test_a_company_without_seasons_is_left_without() -> None:
    log = company(UNKNOWN, 4)
    np.testing.assert_allclose(calendar_of(log, log.history(day_number(AS_OF))).index, 1.0, atol=0.03)


def test_less_than_a_year_teaches_no_season() -> None:
    log = company(PLANTED, 5)
    assert calendar_of(log, log.history(day_number("2023-11-30"))).flat


def test_weeks_agree_with_the_sum_of_their_days() -> None:
    start, end = day_number("2024-01-15"), day_number("2024-11-20")
    weeks = PLANTED.weeks(np.array([end, start, start]))
    assert weeks[0] - weeks[1] == pytest.approx(PLANTED.span(start, end))
    assert weeks[1] == weeks[2]
    assert UNKNOWN.span(start, end) == pytest.approx((end - start) / 7)
    assert month_of(np.array([day_number("2024-02-29")])).tolist() == [1]
