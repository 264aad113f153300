"""A test whose need is absent is skipped by name, with the remedy; under CI the same is a failure."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def absent(what: str, remedy: str) -> NoReturn:
    """End the running test: skipped on a person's machine, failed where ``CI=true`` promises everything."""
    reason = f"{what}; {remedy}"
    if in_ci():
        pytest.fail(f"CI=true allows no such skip: {reason}", pytrace=False)
    pytest.skip(reason)
