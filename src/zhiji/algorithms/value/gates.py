"""Which state the evidence allows. Two gates: the ranking against the plain rule, and the amounts against what came.

Ranking: at every origin the model's 90 % interval of the difference to the rule reaches zero or lies above it, in Gini
and in the top share ("no worse"); pooled over customers and origins, the interval of the Gini difference lies above
zero and the top share leads ("better"); and at every origin the model knows something at all (Gini above zero at
99 %): two rankings that know nothing do not differ either.
Amounts: at every origin that could be recalibrated by an earlier one (or the only one), the predicted total is within
.8 and 1.25 of the actual one; and so is each decile, pooled, as far as its 90 % interval can tell.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from zhiji.algorithms.evidence.resampling import Resampled
from zhiji.algorithms.value.backtest import Decile, Origin, Ranking
from zhiji.algorithms.value.evaluation import Measured, Window
from zhiji.algorithms.value.purchases import day_of_number
from zhiji.kernel import Reason

LOW, HIGH = 0.8, 1.25
SKILL_LEVEL = 0.98
LEAST_REPEATERS = 50
LEAST_BUYERS = 50


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
    return found


def ranking_failures(
    windows: Sequence[Window], measured: Measured, candidate: str, rule: str, lead: Resampled, top_lead: Resampled
) -> list[Reason]:
    """Why the ranking may not be shown; empty where it may."""
    found = []
    for window, gini, top in zip(windows, measured.gini, measured.top, strict=True):
        day = {"as_of": day_of_number(window.as_of).isoformat()}
        skill = gini[candidate].estimate(SKILL_LEVEL)
        if not skill.low > 0:
            shown = {"model_percent": _per_cent(skill.value), "low_percent": _per_cent(skill.low)}
            found.append(Reason("value_ranking_knows_nothing", day | shown))
            continue
        for code, measure in (("value_gini_worse_once", gini), ("value_top_share_worse_once", top)):
            lag = measure[candidate] - measure[rule]
            if lag.estimate().high < 0:
                pair = (measure[candidate].value, measure[rule].value)
                found.append(Reason(code, day | _compared(*pair, lag)))
    measures = (
        ("value_gini_not_better", measured.gini, lead, lead.estimate().low > 0),
        ("value_top_share_not_better", measured.top, top_lead, top_lead.value > 0),
    )
    for code, parts, leading, better in measures:
        if not better:
            model, plain = (float(np.mean([part[name].value for part in parts])) for name in (candidate, rule))
            found.append(Reason(code, {"origins": len(windows)} | _compared(model, plain, leading)))
    return found


def _compared(model: float, rule: float, lead: Resampled) -> dict[str, float]:
    """The figures that a verdict was made of: both, and the interval of their difference, in per cent."""
    interval = lead.estimate()
    figures = {"model": model, "rule": rule, "lead": lead.value, "low": interval.low, "high": interval.high}
    return {f"{name}_percent": _per_cent(value) for name, value in figures.items()}


def amount_failures(origins: Sequence[Origin], deciles: Sequence[Decile]) -> list[Reason]:
    """Why no amount may be shown; empty where it may."""
    judged = [origin for origin in origins if origin.recalibrated] or list(origins)
    found = []
    for origin in judged:
        if not LOW <= origin.ratio.value <= HIGH:
            params = {"as_of": origin.as_of, "until": origin.until, "percent": _percent(origin.ratio.value)}
            found.append(Reason("value_total_missed", params))
    for decile in deciles:
        # A tenth that hardly buys has a wide interval; it fails only where the band is out of its reach.
        if decile.ratio.high < LOW or decile.ratio.low > HIGH:
            found.append(
                Reason("value_decile_missed", {"decile": decile.decile, "percent": _percent(decile.ratio.value)})
            )
    return found


def published_reason(pooled: Sequence[Ranking], rule: str) -> Reason:
    model = next(ranking for ranking in pooled if ranking.role == "model")
    plain = next(ranking for ranking in pooled if ranking.name == rule)
    shown = {
        "model_percent": _percent(model.top_share.value),
        "rule_percent": _percent(plain.top_share.value),
    }
    return Reason("value_published", shown)


def _percent(share: float) -> int:
    return round(100 * share) if np.isfinite(share) else 0


def _per_cent(share: float) -> float:
    """With two decimals: differences that decide are often smaller than one per cent."""
    return round(100 * float(share), 2) if np.isfinite(share) else 0.0
