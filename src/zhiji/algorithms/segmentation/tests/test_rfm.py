"""RFM: quintiles against pandas and counting by hand, ties, and the map of named segments."""

import numpy as np
import pandas as pd
import pytest

from zhiji.algorithms.base import FrameColumnMissing, FrameValuesInvalid, ParameterInvalid
from zhiji.algorithms.segmentation import RFM, SEGMENT_MAP, SEGMENTS, segment_message
from zhiji.kernel import Reason, render


def customers(days, orders, spend) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": np.arange(100, 100 + len(days)),
            "days_since_last_order": np.asarray(days, dtype=float),
            "orders": orders,
            "spend_micros": spend,
        }
    )


def test_scores_are_the_quintiles_that_pandas_cuts():
    rng = np.random.default_rng(4)
    frame = customers(rng.permutation(1003), rng.permutation(1003), rng.permutation(1003))
    scored = RFM().fit(frame).transform(frame)
    for column, score, sign in (
        ("days_since_last_order", "recency_score", -1),
        ("orders", "frequency_score", 1),
        ("spend_micros", "monetary_score", 1),
    ):
        # Another route: the share of customers that are strictly worse, in fifths.
        better_than = (sign * frame[column]).rank(method="min").sub(1) / len(frame)
        assert (scored[score] == np.floor(better_than * 5).astype(int) + 1).all()
        assert scored[score].value_counts().between(200, 201).all()


def test_heavy_ties_score_alike_and_as_their_worst_member():
    orders = [1] * 60 + [2] * 15 + [3] * 10 + [4] * 10 + [9] * 5
    frame = customers(range(100), orders, range(100))
    scored = RFM().fit(frame).transform(frame)
    by_orders = scored.groupby(frame["orders"])["frequency_score"].unique().map(list).to_dict()
    assert by_orders == {1: [1], 2: [4], 3: [4], 4: [5], 9: [5]}


def test_constant_column_scores_one_and_unseen_extremes_stay_in_range():
    frame = customers([10.0] * 30, [1] * 30, range(30))
    model = RFM().fit(frame)
    assert set(model.transform(frame)["recency_score"]) == {1}
    extremes = model.transform(customers([0.0, 9999.0], [10_000, 0], [10**15, -(10**15)]))
    assert extremes["rfm_cell"].tolist() == ["555", "111"]
    assert extremes["segment"].tolist() == ["champions", "lost"]


def test_columns_of_the_result():
    frame = customers([1, 2, 3], [3, 2, 1], [30, 20, 10]).set_index(pd.Index(["a", "b", "c"]))
    scored = RFM().fit(frame).predict(frame)
    assert list(scored) == [
        "customer_id",
        "recency_score",
        "frequency_score",
        "monetary_score",
        "rfm_cell",
        "segment",
    ]
    assert list(scored.index) == ["a", "b", "c"]
    assert scored["customer_id"].tolist() == [100, 101, 102]


@pytest.mark.parametrize("quantiles", [2, 3, 4, 9])
def test_other_quantiles_still_reach_both_ends_of_the_map(quantiles):
    frame = customers(range(900, 0, -1), range(1, 901), range(1, 901))
    scored = RFM(n_quantiles=quantiles).fit(frame).transform(frame)
    assert set(scored["recency_score"]) == set(range(1, quantiles + 1))
    assert scored["segment"].iloc[-1] == "champions"
    assert set(scored["segment"]) <= set(SEGMENTS)


def test_map_is_complete_and_every_segment_is_reachable():
    assert set(SEGMENT_MAP) == {1, 2, 3, 4, 5}
    assert all(len(row) == 5 for row in SEGMENT_MAP.values())
    assert {code for row in SEGMENT_MAP.values() for code in row} == set(SEGMENTS)


@pytest.mark.parametrize(
    ("recency", "frequency", "monetary", "segment"),
    [
        # The corners and edges on which practitioners' tables agree.
        (5, 5, 5, "champions"),
        (4, 5, 5, "loyal"),
        (5, 2, 2, "potential_loyalist"),
        (5, 1, 1, "new_customers"),
        (4, 1, 1, "promising"),
        (3, 3, 3, "need_attention"),
        (3, 1, 2, "about_to_sleep"),
        (2, 4, 4, "at_risk"),
        (1, 5, 5, "cannot_lose_them"),
        (2, 2, 2, "hibernating"),
        (1, 1, 1, "lost"),
    ],
)
def test_customary_places(recency, frequency, monetary, segment):
    from zhiji.algorithms.segmentation.named import named_segment

    found = named_segment(np.array([recency]), np.array([frequency]), np.array([monetary]))
    assert found.tolist() == [segment]


def test_every_segment_has_texts_in_both_languages():
    for code in SEGMENTS:
        for language in ("zh", "en"):
            text = render(Reason(segment_message(code)), language)
            assert text.what != segment_message(code)
            assert text.why
            assert text.remedy


@pytest.mark.parametrize("quantiles", [1, 10])
def test_refused_settings(quantiles):
    with pytest.raises(ParameterInvalid):
        RFM(n_quantiles=quantiles).fit(customers([1], [1], [1]))


def test_refused_frames():
    frame = customers([1, 2], [1, 2], [1, 2])
    with pytest.raises(FrameColumnMissing):
        RFM().fit(frame.drop(columns="orders"))
    with pytest.raises(FrameValuesInvalid) as refusal:
        RFM().fit(frame.assign(days_since_last_order=[1.0, np.nan]))
    assert refusal.value.params["rows"] == 1
