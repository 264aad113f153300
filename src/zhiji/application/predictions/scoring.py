"""Fitting the value model, keeping what it says, and freezing what is shown."""

from __future__ import annotations

import shutil
import time
from datetime import date
from itertools import compress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from django.db import connection, transaction
from django.db.models import Max

import zhiji
from zhiji.application.predictions import ledger
from zhiji.application.predictions.models import CustomerScore, ModelVersion
from zhiji.data.store import bulk, listing
from zhiji.data.store.models import CustomerListRow
from zhiji.kernel import MICROS
from zhiji.platform import audit, live
from zhiji.platform.company import company
from zhiji.platform.workspace import workspace

if TYPE_CHECKING:
    from zhiji.algorithms.value import CustomerValueModel

TASK = "customer_value"
KEPT_VERSIONS = 12
ORPHAN_SECONDS = 24 * 3600.0
_MICROS = ("expected_value", "value_low", "value_high")
SCORES = (
    "value_score", "value_rank", "expected_orders", "expected_value_micros", "value_low_micros", "value_high_micros",
    "probability_active", "rule_score",
)  # fmt: skip
_LISTED = tuple(name for name in SCORES if name in listing.SCORE_COLUMNS)
_KEPT_AS = {"value_rank": "rank"}
_SHOWN_BLOCK = 5_000


def predictions_refresh(days: pd.DataFrame, as_of: date, *, horizon_days: int, lake: dict[str, Any],
                        run: str = "", covered_to: date | None = None) -> pd.DataFrame:  # fmt: skip
    """Fit, back-test, score and freeze; returns the scores as the list shows them, one row a customer.

    days: customer-days as of ``as_of`` (``processing.features.transactions_as_known``). lake: what the data was
    (version, row counts), for the card. run: names the refresh; called again under the same name, the version that it
    made is found instead of made twice. covered_to: how far the data reach, for the ledger and the card; None: no
    farther than ``as_of``. Columns of the result: ``customer_id`` and ``SCORES``; no rows where nobody
    ever spent anything, and then no earlier version serves either.
    """
    from zhiji.algorithms.value import CustomerValueModel, offered_horizons

    made = ModelVersion.objects.filter(task=TASK, run=run).first() if run else None
    if made is not None:
        return scores_of(made)
    # What changed since an origin may take back all that was known on it.
    if not (days.groupby(["customer_id", "value_on"])["amount_micros"].sum() > 0).any():
        serving_clear()
        return pd.DataFrame(columns=["customer_id", *SCORES])
    zone = company().zone
    model = CustomerValueModel(horizon_days=horizon_days, seed=0, zone=zone).fit(days, as_of=as_of)
    scores = as_stored(model.predict())
    path, signature = _save(model, as_of)
    first = pd.to_datetime(days["value_on"]).min().date()
    card = {
        "code_version": zhiji.__version__, "seed": 0, "lake": lake, "signature": signature, "customers": len(scores),
        "history_days": (as_of - first).days + 1, "horizons": list(offered_horizons(days, as_of, zone=zone)),
        "typical": _typical(scores), "covered_to": (covered_to or as_of).isoformat(),
    }  # fmt: skip
    # Before the transaction, which holds the one writer of a small database: reasons of a million take a while.
    columns = columns_of(scores)
    with transaction.atomic():
        version = _version(model, as_of, path, run, card)
        # Asked here: an import may have been undone until now.
        is_there = scores["customer_id"].isin(listing.present(scores)["customer_id"]).tolist()
        kept = {name: list(compress(values, is_there)) for name, values in columns.items()}
        count = sum(is_there)
        bulk.insert(
            CustomerScore,
            {"id": bulk.reserve_keys(CustomerScore, count), "version_id": [version.pk] * count, **kept},
        )
        ledger.freeze(version, scores, known_to=covered_to or as_of)
        audit.record("predictions_refresh", "prediction", version.pk, state=version.state, as_of=as_of.isoformat())
        live.publish("prediction", task=TASK, version=version.version, state=version.state)
    _forget_old()
    return scores[["customer_id", *SCORES]]


@transaction.atomic
def serving_clear() -> None:
    """No version serves any more, for there is nobody left to score; versions and the ledger stay as history."""
    for version in ModelVersion.objects.select_for_update().filter(is_serving=True):
        version.is_serving = False
        version.save(update_fields=["is_serving"])
        audit.record("version_rest", "prediction", version.pk, version=version.version)
        live.publish("prediction", task=version.task)


def scores_of(version: ModelVersion) -> pd.DataFrame:
    """The kept scores of a version: ``customer_id`` and ``SCORES``."""
    names = [_KEPT_AS.get(name, name) for name in SCORES]
    rows = CustomerScore.objects.filter(version=version).order_by("rank").values_list("customer_id", *names)
    return pd.DataFrame.from_records(list(rows), columns=["customer_id", *SCORES])


