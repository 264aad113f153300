"""Segmenting all customers as of a day, and looking back at what an earlier segmentation was followed by."""

from __future__ import annotations

import secrets
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from zhiji.algorithms.base import load, save
from zhiji.algorithms.segmentation import RFM, SEGMENTS, KMeansSegments, match_labels, spend_afterwards
from zhiji.application.segments.models import SegmentRun
from zhiji.platform import audit, live
from zhiji.platform.workspace import workspace

KEPT_RUNS = 24
_LABELS = ("customer_id", "recency_score", "frequency_score", "monetary_score", "rfm_segment", "band")


def buyers(features: pd.DataFrame) -> pd.DataFrame:
    """Customers with at least one order that stands: only they have a recency and a spend to be segmented by."""
    return features[features["orders"] > 0].reset_index(drop=True)


def segments_refresh(features: pd.DataFrame, earlier: pd.DataFrame, days: pd.DataFrame, as_of: date,
                     earlier_on: date) -> pd.DataFrame:  # fmt: skip
    """Segment the customers of ``features``; returns labels by ``customer_id``: columns ``_LABELS``.

    earlier: features as of ``earlier_on``; days: customer-days up to now. Both serve the look-back: segments are made
    as they would have been on ``earlier_on`` and set beside the spend from then to ``as_of``.
    """
    people = buyers(features)
    if people.empty:
        return pd.DataFrame(columns=list(_LABELS))
    rfm = RFM().fit(people)
    scored = rfm.transform(people).rename(columns={"segment": "rfm_segment"})
    groups = KMeansSegments(random_state=0).fit(people)
    _carry_numbers_on(groups, people)
    labels = groups.segments(people)
    frame = scored.merge(labels[["customer_id", "segment_code"]], on="customer_id").rename(
        columns={"segment_code": "band"}
    )
    path = _save(groups)
    SegmentRun.objects.create(
        as_of=as_of,
        rfm={"edges": rfm.edges_.tolist(), "customers": int(rfm.n_customers_), "segments": _counts(frame, people)},
        groups={
            "kind": groups.kind_,
            "evidence": groups.evidence_,
            "reasons": [reason.to_json() for reason in groups.reasons()],
            "segments": [entry.to_json() for entry in groups.describe()],
        },
        afterwards=_look_back(buyers(earlier), days, earlier_on, as_of),
        path=path,
    )
    stale = SegmentRun.objects.order_by("-pk").values_list("pk", flat=True)[KEPT_RUNS:]
    SegmentRun.objects.filter(pk__in=list(stale)).delete()
    audit.record("segments_refresh", "segment", as_of.isoformat(), kind=groups.kind_)
    live.publish("segments", as_of=as_of.isoformat())
    return frame[list(_LABELS)]


def _counts(frame: pd.DataFrame, people: pd.DataFrame) -> list[dict[str, Any]]:
    """Customers and spend of each named segment, best first, also of the empty ones."""
    joined = frame.merge(people[["customer_id", "spend_micros"]], on="customer_id")
    grouped = joined.groupby("rfm_segment")["spend_micros"].agg(["size", "sum"])
    return [
        {
            "segment": code,
            "customers": int(grouped["size"].get(code, 0)),
            "spend_micros": int(grouped["sum"].get(code, 0)),
        }
        for code in SEGMENTS
    ]


def _carry_numbers_on(groups: KMeansSegments, people: pd.DataFrame) -> None:
    """Segments keep the numbers they had at the last refresh, by the customers that they share."""
    last = SegmentRun.objects.order_by("-pk").first()
    if last is None or last.groups.get("kind") != groups.kind_ or groups.kind_ == "practical_bands" or not last.path:
        return
    previous = load(workspace().models / last.path, workspace().model_key)
    if not isinstance(previous, KMeansSegments):
        return
    ids = people["customer_id"]
    match = match_labels(pd.Series(previous.predict(people), index=ids), pd.Series(groups.predict(people), index=ids))
    groups.relabel(match.mapping)


def _save(groups: KMeansSegments) -> str:
    path = Path("segments") / secrets.token_hex(8)
    save(groups, workspace().models / path, workspace().model_key)
    return path.as_posix()


def _look_back(earlier: pd.DataFrame, days: pd.DataFrame, earlier_on: date, as_of: date) -> dict[str, Any]:
    """Spend after ``earlier_on`` by the segments made from what was known then; empty where there was nobody yet."""
    if len(earlier) < 2:
        return {}
    on = pd.to_datetime(days["value_on"])
    window = days[(on > pd.Timestamp(earlier_on)) & (on <= pd.Timestamp(as_of))]
    labels = RFM().fit(earlier).transform(earlier).set_index("customer_id")["segment"]
    table = spend_afterwards(labels, window, as_of=earlier_on, spend_column="amount_micros")
    return {
        "made_on": earlier_on.isoformat(),
        "until": as_of.isoformat(),
        "segments": table.astype(object).where(table.notna(), None).to_dict("records"),
    }
