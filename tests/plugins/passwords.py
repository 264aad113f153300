"""Passwords cost nothing inside a test process: the same Argon2 with the least memory and one pass.

Half a second for each of thousands of users proves nothing. Processes that tests start hash as in production.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def _light_passwords() -> Iterator[None]:
    from django.contrib.auth.hashers import Argon2PasswordHasher

    with pytest.MonkeyPatch.context() as patch:
        for name, least in (("time_cost", 1), ("memory_cost", 8), ("parallelism", 1)):
            patch.setattr(Argon2PasswordHasher, name, least)
        yield
