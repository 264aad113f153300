"""What would change a score: the serving model asked again, with one more order, and with none for a while."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, cast

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa

from zhiji.application.predictions.models import CustomerScore, ModelVersion
from zhiji.data.lake import Lake, open_engine
from zhiji.data.lake.errors import LakeMissing
from zhiji.data.store import coverage
from zhiji.data.store.models import Customer
from zhiji.kernel import MICROS
from zhiji.platform.company import zone
from zhiji.platform.models import User
from zhiji.platform.scope import get_scoped, require
from zhiji.platform.workspace import workspace
from zhiji.processing.features import transactions

if TYPE_CHECKING:
    from zhiji.algorithms.value import CustomerValueModel

# Where a customer has no rhythm yet: a month of silence.
_WAIT_DAYS = 30
# Of amounts in units, which are kept with six decimals.
_ROUNDING = 1e-5


def changes(user: User, customer_id: int) -> list[dict[str, Any]]:
    """``kind`` order (one of the usual size on the day after) or silence (none until ``on``); both with what the model,
    or the rule where no model serves, would then say of the same number of days. Empty without a score or a lake, and
    where what the version read of the customer is no longer there: its score cannot be set beside what it never knew.
    """
    from zhiji.algorithms.base import load

    customer = get_scoped(user, Customer, customer_id)
    require(user, "prediction", "read")
    score = CustomerScore.objects.filter(customer=customer, version__is_serving=True).select_related("version").first()
    days = _days_of(customer.pk, score.version) if score else pd.DataFrame()
    if score is None or days.empty:
        return []
    version = score.version
    model = cast("CustomerValueModel", load(workspace().models / version.path, workspace().model_key))
    if not _says_again(model, score, days):
        return []
    params: dict[str, Any] = next((reason["params"] for reason in score.reasons), {})
    usual, wait = int(params.get("mean_order_micros", 0)), int(params.get("gap_days", _WAIT_DAYS))
    following, later = version.as_of + timedelta(days=1), version.as_of + timedelta(days=wait)
    ordered = pd.concat([days, days.iloc[:1].assign(value_on=following, amount_micros=usual)], ignore_index=True)
    return [
        _said(model, version, ordered, following, "order") | {"amount_micros": usual},
        _said(model, version, days, later, "silence") | {"amount_micros": None},
    ]


def _said(model: CustomerValueModel, version: ModelVersion, days: pd.DataFrame, on: date, kind: str) -> dict[str, Any]:
    row = model.score(days, on).iloc[0]
    # A rank is one among all; of a single customer the model can say only whether they are still there.
    score = None if version.state == "ranking_only" else round(float(row["value_score"]) * MICROS)
    active = None if pd.isna(row["probability_active"]) else float(row["probability_active"])
    return {"kind": kind, "on": on, "value_micros": score, "probability_active": active}


def _says_again(model: CustomerValueModel, score: CustomerScore, days: pd.DataFrame) -> bool:
    """Whether these days give the score that is kept: a version that was put back knew nothing of what came in, or was
    taken back, since. The amount asked of one customer differs from that among all by rounding alone."""
    from zhiji.algorithms.base import FrameEmpty

    names = ["rule_score", "probability_active"]
    # A rank is one among all, see ``_said``.
    names += [] if score.version.state == "ranking_only" else ["value_score"]
    kept = [getattr(score, name) for name in names]
    try:
        again = model.score(days, score.version.as_of).iloc[0][names].astype(float)
    except FrameEmpty:
        return False
    return bool(np.allclose(again, np.array(kept, dtype=float), rtol=1e-6, atol=_ROUNDING, equal_nan=True))


def _days_of(customer_id: int, version: ModelVersion) -> pd.DataFrame:
    """As the version read them, as far as they are still there: from the last day of the data, or looking back. One
    made before its card said how far the data reached had read what was known at the end of its day."""
    reached = version.card.get("covered_to")
    known_by = coverage.known_by(version.as_of, date.fromisoformat(reached), zone()) if reached else None
    ids = ibis.memtable(pa.table({"customer_id": pa.array([customer_id], pa.int64())}))
    try:
        with open_engine(Lake(workspace().lake), verify=False) as engine:
            found = engine.to_arrow(
                transactions(engine.tables, version.as_of, zone(), known_by=known_by, customer_ids=ids)
            )
    except LakeMissing:
        return pd.DataFrame()
    frame: pd.DataFrame = found.to_pandas()
    return frame
