"""What can be done with predictions: refresh them, settle the ledger, put an earlier version back."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd
from django.db import transaction

from zhiji.application.predictions.errors import HorizonNotOffered, VersionScoresGone
from zhiji.application.predictions.ledger import settle as ledger_settle
from zhiji.application.predictions.models import CustomerScore, ModelVersion
from zhiji.application.predictions.queries import horizons
from zhiji.application.predictions.scoring import SCORES, predictions_refresh, scores_of
from zhiji.data.store import listing
from zhiji.data.store.models import CustomerListRow
from zhiji.platform import audit, live
from zhiji.platform.company import company_update
from zhiji.platform.models import User
from zhiji.platform.scope import require_all

__all__ = ["horizon_choose", "ledger_settle", "predictions_refresh", "scores_release", "version_serve"]
_LISTED = tuple(name for name in SCORES if name in listing.SCORE_COLUMNS)


@transaction.atomic
def version_serve(version: ModelVersion) -> ModelVersion:
    """Let an earlier version serve again, with the scores that it gave, in lists too; a refresh fits anew."""
    if not CustomerScore.objects.filter(version=version).exists():
        raise VersionScoresGone(version=version.version)
    ModelVersion.objects.filter(task=version.task, is_serving=True).update(is_serving=False)
    version.is_serving = True
    version.save(update_fields=["is_serving"])
    _show(version)
    audit.record("version_serve", "prediction", version.pk, version=version.version)
    live.publish("prediction", task=version.task, version=version.version, state=version.state)
    return version


def _show(version: ModelVersion) -> None:
    """The list shows what this version said; customers whom it did not know have no score."""
    scores = scores_of(version)
    scores["as_of"] = version.as_of
    listed = set(CustomerListRow.objects.exclude(value_score=None).values_list("pk", flat=True))
    unknown = sorted(listed - set(scores["customer_id"]))
    blank = pd.DataFrame({"customer_id": unknown, **{name: [None] * len(unknown) for name in _LISTED}}, dtype=object)
    listing.write_scores(scores[["customer_id", *_LISTED, "as_of"]])
    listing.write_scores(blank)


def scores_release(customer_ids: Collection[int]) -> None:
    """Forget what was said of customers that are about to be removed; the ledger keeps its frozen figures, which name
    nobody."""
    CustomerScore.objects.filter(customer__in=list(customer_ids)).delete()


@transaction.atomic
def horizon_choose(*, user: User, days: int) -> None:
    """How far the next refresh looks ahead. Raises HorizonNotOffered for one that the history cannot back-test."""
    require_all(user, "company", "write")
    offered = [item["days"] for item in horizons(user)["items"] if item["is_offered"]]
    if days not in offered:
        raise HorizonNotOffered(days=days, offered=", ".join(map(str, offered)) or "–", where={"field": "days"})
    company_update(horizon_days=days)
    live.publish("prediction", horizon_days=days)
