"""From a file to the screen: a company drawn from a known process is published, and says what is true of it."""

from __future__ import annotations

import pandas as pd
import pytest

from planted import AS_OF, bring_planted, draw, refreshed
from zhiji.application.predictions.models import CustomerScore, LedgerEntry, LedgerSnapshot, ModelVersion
from zhiji.application.segments.models import SegmentRun
from zhiji.data.store.models import CustomerListRow
from zhiji.kernel import MICROS

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.slow
def test_a_drawn_company_is_published_and_near_its_truth() -> None:
    planted = draw(1_500, seed=4)
    bring_planted(planted)
    refreshed()
    version = ModelVersion.objects.get()
    assert (version.state, version.is_serving) == ("published", True), version.reasons
    scores = CustomerScore.objects.filter(version=version)
    truth = planted.truth["spend_after"].sum()
    said = sum(scores.values_list("expected_value_micros", flat=True)) / MICROS
    assert 0.8 < said / truth < 1.25
    rows = CustomerListRow.objects.exclude(value_score=None)
    assert rows.count() == scores.count() == version.card["customers"] == 1_500
    by_customer = dict(scores.values_list("customer_id", "expected_value_micros"))
    assert dict(rows.values_list("customer_id", "expected_value_micros")) == by_customer
    inside = pd.DataFrame(
        list(rows.values_list("external_id", "value_low_micros", "value_high_micros")), columns=["id", "low", "high"]
    ).set_index("id")
    after = planted.transactions[planted.transactions["value_on"] > pd.Timestamp(AS_OF)]
    spent = after.groupby("external_id")["amount_micros"].sum().reindex(inside.index, fill_value=0)
    told = inside["high"] > 0
    covered = ((spent >= inside["low"]) & (spent <= inside["high"]))[told].mean()
    assert 0.70 < covered < 0.90
    # The best fifth of the list brings far more than a fifth of what came.
    best = [row.external_id for row in rows.order_by("-value_score")[:300]]
    assert spent[best].sum() / spent.sum() > 0.45
    assert LedgerEntry.objects.count() == 1_500
    assert LedgerSnapshot.objects.get().entries == 1_500
    assert SegmentRun.objects.get().rfm["customers"] == 1_500
