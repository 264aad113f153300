"""Segmenting all customers as of a day, and looking back at what an earlier segmentation was followed by."""

from __future__ import annotations

import secrets
import shutil
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from django.db import transaction

from zhiji.application.segments.labelling import band_of
from zhiji.application.segments.models import SegmentRun
from zhiji.platform import audit, live
from zhiji.platform.workspace import workspace

if TYPE_CHECKING:
    from zhiji.algorithms.segmentation import KMeansSegments

# Algorithms are loaded where they are used: pages and commands that fit no model start without the learning libraries.
KEPT_RUNS = 24
ORPHAN_SECONDS = 24 * 3600.0
_LABELS = ("customer_id", "recency_score", "frequency_score", "monetary_score", "rfm_segment", "band")


def buyers(features: pd.DataFrame) -> pd.DataFrame:
    """Customers with at least one order that stands: only they have a recency and a spend to be segmented by."""
    return features[features["orders"] > 0].reset_index(drop=True)


def segments_refresh(features: pd.DataFrame, earlier: pd.DataFrame, days: pd.DataFrame, as_of: date,
                     earlier_on: date, *, run: str = "") -> pd.DataFrame:  # fmt: skip
    """Segment the customers of ``features``; returns labels by ``customer_id``: columns ``_LABELS``.

    earlier: features as of ``earlier_on``; days: customer-days up to now. Both serve the look-back: segments are made
    as they would have been on ``earlier_on`` and set beside the spend from then to ``as_of``. run: names the refresh;
    called again under the same name, it writes the same run anew.
    """
    from zhiji.algorithms.segmentation import RFM, SEGMENTS, KMeansSegments

    people = buyers(features)
    if people.empty:
        return pd.DataFrame(columns=list(_LABELS))
    rfm = RFM().fit(people)
    scored = rfm.transform(people).rename(columns={"segment": "rfm_segment"})
    groups = KMeansSegments(random_state=0).fit(people)
    _carry_numbers_on(groups, people, run)
    labels = groups.segments(people)
    labels["band"] = [
        band_of(code, number) for code, number in zip(labels["segment_code"], labels["segment"], strict=True)
    ]
    frame = scored.merge(labels[["customer_id", "band"]], on="customer_id")
    spend = frame["customer_id"].map(people.set_index("customer_id")["spend_micros"])
    found = {
        "rfm": {
            "edges": rfm.edges_.tolist(),
            "customers": int(rfm.n_customers_),
            "spend_micros": int(spend.sum()),
            "segments": _counted(frame["rfm_segment"], spend, "segment", SEGMENTS),
            "cells": _cells(frame, spend),
            "half": half_of(spend),
        },
        "groups": _told(groups, frame["band"], spend),
        "afterwards": _look_back(buyers(earlier), days, earlier_on, as_of),
    }
    _store(groups, as_of, run, found)
    return frame[list(_LABELS)]


def _counted(labels: pd.Series, spend: pd.Series, name: str, codes: tuple[str, ...]) -> list[dict[str, Any]]:
    """Customers and spend of each code, in the order given, also of those that nobody has."""
    sums = spend.groupby(labels).agg(["size", "sum"])
    return [
        {name: code, "customers": int(sums["size"].get(code, 0)), "spend_micros": int(sums["sum"].get(code, 0))}
        for code in codes
    ]


def _cells(frame: pd.DataFrame, spend: pd.Series) -> list[dict[str, Any]]:
    """The map: recency score × the mean of frequency and monetary score, rounded down, as ``SEGMENT_MAP`` reads it."""
    from zhiji.algorithms.segmentation import SEGMENT_MAP

    across = (frame["frequency_score"] + frame["monetary_score"]) // 2
    place = frame["recency_score"] * 10 + across
    sums = spend.groupby(place).agg(["size", "sum"])
    return [
        {
            "recency": recency, "frequency_money": column, "segment": SEGMENT_MAP[recency][column - 1],
            "customers": int(sums["size"].get(recency * 10 + column, 0)),
            "spend_micros": int(sums["sum"].get(recency * 10 + column, 0)),
        }
        for recency in range(5, 0, -1)
        for column in range(1, 6)
    ]  # fmt: skip


