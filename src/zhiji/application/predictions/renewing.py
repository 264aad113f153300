"""Scores of customers who have just ordered: the serving version asked again, with what it learned, as of today.

Nothing is fitted and nothing is frozen: the next refresh does both. The ledger keeps what was said of everybody on one
day, and is not written for one customer in between.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import pandas as pd
from django.db import connection

from zhiji.application.predictions.models import CustomerScore, ModelVersion
from zhiji.application.predictions.scoring import SCORES, TASK, as_stored, columns_of
from zhiji.data.store import bulk
from zhiji.platform import audit
from zhiji.platform.workspace import workspace

if TYPE_CHECKING:
    from zhiji.algorithms.value import CustomerValueModel


def scores_renew(days: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """What the serving version, or the plain rule that stands for it, says of these customers as of ``as_of``; kept as
    the version's word, and returned as lists show it: ``customer_id`` and ``SCORES``.

    days: all customer-days of the customers at hand (``data.store.online.customer_days``). The rank is the place that
    the score has among those of everybody; theirs move with the next refresh. Nobody is returned where no version
    serves, where it gives ranks alone (a rank is one among all, which a few customers do not give), or where its folder
    cannot be trusted: then what is shown stays.
    """
    nobody = pd.DataFrame(columns=["customer_id", *SCORES])
    version = ModelVersion.objects.filter(task=TASK, is_serving=True).order_by("-pk").first()
    days = days[days["value_on"] <= pd.Timestamp(as_of)]
    if version is None or version.state == "ranking_only" or days.empty:
        return nobody
    model = _model(version.path, version.signature)
    if model is None:
        return nobody
    scores = as_stored(model.score(days[["customer_id", "value_on", "amount_micros"]], as_of))
    scores["value_rank"] = _ranks(scores["value_score"].tolist(), int(version.card.get("customers", 0)) + 1)
    _keep(version, scores)
    return scores[["customer_id", *SCORES]]


@lru_cache(maxsize=4)
def _model(path: str, signature: str) -> CustomerValueModel | None:  # noqa: ARG001 - the signature tells versions apart
    """Read once. A folder that somebody touched is not opened, and the trail says why."""
    from zhiji.algorithms.base import ModelFileDamaged, ModelFormatUnknown, ModelSignatureInvalid, load

    try:
        return cast("CustomerValueModel", load(workspace().models / path, workspace().model_key))
    except (ModelSignatureInvalid, ModelFileDamaged, ModelFormatUnknown) as error:
        audit.record("model_refused", "prediction", path, reason=error.code)
        return None


_NEAREST = """
    SELECT (SELECT r.value_rank FROM store_customerlistrow r WHERE r.value_score <= given.value
        AND r.value_rank IS NOT NULL ORDER BY r.value_score DESC LIMIT 1) FROM {given}
"""


def _ranks(scores: list[float], customers: int) -> list[int]:
    """The place of the best of those who have no more; below everybody, the last."""
    given = "unnest(%s::float8[]) AS given(value)" if connection.vendor == "postgresql" else "json_each(%s) AS given"
    rows = bulk.look_up(
        _NEAREST.format(given=given),
        [bulk.many(scores)],
    )
    return [customers if row[0] is None else int(row[0]) for row in rows]


def _keep(version: ModelVersion, scores: pd.DataFrame) -> None:
    columns = columns_of(scores)
    ids = columns["customer_id"]
    CustomerScore.objects.filter(version=version, customer__in=ids).delete()
    kept: dict[str, Any] = {"id": bulk.reserve_keys(CustomerScore, len(ids)), "version_id": [version.pk] * len(ids)}
    bulk.insert(CustomerScore, {**kept, **columns})
