"""Reads of predictions."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet

from zhiji.application.predictions import ledger
from zhiji.application.predictions.models import CustomerScore, LedgerSnapshot, ModelVersion, ScoreFeedback
from zhiji.data.store import coverage
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
    looks_back = Q(known_to__gt=F("as_of"))
    rows = scope(user, LedgerSnapshot).filter(looks_back if look_back else ~looks_back)
    return rows.select_related("version", "settlement").order_by("-pk")


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
    reasons = [render(Reason.from_json(reason), language) for reason in version.reasons]
    space = " " if language == "en" else ""
    told = [f"- {space.join(part for part in (reason.what, reason.why) if part)}" for reason in reasons]
    lines = [f"{version.task} ({version.horizon_days} d): {version.state}", *told]
    return {
        "task": version.task, "version": version.version, "state": version.state, "as_of": version.as_of.isoformat(),
        "horizon_days": version.horizon_days, "reasons": [reason.what for reason in reasons], "text": "\n".join(lines),
    }  # fmt: skip
