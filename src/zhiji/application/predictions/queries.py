"""Reads of predictions."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import BigIntegerField, Count, Exists, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from zhiji.application.predictions import ledger
from zhiji.application.predictions.models import (
    LOOKS_BACK,
    CustomerScore,
    LedgerCorrection,
    LedgerNumber,
    LedgerSnapshot,
    ModelVersion,
    ScoreFeedback,
)
from zhiji.application.predictions.reasons import verdict
from zhiji.data.store import coverage
from zhiji.data.store.models import Customer
from zhiji.kernel import Language, Reason, render
from zhiji.platform.company import company, zone
from zhiji.platform.models import User
from zhiji.platform.permissions import Reach, reach
from zhiji.platform.scope import get_scoped, require, scope

CHECK_SECONDS = 3.0


def serving() -> QuerySet[ModelVersion]:
    """The versions that serve, for the command line; the API asks through ``versions``."""
    return ModelVersion.objects.filter(is_serving=True).order_by("task", "horizon_days")


def versions(user: User) -> QuerySet[ModelVersion]:
    """Each with ``can_serve``: whether its scores are still kept, so that it could serve again."""
    require(user, "prediction", "read")
    kept = CustomerScore.objects.filter(version=OuterRef("pk"))
    return scope(user, ModelVersion).annotate(can_serve=Exists(kept)).order_by("-pk")


def horizons(user: User) -> dict[str, Any]:
    """How far predictions may look: those that the data as of the last refresh could back-test."""
    from zhiji.algorithms.value import HORIZONS

    require(user, "prediction", "read")
    card = scope(user, ModelVersion).order_by("-pk").values_list("card", flat=True).first() or {}
    offered, chosen = card.get("horizons", []), company().horizon_days
    items = [
        {
            "days": days, "is_offered": days in offered, "is_chosen": days == chosen,
            "missing_days": max(0, 2 * days - card.get("history_days", 0)),
        }
        for days in HORIZONS
    ]  # fmt: skip
    return {"chosen_days": chosen, "items": items}


def version(user: User, pk: int, action: str = "read") -> ModelVersion:
    row = get_scoped(user, ModelVersion, pk, action)
    return versions(user).get(pk=row.pk)


def ledger_check(user: User, after: int) -> ledger.Check:
    """See ``ledger.check``; at a million customers a snapshot takes seconds, so that many take many calls."""
    require(user, "prediction", "read")
    return ledger.check(after, CHECK_SECONDS)


def snapshots(user: User, *, look_back: bool = False) -> QuerySet[LedgerSnapshot]:
    """What was said beforehand, or apart from it what was said looking back, into days that the data held already."""
    require(user, "prediction", "read")
    rows = scope(user, LedgerSnapshot).filter(LOOKS_BACK if look_back else ~LOOKS_BACK)
    return rows.select_related("version").prefetch_related("settlements").order_by("-pk")


def snapshot_counts(user: User, *, look_back: bool = False) -> dict[str, Any]:
    """``frozen`` and ``settled``: of the first words, for a day counts once; ``later``: the further words of a day;
    ``next_due``: the earliest day on which a first word comes due that is not settled."""
    open_first = Q(number=1, settlements=None)
    return (
        snapshots(user, look_back=look_back)
        .order_by()
        .aggregate(
            frozen=Count("pk", filter=Q(number=1), distinct=True),
            settled=Count("pk", filter=Q(number=1, settlements__number=1), distinct=True),
            later=Count("pk", filter=Q(number__gt=1), distinct=True),
            next_due=Min("due_on", filter=open_first),
        )
    )


def entries(snapshot: LedgerSnapshot) -> QuerySet[Any]:
    """By rank, with the newest word of what came: ``number_now`` of the customer, ``value_now`` in micros and
    ``orders_now``; the latter two null where nothing was settled, or nobody knows.

    Whose frozen number is dead is found by ``numbers``, as of the last refresh, else as of the last settlement.
    """
    newest = LedgerCorrection.objects.filter(entry=OuterRef("pk")).order_by("-settlement_id")

    def now(name: str, *before: str) -> Coalesce:
        return Coalesce(Subquery(newest.values(name)[:1]), f"outcome__{name}", *before)

    today = LedgerNumber.objects.filter(customer_ref=OuterRef("customer_ref")).values("customer_id")[:1]
    found = Coalesce(Subquery(today), now("customer_ref", "customer_ref"), output_field=BigIntegerField())
    merged = Customer.objects.filter(pk=OuterRef("number_found")).values("merged_into_id")[:1]
    return snapshot.rows.order_by("rank").annotate(
        number_found=found,
        number_now=Coalesce(Subquery(merged), "number_found", output_field=BigIntegerField()),
        value_now=now("actual_value_micros"), orders_now=now("actual_orders"),
    )  # fmt: skip


def sees_totals(user: User) -> bool:
    """Whether sums over all customers are this reader's to see: what is derived inherits the strictest source."""
    return all(reach(user, kind, "read") == Reach.ALL for kind in ("customer", "order"))


def look_back() -> tuple[date, date] | None:
    """The day of the scores that are shown and the last day of the data, where the data reach farther."""
    day = serving().aggregate(day=Max("as_of"))["day"]
    beyond = coverage.covered_beyond(day, zone()) if day else None
    return (day, beyond) if day and beyond else None


def feedback_of(user: User, score: CustomerScore) -> QuerySet[ScoreFeedback]:
    """What people said of this very score; nothing for who may not read activities."""
    return feedback(user, score.version).filter(customer_id=score.customer_id)


def feedback(user: User, version: ModelVersion) -> QuerySet[ScoreFeedback]:
    """What people said of a version's scores, of customers within the reader's reach, the newest first."""
    rows = scope(user, ScoreFeedback).filter(version=version)
    return rows.select_related("author", "customer").order_by("-pk")


def version_words(version: ModelVersion, language: Language) -> dict[str, Any]:
    """A version in words: its state and why, with the figures of the verdict."""
    reasons = [render(Reason.from_json(reason), language) for reason in verdict(version)]
    space = " " if language == "en" else ""
    told = [f"- {space.join(part for part in (reason.what, reason.why) if part)}" for reason in reasons]
    lines = [_state_words(version, language), *told]
    return {
        "task": version.task, "version": version.version, "state": version.state, "as_of": version.as_of.isoformat(),
        "horizon_days": version.horizon_days, "reasons": [reason.what for reason in reasons], "text": "\n".join(lines),
    }  # fmt: skip


def _state_words(version: ModelVersion, language: Language) -> str:
    """What is forecast and its state in one line; who ranks the customers where the forecast does not."""
    is_by_rule = version.state in ("withheld", "not_enough_evidence") and version.rule
    shown = {"days": version.horizon_days, "state": version.state, "rule": version.rule}
    return render(Reason("version_told_by_rule" if is_by_rule else "version_told", shown), language).what