def half_of(spend: pd.Series) -> dict[str, int]:
    """The fewest customers who carry at least half of all positive spend, and what they carry."""
    best = np.sort(spend[spend > 0].to_numpy(np.int64))[::-1]
    if not len(best):
        return {"customers": 0, "spend_micros": 0, "of_spend_micros": 0}
    running = np.cumsum(best)
    last = int(np.searchsorted(running, -(-int(running[-1]) // 2)))
    return {"customers": last + 1, "spend_micros": int(running[last]), "of_spend_micros": int(running[-1])}


def _told(groups: KMeansSegments, bands: pd.Series, spend: pd.Series) -> dict[str, Any]:
    segments = []
    for entry in groups.describe():
        told = entry.to_json()
        band = band_of(entry.code, entry.segment)
        own = spend[bands == band]
        segments.append({**told, "band": band, "spend_micros": int(own.sum())})
    return {
        "kind": groups.kind_,
        "evidence": _plain(groups.evidence_),
        "reasons": [reason.to_json() for reason in groups.reasons()],
        "segments": segments,
    }


def _plain(value: Any) -> Any:
    """JSON has no infinity, which stands for a k that cannot be judged."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


def _store(groups: KMeansSegments, as_of: date, run: str, found: dict[str, Any]) -> None:
    from zhiji.algorithms.base import save

    path = Path("segments") / secrets.token_hex(8)
    save(groups, workspace().models / path, workspace().model_key)
    values = {"as_of": as_of, "path": path.as_posix(), **found}
    replaced = list(SegmentRun.objects.filter(run=run).values_list("path", flat=True)) if run else []
    with transaction.atomic():
        if run:
            SegmentRun.objects.update_or_create(run=run, defaults=values)
        else:
            SegmentRun.objects.create(**values)
        stale = SegmentRun.objects.order_by("-pk").values_list("pk", flat=True)[KEPT_RUNS:]
        replaced += SegmentRun.objects.filter(pk__in=list(stale)).values_list("path", flat=True)
        SegmentRun.objects.filter(pk__in=list(stale)).delete()
        audit.record("segments_refresh", "segment", as_of.isoformat(), kind=groups.kind_)
        live.publish("segment", as_of=as_of.isoformat())
    for old in replaced:
        shutil.rmtree(workspace().models / old, ignore_errors=True)
    _forget_orphans()


def is_anything_shown() -> bool:
    return SegmentRun.objects.exists()


@transaction.atomic
def segments_clear() -> None:
    """There is nobody left to put into segments; the folders of the models go as ``_forget_orphans`` finds them."""
    SegmentRun.objects.all().delete()
    audit.record("segments_clear", "segment", "")
    live.publish("segment")


def _forget_orphans() -> None:
    """A kill between saving a model and committing its run leaves a folder; a day later it is nobody's."""
    named = set(SegmentRun.objects.values_list("path", flat=True))
    for folder in (workspace().models / "segments").iterdir():
        is_old = folder.stat().st_mtime < time.time() - ORPHAN_SECONDS
        if is_old and f"segments/{folder.name}" not in named:
            shutil.rmtree(folder, ignore_errors=True)


def _carry_numbers_on(groups: KMeansSegments, people: pd.DataFrame, run: str) -> None:
    """Segments keep the numbers they had at the last refresh, by the customers that they share."""
    from zhiji.algorithms.base import ModelFileDamaged, ModelFormatUnknown, ModelSignatureInvalid, load
    from zhiji.algorithms.segmentation import KMeansSegments, match_labels

    earlier = SegmentRun.objects.exclude(run=run) if run else SegmentRun.objects.all()
    last = earlier.order_by("-pk").first()
    if last is None or last.groups.get("kind") != groups.kind_ or groups.kind_ == "practical_bands" or not last.path:
        return
    try:
        previous = load(workspace().models / last.path, workspace().model_key)
    except (ModelSignatureInvalid, ModelFileDamaged, ModelFormatUnknown) as error:
        # A folder that somebody touched is not opened; the groups begin their numbers anew, and the trail says why.
        audit.record("model_refused", "segment", last.pk, reason=error.code)
        return
    if not isinstance(previous, KMeansSegments):
        return
    ids = people["customer_id"]
    match = match_labels(pd.Series(previous.predict(people), index=ids), pd.Series(groups.predict(people), index=ids))
    groups.relabel(match.mapping)


def _look_back(earlier: pd.DataFrame, days: pd.DataFrame, earlier_on: date, as_of: date) -> dict[str, Any]:
    """Spend after ``earlier_on`` by the segments made from what was known then; empty where there was nobody yet."""
    from zhiji.algorithms.segmentation import RFM, spend_afterwards

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
