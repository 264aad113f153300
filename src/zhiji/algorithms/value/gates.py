"""Which state the evidence allows. Two gates: the ranking against the plain rules, and the amounts against what came.

Ranking, against each rule, whichever serves: at every origin the model's 90 % interval of the difference reaches zero
or lies above it, in Gini and in the top share ("no worse"); pooled over customers and origins, the interval of the Gini
difference lies above zero and the top share leads ("better"); and at every origin the model knows something at all
(Gini above zero at 99 %): two rankings that know nothing do not differ either. A verdict names the rule that the model
lost to by most. A window in which nothing was spent ranks nobody, so that nothing can be judged.
Amounts: at every origin that could be recalibrated by an earlier one (or the only one), the predicted total is within
.8 and 1.25 of the actual one; and so is each decile, pooled, as far as its 90 % interval can tell. In a decile without
sales no resampling tells anything: it fails where three buyers or more were to be expected, for chance leaves out so
many once in twenty times (the rule of three: Hanley and Lippman-Hand, 1983).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from zhiji.algorithms.evidence.resampling import Resampled
from zhiji.algorithms.value.backtest import Decile, Origin, Ranking
from zhiji.algorithms.value.evaluation import Measured, Window
from zhiji.algorithms.value.purchases import day_of_number
from zhiji.kernel import Reason

LOW, HIGH = 0.8, 1.25
SKILL_LEVEL = 0.98
LEAST_REPEATERS = 50
LEAST_BUYERS = 50
RULE_OF_THREE = 3.0


def missing_evidence(windows: Sequence[Window], history_days: int, horizon_days: int) -> list[Reason]:
    """What is missing before anything can be judged, and how much of it; empty where enough is there."""
    if not windows:
        needed = 2 * horizon_days
        if history_days >= needed:
            return [Reason("value_known_late", {"horizon_days": horizon_days, "history_days": history_days})]
        return [
            Reason(
                "value_history_short",
                {"horizon_days": horizon_days, "history_days": history_days, "missing_days": needed - history_days},
            )
        ]
    repeaters = int((windows[-1].seen.history.frequency > 0).sum())
    buyers = int((windows[-1].orders > 0).sum())
    found = []
    if repeaters < LEAST_REPEATERS:
        missing = LEAST_REPEATERS - repeaters
        found.append(Reason("value_repeaters_few", {"found": repeaters, "needed": LEAST_REPEATERS, "missing": missing}))
    if buyers < LEAST_BUYERS:
        missing = LEAST_BUYERS - buyers
        found.append(Reason("value_buyers_few", {"found": buyers, "needed": LEAST_BUYERS, "missing": missing}))
    return [*found, *without_sales(windows, [window.outcome for window in windows])]


def without_sales(windows: Sequence[Window], outcomes: Sequence[NDArray[np.float64]]) -> list[Reason]:
    """The windows in which the customers looked at (all, or those judged) spent nothing, returns taken off.

    There is no best customer in them and nothing that an amount could be compared with.
    """
    return [
        Reason("value_window_without_sales", {"as_of": start.isoformat(), "until": end.isoformat()})
        for (start, end), outcome in zip((map(day_of_number, window.days) for window in windows), outcomes, strict=True)
        if not outcome.sum() > 0
    ]


def ranking_failures(
    windows: Sequence[Window],
    measured: Measured,
    candidate: str,
    leads: Mapping[str, Resampled],
    top_leads: Mapping[str, Resampled],
) -> list[Reason]:
    """Why the ranking may not be shown; empty where it may. ``leads``: over each rule, pooled."""
    found = []
    for window, gini, top in zip(windows, measured.gini, measured.top, strict=True):
        day = {"as_of": day_of_number(window.as_of).isoformat()}
        skill = gini[candidate].estimate(SKILL_LEVEL)
        if not skill.low > 0:
            shown = {"model_percent": _per_cent(skill.value), "low_percent": _per_cent(skill.low)}
            found.append(Reason("value_ranking_knows_nothing", day | shown))
            continue
        for code, measure in (("value_gini_worse_once", gini), ("value_top_share_worse_once", top)):
            lags = {rule: measure[candidate] - measure[rule] for rule in leads}
            lost = {rule: lag for rule, lag in lags.items() if lag.estimate().high < 0}
            if lost:
                found.append(Reason(code, day | _compared([measure], candidate, lost)))
    unbeaten = (
        ("value_gini_not_better", measured.gini, {r: lead for r, lead in leads.items() if not lead.estimate().low > 0}),
        ("value_top_share_not_better", measured.top, {r: lead for r, lead in top_leads.items() if not lead.value > 0}),
    )
    for code, parts, rules in unbeaten:
        if rules:
            found.append(Reason(code, {"origins": len(windows)} | _compared(parts, candidate, rules)))
    return found


def _compared(
    parts: Sequence[Mapping[str, Resampled]], candidate: str, leads: Mapping[str, Resampled]
) -> dict[str, float | str]:
    """What a verdict was made of: the rule that did best of those in ``leads``, its figure and the model's, and the
    interval of their difference, in per cent."""
    rule = min(leads, key=lambda name: leads[name].value)
    model, plain = (float(np.mean([part[name].value for part in parts])) for name in (candidate, rule))
    interval = leads[rule].estimate()
    figures = {"model": model, "rule": plain, "lead": leads[rule].value, "low": interval.low, "high": interval.high}
    return {"rule": rule} | {f"{name}_percent": _per_cent(value) for name, value in figures.items()}


def amount_failures(origins: Sequence[Origin], deciles: Sequence[Decile]) -> list[Reason]:
    """Why no amount may be shown; empty where it may."""
    judged = [origin for origin in origins if origin.recalibrated] or list(origins)
    found = []
    for origin in judged:
        if not LOW <= origin.ratio.value <= HIGH:
            params = {"as_of": origin.as_of, "until": origin.until, "percent": _percent(origin.ratio.value)}
            found.append(Reason("value_total_missed", params))
    buyers = sum(origin.buyers for origin in judged)
    usual = sum(origin.actual_total for origin in judged) / buyers if buyers else 0.0
    for decile in deciles:
        # A tenth that hardly buys has a wide interval; it fails only where the band is out of its reach.
        if not decile.actual > 0:
            if decile.predicted >= RULE_OF_THREE * usual:
                found.append(Reason("value_decile_without_sales", {"decile": decile.decile}))
        elif decile.ratio.high < LOW or decile.ratio.low > HIGH:
            found.append(
                Reason("value_decile_missed", {"decile": decile.decile, "percent": _percent(decile.ratio.value)})
            )
    return found


def published_reason(pooled: Sequence[Ranking], windows: int) -> Reason:
    """Beside the rule whose best fifth brought most; of one window nothing was corrected by an earlier one."""
    model = next(ranking for ranking in pooled if ranking.role == "model")
    plain = max((ranking for ranking in pooled if ranking.role == "rule"), key=lambda found: found.top_share.value)
    shown = {
        "model_percent": _percent(model.top_share.value),
        "rule_percent": _percent(plain.top_share.value),
    }
    return Reason("value_published" if windows > 1 else "value_published_once", shown)


def _percent(share: float) -> int:
    return round(100 * share) if np.isfinite(share) else 0


def _per_cent(share: float) -> float:
    """With two decimals: differences that decide are often smaller than one per cent."""
    return round(100 * float(share), 2) if np.isfinite(share) else 0.0
