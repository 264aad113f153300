"""What can be done with predictions: refresh them, settle the ledger, put an earlier version back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import pandas as pd
from django.db import transaction

from zhiji.application.predictions import numbers, settling
from zhiji.application.predictions.errors import HorizonNotOffered, VersionScoresGone
from zhiji.application.predictions.models import CustomerScore, ModelVersion, ScoreFeedback
from zhiji.application.predictions.queries import horizons
from zhiji.application.predictions.record import People
from zhiji.application.predictions.renewing import scores_renew
from zhiji.application.predictions.scoring import SCORES, predictions_refresh, serving_clear, show_block
from zhiji.data.store import listing
from zhiji.platform import audit, jobs, live
from zhiji.platform.company import company_update
from zhiji.platform.jobs import Task
from zhiji.platform.models import User
from zhiji.platform.scope import require_all

__all__ = [
    "SCORES",
    "horizon_choose", "is_anything_shown", "ledger_settle", "predictions_refresh", "scores_release", "scores_renew",
    "serving_clear", "version_serve", "version_show_step",
]  # fmt: skip
# Of fewer customers the lists are changed before the answer comes; of more by a worker, with progress to be seen.
SHOWN_AT_ONCE = 10_000


def version_serve(version: ModelVersion, *, by: User | None = None) -> ModelVersion:
    """Let an earlier version serve again, with the scores that it gave, in lists too; a refresh fits anew."""
    if not CustomerScore.objects.filter(version=version).exists():
        raise VersionScoresGone(version=version.version)
    with transaction.atomic():
        ModelVersion.objects.filter(task=version.task, is_serving=True).update(is_serving=False)
        version.is_serving = True
        version.save(update_fields=["is_serving"])
        audit.record("version_serve", "prediction", version.pk, version=version.version)
        live.publish("prediction", task=version.task, version=version.version, state=version.state)
        # Each wish is a job of its own: one that is under way may have been overtaken by another version's.
        job = jobs.enqueue("version_show", by=by, version_id=version.pk)
    if version.card.get("customers", 0) <= SHOWN_AT_ONCE:
        jobs.run_inline(job)
    return version


def version_show_step(version: ModelVersion, task: Task) -> bool:
    """Bring lists to what a version said, a block a transaction; says whether all is done.

    Stops where another version serves by now: that one's own job, or a refresh, writes all rows again.
    """
    total = version.card.get("customers", 0)
    while not task.time_is_up():
        task.breathe()
        with transaction.atomic():
            if not ModelVersion.objects.select_for_update().filter(pk=version.pk, is_serving=True).exists():
                return True
            after, rows = show_block(version, task.checkpoint.get("after", 0))
            if rows:
                task.checkpoint["after"] = after
                done = min(task.job.progress_done + rows, total)
                task.save(done=done, total=total)
        if not rows:
            if total > listing.BLOCK:
                listing.renew_statistics()
            live.publish("prediction", task=version.task, version=version.version, state=version.state)
            return True
    return False


def ledger_settle(days: pd.DataFrame, covered_to: date) -> int:
    """See ``settling.settle``; and who stands in the ledger under a number of before is found again."""
    people = People()
    settled = settling.settle(days, covered_to, people)
    numbers.renew(people)
    return settled


def scores_release(customer_ids: Collection[int]) -> None:
    """Forget what was said of customers that are about to be removed; the ledger keeps its frozen figures, which name
    nobody, and leads to them no more."""
    numbers.release(customer_ids)
    CustomerScore.objects.filter(customer__in=list(customer_ids)).delete()


def customers_with_feedback(customer_ids: Collection[int]) -> set[int]:
    """Of whom somebody said that a score is wrong, and why: whoever removes customers must keep them."""
    return set(ScoreFeedback.objects.filter(customer__in=list(customer_ids)).values_list("customer_id", flat=True))


def is_anything_shown() -> bool:
    return ModelVersion.objects.filter(is_serving=True).exists()


@transaction.atomic
def horizon_choose(*, user: User, days: int) -> None:
    """How far the next refresh looks ahead. Raises HorizonNotOffered for one that the history cannot back-test."""
    require_all(user, "company", "write")
    offered = [item["days"] for item in horizons(user)["items"] if item["is_offered"]]
    if days not in offered:
        raise HorizonNotOffered(days=days, offered=offered or "–", where={"field": "days"})
    company_update(horizon_days=days)
    live.publish("prediction", horizon_days=days)
