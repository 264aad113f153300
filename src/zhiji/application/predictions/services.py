"""What can be done with predictions: refresh them, settle the ledger, put an earlier version back."""

from __future__ import annotations

from django.db import transaction

from zhiji.application.predictions.errors import VersionScoresGone
from zhiji.application.predictions.ledger import settle as ledger_settle
from zhiji.application.predictions.models import CustomerScore, ModelVersion
from zhiji.application.predictions.scoring import predictions_refresh
from zhiji.platform import audit, live

__all__ = ["ledger_settle", "predictions_refresh", "version_serve"]


@transaction.atomic
def version_serve(version: ModelVersion) -> ModelVersion:
    """Let an earlier version serve again, with the scores that it gave; the next refresh fits a new one."""
    if not CustomerScore.objects.filter(version=version).exists():
        raise VersionScoresGone(version=version.version)
    ModelVersion.objects.filter(task=version.task, is_serving=True).update(is_serving=False)
    version.is_serving = True
    version.save(update_fields=["is_serving"])
    audit.record("version_serve", "prediction", version.pk, version=version.version)
    live.publish("prediction", task=version.task, version=version.version, state=version.state)
    return version
