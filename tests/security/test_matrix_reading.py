"""Every route that reads × everybody × every ownership."""

from __future__ import annotations

import pytest

from security.matrix.attempts import Matrix, routes
from security.matrix.plan import assert_clean

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.usefixtures("quiet")]


def test_nobody_reads_more_or_less_than_the_oracle_says() -> None:
    assert_clean("reading", Matrix().run([route for route in routes() if route.method == "GET"]))
