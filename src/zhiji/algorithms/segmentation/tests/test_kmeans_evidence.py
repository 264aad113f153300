"""Natural segments where the truth has groups, practical bands where it has none."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from zhiji.algorithms.segmentation import KMeansSegments

_spec = importlib.util.spec_from_file_location("clouds", Path(__file__).with_name("clouds.py"))
clouds = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(clouds)


def uniform_cloud(seed: int):
    return clouds.customers(np.exp(4 * np.random.default_rng(seed).uniform(size=(1000, 3))))


def gaussian_cloud(seed: int):
    """Also lopsided: correlations differ from seed to seed."""
    rng = np.random.default_rng(seed)
    return clouds.customers(np.exp(rng.standard_normal((1000, 3)) @ rng.normal(size=(3, 3))))


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("cloud", [uniform_cloud, gaussian_cloud])
def test_one_cloud_is_never_called_natural(cloud, seed):
    frame = cloud(seed)
    model = KMeansSegments(random_state=seed).fit(frame)
    assert model.kind_ == "practical_bands"
    assert model.reasons()[0].code in {"segments_one_cloud", "segments_unstable"}
    bands = model.segments(frame).groupby("segment")["segment_code"].agg(["size", "first"])
    assert bands["size"].tolist() == [50, 150, 300, 500]
    assert bands["first"].iloc[0] == "segment_band_top"


@pytest.mark.parametrize("seed", range(5))
def test_skewed_cloud_is_no_segments_either(seed):
    rng = np.random.default_rng(seed)
    raw = {0: rng.uniform(size=(1000, 3)), 1: np.exp(rng.exponential(size=(2000, 3)))}[seed % 2]
    assert KMeansSegments().fit(clouds.customers(raw)).kind_ == "practical_bands"


def test_whole_numbers_of_orders_are_not_taken_for_groups():
    """One, two, three orders: gaps on the log scale that every shop has."""
    rng = np.random.default_rng(0)
    frame = clouds.customers(np.exp(rng.standard_normal((3000, 3))))
    frame["orders"] = 1 + rng.poisson(rng.gamma(0.8, 1.2, 3000))
    assert KMeansSegments().fit(frame).kind_ == "practical_bands"


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("k", [2, 3, 4, 5, 6])
def test_known_groups_are_found(k, seed):
    frame, group = clouds.mixture(k, seed)
    model = KMeansSegments(random_state=seed).fit(frame)
    assert model.kind_ == "natural_segments"
    assert model.n_segments_ == k
    # Standardising makes round groups oval, and k-means cuts half-way, so a few customers at a border go astray: as
    # many as with scikit-learn told the true k.
    logs = np.log(frame[list(clouds.COLUMNS)].to_numpy())
    peer = KMeans(k, n_init=20, random_state=0).fit_predict((logs - logs.mean(axis=0)) / logs.std(axis=0))
    assert adjusted_rand_score(group, model.labels_) > adjusted_rand_score(group, peer) - 0.01
    assert adjusted_rand_score(group, model.labels_) > 0.9
    assert model.evidence_["stability"] >= 0.8
    assert model.evidence_["stability_resamples"] >= 50
    assert model.evidence_["p_value"] < 0.01
    assert model.reasons()[0].code == "segments_natural"


def test_valley_is_what_tells_groups_from_a_stable_cut():
    """An elongated cloud is cut in two very stably; stability alone would have called that natural."""
    rng = np.random.default_rng(3)
    x = rng.standard_normal((2000, 1))
    frame = clouds.customers(np.exp(np.hstack([x, x, x]) + 0.3 * rng.standard_normal((2000, 3))))
    model = KMeansSegments().fit(frame)
    assert model.evidence_["stability"] >= 0.8
    assert model.kind_ == "practical_bands"
    assert model.reasons()[0].code == "segments_one_cloud"
