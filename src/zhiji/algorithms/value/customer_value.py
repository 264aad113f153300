"""What each customer will spend in the coming horizon, shown only as far as the company's own history bears it out."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from zhiji.algorithms.base import Estimator, Example, FrameEmpty, ModelDidNotConverge, ParameterInvalid
from zhiji.algorithms.value.backtest import BackTest
from zhiji.algorithms.value.calendar import Calendar
from zhiji.algorithms.value.candidates import CANDIDATES, Candidate, Fitted, Seen
from zhiji.algorithms.value.errors import CustomersNotLoaded
from zhiji.algorithms.value.evaluation import Window, measure, origins_of, windows_of
from zhiji.algorithms.value.gates import missing_evidence, without_sales
from zhiji.algorithms.value.intervals import Levels
from zhiji.algorithms.value.judging import Judge, choose
from zhiji.algorithms.value.purchases import PurchaseLog, day_number, day_of_number
from zhiji.algorithms.value.reasons import reason_columns
from zhiji.algorithms.value.recalibration import Recalibration, interval, place, recalibrate
from zhiji.algorithms.value.rules import RULES, rule_named
from zhiji.algorithms.value.season import calendar_of
from zhiji.algorithms.value.simulation import simulate_transactions
from zhiji.kernel import Columns, Reason

Floats = NDArray[np.float64]
HORIZONS = (91, 182, 365)
_WITHHELD = (
    Columns.EXPECTED_ORDERS,
    Columns.EXPECTED_VALUE,
    Columns.VALUE_LOW,
    Columns.VALUE_HIGH,
    Columns.PROBABILITY_ACTIVE,
)


def offered_horizons(transactions: pd.DataFrame, as_of: date, *, zone: str = "UTC") -> tuple[int, ...]:
    """Horizons in days (of 91, 182, 365) of which the history holds a complete window with as much history before it.

    Raises FrameEmpty, FrameColumnMissing, FrameValuesInvalid.
    """
    log, day = PurchaseLog(transactions, zone), day_number(as_of)
    first = log.first_day(day)
    return () if first is None else tuple(days for days in HORIZONS if origins_of(first, day, days))


def backtest_origins(transactions: pd.DataFrame, as_of: date, horizon_days: int, *, zone: str = "UTC") -> list[date]:
    """The days from which ``CustomerValueModel`` judges itself, ascending; none where the history is too short.

    What was known on each of them goes into ``fit`` by ``known_at``. Raises as ``offered_horizons`` does.
    """
    log, day = PurchaseLog(transactions, zone), day_number(as_of)
    first = log.first_day(day)
    return [] if first is None else [day_of_number(origin) for origin in origins_of(first, day, horizon_days)]


class CustomerValueModel(Estimator):
    """Value of the coming ``horizon_days``, back-tested against the plain rules.

    ``fit(transactions, as_of=…)``: transactions as in ``purchase_summary``. Learned: ``backtest_`` (``BackTest``; its
    ``state`` decides what ``predict`` shows), ``as_of_`` (date), ``models_`` (the fitted estimators of the chosen
    candidate), ``recalibration_``, ``levels_``, ``calendar_``, ``began_`` (date of the first transaction). A saved
    model holds no customer: after loading, ask ``score(transactions)``.

    States: **published** (all columns); **ranking_only** (``value_score`` is a rank from 0 to 100, amounts are NaN);
    **withheld** and **not_enough_evidence** (``value_score`` is the plain rule's amount, all else is NaN).
    """

    def __init__(self, horizon_days: int = 91, seed: int = 0, zone: str = "UTC") -> None:
        self.horizon_days = horizon_days
        self.seed = seed
        self.zone = zone

    def fit(self, frame: pd.DataFrame, as_of: date | None = None, **_: Any) -> Self:
        """Back-test, choose, confirm, and score everyone known at the end of the day ``as_of`` (default: last day).

        Raises FrameEmpty, FrameColumnMissing, FrameValuesInvalid, ParameterInvalid. Too little evidence is a state.
        """
        if self.horizon_days < 1:
            raise ParameterInvalid(name="horizon_days", value=self.horizon_days, rule=">= 1")
        log = PurchaseLog(frame, self.zone)
        day = int(log.day.max()) if as_of is None else day_number(as_of)
        first, history = log.first_day(day), log.history(day)
        if first is None or len(history) == 0:
            raise FrameEmpty(frame="transactions")
        seen = Seen(log, history, calendar_of(log, history))
        origins = origins_of(first, day, self.horizon_days)
        windows = windows_of(log, origins, day, self.horizon_days, CANDIDATES)
        self.as_of_ = day_of_number(day)
        self.began_ = day_of_number(first)
        self.calendar_ = seen.calendar
        self._judge(windows, seen, first)
        self.predictions_ = self._score(seen)
        return self

    def predict(self) -> pd.DataFrame:
        """One row a customer known at ``as_of_``, ascending by id.

        - ``customer_id``; ``value_score``: larger is better, see the states; ``rule_score``: the plain rule's amount;
        - ``expected_orders``: purchase days in the horizon; ``expected_value``, ``value_low``, ``value_high``: currency
          units, the ends hold 80 %; ``probability_active``;
        - ``reason_1`` … ``reason_3``: codes, "" where there is none; ``customer_reasons(row)`` makes them reasons, from
          the customer's own numbers: ``orders`` (int64), ``first_on``, ``last_on`` (datetime64[s]), ``days_since_last``
          (int64), ``usual_gap_days`` (NaN below two orders), ``mean_order_micros`` (int64).

        Raises ModelNotFitted, CustomersNotLoaded (a loaded model holds no customers: use ``score``).
        """
        self.require_fitted()
        if not hasattr(self, "predictions_"):
            raise CustomersNotLoaded()
        return self.predictions_.copy()

    def score(self, transactions: pd.DataFrame, as_of: date | None = None) -> pd.DataFrame:
        """The columns of ``predict`` for any transactions as of a day (default: ``as_of_``), with what was learned.

        Of some customers alone it says what it says of them among all: how long the company's history is, it knows.
        """
        self.require_fitted()
        began: date | None = getattr(self, "began_", None)  # a model saved before it was kept has none
        log = PurchaseLog(transactions, self.zone, None if began is None else day_number(began))
        history = log.history(day_number(self.as_of_ if as_of is None else as_of))
        if len(history) == 0:
            raise FrameEmpty(frame="transactions")
        return self._score(Seen(log, history, self.calendar_))

    def outputs(self, frame: pd.DataFrame) -> pd.DataFrame:
        """``score(frame)`` by customer."""
        return self.score(frame).set_index(Columns.CUSTOMER_ID)

    def learned(self) -> dict[str, Any]:
        """Without the customers, so that erasing one need not look inside saved models."""
        kept = super().learned()
        kept.pop("predictions_", None)
        if not kept:
            return {}
        plain = {name: kept[name].to_json() for name in ("backtest_", "recalibration_", "levels_")}
        return kept | plain | {"calendar_": list(self.calendar_.index)}

    def restore(self, learned: dict[str, Any]) -> None:
        super().restore(learned)
        self.backtest_ = BackTest.from_json(learned["backtest_"])
        self.recalibration_ = Recalibration(**learned["recalibration_"])
        self.levels_ = Levels(**learned["levels_"])
        self.calendar_ = Calendar(tuple(learned["calendar_"]))

    @classmethod
    def example(cls, rows: int, seed: int) -> Example:
        as_of = date(2024, 6, 30)
        frame, _ = simulate_transactions(rows, as_of, 420, seed, r=1.2, alpha=4.0)
        optional = (*_WITHHELD, "usual_gap_days")
        return Example(frame, {"as_of": as_of}, Columns.CUSTOMER_ID, optional_outputs=optional)

    def _judge(self, windows: list[Window], seen: Seen, first: int) -> None:
        """Sets ``backtest_``, ``models_``, ``recalibration_``, ``levels_``."""
        day = seen.history.as_of
        missing = missing_evidence(windows, day - first + 1, self.horizon_days)
        measured = None if missing else measure(windows, self.seed)
        if measured is not None:
            judged = zip(windows, measured.rows, strict=True)
            missing = without_sales(windows, [window.outcome[rows] for window, rows in judged])
        chosen = None if missing or measured is None else choose(windows, measured)
        if measured is None or chosen is None:
            self._without_evidence(missing or [Reason("value_candidates_failed", {"customers": len(seen.history)})])
            return
        placed, levels = place(windows, chosen.candidate, self.seed)
        now = recalibrate(windows, chosen.candidate, seen.calendar, day)
        if len(windows) == 1:
            # What is served is what was judged: what the only window would teach, no other one has tested.
            now, levels = placed[0].correction, placed[0].levels
        # A window of the year before must lie in the history, or its season has never been seen.
        season_seen = first <= day + 1 - 365
        judge = Judge(windows, measured, chosen, placed, self.seed)
        self.backtest_ = judge.backtest(self.horizon_days, day, now, season_seen)
        self.recalibration_, self.levels_ = now, levels
        fitted = None
        if self.backtest_.state in {"published", "ranking_only"}:
            fitted = _fit_now(_candidate(chosen.candidate), seen, windows[-1])
        self.models_ = {} if fitted is None else fitted.models()

    def _without_evidence(self, reasons: list[Reason]) -> None:
        self.backtest_ = BackTest(
            self.horizon_days, self.as_of_.isoformat(), "not_enough_evidence", "", RULES[0].name, tuple(reasons),
            0, {}, False, (), (), (),
        )  # fmt: skip
        self.recalibration_, self.levels_, self.models_ = Recalibration(), Levels(), {}

    def _score(self, seen: Seen) -> pd.DataFrame:
        frame = pd.DataFrame({Columns.CUSTOMER_ID: seen.log.customers[seen.history.code]})
        frame["rule_score"] = rule_named(self.backtest_.rule).amount(seen.log, seen.history, self.horizon_days)
        frame[Columns.VALUE_SCORE] = frame["rule_score"]
        for name in _WITHHELD:
            frame[name] = np.nan
        if self.models_:
            fitted = _candidate(self.backtest_.candidate).revive(self.models_)
            self._fill(frame, fitted, seen)
        return pd.concat([frame, reason_columns(seen.history)], axis=1)

    def _fill(self, frame: pd.DataFrame, fitted: Fitted, seen: Seen) -> None:
        weeks = seen.weeks_ahead(self.horizon_days)
        forecast = fitted.forecast(seen, weeks)
        frame[Columns.PROBABILITY_ACTIVE] = forecast.active
        value = self.recalibration_.amounts(forecast.value)
        if self.backtest_.state == "ranking_only":
            frame[Columns.VALUE_SCORE] = pd.Series(value).rank(pct=True).to_numpy() * 100
            return
        seen_season = self.backtest_.season_seen
        low, high = interval(fitted, seen, weeks, self.recalibration_, self.levels_, self.seed + 2, seen_season)
        frame[Columns.VALUE_SCORE] = value
        frame[Columns.EXPECTED_ORDERS] = forecast.orders * self.recalibration_.orders
        frame[Columns.EXPECTED_VALUE] = value
        frame[Columns.VALUE_LOW], frame[Columns.VALUE_HIGH] = low, high


def _candidate(name: str) -> Candidate:
    return next(candidate for candidate in CANDIDATES if candidate.name == name)


def _fit_now(candidate: Candidate, seen: Seen, last: Window) -> Fitted:
    try:
        return candidate.fit(seen, last.fitted[candidate.name])
    except ModelDidNotConverge:
        # What was learned one window ago was confirmed on this very window.
        return last.fitted[candidate.name]