def show_block(version: ModelVersion, after: int) -> tuple[int, int]:
    """Bring the next block of list rows, by customer, to what a version said; customers whom it did not know have no
    score. Returns the last customer of the block and the number of rows; no row is left where that is 0.
    """
    keys = CustomerListRow.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:_SHOWN_BLOCK]
    block = list(keys)
    if not block:
        return after, 0
    inside = [version.pk, after, block[-1]]
    assignments = ", ".join(f"{name} = score.{_KEPT_AS.get(name, name)}" for name in _LISTED)
    bulk.execute(
        f"UPDATE store_customerlistrow SET {assignments}, as_of = %s FROM predictions_customerscore AS score "  # noqa: S608
        "WHERE score.version_id = %s AND score.customer_id > %s AND score.customer_id <= %s "
        "AND store_customerlistrow.customer_id = score.customer_id",
        [connection.ops.adapt_datefield_value(version.as_of), *inside],
    )
    nothing = ", ".join(f"{name} = NULL" for name in _LISTED)
    bulk.execute(
        f"UPDATE store_customerlistrow SET {nothing} WHERE value_score IS NOT NULL AND customer_id NOT IN "  # noqa: S608
        "(SELECT customer_id FROM predictions_customerscore WHERE version_id = %s AND customer_id > %s "
        "AND customer_id <= %s) AND customer_id > %s AND customer_id <= %s",
        [*inside, after, block[-1]],
    )
    return block[-1], len(block)


def as_stored(scores: pd.DataFrame) -> pd.DataFrame:
    """Amounts in micros, and the rank: 1 is the best, ties by the lower id."""
    rounded = scores.assign(**{name: scores[name].round(6) for name in ("value_score", "rule_score")})
    frame = rounded.sort_values(["value_score", "customer_id"], ascending=[False, True], ignore_index=True)
    frame["value_rank"] = np.arange(1, len(frame) + 1)
    for name in _MICROS:
        micros = (frame[name] * MICROS).round()
        frame[f"{name}_micros"] = micros.astype("Int64")
    return frame


def _typical(scores: pd.DataFrame) -> dict[str, float]:
    """The customer in the middle, against whom the reasons of one customer are read."""
    known = [name for name in ("orders", "mean_order_micros", "probability_active") if scores[name].notna().any()]
    return {name: float(scores[name].median()) for name in known}


def _save(model: CustomerValueModel, as_of: date) -> tuple[str, str]:
    from zhiji.algorithms.base import save

    number = (ModelVersion.objects.aggregate(last=Max("pk"))["last"] or 0) + 1
    folder = workspace().models / TASK
    path = Path(TASK) / f"{as_of.isoformat()}-{number}"
    # A kill between saving the folder and committing the row leaves a folder that no row names: take the next number.
    while (folder.parent / path).exists():
        number += 1
        path = Path(TASK) / f"{as_of.isoformat()}-{number}"
    signature = save(model, workspace().models / path, workspace().model_key)
    return path.as_posix(), signature


def _version(model: CustomerValueModel, as_of: date, path: str, run: str, card: dict[str, Any]) -> ModelVersion:
    """The newest version serves; earlier ones stay and may be put back (``services.version_serve``)."""
    ModelVersion.objects.filter(task=TASK, is_serving=True).update(is_serving=False)
    last = ModelVersion.objects.filter(task=TASK).aggregate(last=Max("version"))["last"] or 0
    tested = model.backtest_
    return ModelVersion.objects.create(
        task=TASK,
        version=last + 1,
        as_of=as_of,
        horizon_days=model.horizon_days,
        state=tested.state,
        candidate=tested.candidate,
        rule=tested.rule,
        reasons=[reason.to_json() for reason in tested.reasons],
        backtest=tested.to_json(),
        card=card,
        path=path,
        signature=card["signature"],
        run=run,
        is_serving=True,
    )


def columns_of(scores: pd.DataFrame) -> dict[str, list[Any]]:
    whole = {name: scores[name].tolist() for name in ("customer_id", "value_score", "rule_score")}
    partly = {name: _nullable(scores[name]) for name in SCORES if name not in (*whole, *_KEPT_AS)}
    return {**whole, "rank": scores["value_rank"].tolist(), **partly, "reasons": _reasons(scores)}


def _reasons(frame: pd.DataFrame) -> list[list[dict[str, Any]]]:
    from zhiji.algorithms.value import customer_reasons

    rows: list[Any] = frame.to_dict("records")
    return [[reason.to_json() for reason in customer_reasons(row)] for row in rows]


def _nullable(values: Any) -> list[Any]:
    return [None if pd.isna(value) else value for value in values.tolist()]


def _forget_old() -> None:
    """Scores of versions that no longer serve are dropped; versions, their evidence and the ledger stay.

    So are folders of a day ago that no version names: a kill between saving a model and committing its row leaves one.
    """
    stale = ModelVersion.objects.filter(task=TASK, is_serving=False).order_by("-pk")[KEPT_VERSIONS:]
    CustomerScore.objects.filter(version__in=list(stale.values_list("pk", flat=True))).delete()
    named = set(ModelVersion.objects.filter(task=TASK).values_list("path", flat=True))
    for folder in (workspace().models / TASK).iterdir():
        if f"{TASK}/{folder.name}" not in named and folder.stat().st_mtime < time.time() - ORPHAN_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
