"""From windows to a back-test: the choice of candidate and rule, the tables, the state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zhiji.algorithms.evidence import Estimate, Resampled, decile_of
from zhiji.algorithms.evidence.resampling import pooled
from zhiji.algorithms.value.backtest import BackTest, Decile, Origin, Ranking, State
from zhiji.algorithms.value.evaluation import Measured, Window
from zhiji.algorithms.value.gates import amount_failures, published_reason, ranking_failures
from zhiji.algorithms.value.purchases import day_of_number
from zhiji.algorithms.value.recalibration import Placed, Recalibration, recalibrate
from zhiji.algorithms.value.rules import RULES
from zhiji.kernel import Reason

Floats = NDArray[np.float64]
# Rankings whose Gini differs by less are alike; of such candidates the better amounts decide, of rules simplicity does.
_ALIKE = 0.005
NOTHING = Estimate(float("nan"), float("nan"), float("nan"))


@dataclass(frozen=True)
class Chosen:
    """``rule``: the one that serves where the candidate may not, and is shown beside it. Gates look at every rule."""

    candidate: str
    rule: str


def choose(windows: Sequence[Window], measured: Measured) -> Chosen | None:
    """On all windows but the last. None where no candidate could be fitted everywhere.

    With one window only there is nothing to choose on: the first candidate stands. Every window must have its Gini
    (see ``gates.without_sales``).
    """
    names = [name for name in windows[0].forecasts if all(name in window.forecasts for window in windows)]
    if not names:
        return None
    used = max(len(windows) - 1, 1)
    gini = {name: np.mean([part[name].value for part in measured.gini[:used]]) for name in names}
    rules = {rule.name: np.mean([part[rule.name].value for part in measured.gini[:used]]) for rule in RULES}
    # Of rules that are alike the simplest, which comes first.
    rule = next(name for name in rules if rules[name] >= max(rules.values()) - _ALIKE)
    if len(windows) == 1:
        return Chosen(names[0], rule)
    alike = [name for name in names if gini[name] >= max(gini.values()) - _ALIKE]
    return Chosen(min(alike, key=lambda name: _missed(windows[:used], name)), rule)


def _missed(windows: Sequence[Window], name: str) -> float:
    """Hosmer and Lemeshow's distance over tenths of customers, per unit spent: mean over the windows.

    Each tenth counts by its own noise, so that those who spend little are not drowned by those who spend much.
    """
    distances = []
    for number, window in enumerate(windows):
        correction = recalibrate(windows[:number], name, window.seen.calendar, window.as_of)
        value = correction.amounts(window.forecasts[name].value)
        tenth = decile_of(value)
        said, spent = np.bincount(tenth, weights=value)[1:], np.bincount(tenth, weights=window.outcome)[1:]
        distances.append(np.sum(np.square(spent - said) / np.maximum(said, 1e-9)) / max(float(spent.sum()), 1e-9))
    return float(np.mean(distances))


class Judge:
    """One back-test in the making."""

    def __init__(
        self, windows: Sequence[Window], measured: Measured, chosen: Chosen, placed: Sequence[Placed], seed: int
    ) -> None:
        self.windows, self.measured, self.chosen, self.placed, self.seed = windows, measured, chosen, placed, seed
        self.corrections = [part.correction for part in placed]
        self.rng = np.random.default_rng([seed, 2])

    def backtest(self, horizon_days: int, as_of: int, now: Recalibration, season_seen: bool) -> BackTest:
        leads, top_leads = self._leads(self.measured.gini), self._leads(self.measured.top)
        origins = tuple(self._origin(number) for number in range(len(self.windows)))
        rankings, deciles = self._pooled_rankings(), self._pooled_deciles()
        ranking = ranking_failures(self.windows, self.measured, self.chosen.candidate, leads, top_leads)
        amount = amount_failures(origins, deciles)
        state: State = "withheld" if ranking else ("ranking_only" if amount else "published")
        reasons = ranking or amount or [published_reason(rankings, len(self.windows))]
        if not season_seen and state == "published":
            first, last = (day_of_number(day).isoformat() for day in (as_of + 1, as_of + horizon_days))
            reasons = [*reasons, Reason("value_season_unseen", {"first": first, "last": last})]
        return BackTest(
            horizon_days,
            day_of_number(as_of).isoformat(),
            state,
            self.chosen.candidate,
            self.chosen.rule,
            tuple(reasons),
            len(self.windows),
            now.to_json(),
            season_seen,
            origins,
            rankings,
            deciles,
        )

    def _leads(self, parts: Sequence[dict[str, Resampled]]) -> dict[str, Resampled]:
        """The model's lead over each rule, pooled over the origins."""
        model = self.chosen.candidate
        return {rule.name: self._pooled([part[model] - part[rule.name] for part in parts]) for rule in RULES}

    def _pooled(self, parts: list[Resampled]) -> Resampled:
        # The same draw of origins for every figure, so that pooled figures can be compared.
        return pooled(parts, np.random.default_rng([self.seed, 3]))

    def _origin(self, number: int) -> Origin:
        window, correction = self.windows[number], self.corrections[number]
        forecast = window.forecasts[self.chosen.candidate].value
        last = number == len(self.windows) - 1
        predicted, actual = correction.amounts(forecast).sum(), window.outcome.sum()
        return Origin(
            as_of=day_of_number(window.as_of).isoformat(),
            until=day_of_number(window.as_of + window.horizon_days).isoformat(),
            use="confirming" if last else "choosing",
            customers=len(forecast),
            buyers=int((window.orders > 0).sum()),
            recalibrated=number > 0,
            recalibration=correction.to_json(),
            uncorrected_total=float(forecast.sum()),
            predicted_total=float(predicted),
            rule_total=float(window.amounts[self.chosen.rule].sum()),
            actual_total=float(actual),
            ratio=self._ratio([number], np.ones(len(forecast), dtype=bool)),
            coverage=self.placed[number].coverage,
            coverage_all=self.placed[number].coverage_all,
            rankings=self._rankings(number),
            deciles=self._deciles([number]),
        )

    def _ratio(self, numbers: Sequence[int], mask: NDArray[np.bool_]) -> Estimate:
        """Predicted ÷ actual, summed over the origins ``numbers``; ``mask`` over their customers end to end."""
        tops: list[Floats] = []
        bottoms: list[Floats] = []
        predicted = actual = 0.0
        start = 0
        for number in numbers:
            window = self.windows[number]
            inside = mask[start : start + len(window.outcome)]
            start += len(window.outcome)
            forecast = self.corrections[number].amounts(window.forecasts[self.chosen.candidate].value)
            predicted, actual = predicted + forecast[inside].sum(), actual + window.outcome[inside].sum()
            rows, weights = self.measured.rows[number], self.measured.weights[number]
            tops.append(weights @ np.where(inside, forecast, 0.0)[rows])
            bottoms.append(weights @ np.where(inside, window.outcome, 0.0)[rows])
        drawn = self.rng.integers(0, len(numbers), (len(numbers), len(tops[0])))
        top, bottom = (np.take_along_axis(np.array(part), drawn, axis=0).sum(axis=0) for part in (tops, bottoms))
        # A tenth in which nobody bought is missed by any factor: its ratio has no upper end.
        replicates = np.where(bottom > 0, top / np.where(bottom > 0, bottom, 1.0), np.inf)
        low, high = np.quantile(replicates, [0.05, 0.95], method="inverted_cdf")
        return Estimate(float(predicted / actual) if actual > 0 else float("inf"), float(low), float(high))

    def _rankings(self, number: int) -> tuple[Ranking, ...]:
        gini, top = self.measured.gini[number], self.measured.top[number]
        return tuple(self._ranking(name, gini, top) for name in gini)

    def _pooled_rankings(self) -> tuple[Ranking, ...]:
        names = [name for name in self.measured.gini[0] if all(name in part for part in self.measured.gini)]
        gini = {name: self._pooled([part[name] for part in self.measured.gini]) for name in names}
        top = {name: self._pooled([part[name] for part in self.measured.top]) for name in names}
        return tuple(self._ranking(name, gini, top) for name in names)

    def _ranking(self, name: str, gini: dict[str, Resampled], top: dict[str, Resampled]) -> Ranking:
        model = self.chosen.candidate
        role = "model" if name == model else "rule" if name in {rule.name for rule in RULES} else "candidate"
        leads = (NOTHING, NOTHING)
        if name != model:
            leads = ((gini[model] - gini[name]).estimate(), (top[model] - top[name]).estimate())
        return Ranking(name, role, gini[name].estimate(), top[name].estimate(), *leads)

    def _pooled_deciles(self) -> tuple[Decile, ...]:
        judged = list(range(1, len(self.windows))) or [0]
        return self._deciles(judged)

    def _deciles(self, numbers: Sequence[int]) -> tuple[Decile, ...]:
        windows = [self.windows[number] for number in numbers]
        forecasts = [window.forecasts[self.chosen.candidate].value for window in windows]
        tenths = np.concatenate([decile_of(forecast) for forecast in forecasts])
        rule_tenths = np.concatenate([decile_of(window.amounts[self.chosen.rule]) for window in windows])
        corrected = [self.corrections[n].amounts(part) for n, part in zip(numbers, forecasts, strict=True)]
        predicted = np.concatenate(corrected)
        actual = np.concatenate([window.outcome for window in windows])
        rule = np.concatenate([window.amounts[self.chosen.rule] for window in windows])
        found = []
        for tenth in range(1, 11):
            mine = tenths == tenth
            if not mine.any():
                continue
            found.append(
                Decile(
                    tenth,
                    int(mine.sum()),
                    float(predicted[mine].sum()),
                    float(actual[mine].sum()),
                    float(rule[mine].sum()),
                    float(actual[rule_tenths == tenth].sum()),
                    self._ratio(numbers, mine),
                )
            )
        return tuple(found)
