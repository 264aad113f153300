"""Predictions as the reader sees them."""

from __future__ import annotations

from typing import Any

from zhiji.application.predictions import queries
from zhiji.application.predictions.models import CustomerScore, LedgerSnapshot, ModelVersion
from zhiji.data.store.models import Customer
from zhiji.kernel import MICROS, Language, Money, Reason, render
from zhiji.platform.company import company
from zhiji.platform.permissions import Reach, reach
from zhiji.platform.problems import language_of
from zhiji.platform.schemas import SignedRequest
from zhiji.platform.scope import get_scoped, require, scope


def words(reason: dict[str, Any], language: Language, currency: str) -> dict[str, Any]:
    """In the reader's language, amounts in the company's currency."""
    params = dict(reason.get("params", {}))
    if "mean_order_micros" in params:
        params["mean_order"] = Money(params["mean_order_micros"], currency).shown()
    text = render(Reason.from_json({**reason, "params": params}), language)
    return {"code": reason["code"], "params": params, "what": text.what, "why": text.why,
            "remedy": text.remedy}  # fmt: skip


def version_row(request: SignedRequest, version: ModelVersion) -> dict[str, Any]:
    language, currency = language_of(request), company().currency
    return {
        "id": version.pk,
        "task": version.task,
        "version": version.version,
        "as_of": version.as_of,
        "horizon_days": version.horizon_days,
        "state": version.state,
        "candidate": version.candidate,
        "rule": version.rule,
        "is_serving": version.is_serving,
        "can_serve": version.can_serve,  # type: ignore[attr-defined]  # annotated by queries.versions
        "created_at": version.created_at,
        "reasons": [words(reason, language, currency) for reason in version.reasons],
    }


def version_detail(request: SignedRequest, version: ModelVersion) -> dict[str, Any]:
    return {**version_row(request, version), "backtest": version.backtest, "card": version.card,
            "horizons": version.card.get("horizons", [])}  # fmt: skip


def tasks(request: SignedRequest) -> list[dict[str, Any]]:
    serving = queries.versions(request.user).filter(is_serving=True).order_by("task", "horizon_days")
    return [
        {
            "task": version.task,
            "horizon_days": version.horizon_days,
            "serving": version_row(request, version),
            "headline": _headline(version),
        }
        for version in serving
    ]


def _headline(version: ModelVersion) -> dict[str, Any] | None:
    """Of the window on which the choice was confirmed, the last one."""
    origins = version.backtest.get("origins", [])
    if not origins:
        return None
    last = origins[-1]
    return {
        "as_of": last["as_of"],
        "until": last["until"],
        "said_micros": _micros(last["predicted_total"]),
        "rule_micros": _micros(last["rule_total"]),
        "actual_micros": _micros(last["actual_total"]),
    }


def _micros(units: float | None) -> int | None:
    return None if units is None else round(units * MICROS)


def scores(request: SignedRequest, customer_id: int) -> list[dict[str, Any]]:
    """The serving versions' scores of a customer whom the reader may see."""
    customer = get_scoped(request.user, Customer, customer_id)
    require(request.user, "prediction", "read")
    language, currency = language_of(request), company().currency
    found = CustomerScore.objects.filter(customer=customer, version__is_serving=True).select_related("version")
    return [
        {
            "task": score.version.task,
            "version": score.version.version,
            "state": score.version.state,
            "as_of": score.version.as_of,
            "horizon_days": score.version.horizon_days,
            "rank": score.rank,
            "of": score.version.card["customers"],
            "value_score": score.value_score,
            "rule": score.version.rule,
            "expected_orders": score.expected_orders,
            "expected_value_micros": score.expected_value_micros,
            "value_low_micros": score.value_low_micros,
            "value_high_micros": score.value_high_micros,
            "probability_active": score.probability_active,
            "reasons": [words(reason, language, currency) for reason in score.reasons],
        }
        for score in found
    ]


def snapshot(row: LedgerSnapshot) -> dict[str, Any]:
    settlement = getattr(row, "settlement", None)
    return {
        "id": row.pk,
        "task": row.task,
        "version": row.version.version,
        "state": row.version.state,
        "as_of": row.as_of,
        "due_on": row.due_on,
        "entries": row.entries,
        "digest": row.digest,
        "created_at": row.created_at,
        "settled_at": settlement.settled_at if settlement else None,
        "summary": settlement.summary if settlement else None,
    }


def entries(request: SignedRequest, snapshot_id: int, after: int, limit: int) -> dict[str, Any]:
    frozen = get_scoped(request.user, LedgerSnapshot, snapshot_id)
    visible = scope(request.user, Customer)
    rows = frozen.rows.filter(rank__gt=after).select_related("outcome")
    if reach(request.user, "customer", "read") < Reach.ALL:
        rows = rows.filter(customer_ref__in=visible.values("pk"))
    found = list(rows.order_by("rank")[: limit + 1])
    people = visible.filter(pk__in=[row.customer_ref for row in found])
    # Files of orders often bring no names: then a customer is called by the number that people know.
    names = {pk: name or number or "" for pk, name, number in people.values_list("pk", "row__name", "row__external_id")}
    items = []
    for row in found[:limit]:
        outcome = getattr(row, "outcome", None)
        items.append(
            {
                "id": row.pk, "customer_id": row.customer_ref, "name": names.get(row.customer_ref, ""),
                "rank": row.rank, "value_score": row.value_score, "rule_score": row.rule_score,
                "expected_value_micros": row.expected_value_micros, "value_low_micros": row.value_low_micros,
                "value_high_micros": row.value_high_micros,
                "actual_value_micros": outcome.actual_value_micros if outcome else None,
                "actual_orders": outcome.actual_orders if outcome else None,
            }
        )  # fmt: skip
    return {"items": items, "next": found[limit - 1].rank if len(found) > limit else None}
