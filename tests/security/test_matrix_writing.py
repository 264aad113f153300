"""Every route that writes × everybody × every ownership; after each denial the database is as it was."""

from __future__ import annotations

import pytest

from security.matrix.attempts import Matrix, routes
from security.matrix.plan import assert_clean

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.usefixtures("quiet")]


def test_nobody_writes_more_or_less_than_the_oracle_says() -> None:
    assert_clean("writing", Matrix().run([route for route in routes() if route.method != "GET"]))
