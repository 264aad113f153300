"""A verdict against a model names the figures that it was made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from zhiji.algorithms.evidence import Resampled
from zhiji.algorithms.evidence.resampling import pooled
from zhiji.algorithms.value.evaluation import Measured
from zhiji.algorithms.value.gates import ranking_failures
from zhiji.algorithms.value.purchases import day_number
from zhiji.kernel import Reason, render

DAYS = ("2024-03-31", "2024-06-30")


@dataclass(frozen=True)
class Window:
    as_of: int


def around(value: float, seed: int) -> Resampled:
    return Resampled(value, value + np.random.default_rng(seed).normal(0, 0.01, 400))


def judged(gini: list[tuple[float, float]], top: list[tuple[float, float]]) -> list[Reason]:
    """(model, rule) at each origin; one resample of customers moves both alike, so that differences are sure."""
    parts = [
        [{"model": around(model, seed), "rule": around(rule, seed)} for seed, (model, rule) in enumerate(pairs)]
        for pairs in (gini, top)
    ]
    leads = [
        {"rule": pooled([part["model"] - part["rule"] for part in origins], np.random.default_rng(0))}
        for origins in parts
    ]
    windows: Any = [Window(day_number(day)) for day in DAYS]
    return ranking_failures(windows, Measured(*parts, [], []), "model", *leads)


def test_a_model_that_leads_in_both_has_no_failure() -> None:
    assert judged([(0.6, 0.5), (0.6, 0.5)], [(0.7, 0.6), (0.7, 0.6)]) == []


def test_a_loss_by_gini_is_not_told_by_top_shares_that_point_the_other_way() -> None:
    """The rule ranks better as a whole, while the model's best fifth brought more."""
    first, pooled_verdict = judged([(0.6, 0.5), (0.48, 0.60)], [(0.7, 0.6), (0.7, 0.6)])
    assert (first.code, first.params["as_of"]) == ("value_gini_worse_once", "2024-06-30")
    assert (first.params["model_percent"], first.params["rule_percent"]) == (48.0, 60.0)
    assert first.params["low_percent"] <= first.params["lead_percent"] == -12.0 <= first.params["high_percent"] < 0
    assert pooled_verdict.code == "value_gini_not_better"
    assert (pooled_verdict.params["model_percent"], pooled_verdict.params["rule_percent"]) == (54.0, 55.0)


def test_a_loss_by_top_share_names_top_shares() -> None:
    (first,) = judged([(0.6, 0.5), (0.6, 0.5)], [(0.9, 0.6), (0.5, 0.6)])
    assert (first.code, first.params["model_percent"], first.params["rule_percent"]) == (
        "value_top_share_worse_once", 50.0, 60.0,
    )  # fmt: skip
    reasons = judged([(0.6, 0.5), (0.6, 0.5)], [(0.7, 0.6), (0.5, 0.7)])
    assert [reason.code for reason in reasons] == ["value_top_share_worse_once", "value_top_share_not_better"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_verdict_has_words_with_all_its_figures(language: Any) -> None:
    found = judged([(0.02, 0.5), (0.48, 0.6)], [(0.4, 0.6), (0.4, 0.6)])
    assert {reason.code for reason in found} == {
        "value_ranking_knows_nothing", "value_gini_worse_once", "value_top_share_worse_once", "value_gini_not_better",
        "value_top_share_not_better",
    }  # fmt: skip
    for reason in found:
        text = str(render(reason, language))
        assert "…" not in text
        for name, figure in reason.params.items():
            if name.startswith(("model", "rule")):
                assert str(figure) in text, (reason.code, name)
