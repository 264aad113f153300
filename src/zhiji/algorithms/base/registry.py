"""Every estimator there is, found by walking the package: a new model is checked and can be loaded by existing."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import cache

import zhiji.algorithms
from zhiji.algorithms.base.estimator import Estimator


@cache
def all_estimators() -> dict[str, type[Estimator]]:
    """Public concrete estimators of ``zhiji.algorithms`` by their kind, ``<folder>.<class>`` (``value.BetaGeoNBD``)."""
    found: dict[str, type[Estimator]] = {}
    for module in pkgutil.walk_packages(zhiji.algorithms.__path__, "zhiji.algorithms."):
        if ".tests" in module.name:
            continue
        for name, member in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            own = member.__module__ == module.name and not name.startswith("_")
            if own and issubclass(member, Estimator) and not _abstract(member):
                found[kind_of(member)] = member
    return dict(sorted(found.items()))


def kind_of(estimator: type[Estimator]) -> str:
    """The stable name under which a model is saved; files may move within a folder without breaking it."""
    return f"{estimator.__module__.split('.')[2]}.{estimator.__name__}"


def _abstract(estimator: type[Estimator]) -> bool:
    # scikit-learn's base is no ABC, so Python does not refuse to instantiate; the marks are looked up by name.
    return any(getattr(getattr(estimator, name, None), "__isabstractmethod__", False) for name in dir(estimator))
