"""Predictions as the reader sees them."""

from __future__ import annotations

from typing import Any

from zhiji.application.predictions import queries
from zhiji.application.predictions.models import (
    CustomerScore,
    LedgerSettlement,
    LedgerSnapshot,
    ModelVersion,
    ScoreFeedback,
)
from zhiji.application.predictions.reasons import signed, verdict, words
from zhiji.data.store import coverage
from zhiji.data.store.models import Customer
from zhiji.kernel import MICROS
from zhiji.platform.company import company, zone
from zhiji.platform.permissions import Reach, reach
from zhiji.platform.problems import language_of
from zhiji.platform.schemas import SignedRequest, cut
from zhiji.platform.scope import get_scoped, require, scope


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
        "reasons": [words(reason, language, currency) for reason in verdict(version)],
    }


def version_detail(request: SignedRequest, version: ModelVersion) -> dict[str, Any]:
    # The windows of a back-test are the company's spend, in all and in tenths.
    backtest = (
        version.backtest
        if queries.sees_totals(request.user)
        else {**version.backtest, "origins": [], "pooled_deciles": []}
    )
    return {**version_row(request, version), "backtest": backtest, "card": version.card,
            "horizons": version.card.get("horizons", [])}  # fmt: skip


def tasks(request: SignedRequest) -> list[dict[str, Any]]:
    serving = queries.versions(request.user).filter(is_serving=True).order_by("task", "horizon_days")
    sees_totals = queries.sees_totals(request.user)
    return [
        {
            "task": version.task,
            "horizon_days": version.horizon_days,
            "serving": version_row(request, version),
            "sees_totals": sees_totals,
            "headline": _headline(version) if sees_totals else None,
            "data_to": coverage.covered_beyond(version.as_of, zone()),
        }
        for version in serving
    ]


def _headline(version: ModelVersion) -> dict[str, Any] | None:
    """Of the window on which the choice was confirmed, the last one: sums over the customers known at its beginning, so
    not over those who came in it, nor over guests."""
    origins = version.backtest.get("origins", [])
    if not origins:
        return None
    last = origins[-1]
    return {
        "as_of": last["as_of"],
        "until": last["until"],
        "customers": last["customers"],
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
            "reasons": signed(score, language, currency),
            "previous": _previous(score),
            "feedback": [feedback(request, row) for row in queries.feedback_of(request.user, score)],
        }
        for score in found
    ]


def _previous(score: CustomerScore) -> dict[str, Any] | None:
    """What was said of the customer on the last earlier day, for the same length of time."""
    this = score.version
    earlier = CustomerScore.objects.filter(
        customer_id=score.customer_id, version__task=this.task, version__horizon_days=this.horizon_days,
        version__as_of__lt=this.as_of,
    )  # fmt: skip
    found = earlier.select_related("version").order_by("-version__as_of", "-version_id").first()
    if found is None:
        return None
    return {"as_of": found.version.as_of, "state": found.version.state, "rank": found.rank,
            "of": found.version.card["customers"],
            "expected_value_micros": found.expected_value_micros}  # fmt: skip


def feedback(request: SignedRequest, row: ScoreFeedback) -> dict[str, Any]:
    author, customer = row.author, row.customer
    return {
        "id": row.pk, "customer_id": row.customer_id, "customer_name": customer.name or customer.company,
        "verdict": row.verdict, "text": row.text, "expected_value_micros": row.expected_value_micros,
        "by": {"id": author.pk, "name": author.name or author.email} if author else None,
        "said_at": row.said_at, "is_own": row.author_id == request.user.pk,
    }  # fmt: skip


def snapshot(row: LedgerSnapshot, *, with_totals: bool) -> dict[str, Any]:
    settlements = sorted(row.settlements.all(), key=lambda each: each.number)
    newest = settlements[-1] if settlements else None
    return {
        "id": row.pk,
        "task": row.task,
        "version": row.version.version,
        "state": row.version.state,
        "as_of": row.as_of,
        "due_on": row.due_on,
        "known_to": row.known_to,
        "number": row.number,
        "entries": row.entries,
        "digest": row.digest,
        "created_at": row.created_at,
        "settled_at": newest.settled_at if newest else None,
        "summary": newest.summary if newest and with_totals else None,
        "settlements": [_settlement(each, with_totals=with_totals) for each in settlements],
    }


def _settlement(row: LedgerSettlement, *, with_totals: bool) -> dict[str, Any]:
    summary = row.summary if with_totals else {}
    return {
        "number": row.number,
        "settled_at": row.settled_at,
        "digest": row.digest,
        "corrected": summary.get("corrected"),
        "said_micros": summary.get("said_micros"),
        "actual_micros": summary.get("actual_micros"),
    }


def entries(request: SignedRequest, snapshot_id: int, after: int, limit: int) -> dict[str, Any]:
    frozen = get_scoped(request.user, LedgerSnapshot, snapshot_id)
    visible = scope(request.user, Customer)
    rows = queries.entries(frozen).filter(rank__gt=after)
    if reach(request.user, "customer", "read") < Reach.ALL:
        rows = rows.filter(number_now__in=visible.values("pk"))
    found, following = cut(rows[: limit + 1], limit, "rank")
    # Who was deleted can come back, and has no page until then.
    people = visible.filter(pk__in=[row.number_now for row in found], deleted_at=None)
    # Files of orders often bring no names: then a customer is called by the number that people know.
    names = {pk: name or number or "" for pk, name, number in people.values_list("pk", "row__name", "row__external_id")}
    items = [
        {
            "id": row.pk, "customer_id": row.number_now if row.number_now in names else None,
            "name": names.get(row.number_now, ""),
            "rank": row.rank, "value_score": row.value_score, "rule_score": row.rule_score,
            "expected_value_micros": row.expected_value_micros, "value_low_micros": row.value_low_micros,
            "value_high_micros": row.value_high_micros,
            "actual_value_micros": row.value_now, "actual_orders": row.orders_now,
        }
        for row in found
    ]  # fmt: skip
    return {"items": items, "next": following}
