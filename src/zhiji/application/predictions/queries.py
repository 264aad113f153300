"""Reads of predictions."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from zhiji.application.predictions import ledger
from zhiji.application.predictions.models import CustomerScore, LedgerSnapshot, ModelVersion
from zhiji.kernel import Language, Reason, render
from zhiji.platform.models import User
from zhiji.platform.scope import get_scoped, scope


def serving() -> QuerySet[ModelVersion]:
    """The versions that serve, for the command line; the API asks through ``versions``."""
    return ModelVersion.objects.filter(is_serving=True).order_by("task", "horizon_days")


def versions(user: User) -> QuerySet[ModelVersion]:
    return scope(user, ModelVersion).order_by("-pk")


def version(user: User, pk: int, action: str = "read") -> ModelVersion:
    return get_scoped(user, ModelVersion, pk, action)


def has_scores(row: ModelVersion) -> bool:
    """Whether the scores of a version are still kept, so that it could serve again."""
    return CustomerScore.objects.filter(version=row).exists()


def ledger_broken() -> int | None:
    """See ``ledger.broken``."""
    return ledger.broken()


def snapshots(user: User) -> QuerySet[LedgerSnapshot]:
    return scope(user, LedgerSnapshot).select_related("version", "settlement").order_by("-pk")


def version_words(version: ModelVersion, language: Language) -> dict[str, Any]:
    """A version in words: its state and why."""
    reasons = [render(Reason.from_json(reason), language) for reason in version.reasons]
    lines = [f"{version.task} ({version.horizon_days} d): {version.state}", *(f"- {reason.what}" for reason in reasons)]
    return {
        "task": version.task, "version": version.version, "state": version.state, "as_of": version.as_of.isoformat(),
        "horizon_days": version.horizon_days, "reasons": [reason.what for reason in reasons], "text": "\n".join(lines),
    }  # fmt: skip
