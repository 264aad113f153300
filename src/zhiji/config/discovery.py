"""Finds the capabilities of ``zhiji.application`` and the rooms of ``zhiji.operations`` by looking at the folders."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import zhiji.application
import zhiji.operations


def capabilities() -> list[str]:
    """Dotted names of all capability packages, sorted."""
    return _packages(zhiji.application)


def rooms() -> list[str]:
    """Dotted names of the packages of ``operations``, sorted: no tables, but jobs like a capability's."""
    return _packages(zhiji.operations)


def _packages(room: ModuleType) -> list[str]:
    found = pkgutil.iter_modules(room.__path__, f"{room.__name__}.")
    return sorted(info.name for info in found if info.ispkg)


def with_models() -> list[str]:
    """Capabilities that have tables of their own, and so are installed as Django apps."""
    return [name for name in capabilities() if _has(name, "models")]


def parts(part: str) -> Iterator[ModuleType]:
    """Imports ``<package>.<part>`` of every capability, then of every room of operations, that has it."""
    for name in (*capabilities(), *rooms()):
        if _has(name, part):
            yield importlib.import_module(f"{name}.{part}")


def _has(package: str, part: str) -> bool:
    return importlib.util.find_spec(f"{package}.{part}") is not None
