"""Finds the capabilities of ``zhiji.application`` by looking at the folders."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import zhiji.application


def capabilities() -> list[str]:
    """Dotted names of all capability packages, sorted."""
    found = pkgutil.iter_modules(zhiji.application.__path__, "zhiji.application.")
    return sorted(info.name for info in found if info.ispkg)


def with_models() -> list[str]:
    """Capabilities that have tables of their own, and so are installed as Django apps."""
    return [name for name in capabilities() if _has(name, "models")]


def parts(part: str) -> Iterator[ModuleType]:
    """Imports ``<capability>.<part>`` of every capability that has it."""
    for name in capabilities():
        if _has(name, part):
            yield importlib.import_module(f"{name}.{part}")


def _has(package: str, part: str) -> bool:
    return importlib.util.find_spec(f"{package}.{part}") is not None
