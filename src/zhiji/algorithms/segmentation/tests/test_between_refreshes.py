"""Labels carried from refresh to refresh, and spend afterwards."""

from datetime import date
from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from zhiji.algorithms.base import FrameColumnMissing
from zhiji.algorithms.segmentation import match_labels, spend_afterwards
from zhiji.algorithms.segmentation.errors import SegmentLabelsNotUnique, SegmentOutcomeLeaks


def test_renumbered_segments_get_their_numbers_back():
    rng = np.random.default_rng(0)
    previous = pd.Series(rng.integers(0, 5, 2000), index=np.arange(2000))
    current = previous.map({0: 3, 1: 0, 2: 4, 3: 1, 4: 2})
    moved = rng.random(2000) < 0.1
    current[moved] = rng.integers(0, 5, moved.sum())
    match = match_labels(previous, current)
    assert match.mapping == {3: 0, 0: 1, 4: 2, 1: 3, 2: 4}
    assert match.agreement == pytest.approx((match.apply(current) == previous).mean())


def test_best_of_all_pairings():
    rng = np.random.default_rng(1)
    previous, current = (pd.Series(rng.integers(0, 5, 300), index=np.arange(300)) for _ in range(2))
    kept = max((current.map(dict(enumerate(p))) == previous).sum() for p in permutations(range(5)))
    assert (match_labels(previous, current).apply(current) == previous).sum() == kept


def test_new_segment_never_takes_an_old_number():
    previous = pd.Series([0, 0, 0, 7, 7, 7], index=list("abcdef"))
    current = pd.Series([1, 1, 2, 0, 0, 3], index=list("abcdxf"))
    match = match_labels(previous, current)
    assert match.mapping[1] == 0
    assert match.mapping[0] == 7 or match.mapping[3] == 7
    fresh = [number for label, number in match.mapping.items() if label not in match.matched]
    assert sorted(fresh) == [8, 9]


def test_without_common_customers_centres_decide():
    old = np.array([[0.0, 0.0], [5.0, 5.0], [9.0, 0.0]])
    previous = pd.Series([0, 1, 2], index=[1, 2, 3])
    current = pd.Series([0, 1, 2], index=[11, 12, 13])
    match = match_labels(previous, current, previous_centres=old, current_centres=old[[2, 0, 1]] + 0.3)
    assert match.mapping == {0: 2, 1: 0, 2: 1}
    assert np.isnan(match.agreement)
    assert match_labels(previous, current).matched == frozenset()


def test_twice_the_same_customer_is_refused():
    with pytest.raises(SegmentLabelsNotUnique):
        match_labels(pd.Series([0, 1], index=[1, 1]), pd.Series([0], index=[1]))


OUTCOMES = pd.DataFrame(
    {
        "customer_id": [1, 1, 2, 4, 99],
        "spend_micros": [10_000_000, 5_000_000, 3_000_000, -2_000_000, 10**9],
        "value_on": pd.to_datetime(["2024-03-02", "2024-03-09", "2024-03-05", "2024-03-05", "2024-03-05"]),
    }
)
LABELS = pd.Series([0, 0, 1, 1, 1], index=[1, 2, 3, 4, 5])


def test_spend_afterwards_by_hand():
    table = spend_afterwards(LABELS, OUTCOMES, as_of=date(2024, 3, 1)).set_index("segment")
    assert table["spend_micros"].to_dict() == {0: 18_000_000, 1: -2_000_000}
    assert table["spend_micros"].dtype == "int64"
    assert table["customers"].to_dict() == {0: 2, 1: 3}
    assert table["buyers"].to_dict() == {0: 2, 1: 0}
    assert table.loc[0, "mean_spend_micros"] == 9_000_000
    assert table.loc[0, "lift"] == pytest.approx(9 / 3.2)
    assert table.loc[0, "spend_share"] == pytest.approx(18 / 16)


def test_past_spend_is_refused():
    with pytest.raises(SegmentOutcomeLeaks) as refusal:
        spend_afterwards(LABELS, OUTCOMES, as_of=date(2024, 3, 2))
    assert refusal.value.params == {"rows": 1, "as_of": "2024-03-02"}
    with pytest.raises(FrameColumnMissing):
        spend_afterwards(LABELS, OUTCOMES.drop(columns="spend_micros"))


@pytest.mark.parametrize(("digits", "customers"), [(1, 400), (7, 2000)])
def test_interval_covers_the_true_mean(digits, customers):
    """80 % of intervals should hold the true mean: few different values (drawn as counts) and many (normal)."""
    hits = 0
    ids = np.arange(customers)
    for seed in range(200):
        spend = np.round(np.random.default_rng(seed).exponential(2.0, customers), digits) * 10**6
        frame = pd.DataFrame({"customer_id": ids, "spend_micros": spend.astype("int64")})
        row = spend_afterwards(pd.Series(0, index=ids), frame, random_state=seed).iloc[0]
        hits += row["mean_low"] <= 2_000_000 <= row["mean_high"]
    assert 144 <= hits <= 176  # 160 ± 2.8 standard errors
