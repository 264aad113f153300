"""Numbers, bands, descriptions, saving: what a screen relies on."""

import numpy as np
import pandas as pd
import pytest

from zhiji.algorithms.base import ParameterInvalid, load, save
from zhiji.algorithms.segmentation import KMeansSegments
from zhiji.kernel import render


@pytest.fixture(scope="module")
def shop() -> pd.DataFrame:
    """Three known groups: 200 regulars (1), 300 who left (2), 500 occasional (3)."""
    rng = np.random.default_rng(9)
    group = np.repeat([1, 2, 3], [200, 300, 500])
    days = np.exp(rng.normal(np.array([2.0, 6.5, 4.0])[group - 1], 0.3))
    spend = np.exp(rng.normal(np.array([21.5, 19.0, 16.0])[group - 1], 0.4)).astype("int64")
    orders = 1 + rng.poisson(np.array([40.0, 9.0, 0.4])[group - 1])
    frame = pd.DataFrame(
        {"days_since_last_order": days, "orders": orders, "spend_micros": spend, "group": group, "return_rate": 0.01}
    )
    frame.loc[group == 2, "return_rate"] = 0.3 + 0.001 * np.arange(300)
    return frame.assign(customer_id=np.arange(1000) + 7).sample(frac=1, random_state=1)


@pytest.fixture(scope="module")
def fitted(shop) -> KMeansSegments:
    return KMeansSegments().fit(shop)


def test_numbers_follow_value(shop, fitted):
    assert fitted.kind_ == "natural_segments"
    found = fitted.segments(shop)
    assert list(found) == ["customer_id", "segment", "segment_code"]
    assert pd.crosstab(found["segment"], shop["group"]).to_numpy().tolist() == np.diag([200, 300, 500]).tolist()
    assert (fitted.predict(shop) == fitted.labels_).all()


def test_descriptions_say_what_sets_apart(shop, fitted):
    regulars, gone, occasional = fitted.describe()
    assert [d.customers for d in (regulars, gone, occasional)] == [200, 300, 500]
    by_feature = {r.params["feature"]: r for r in regulars.reasons}
    own = shop.loc[shop["group"] == 1, "orders"].median()
    assert by_feature["orders"].code == "segment_orders_high"
    assert by_feature["orders"].params["typical"] == own
    assert by_feature["orders"].params["overall"] == shop["orders"].median()
    assert by_feature["days_since_last_order"].code == "segment_days_since_last_order_low"
    sizes = [abs(r.params["difference"]) for r in regulars.reasons]
    assert sizes == sorted(sizes, reverse=True)
    assert "segment_days_since_last_order_high" in {r.code for r in gone.reasons}
    assert "segment_spend_micros_low" in {r.code for r in occasional.reasons}


def test_description_by_other_columns(shop, fitted):
    _, gone, _ = fitted.describe(shop, ("return_rate", "group"))
    returns = next(r for r in gone.reasons if r.params["feature"] == "return_rate")
    assert render(returns, "en").what == "They return more: typically 44.9%, against 1% for all."
    assert render(returns, "zh").what == "退货更多：通常 44.9%，全体为 1%。"


def test_every_reason_has_words_without_gaps(fitted):
    bands = KMeansSegments().fit(KMeansSegments.example(90, 1).frame)
    for model in (fitted, bands):
        reasons = [*model.reasons(), *(d.name for d in model.describe())]
        reasons += [reason for d in model.describe() for reason in d.reasons]
        for reason in reasons:
            for language in ("zh", "en"):
                text = str(render(reason, language))
                assert text != reason.code
                assert "…" not in text


def test_relabelled_numbers_reach_everything(shop):
    model = KMeansSegments().fit(shop)
    before = model.predict(shop)
    model.relabel({0: 5, 1: 0, 2: 1})
    expected = np.array([5, 0, 1])[before]
    assert (model.predict(shop) == expected).all()
    assert (model.labels_ == expected).all()
    assert {d.segment: d.customers for d in model.describe()} == {5: 200, 0: 300, 1: 500}
    assert [d.segment for d in model.describe(shop)] == [0, 1, 5]
    with pytest.raises(ParameterInvalid):
        model.relabel({5: 0, 0: 0, 1: 1})


@pytest.mark.parametrize("k", ["natural_segments", "practical_bands"])
def test_saved_and_loaded_the_same_and_without_rows(tmp_path, shop, fitted, k):
    model = fitted if k == "natural_segments" else KMeansSegments().fit(shop.head(60))
    assert model.kind_ == k
    save(model, tmp_path / "m", bytes(32))
    again = load(tmp_path / "m", bytes(32))
    pd.testing.assert_frame_equal(again.segments(shop), model.segments(shop))
    assert again.describe() == model.describe()
    assert again.reasons() == model.reasons()
    assert not hasattr(again, "labels_")


def test_bands_keep_ties_together_and_read_new_customers(shop):
    few = shop.head(80).assign(spend_micros=[5] * 40 + [9] * 20 + list(range(100, 120)))
    model = KMeansSegments().fit(few)
    assert model.reasons()[0].code == "segments_too_few_customers"
    found = pd.Series(model.predict(few)).groupby(few["spend_micros"].to_numpy()).unique().map(list)
    assert found[5] == [3]
    assert found[9] == [2]
    assert found.loc[100:].map(lambda v: v[0]).value_counts().to_dict() == {1: 12, 0: 4, 2: 4}
    new = shop.head(2).assign(spend_micros=[-10, 10**12])
    assert model.predict(new).tolist() == [3, 0]


def test_returned_everything_is_allowed(shop):
    frame = shop.copy()
    frame.iloc[:20, frame.columns.get_loc("spend_micros")] = 0
    frame.iloc[20:25, frame.columns.get_loc("spend_micros")] = -(10**6)
    assert len(KMeansSegments().fit(frame).predict(frame)) == len(frame)


@pytest.mark.parametrize("setting", [{"n_resamples": 49}, {"n_null": 99}, {"max_segments": 1}, {"min_share": 0.6}])
def test_evidence_cannot_be_thinned(shop, setting):
    with pytest.raises(ParameterInvalid):
        KMeansSegments(**setting).fit(shop)
