"""Why a customer is scored so, each reason with its direction against the customer in the middle."""

from __future__ import annotations

from typing import Any

from zhiji.application.predictions.models import CustomerScore, ModelVersion
from zhiji.kernel import Language, Money, Reason, render

# Of the model alone: what a plain rule counts does not hear of rhythm.
_RHYTHM = {
    "value_reason_overdue": -1,
    "value_reason_rhythm": 1,
    "value_reason_bought_once": -1,
    "value_reason_new": 0,
}
_COMPARED = {"value_reason_mean_order": "mean_order_micros", "value_reason_orders": "orders"}
# Verdicts that name the plain rule to which a model lost.
_LOST = ("value_gini_worse_once", "value_top_share_worse_once", "value_gini_not_better", "value_top_share_not_better")


def verdict(version: ModelVersion) -> list[dict[str, Any]]:
    """Why a version is in its state. An older one named no rule: it was set beside the one that is its own; and
    told one test window as if it were several."""
    return [_as_told_now(reason, version) for reason in version.reasons]


def _as_told_now(reason: dict[str, Any], version: ModelVersion) -> dict[str, Any]:
    if reason["code"] in _LOST:
        return {**reason, "params": {"rule": version.rule, **reason.get("params", {})}}
    if reason["code"] == "value_published" and version.backtest.get("effective_origins") == 1:
        return {**reason, "code": "value_published_once"}
    return reason


def words(reason: dict[str, Any], language: Language, currency: str) -> dict[str, Any]:
    """In the reader's language, amounts in the company's currency."""
    params = dict(reason.get("params", {}))
    if "mean_order_micros" in params:
        params["mean_order"] = Money(params["mean_order_micros"], currency).shown()
    text = render(Reason.from_json({**reason, "params": params}), language)
    return {"code": reason["code"], "params": params, "what": text.what, "why": text.why,
            "remedy": text.remedy}  # fmt: skip


def signed(score: CustomerScore, language: Language, currency: str) -> list[dict[str, Any]]:
    """Up to five, each with ``sign``: 1 lifts the score, -1 lowers it, 0 neither; ``why`` names who is compared with.

    Versions made before the middle was kept on their card have signs of rhythm alone.
    """
    by_model = score.version.state in ("published", "ranking_only")
    typical = score.version.card.get("typical", {})
    found = []
    for reason in score.reasons:
        shown = words(reason, language, currency)
        compared = _COMPARED.get(reason["code"], "")
        if compared in typical:
            shown |= _against(reason["params"][compared], typical[compared], compared, language, currency)
        else:
            shown["sign"] = _RHYTHM.get(reason["code"], 0) if by_model else 0
        found.append(shown)
    if score.probability_active is not None and by_model:
        found.append(_still_here(score.probability_active, typical.get("probability_active"), language))
    return found


def _against(own: float, middle: float, what: str, language: Language, currency: str) -> dict[str, Any]:
    if what == "mean_order_micros":
        reason = Reason("score_reason_middle", {"middle": Money(round(middle), currency).shown()})
    else:
        reason = Reason("score_reason_middle_days", {"middle": round(middle)})
    text = render(reason, language)
    return {"sign": _sign(own, middle), "why": text.what}


def _still_here(own: float, middle: float | None, language: Language) -> dict[str, Any]:
    params = {"percent": round(100 * own)}
    no_currency = "XXX"  # ISO 4217's own code for none: this reason holds no money
    shown = words(Reason("score_reason_active", params).to_json(), language, no_currency)
    if middle is None:
        return {**shown, "sign": 0}
    text = render(Reason("score_reason_middle", {"middle": f"{round(100 * middle)}%"}), language)
    return {**shown, "sign": _sign(own, middle), "why": text.what}


def _sign(own: float, middle: float) -> int:
    return (own > middle) - (own < middle)
