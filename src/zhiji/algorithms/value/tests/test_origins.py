"""What an origin knows is what a company knows whose records end there: whatever comes later changes nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache

import numpy as np
import pandas as pd
import pytest

from zhiji.algorithms.value import simulate_transactions
from zhiji.algorithms.value.candidates import CANDIDATES, Seen
from zhiji.algorithms.value.evaluation import Window, origins_of, windows_of
from zhiji.algorithms.value.intervals import Levels
from zhiji.algorithms.value.purchases import PurchaseLog, day_number
from zhiji.algorithms.value.recalibration import Placed, place, recalibrate
from zhiji.algorithms.value.season import calendar_of

AS_OF = date(2024, 12, 31)
TODAY, HORIZON = day_number(AS_OF), 91
MODEL = CANDIDATES[0].name
Rows = pd.DataFrame
Change = Callable[[Rows], Rows]


@cache
def company() -> Rows:
    """Two and a half years of 600 customers."""
    rows, _ = simulate_transactions(600, AS_OF, 912, 7, r=1.1, alpha=8.0, a=0.6, b=5.0)
    return rows[["customer_id", "value_on", "amount_micros"]]


def looked_back(rows: Rows) -> tuple[list[Window], list[Placed], Levels]:
    log = PurchaseLog(rows)
    first = log.first_day(TODAY)
    assert first is not None
    windows = windows_of(log, origins_of(first, TODAY, HORIZON), TODAY, HORIZON, CANDIDATES[:1])
    return windows, *place(windows, MODEL, 0)


def on_its_day(rows: Rows) -> Rows:
    """Each row is known on its day. Without that, only the order of the windows keeps the future out."""
    return rows.assign(known_at=rows["value_on"].dt.tz_localize("UTC"))


def as_it_is(rows: Rows) -> Rows:
    return rows


@cache
def unchanged(known: Change) -> tuple[list[Window], list[Placed], Levels]:
    return looked_back(known(company()))


def last_window_doubled(rows: Rows) -> Rows:
    last = rows["value_on"] > pd.Timestamp(AS_OF) - pd.Timedelta(days=HORIZON)
    return rows.assign(amount_micros=rows["amount_micros"] * np.where(last, 2, 1))


def known_late(rows: Rows) -> Rows:
    """Large sales of half the customers in the second window, of which nobody hears before the last week."""
    start = pd.Timestamp(AS_OF) - pd.Timedelta(days=4 * HORIZON)
    ids = np.sort(rows.loc[rows["value_on"] <= start, "customer_id"].unique())[::2]
    late = pd.DataFrame({"customer_id": ids, "value_on": start + pd.Timedelta(days=30), "amount_micros": 10**9})
    return pd.concat([rows, late.assign(known_at=pd.Timestamp("2024-12-28", tz="UTC"))], ignore_index=True)


@pytest.mark.parametrize(
    ("known", "change"), [(as_it_is, last_window_doubled), (on_its_day, last_window_doubled), (on_its_day, known_late)]
)
def test_corrections_and_levels_at_an_origin_are_of_what_was_known_there(known: Change, change: Change) -> None:
    windows, before, now = unchanged(known)
    changed, after, changed_now = looked_back(change(known(company())))
    assert [part.correction for part in after] == [part.correction for part in before]
    assert [part.levels for part in after] == [part.levels for part in before]
    for one, two in zip(windows, changed, strict=True):
        np.testing.assert_array_equal(two.forecasts[MODEL].value, one.forecasts[MODEL].value)
    # What is served now has learned from it: the change is one that matters.
    assert changed_now != now
    served, served_before = (recalibrate(w, MODEL, w[-1].seen.calendar, TODAY) for w in (changed, windows))
    assert served != served_before


def test_every_origin_but_the_first_has_learned_something() -> None:
    """So that the others have something to be wrong about."""
    windows, placed, _ = unchanged(as_it_is)
    assert len({part.correction for part in placed}) == len({part.levels for part in placed}) == len(windows) == 5


def test_the_season_at_an_origin_is_that_of_records_which_end_there() -> None:
    windows, _, _ = unchanged(as_it_is)
    rows = company()
    for window in windows:
        ended = PurchaseLog(rows[rows["value_on"] <= pd.Timestamp(window.as_of, unit="D")])
        seen = Seen(ended, ended.history(window.as_of), calendar_of(ended, ended.history(window.as_of)))
        assert window.seen.calendar == seen.calendar
        assert window.weeks == seen.weeks_ahead(HORIZON)
    known = [window.seen.calendar for window in windows if not window.seen.calendar.flat]
    assert len(set(known)) == len(known) >= 3, "each year teaches a season of its own"
