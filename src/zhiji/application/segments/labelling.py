"""Labels of customers: the code under which a group stands in lists, and segments between two segmentations."""

from __future__ import annotations

import numpy as np
import pandas as pd

from zhiji.application.segments.models import SegmentRun

_STEM = "segment_"
_NATURAL = "segment_natural"


def band_of(message: str, number: int) -> str:
    """``band_top`` for ``segment_band_top``; natural groups share one text, so their number (from 0) is added."""
    stem = message.removeprefix(_STEM)
    return f"{stem}_{number + 1}" if message == _NATURAL else stem


def labels_renew(features: pd.DataFrame) -> pd.DataFrame:
    """The RFM segment of customers who have just ordered, by the cut points of the newest segmentation, as it judged
    everybody: recency is counted to its day, so an order after it is the most recent there is.

    features: ``customer_id``, ``last_order_on`` (datetime64), ``orders``, ``spend_micros``. Returns ``customer_id`` and
    ``rfm_segment``; nobody before the first segmentation. The natural group of a customer (``band``) stays until the
    next one: it is made of all customers together.
    """
    run = SegmentRun.objects.order_by("-pk").first()
    people = features[features["orders"] > 0]
    if run is None or people.empty or not run.rfm.get("edges"):
        return pd.DataFrame(columns=["customer_id", "rfm_segment"])
    from zhiji.algorithms.segmentation import RFM

    edges = np.asarray(run.rfm["edges"], dtype=np.float64)
    rfm = RFM(n_quantiles=edges.shape[1] + 1)
    rfm.edges_ = edges
    since = (pd.Timestamp(run.as_of) - people["last_order_on"]).dt.days
    labelled = rfm.transform(people.assign(days_since_last_order=since))
    return pd.DataFrame({"customer_id": people["customer_id"], "rfm_segment": labelled["segment"]})
