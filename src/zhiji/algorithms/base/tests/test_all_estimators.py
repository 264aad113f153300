"""All estimators × all common checks. A new model is tested by existing; there is no list to add it to."""

from __future__ import annotations

import pytest

from zhiji.algorithms.base import all_estimators
from zhiji.algorithms.base.checks import Check, Kind, yield_checks

CASES = [(kind, check) for kind in all_estimators().values() for check in yield_checks(kind)]


@pytest.mark.parametrize(("kind", "check"), CASES, ids=[f"{kind.__name__}-{check.__name__}" for kind, check in CASES])
def test_estimator_passes(kind: Kind, check: Check) -> None:
    check(kind)
