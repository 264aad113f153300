"""Every route with tokens cut to measure: with what it needs and nothing else, with all else, with nothing."""

from __future__ import annotations

import pytest

from security.matrix import narrow
from security.matrix.attempts import Matrix, Outcome, routes
from security.matrix.plan import assert_clean

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.usefixtures("quiet")]


def test_a_token_opens_what_its_scopes_say_and_nothing_else() -> None:
    chosen = [route for route in routes() if narrow.needed(route)]
    matrix, outcome = Matrix(), Outcome()
    holders = narrow.holders(matrix, chosen)
    for route in chosen:
        for scopes in narrow.cuts(route):
            matrix.ask(route, holders[scopes], outcome)
    assert_clean("tokens", outcome)
